/* SPDX-License-Identifier: MIT */
#include "hook/console_keeper.h"

#include "base/text.h"
#include "source/console_redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What lies there for so long although the collector has not read is thrown away. */
enum { PATIENCE_MS = 200, DISCARD_MAX = 1 << 20 };

/* A place for each descriptor, so that all others can be closed: the report port has one opener,
 * and nothing of the collector's is to be held open behind its end. */
enum { FIRST_FD = 3, FIRST_FREE_FD = 64 };

static void settle(int *fds[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		*fds[i] = fcntl(*fds[i], F_DUPFD, FIRST_FREE_FD);
	for (size_t i = 0; i < count; i++)
		*fds[i] = dup2(*fds[i], FIRST_FD + (int)i);
	if (syscall(SYS_close_range, FIRST_FD + (int)count, INT_MAX, 0) == 0)
		return;
	/* Before Linux 5.9. */
	for (int fd = FIRST_FD + (int)count; fd < 1024; fd++)
		(void)close(fd);
}

static void discard(const struct console_keeper *keeper)
{
	char bytes[4096];
	ssize_t n = 1;

	for (size_t all = 0; all < DISCARD_MAX && n > 0; all += n > 0 ? (size_t)n : 0) {
		n = read(keeper->master, bytes, sizeof(bytes));
		if (n > 0)
			atomic_fetch_add(&keeper->fact->discarded_bytes, (uint64_t)n);
	}
}

/* Returns the collector's last word, or 0 when it is gone without one. */
static char wait_for_word(int collector_fd, int timeout_ms, bool *ret_is_over)
{
	struct pollfd collector = {.fd = collector_fd, .events = POLLIN};
	char word = 0;
	ssize_t n;

	*ret_is_over = false;
	if (poll(&collector, 1, timeout_ms) <= 0)
		return 0;
	n = read(collector_fd, &word, 1);
	*ret_is_over = n > 0 || n == 0 || errno != EINTR;
	return n > 0 ? word : 0;
}

static char keep(const struct console_keeper *keeper, int collector_fd)
{
	uint64_t seen = atomic_load(&keeper->fact->read_count);
	bool is_over = false;
	char word = 0;

	while (!is_over) {
		struct pollfd ready[] = {{.fd = collector_fd, .events = POLLIN},
			{.fd = keeper->master, .events = POLLIN}};
		uint64_t now;

		(void)poll(ready, ARRAY_SIZE(ready), -1);
		/* Nobody redirects to the pty any more. */
		if (ready[1].revents & POLLHUP)
			return KEEPER_LEAVE;
		word = wait_for_word(collector_fd, PATIENCE_MS, &is_over);
		now = atomic_load(&keeper->fact->read_count);
		if (!is_over && now == seen)
			discard(keeper);
		seen = now;
	}
	return word;
}

static void run(struct console_keeper *keeper, int collector_fd)
{
	int *fds[] = {&keeper->master, &keeper->console_fd, &keeper->fallback_fd, &collector_fd};

	settle(fds, ARRAY_SIZE(fds));
	if (keep(keeper, collector_fd) != KEEPER_LEAVE)
		(void)console_redirect_move(keeper->console_fd, keeper->fallback_fd);
}

pid_t console_keeper_start(const struct console_keeper *keeper, int *ret_fd)
{
	struct console_keeper copy = *keeper;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		run(&copy, pair[1]);
		_exit(0);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		pid = -errno;
		(void)close(pair[0]);
		return pid;
	}
	*ret_fd = pair[0];
	return pid;
}
