/* SPDX-License-Identifier: MIT */
/*
 * Which processes have most to do: all of them are listed now and then, and what they have done is
 * compared with the list before. The hook's own are left out.
 */
#ifndef RECORDER_BUSY_H
#define RECORDER_BUSY_H

#include "bootprobe/facts.h"
#include "parse/proc_process.h"
#include "source/sysroot.h"

#include <sys/types.h>

/* Those beyond are not looked at. */
enum { PROCESSES_MAX = 4096 };

struct process {
	uint32_t pid, parent;
	char comm[16];
	char state;
	bool is_kernel;
	uint64_t start_ticks;   /* with the pid: which one it is */
	uint64_t waiting_since; /* in state D, without a break; 0: it is not */
	struct process_work {
		uint64_t cpu_us, read_bytes, written_bytes;
	} work, before; /* since it began, and up to the last heartbeat */
};

/* Shared with the children that look at what may hang. */
struct busy {
	struct process item[PROCESSES_MAX];
	uint32_t count;
	uint32_t hung; /* looks that hung */
	/* The look under way. */
	const struct sysroot *proc;
};

/* NULL: no memory. */
struct busy *busy_new(void);
/* Lists all processes but those of the collector, within a time: a list that is not whole is better
 * than none. */
void busy_list(struct busy *busy, const struct sysroot *proc, pid_t collector, uint64_t now_us);
/* Who had most to do since the last time, into the heartbeat. */
void busy_tell(struct busy *busy, const struct sysroot *proc, struct heartbeat_fact *heartbeat,
	_Atomic uint64_t *started);

#endif
