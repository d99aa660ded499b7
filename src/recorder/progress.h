/* SPDX-License-Identifier: MIT */
/*
 * Whether a boot gets on. It does when there is something that has not been there before: a
 * program, a message in other words, a mount, a unit, a device event. More of the same is none: who
 * tries the same again, writes the same line again or turns a cursor on a console does not get on.
 */
#ifndef RECORDER_PROGRESS_H
#define RECORDER_PROGRESS_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

/* A boot that has had more than that gets on, as far as can be told. */
enum { PROGRESS_SEEN_MAX = 4096 };

/* Where to look. run: /run of stage 2, SYSROOT_CLOSED as long as there is none. kmsg_fd: the kernel
 * log, non-blocking; -1: none. */
struct progress_sources {
	const struct sysroot *proc, *sys, *run;
	int kmsg_fd;
};

struct progress {
	struct progress_counters counters;
	uint64_t last_us;                             /* something new was there */
	uint32_t seen[PROGRESS_SEEN_MAX], seen_count; /* hashes; 0: none */
};

/* A name of that kind ("program", "unit", …) is there. Notes whether it is new. */
void progress_note(struct progress *progress, const char *kind, const char *name, uint64_t now_us);
/* The same for words in which digits say nothing. */
void progress_note_words(struct progress *progress, const char *kind, const char *words,
	size_t length, uint64_t now_us);
/* Looks at all but programs, which who lists them notes. own_processes: to be left out. */
void progress_look(struct progress *progress, const struct progress_sources *sources,
	uint64_t own_processes, uint64_t now_us);

#endif
