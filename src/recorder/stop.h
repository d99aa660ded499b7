/* SPDX-License-Identifier: MIT */
/*
 * What a stop of PID 1 means, of which waitpid(2) told its tracer (ptrace(2), PTRACE_SEIZE):
 * decided from numbers alone.
 */
#ifndef RECORDER_STOP_H
#define RECORDER_STOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* linux/ptrace.h does not go together with sys/ptrace.h everywhere. */
enum { STOP_EVENT = 128 };

enum stop_kind {
	STOP_NONE,   /* it has not stopped, but ended */
	STOP_EXIT,   /* a thread of it is about to end */
	STOP_EXEC,   /* it has become another program */
	STOP_GROUP,  /* it stays stopped until somebody lets it go on */
	STOP_OURS,   /* it does because we said so */
	STOP_SIGNAL, /* a signal on its way to it */
};

struct stop {
	enum stop_kind kind;
	int signal;    /* that was on its way */
	int passed_on; /* what it gets of that when it goes on, or 0 */
};

struct stop stop_judge(int wait_status);

/* A signal that the kernel sends to who has crashed. */
bool stop_is_fault(int signal);
/* What programs crash by, and systemd catches: it then stands still for ever. */
bool stop_is_crash(int signal);

/* The kernel ends an init that crashes, but not one that is traced (kernel/signal.c,
 * force_sig_info_to_task): that one would crash for ever. caught: as proc_status_caught(). */
bool stop_is_deadly(int signal, const siginfo_t *info, uint64_t caught);

#endif
