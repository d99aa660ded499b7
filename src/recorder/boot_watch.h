/* SPDX-License-Identifier: MIT */
/*
 * How far a boot is, as the names of its processes tell: whether somebody can log in, whether
 * nothing new is started any more, and which programs took long. A look costs two system calls for
 * each process, and PID 1 nothing.
 */
#ifndef RECORDER_BOOT_WATCH_H
#define RECORDER_BOOT_WATCH_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

/* More programs at once are not followed. */
enum { BOOT_PROGRAMS_MAX = 96 };

struct boot_program {
	uint32_t pid;
	char comm[16];
	uint64_t first_us, last_us; /* when it was seen */
};

struct boot_watch {
	uint64_t root_us; /* the first look: PID 1 has the root of stage 2 */
	char login[16];   /* the program with which one logs in, "": none yet */
	uint64_t login_us;
	/* Since the look before, no process was started. */
	bool is_quiet;
	char newest_pid[16];
	uint32_t count;
	struct boot_program program[BOOT_PROGRAMS_MAX];
	/* Of those that have ended. */
	struct boot_end_fact ended;
};

/* proc: /proc itself. */
void boot_watch_look(struct boot_watch *watch, const struct sysroot *proc, uint64_t now_us);

#endif
