/* SPDX-License-Identifier: MIT */
/*
 * The collector's side of the observer: it starts it, writes down what it sees, and tells who looks
 * at a console what a boot waits for that does not get on behind stage 1.
 */
#include "hook/collector_part.h"

#include "base/text.h"
#include "recorder/observer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of one boot. Who has not read the first ones reads no more of them. */
enum { STALL_PAGES_MAX = 8 };

static struct observer observer = {.proc.fd = -1, .sys.fd = -1, .kmsg_fd = -1};

static bool open_inputs(const struct sysroot *root)
{
	observer.kmsg_fd = sysroot_openat(root, "dev/kmsg", O_RDONLY | O_NONBLOCK);
	return sysroot_open_below(root, "proc", &observer.proc) == 0 &&
	       sysroot_open_below(root, "sys", &observer.sys) == 0;
}

static void set_state(struct collector *collector, enum observer_state state)
{
	collector->facts->observer.state = state;
	fact_publish(&collector->facts->observer.once);
}

static void begin(struct collector *collector)
{
	int pair[2];

	observer.facts = collector->facts;
	observer.stall_us = collector->config->stall_us;
	observer.end_us = clock_now_us() + collector->config->record_us;
	if (!open_inputs(&collector->sources.root) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return;
	collector->observer_pid = fork();
	if (collector->observer_pid == 0) {
		(void)prctl(PR_SET_NAME, "bp-observer");
		observer.collector_fd = pair[1];
		observer_run(&observer);
		_exit(0);
	}
	atomic_fetch_add(&collector->facts->own_processes, 1);
	(void)close(pair[1]);
	if (collector->observer_pid < 0) {
		(void)close(pair[0]);
		return;
	}
	collector->observer_fd = pair[0];
	children_keep_out(&collector->children, pair[0]);
	set_state(collector, OBSERVER_WATCHING);
}

void observing_start(struct collector *collector)
{
	collector->observer_fd = -1;
	if (!collector->config->is_recording_full || collector->is_single_pass) {
		set_state(collector, OBSERVER_NOT_WANTED);
		return;
	}
	begin(collector);
	if (collector->observer_fd < 0)
		set_state(collector, OBSERVER_LOST);
}

bool observing_is_on(const struct collector *collector)
{
	return collector->observer_fd >= 0;
}

static void end(struct collector *collector, enum observer_state state)
{
	set_state(collector, state);
	children_let_in(&collector->children, collector->observer_fd);
	(void)close(collector->observer_fd);
	collector->observer_fd = -1;
	/* It has nothing to lose, and may hang. */
	(void)kill(collector->observer_pid, SIGKILL);
	(void)waitpid(collector->observer_pid, NULL, WNOHANG);
	call_rates_init(&observer.rates, &observer.proc, collector->facts);
	call_rates_close(&observer.rates);
}

void observing_stop(struct collector *collector)
{
	if (observing_is_on(collector))
		end(collector, OBSERVER_ENDED);
}

/* Below the root that PID 1 has by now; that of the collector may be empty. It is open for no
 * longer than it takes. */
static void show_page(struct collector *collector)
{
	struct sysroot before = collector->sources.root;
	struct sysroot now = {
		.fd = openat(observer.proc.fd, "1/root/", O_PATH | O_DIRECTORY | O_CLOEXEC)};

	if (now.fd >= 0)
		collector->sources.root = now;
	output_summary(collector);
	collector->sources.root = before;
	sysroot_close(&now);
}

/* As stage 1 tells that it does not go on: records, an end, a page. */
static void tell_end(struct collector *collector, const char *phase,
	void (*tell_page)(struct collector *collector))
{
	const char *before = collector->phase;

	collector->phase = phase;
	output_recording(collector);
	output_end(collector);
	tell_page(collector);
	collector->phase = before;
}

static const struct finding *stall_finding(const struct collector *collector)
{
	const struct finding *livelock = findings_find(&collector->findings, "boot.livelock");

	return livelock ? livelock : findings_find(&collector->findings, "boot.stalled");
}

/* The same again is told by its records alone. */
static void tell_stall(struct collector *collector)
{
	const struct finding *finding;
	char what[sizeof(collector->stalled_of)];

	output_recording(collector);
	finding = stall_finding(collector);
	if (!finding || collector->state != STATE_LINGER)
		return;
	(void)text_join(what, sizeof(what), finding->id, " ", finding->subject, NULL);
	if (strcmp(what, collector->stalled_of) == 0)
		return;
	(void)text_copy(collector->stalled_of, sizeof(collector->stalled_of), what);
	tell_end(collector, "stall",
		collector->stall_pages++ < STALL_PAGES_MAX ? show_page : output_last_page);
}

/* What was told of it holds no more. */
static void tell_going_on(struct collector *collector)
{
	if (!collector->stalled_of[0]) {
		output_recording(collector);
		return;
	}
	collector->stalled_of[0] = '\0';
	tell_end(collector, "goes-on", output_last_page);
}

static void write_down(struct collector *collector, enum observer_word word)
{
	switch (word) {
	case OBSERVER_BEATS:
		output_progress(collector);
		break;
	case OBSERVER_STALLED:
	case OBSERVER_COUNTED:
		tell_stall(collector);
		break;
	case OBSERVER_GOES_ON:
		tell_going_on(collector);
		break;
	}
}

void observing_handle(struct collector *collector)
{
	char word;
	ssize_t n;

	/* Some words may come at once; each may be the last. */
	while (observing_is_on(collector)) {
		n = read(collector->observer_fd, &word, 1);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			end(collector,
				clock_now_us() >= observer.end_us ? OBSERVER_ENDED : OBSERVER_LOST);
			collector->is_encoding_wanted = true;
			return;
		}
		write_down(collector, (enum observer_word)word);
		(void)!write(collector->observer_fd, &word, 1);
	}
}
