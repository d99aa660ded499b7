/* SPDX-License-Identifier: MIT */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/text.h"
#include "parse/proc_status.h"
#include "recorder/boot_end.h"
#include "recorder/boot_watch.h"
#include "recorder/last_words.h"
#include "recorder/stop.h"
#include "recorder/tracing.h"
#include "source/systemd_boot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long PID 1 is held at its end, for the report to get out. */
#define GATHER_MAX_US (300 * US_PER_MS)
#define HELD_MAX_US (700 * US_PER_MS)
/* How often it is asked whether the machine is up. */
#define LOOK_US (2 * US_PER_S)
/* How often it is asked whether it has another root, and for how long. */
#define ROOT_LOOK_US (100 * US_PER_MS)
#define ROOT_MAX_US (30 * US_PER_S)
/* For an answer of systemd; and who is up with systemd still at work is reported so much later. */
#define ANSWER_MAX_US (500 * US_PER_MS)
/* So much later systemd is asked where always something is being started. */
#define LOUD_US (10 * US_PER_S)
#define FINISH_STEP_US (1 * US_PER_S)
#define FINISH_MAX_US (10 * US_PER_S)

/* ended_us: PID 1 was let go. */
static void tell(struct recorder *recorder, enum recorder_state state, uint64_t ended_us)
{
	recorder->facts->recorder.ended_us = ended_us;
	recorder->facts->recorder.state = state;
	(void)!write(recorder->collector_fd, "", 1);
}

/* What the collector has said meanwhile: whether word is among it. False where it is gone, too. */
static bool has_said(struct recorder *recorder, char word)
{
	bool is_said = false;
	char said;

	while (read(recorder->collector_fd, &said, 1) == 1)
		is_said |= said == word;
	return is_said;
}

/* The collector is gone, and what was seen has nowhere to go. */
static bool is_alone(const struct recorder *recorder)
{
	char word;

	return recv(recorder->collector_fd, &word, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void wait_for_collector(struct recorder *recorder)
{
	struct pollfd word = {.fd = recorder->collector_fd, .events = POLLIN};
	uint64_t end_us = clock_now_us() + HELD_MAX_US, now;

	while ((now = clock_now_us()) < end_us &&
		poll(&word, 1, (int)((end_us - now) / US_PER_MS + 1)) > 0) {
		if (has_said(recorder, RECORDER_GO_ON) || word.revents & POLLHUP)
			return;
	}
}

/* PID 1 stands still here, with all that it had. */
static void at_end(struct recorder *recorder, int32_t wait_status)
{
	recorder->facts->pid1_exit.at_us = clock_now_us();
	recorder->facts->pid1_exit.wait_status = wait_status;
	tracing_take_now(recorder);
	last_words_gather(&recorder->proc, &recorder->trace, &recorder->facts->pid1_exit,
		clock_now_us() + GATHER_MAX_US);
	fact_publish(&recorder->facts->pid1_exit.once);
	tell(recorder, RECORDER_SAW_EXIT, clock_now_us());
	wait_for_collector(recorder);
	(void)ptrace(PTRACE_DETACH, 1, NULL, NULL);
}

/* The last thread of it: one that starts another program from a thread ends all others first. */
static bool is_last_thread(const struct recorder *recorder)
{
	DIR *directory = sysroot_opendir(&recorder->proc, "1/task");
	uint32_t threads = 0;

	while (directory && sysroot_next_entry(directory))
		threads++;
	if (directory)
		(void)closedir(directory);
	return threads <= 1;
}

static bool is_called(const struct recorder *recorder, const char *name)
{
	char comm[32];

	return sysroot_attribute(&recorder->proc, comm, sizeof(comm), "1/comm", NULL) == 0 &&
	       strcmp(comm, name) == 0;
}

/* As long as a command's name may be. */
#define SHUTDOWN_PROGRAM "systemd-shutdow"

/* PID 1 stands at the first instruction of another program. Returns false where that is left alone.
 */
static bool at_exec(struct recorder *recorder)
{
	recorder->is_shutdown = is_called(recorder, SHUTDOWN_PROGRAM);
	if (!recorder->is_shutdown)
		return ptrace(PTRACE_CONT, 1, NULL, NULL) == 0;
	(void)ptrace(PTRACE_DETACH, 1, NULL, NULL);
	return false;
}

/* Returns false when that was PID 1's end. */
static bool at_exit(struct recorder *recorder)
{
	unsigned long status = 0;

	if (!is_last_thread(recorder))
		return ptrace(PTRACE_CONT, 1, NULL, NULL) == 0;
	(void)ptrace(PTRACE_GETEVENTMSG, 1, NULL, &status);
	at_end(recorder, (int32_t)status);
	return false;
}

static bool is_deadly(const struct recorder *recorder, int signal)
{
	uint64_t caught = UINT64_MAX;
	char text[4096];
	siginfo_t info;
	ssize_t n;

	/* Of most signals nothing needs to be asked, while PID 1 stands still. */
	if (!stop_is_fault(signal) || ptrace(PTRACE_GETSIGINFO, 1, NULL, &info) < 0)
		return false;
	n = sysroot_read(&recorder->proc, "1/status", text, sizeof(text));
	if (n >= 0 || n == -EFBIG)
		(void)proc_status_caught(text, &caught);
	return stop_is_deadly(signal, &info, caught);
}

/* Returns false when there is nothing to watch any more. */
static bool handle_stop(struct recorder *recorder, int status)
{
	struct stop stop = stop_judge(status);

	switch (stop.kind) {
	case STOP_NONE:
		return false;
	case STOP_EXIT:
		return at_exit(recorder);
	case STOP_EXEC:
		return at_exec(recorder);
	case STOP_GROUP:
		return ptrace(PTRACE_LISTEN, 1, NULL, NULL) == 0;
	case STOP_OURS:
		break;
	case STOP_SIGNAL:
		if (stop_is_crash(stop.signal))
			recorder->crash_signal = stop.signal;
		if (!is_deadly(recorder, stop.signal))
			break;
		at_end(recorder, stop.signal);
		return false;
	}
	return ptrace(PTRACE_CONT, 1, NULL, (long)stop.passed_on) == 0;
}

static bool handle_stops(struct recorder *recorder)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(1, &status, __WALL | WNOHANG)) == 1) {
		if (!handle_stop(recorder, status))
			return false;
	}
	return pid == 0;
}

static int seize(void)
{
	return ptrace(PTRACE_SEIZE, 1, NULL, (long)(PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC)) < 0
		       ? -errno
		       : 0;
}

/* Lets PID 1 alone; it must be stopped for that. Returns false when that was its end, or shutdown.
 */
static bool let_go(struct recorder *recorder)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, 1, NULL, NULL) < 0)
		return true;
	while (waitpid(1, &status, __WALL) == 1) {
		if (WIFSTOPPED(status) && status >> 16 == STOP_EVENT)
			return ptrace(PTRACE_DETACH, 1, NULL, NULL) == 0;
		if (!handle_stop(recorder, status))
			return false;
	}
	return true;
}

/* ----------------------------------------------------------------------------- where PID 1 is */

struct root_id {
	uint32_t major, minor;
	uint64_t inode;
};

/* A magic link, which sysroot_openat() refuses to follow. Without asking a server, which may not
 * answer while PID 1 is held; statx(2): musl has had it since 1.2.4 only. */
static struct root_id root_of_pid1(const struct recorder *recorder)
{
	struct statx st;

	if (syscall(SYS_statx, recorder->proc.fd, "1/root/", AT_STATX_DONT_SYNC, STATX_INO, &st) <
		0)
		return (struct root_id){0};
	return (struct root_id){st.stx_dev_major, st.stx_dev_minor, st.stx_ino};
}

static bool is_elsewhere(const struct recorder *recorder, struct root_id before)
{
	struct root_id now = root_of_pid1(recorder);

	return now.inode && (now.major != before.major || now.minor != before.minor ||
				    now.inode != before.inode);
}

/* Before it changes its root, systemd stops every process with SIGSTOP for a moment, this one
 * included, and would wait for ever if a signal came in between. */
static bool is_systemd(const struct recorder *recorder)
{
	return is_called(recorder, "systemd");
}

/* ------------------------------------------------------------------------------------ watching */

struct watch {
	struct root_id first_root, root; /* of PID 1: in the beginning, and where it was let go */
	bool has_left;                   /* the first one */
	bool is_seized;
	uint64_t look_us, seize_us; /* seize_us: at the latest */
	uint32_t bare_looks;        /* in a row, see is_bare() */
	int signal_fd;
	struct boot_watch boot;
	uint64_t ask_us, ask_step_us; /* systemd is not asked before */
	/* What it said last. */
	struct systemd_boot systemd;
	outcome_t by_systemd;
};

static void wait_for_news(const struct recorder *recorder, const struct watch *watch)
{
	struct pollfd fds[] = {{.fd = watch->signal_fd, .events = POLLIN},
		{.fd = recorder->collector_fd, .events = POLLIN}};
	struct signalfd_siginfo info;

	(void)poll(fds, ARRAY_SIZE(fds),
		(int)((watch->is_seized ? LOOK_US : ROOT_LOOK_US) / US_PER_MS));
	while (read(watch->signal_fd, &info, sizeof(info)) == sizeof(info))
		;
}

/* Out of the way of a switch of root, and back behind it. Returns false where that cannot be. */
static bool step_aside(struct recorder *recorder, struct watch *watch, uint64_t now)
{
	if (watch->is_seized && has_said(recorder, RECORDER_STEP_ASIDE) && is_systemd(recorder)) {
		watch->root = root_of_pid1(recorder);
		watch->seize_us = now + ROOT_MAX_US;
		watch->is_seized = false;
		return let_go(recorder);
	}
	if (watch->is_seized || (now < watch->seize_us && !is_elsewhere(recorder, watch->root)))
		return true;
	recorder->is_shutdown = is_called(recorder, SHUTDOWN_PROGRAM);
	if (recorder->is_shutdown)
		return false;
	watch->is_seized = true;
	return seize() == 0;
}

/* A PID 1 that stops for us, its tracer, does not answer. */
static void ask_systemd(struct recorder *recorder, struct watch *watch)
{
	watch->by_systemd = outcome_from(systemd_boot_read(
		&recorder->proc, clock_now_us() + ANSWER_MAX_US, &watch->systemd));
}

/* Nobody can log in, and nothing is started any more, or much is for long: systemd knows whether
 * that is all. PID 1 is let alone for that question, so it is asked seldom. */
static enum recorder_state look_at_systemd(
	struct recorder *recorder, struct watch *watch, uint64_t now)
{
	uint64_t ask_us = watch->ask_us ? watch->ask_us : watch->boot.root_us;

	if (!watch->is_seized || now < ask_us + (watch->boot.is_quiet ? 0 : LOUD_US) ||
		!is_systemd(recorder))
		return RECORDER_WATCHING;
	watch->ask_us = now + watch->ask_step_us;
	watch->ask_step_us *= 2;
	watch->is_seized = false;
	if (!let_go(recorder))
		return RECORDER_LOST;
	ask_systemd(recorder, watch);
	if (watch->by_systemd == OUTCOME_OK && watch->systemd.finished_us)
		return RECORDER_SAW_UP;
	watch->is_seized = seize() == 0;
	return watch->is_seized ? RECORDER_WATCHING : RECORDER_LOST;
}

/* Before it freezes, systemd closes all descriptors but the first three (freeze(), in
 * src/basic/process-util.c), so that nobody waits for it. */
static bool is_bare(const struct recorder *recorder)
{
	DIR *directory = sysroot_opendir(&recorder->proc, "1/fd");
	bool is_bare = directory != NULL;
	const char *entry;

	while (is_bare && (entry = sysroot_next_entry(directory)))
		is_bare = entry[0] <= '2' && !entry[1];
	if (directory)
		(void)closedir(directory);
	return is_bare;
}

/* It begins as bare as that, for a moment. */
enum { BARE_LOOKS = 3 };

static bool is_frozen(const struct recorder *recorder, struct watch *watch)
{
	bool is_like_it = is_systemd(recorder) && is_bare(recorder);

	watch->bare_looks = is_like_it ? watch->bare_looks + 1 : 0;
	return watch->bare_looks >= BARE_LOOKS;
}

static void at_freeze(struct recorder *recorder)
{
	struct pid1_exit_fact *exit = &recorder->facts->pid1_exit;

	exit->at_us = clock_now_us();
	exit->is_frozen = true;
	exit->wait_status = recorder->crash_signal;
	last_words_gather(&recorder->proc, &recorder->trace, exit, clock_now_us() + GATHER_MAX_US);
	fact_publish(&exit->once);
}

static enum recorder_state look(struct recorder *recorder, struct watch *watch, uint64_t now)
{
	if (now >= recorder->end_us)
		return RECORDER_TIME_OVER;
	if (now < watch->look_us)
		return RECORDER_WATCHING;
	watch->look_us = now + LOOK_US;
	if (is_frozen(recorder, watch))
		return RECORDER_SAW_FREEZE;
	/* An initrd may have an sshd of its own. */
	watch->has_left |= is_elsewhere(recorder, watch->first_root);
	if (!watch->has_left)
		return RECORDER_WATCHING;
	boot_watch_look(&watch->boot, &recorder->proc, now);
	return watch->boot.login[0] ? RECORDER_SAW_UP : look_at_systemd(recorder, watch, now);
}

/* ---------------------------------------------------------------------------------- how it ended
 */

/* Who can log in before systemd has started all gets the whole account, if that does not take long.
 */
static void wait_for_systemd(struct recorder *recorder, struct watch *watch)
{
	uint64_t end_us = clock_now_us() + FINISH_MAX_US, step_us = FINISH_STEP_US;

	ask_systemd(recorder, watch);
	while (watch->by_systemd == OUTCOME_OK && !watch->systemd.finished_us &&
		clock_now_us() + step_us < end_us && !is_alone(recorder)) {
		(void)poll(NULL, 0, (int)(step_us / US_PER_MS));
		step_us *= 2;
		ask_systemd(recorder, watch);
	}
}

/* PID 1 has been let go. Returns what is to be told: who has run out of time may be up as well. */
static enum recorder_state end_boot(
	struct recorder *recorder, struct watch *watch, enum recorder_state state)
{
	struct boot_end_fact *end = &recorder->facts->boot_end;

	if (state == RECORDER_SAW_UP)
		wait_for_systemd(recorder, watch);
	else if (state == RECORDER_TIME_OVER && is_systemd(recorder))
		ask_systemd(recorder, watch);
	if (state == RECORDER_TIME_OVER && watch->by_systemd == OUTCOME_OK &&
		watch->systemd.finished_us)
		state = RECORDER_SAW_UP;
	if (state != RECORDER_SAW_UP)
		return state;
	boot_end_gather(&recorder->proc, &watch->boot, &watch->systemd, watch->by_systemd, end);
	fact_publish(&end->once);
	return state;
}

static enum recorder_state next_state(struct recorder *recorder, struct watch *watch)
{
	/* After a start of another program by a thread, PID 1 is one that nobody watches. */
	if (watch->is_seized && !handle_stops(recorder) &&
		(recorder->is_shutdown || fact_is_known(&recorder->facts->pid1_exit.once) ||
			seize() < 0))
		return RECORDER_LOST;
	if (is_alone(recorder) || !step_aside(recorder, watch, clock_now_us()))
		return RECORDER_LOST;
	return look(recorder, watch, clock_now_us());
}

static void watch(struct recorder *recorder, int signal_fd)
{
	/* Too large for a stack. */
	static struct watch watch;
	enum recorder_state state = RECORDER_WATCHING;
	uint64_t ended_us;

	watch = (struct watch){.first_root = root_of_pid1(recorder),
		.is_seized = true,
		.look_us = clock_now_us() + LOOK_US,
		.ask_step_us = LOOK_US,
		.signal_fd = signal_fd};
	while (state == RECORDER_WATCHING) {
		wait_for_news(recorder, &watch);
		if (tracing_take(recorder))
			(void)!write(recorder->collector_fd, "", 1);
		state = next_state(recorder, &watch);
	}
	if (fact_is_known(&recorder->facts->pid1_exit.once))
		return;
	if (state == RECORDER_SAW_FREEZE)
		at_freeze(recorder);
	if (!recorder->is_shutdown && watch.is_seized && !let_go(recorder) &&
		!recorder->is_shutdown)
		return;
	ended_us = clock_now_us();
	/* A machine that goes down waits for nobody, and to end tracing takes the kernel longer. */
	if (recorder->is_shutdown)
		tell(recorder, RECORDER_SAW_SHUTDOWN, ended_us);
	tracing_take_now(recorder);
	trace_source_close(&recorder->trace);
	if (!recorder->is_shutdown)
		tell(recorder, end_boot(recorder, &watch, state), ended_us);
}

static int open_signals(void)
{
	sigset_t handled;

	/* Ignored, stops of PID 1 would not be told. */
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &handled, NULL);
	return signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
}

void recorder_run(struct recorder *recorder)
{
	struct recorder_fact *fact = &recorder->facts->recorder;
	int signal_fd = open_signals();

	fact->seize = outcome_from(signal_fd < 0 ? -errno : seize());
	if (fact->seize == OUTCOME_OK) {
		tracing_begin(recorder);
		watch(recorder, signal_fd);
		return;
	}
	fact_publish(&fact->once);
	(void)!write(recorder->collector_fd, "", 1);
}
