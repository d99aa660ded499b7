/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>

/* How long to wait for a console that says it has room and takes nothing. */
enum { PAUSE_MS = 10 };

/* Until the console may have room, but not beyond the deadline. Returns -ETIME behind that. */
static int wait_for_room(int fd, bool is_poll_of_use, uint64_t deadline_us)
{
	struct pollfd ready = {.fd = is_poll_of_use ? fd : -1, .events = POLLOUT};
	uint64_t now = clock_now_us(), left_ms;

	if (now >= deadline_us)
		return -ETIME;
	/* Rounded up, so that it never becomes a busy loop. */
	left_ms = (deadline_us - now) / US_PER_MS + 1;
	if (!is_poll_of_use && left_ms > PAUSE_MS)
		left_ms = PAUSE_MS;
	(void)poll(&ready, 1, left_ms > INT_MAX ? INT_MAX : (int)left_ms);
	return 0;
}

int console_write(const struct sources *sources, const char *console, const char *text,
	size_t length, uint64_t deadline_us, size_t *ret_written)
{
	_cleanup_close_ int fd = -1;
	bool has_waited = false;
	char path[48];

	*ret_written = 0;
	if (!text_join(path, sizeof(path), "dev/", console, NULL))
		return -ENAMETOOLONG;
	fd = sysroot_openat(&sources->root, path, O_WRONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;

	while (*ret_written < length) {
		ssize_t n = write(fd, text + *ret_written, length - *ret_written);
		int r;

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			*ret_written += (size_t)n;
		if (*ret_written == length)
			break;
		/* Poll that has just come back without the console taking anything will do so
		 * again. */
		r = wait_for_room(fd, n > 0 || !has_waited, deadline_us);
		if (r < 0)
			return r;
		has_waited = n <= 0;
	}
	return 0;
}
