/* SPDX-License-Identifier: MIT */
/*
 * What is written to a healed console goes to the report port, a line a record, where no screen and
 * no serial port would show it. The collector never lets a writer wait: what the host does not read
 * is dropped, oldest first.
 */
#include "hook/collector_part.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "hook/console_keeper.h"
#include "report/console_text.h"
#include "source/console_redirect.h"
#include "source/descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

/* A line that does not go on for so long is shown as it is. */
#define FLUSH_US (300 * US_PER_MS)
/* Each one that is killed has a successor, but for one that cannot live here. */
enum { KEEPERS_MAX = 8, READ_BYTES_MAX = 64 << 10 };

static struct {
	struct console_keeper keeper;
	int keeper_fd;
	pid_t keeper_pid, gone_pid;
	unsigned keepers;
	bool is_on;
	uint64_t flush_us, told_discarded_bytes;
	struct console_text text;
	struct report report; /* numbers its records by themselves */
} forward;

bool console_forward_is_on(void)
{
	return forward.is_on;
}

struct console_forward_fds console_forward_fds(void)
{
	return forward.is_on
		       ? (struct console_forward_fds){forward.keeper.master, forward.keeper_fd}
		       : (struct console_forward_fds){-1, -1};
}

uint64_t console_forward_next(void)
{
	return forward.is_on && console_text_is_open(&forward.text) ? forward.flush_us : UINT64_MAX;
}

static void keep_out(struct collector *collector, int fd)
{
	children_keep_out(&collector->children, fd);
}

static int start_keeper(struct collector *collector)
{
	pid_t pid = -EAGAIN;

	if (forward.keepers++ < KEEPERS_MAX)
		pid = console_keeper_start(&forward.keeper, &forward.keeper_fd);
	if (pid < 0)
		return pid;
	forward.keeper_pid = pid;
	keep_out(collector, forward.keeper_fd);
	return 0;
}

static void close_keeper(struct collector *collector)
{
	children_let_in(&collector->children, forward.keeper_fd);
	(void)close(forward.keeper_fd);
	forward.keeper_fd = -1;
	forward.gone_pid = forward.keeper_pid;
}

static void close_all(struct collector *collector)
{
	const int fds[] = {
		forward.keeper.master, forward.keeper.console_fd, forward.keeper.fallback_fd};

	forward.is_on = false;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		children_let_in(&collector->children, fds[i]);
		(void)close(fds[i]);
	}
}

static void begin_text(struct collector *collector)
{
	text_copy(forward.report.boot, sizeof(forward.report.boot), collector->report.boot);
	forward.report.emit = sinks_emit_aside;
	forward.report.context = &collector->sinks;
	forward.report.now_us = clock_now_us;
	console_text_init(&forward.text, &forward.report, &collector->record);
}

/* Returns 0 or the negative errno that keeps the console from being forwarded; it is not redirected
 * then. */
static int begin(struct collector *collector, int slave)
{
	int r = start_keeper(collector);

	if (r < 0)
		return r;
	/* From here on the pty is as a terminal that is always read. */
	r = console_redirect_to(slave);
	if (r < 0)
		close_keeper(collector);
	return r;
}

int console_forward_begin(struct collector *collector, int socket)
{
	struct console_redirect_fact *fact = &collector->facts->console_redirect;
	_cleanup_close_ int slave = -1;
	int fds[CONSOLE_FORWARD_FDS], r;

	r = descriptors_receive(socket, fds, ARRAY_SIZE(fds));
	if (r < 0)
		return r;
	slave = fds[0];
	forward.keeper = (struct console_keeper){fds[1], fds[2], fds[3], fact};
	for (size_t i = 1; i < ARRAY_SIZE(fds); i++)
		keep_out(collector, fds[i]);
	begin_text(collector);
	r = begin(collector, slave);
	if (r == 0) {
		forward.is_on = true;
		text_copy(fact->target, sizeof(fact->target), CONSOLE_FORWARDED);
	} else {
		r = console_redirect_to(forward.keeper.fallback_fd);
		text_copy(fact->target, sizeof(fact->target), fact->fallback);
		fact->is_fallen_back = ANSWER_YES;
		close_all(collector);
	}
	fact->outcome = outcome_from(r);
	fact_publish(&fact->once);
	return 0;
}

/* Returns false when nobody writes there any more: the redirection was taken back. */
static bool drain(void)
{
	struct console_redirect_fact *fact = forward.keeper.fact;
	char bytes[4096];
	ssize_t n = 1;
	uint64_t discarded;

	for (size_t all = 0; all < READ_BYTES_MAX && n > 0; all += n > 0 ? (size_t)n : 0) {
		n = read(forward.keeper.master, bytes, sizeof(bytes));
		if (n > 0) {
			atomic_fetch_add(&fact->read_count, 1);
			console_text_take(&forward.text, bytes, (size_t)n);
			forward.flush_us = clock_now_us() + FLUSH_US;
		}
	}
	discarded = atomic_load(&fact->discarded_bytes);
	if (discarded > forward.told_discarded_bytes)
		console_text_lose(&forward.text, discarded - forward.told_discarded_bytes);
	forward.told_discarded_bytes = discarded;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void leave(struct collector *collector, enum answer is_undone)
{
	struct console_redirect_fact *fact = forward.keeper.fact;

	(void)drain();
	console_text_flush(&forward.text);
	if (is_undone == ANSWER_YES) {
		fact->is_undone = ANSWER_YES;
	} else {
		fact->outcome = outcome_from(console_redirect_move(
			forward.keeper.console_fd, forward.keeper.fallback_fd));
		text_copy(fact->target, sizeof(fact->target), fact->fallback);
		fact->is_fallen_back = ANSWER_YES;
	}
	if (forward.keeper_fd >= 0) {
		(void)!write(forward.keeper_fd, &(char){KEEPER_LEAVE}, 1);
		close_keeper(collector);
	}
	close_all(collector);
	collector->is_encoding_wanted = true;
}

void console_forward_end(struct collector *collector)
{
	if (forward.is_on)
		leave(collector, ANSWER_NO);
}

static void look_after_keeper(struct collector *collector)
{
	char word;

	if (forward.gone_pid > 0 && waitpid(forward.gone_pid, NULL, WNOHANG) != 0)
		forward.gone_pid = 0;
	if (!forward.is_on || read(forward.keeper_fd, &word, 1) != 0)
		return;
	close_keeper(collector);
	if (start_keeper(collector) < 0)
		leave(collector, ANSWER_NO);
}

void console_forward_handle(struct collector *collector)
{
	look_after_keeper(collector);
	if (!forward.is_on)
		return;
	if (!drain()) {
		leave(collector, ANSWER_YES);
		return;
	}
	if (console_text_is_open(&forward.text) && clock_now_us() >= forward.flush_us)
		console_text_flush(&forward.text);
}

bool console_forward_account(const struct collector *collector, struct sink_fact *ret_account)
{
	const struct report_aside *aside = &collector->sinks.aside;

	*ret_account = aside->account;
	text_copy(ret_account->name, sizeof(ret_account->name), "console-text");
	ret_account->state = OUTCOME_OK;
	ret_account->waiting = aside->waiting;
	return forward.is_on || aside->account.delivered || aside->waiting;
}

/* A console that nobody looks at is no reason to stay for ever. */
bool console_forward_is_wanted(struct collector *collector)
{
	const struct sink *port = sinks_find(&collector->sinks, SINK_VIRTIO);

	if (!forward.is_on || !sinks_may_have_port(&collector->sinks, false))
		return false;
	return clock_now_us() < collector->linger_end_us ||
	       (port && port->account.is_read == ANSWER_YES);
}
