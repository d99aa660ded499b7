/* SPDX-License-Identifier: MIT */
/*
 * The collector's side of the flight recorder: it starts it, writes down what it saw, and says when
 * PID 1 may go on to its end.
 */
#include "hook/collector_part.h"

#include "base/text.h"
#include "recorder/recorder.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A recorder that somebody stops (SIGSTOP) holds PID 1 at its next signal. For a moment systemd
 * stops all processes, this one included. */
#define STOPPED_MAX_US (1 * US_PER_S)
/* What consoles get of PID 1's end, before that comes. */
#define LAST_PAGE_US (500 * US_PER_MS)

static struct recorder recorder = {.trace = TRACE_SOURCE_CLOSED};

/* Should it be killed, the kernel lets PID 1 go; should the collector be, it sees that and leaves.
 */
static int run_child(int fd)
{
	children_close_others((const int[]){recorder.proc.fd, fd}, 2);
	(void)signal(SIGTERM, SIG_DFL);
	(void)prctl(PR_SET_NAME, "bp-recorder");
	recorder.collector_fd = fd;
	recorder_run(&recorder);
	return 0;
}

void recording_start(struct collector *collector)
{
	struct recorder_fact *fact = &collector->facts->recorder;
	int pair[2];

	collector->recorder_fd = -1;
	collector->recorder_stopped_us = UINT64_MAX;
	if (!collector->config->is_recording || collector->is_single_pass) {
		fact->state = RECORDER_NOT_WANTED;
		fact_publish(&fact->once);
		return;
	}
	fact->state = RECORDER_WATCHING;
	recorder.facts = collector->facts;
	recorder.end_us = clock_now_us() + collector->config->record_us;
	if (sysroot_open_below(&collector->sources.root, "proc", &recorder.proc) < 0 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return;
	collector->recorder_pid = fork();
	if (collector->recorder_pid == 0) {
		(void)close(pair[0]);
		_exit(run_child(pair[1]));
	}
	atomic_fetch_add(&collector->facts->own_processes, 1);
	(void)close(pair[1]);
	if (collector->recorder_pid < 0) {
		(void)close(pair[0]);
		return;
	}
	collector->recorder_fd = pair[0];
	children_keep_out(&collector->children, pair[0]);
}

bool recording_is_on(const struct collector *collector)
{
	return collector->recorder_fd >= 0;
}

static void end(struct collector *collector)
{
	struct recorder_fact *fact = &collector->facts->recorder;

	/* Gone without a word: PID 1 goes on unwatched. */
	if (fact->state == RECORDER_WATCHING && fact->seize == OUTCOME_OK) {
		fact->state = RECORDER_LOST;
		fact_publish(&fact->once);
		collector->is_encoding_wanted = true;
	}
	children_let_in(&collector->children, collector->recorder_fd);
	(void)close(collector->recorder_fd);
	collector->recorder_fd = -1;
	/* How far PID 1 gets, or the boot, is known. */
	if (fact->state != RECORDER_LOST && fact->seize == OUTCOME_OK)
		observing_stop(collector);
	collector->recorder_stopped_us = UINT64_MAX;
	(void)waitpid(collector->recorder_pid, NULL, WNOHANG);
	/* Before the machine is down something else has to be said; the recorder does it. */
	if (fact->state != RECORDER_SAW_SHUTDOWN)
		trace_source_close(&recorder.trace);
}

/* Behind a switch of root there is no /dev where we are: the consoles are found where PID 1 is. */
static void look_from_pid1(struct collector *collector)
{
	int fd;

	if (sysroot_exists(&collector->sources.root, "dev/console"))
		return;
	/* A magic link, which sysroot_openat() refuses to follow. */
	fd = openat(recorder.proc.fd, "1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	sysroot_close(&collector->sources.root);
	collector->sources.root.fd = fd;
}

/* PID 1 waits for this, and the machine ends behind it. */
static void tell_exit(struct collector *collector, const char *phase)
{
	uint64_t end_us = clock_now_us() + LAST_PAGE_US;

	collector->phase = phase;
	look_from_pid1(collector);
	output_recording(collector);
	output_end(collector);
	output_summary(collector);
	while (children_running(&collector->children, PHASE_CONSOLE_SINK) &&
		clock_now_us() < end_us) {
		struct timespec step = {.tv_nsec = 5 * 1000 * 1000};

		(void)nanosleep(&step, NULL);
		(void)children_reap(&collector->children);
	}
	(void)!write(collector->recorder_fd, &(char){RECORDER_GO_ON}, 1);
	end(collector);
}

void recording_step_aside(struct collector *collector)
{
	if (recording_is_on(collector))
		(void)!write(collector->recorder_fd, &(char){RECORDER_STEP_ASIDE}, 1);
}

void recording_stop(struct collector *collector)
{
	if (recording_is_on(collector))
		end(collector);
}

/* The end of its tracer lets PID 1 go, and its socket tells that it is gone. */
static void end_stopped(struct collector *collector)
{
	int status;

	while (waitpid(collector->recorder_pid, &status, WNOHANG | WUNTRACED | WCONTINUED) > 0)
		collector->recorder_stopped_us = WIFSTOPPED(status) ? clock_now_us() : UINT64_MAX;
	if (clock_now_us() < recording_next_look(collector))
		return;
	(void)kill(collector->recorder_pid, SIGKILL);
	collector->recorder_stopped_us = UINT64_MAX;
}

uint64_t recording_next_look(const struct collector *collector)
{
	return collector->recorder_stopped_us == UINT64_MAX
		       ? UINT64_MAX
		       : collector->recorder_stopped_us + STOPPED_MAX_US;
}

void recording_handle(struct collector *collector)
{
	char word;
	ssize_t n;

	if (!recording_is_on(collector))
		return;
	end_stopped(collector);
	n = read(collector->recorder_fd, &word, 1);
	if (n < 0)
		return;
	if (n == 0) {
		end(collector);
		return;
	}
	switch (collector->facts->recorder.state) {
	case RECORDER_UNKNOWN:
	case RECORDER_NOT_WANTED:
	case RECORDER_WATCHING:
		collector->is_encoding_wanted = true;
		break;
	case RECORDER_SAW_EXIT:
		tell_exit(collector, "exit");
		break;
	case RECORDER_SAW_FREEZE:
		tell_exit(collector, "frozen");
		break;
	case RECORDER_LOST:
		end(collector);
		break;
	case RECORDER_SAW_UP:
	case RECORDER_TIME_OVER:
	case RECORDER_SAW_SHUTDOWN:
		collector->is_up = true;
		end(collector);
		break;
	}
}
