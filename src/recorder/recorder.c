/* SPDX-License-Identifier: MIT */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/text.h"
#include "recorder/last_words.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long PID 1 is held at its end, for the report to get out. */
enum { HELD_MAX_MS = 1000 };
/* How often it is asked whether the machine is up. */
#define LOOK_US (2 * US_PER_S)

/* linux/ptrace.h does not go together with sys/ptrace.h everywhere. */
enum { EVENT_STOP = 128 };

static void tell(struct recorder *recorder, enum recorder_state state)
{
	recorder->facts->recorder.ended_us = clock_now_us();
	recorder->facts->recorder.state = state;
	(void)!write(recorder->collector_fd, "", 1);
}

static void wait_for_collector(const struct recorder *recorder)
{
	struct pollfd word = {.fd = recorder->collector_fd, .events = POLLIN};

	(void)poll(&word, 1, HELD_MAX_MS);
}

/* PID 1 stands still here, with all that it had. */
static void at_end(struct recorder *recorder, int32_t wait_status)
{
	recorder->facts->pid1_exit.at_us = clock_now_us();
	recorder->facts->pid1_exit.wait_status = wait_status;
	last_words_gather(&recorder->proc, &recorder->trace, &recorder->facts->pid1_exit);
	fact_publish(&recorder->facts->pid1_exit.once);
	tell(recorder, RECORDER_SAW_EXIT);
	wait_for_collector(recorder);
	(void)ptrace(PTRACE_DETACH, 1, NULL, NULL);
}

static void at_exit(struct recorder *recorder)
{
	unsigned long status = 0;

	(void)ptrace(PTRACE_GETEVENTMSG, 1, NULL, &status);
	at_end(recorder, (int32_t)status);
}

static bool is_caught(const struct recorder *recorder, int signal)
{
	static const char NAME[] = "SigCgt:";
	char text[4096], *cursor = text, *line;
	uint64_t caught = 0;

	if (sysroot_read(&recorder->proc, "1/status", text, sizeof(text)) < 0)
		return true;
	while ((line = text_next_line(&cursor))) {
		if (text_starts_with(line, NAME))
			(void)text_parse_u64(text_trim(line + strlen(NAME)), 16, &caught);
	}
	return caught >> (signal - 1) & 1;
}

/* The kernel ends an init that crashes, but not one that is traced (kernel/signal.c,
 * force_sig_info_to_task): that one would crash for ever. So it is let go, and crashes once more.
 */
static bool is_deadly(const struct recorder *recorder, int signal)
{
	static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
	siginfo_t info;
	bool is_fault = false;

	for (size_t i = 0; i < ARRAY_SIZE(FAULTS); i++)
		is_fault |= FAULTS[i] == signal;
	/* Greater than 0: from the kernel, about what PID 1 itself did. */
	return is_fault && ptrace(PTRACE_GETSIGINFO, 1, NULL, &info) == 0 && info.si_code > 0 &&
	       !is_caught(recorder, signal);
}

static bool is_job_control_stop(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Returns false when there is nothing to watch any more. */
static bool handle_stop(struct recorder *recorder, int status)
{
	int signal, event;

	if (!WIFSTOPPED(status))
		return false;
	signal = WSTOPSIG(status);
	event = status >> 16;
	if (event == PTRACE_EVENT_EXIT) {
		at_exit(recorder);
		return false;
	}
	if (!event && is_deadly(recorder, signal)) {
		at_end(recorder, signal);
		return false;
	}
	/* A signal on its way to PID 1 is passed on; a stop of ours (SIGTRAP) is not, nor SIGSTOP,
	 * which an init that is not traced never gets. */
	if (event == EVENT_STOP && is_job_control_stop(signal))
		return ptrace(PTRACE_LISTEN, 1, NULL, NULL) == 0;
	return ptrace(PTRACE_CONT, 1, NULL, event || signal == SIGSTOP ? 0L : (long)signal) == 0;
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

/* Somebody can log in: the boot is through. */
static bool is_up(const struct recorder *recorder)
{
	static const char *const PROGRAMS[] = {"agetty", "getty", "mingetty", "login", "sshd"};
	struct sysroot root = recorder->proc;
	DIR *directory = sysroot_opendir(&root, ".");
	const char *entry;
	char comm[32];
	bool is_found = false;

	while (directory && !is_found && (entry = sysroot_next_entry(directory))) {
		if (*entry < '1' || *entry > '9' ||
			sysroot_attribute(&root, comm, sizeof(comm), entry, "/comm", NULL) < 0)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(PROGRAMS) && !is_found; i++)
			is_found = strcmp(comm, PROGRAMS[i]) == 0;
	}
	if (directory)
		(void)closedir(directory);
	return is_found;
}

/* Lets PID 1 alone. It must be stopped for that. */
static void let_go(struct recorder *recorder)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, 1, NULL, NULL) < 0)
		return;
	while (waitpid(1, &status, __WALL) == 1 && WIFSTOPPED(status)) {
		if (status >> 16 == PTRACE_EVENT_EXIT) {
			at_exit(recorder);
			return;
		}
		if (status >> 16 == EVENT_STOP) {
			(void)ptrace(PTRACE_DETACH, 1, NULL, NULL);
			return;
		}
		(void)ptrace(PTRACE_CONT, 1, NULL, (long)WSTOPSIG(status));
	}
}

static void watch(struct recorder *recorder)
{
	struct timespec step = {.tv_sec = LOOK_US / US_PER_S};
	uint64_t look_us = clock_now_us() + LOOK_US;
	enum recorder_state end = RECORDER_WATCHING;
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	while (end == RECORDER_WATCHING) {
		uint64_t now;

		(void)sigtimedwait(&children, NULL, &step);
		if (!handle_stops(recorder))
			return;
		now = clock_now_us();
		if (now >= recorder->end_us)
			end = RECORDER_TIME_OVER;
		if (now < look_us)
			continue;
		look_us = now + LOOK_US;
		if (is_up(recorder))
			end = RECORDER_SAW_UP;
	}
	let_go(recorder);
	if (recorder->facts->recorder.state == RECORDER_WATCHING)
		tell(recorder, end);
}

void recorder_run(struct recorder *recorder)
{
	struct recorder_fact *fact = &recorder->facts->recorder;
	sigset_t blocked;

	/* Stops of PID 1 are told by SIGCHLD, which waits until it is asked for. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	fact->seize = outcome_from(
		ptrace(PTRACE_SEIZE, 1, NULL, (long)PTRACE_O_TRACEEXIT) < 0 ? -errno : 0);
	fact_publish(&fact->once);
	(void)!write(recorder->collector_fd, "", 1);
	if (fact->seize == OUTCOME_OK)
		watch(recorder);
}
