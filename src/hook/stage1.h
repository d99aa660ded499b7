/* SPDX-License-Identifier: MIT */
/*
 * Living beside a stage 1 that knows nothing of us, as the first program of the kernel (rdinit=).
 * Nothing is mounted yet when it starts, and nothing that stage 1 would find mounted may be left
 * behind. So the collector begins in a mount namespace of its own, with /proc, /sys and /dev, and
 * goes home into PID 1's when stage 1 has mounted its own. There it sees the switch of root.
 */
#ifndef HOOK_STAGE1_H
#define HOOK_STAGE1_H

#include "source/sysroot.h"

#include <stdbool.h>
#include <stddef.h>

/* For PID 1 itself: the kernel command line, by a mount that is gone again when this returns.
 * Returns as cmdline_source_read(). */
int stage1_read_cmdline(char *buf, size_t size);
/* Puts /dev/null on those of the descriptors 0 to 2 that are closed; or a console that takes bytes,
 * where that may be healed. */
void stage1_fill_descriptors(bool may_heal_console);
/* Becomes /init, with the arguments and environment that the kernel gave. Returns when there is
 * none that could be run. */
void stage1_exec_init(char **argv);

/* For the collector: a mount namespace of its own. Returns 0 or a negative errno. */
int stage1_enter(void);

enum stage1_place {
	STAGE1_BARE,     /* PID 1 has not mounted what we need */
	STAGE1_MOUNTED,  /* it has /proc, /sys, /dev and /run */
	STAGE1_SWITCHED, /* it lives in the root of stage 2 */
};

/* proc: the root of a proc file system. */
enum stage1_place stage1_look(const struct sysroot *proc);
/* Into PID 1's mount namespace, at its root. Returns 0 or a negative errno. */
int stage1_go_home(const struct sysroot *proc);

#endif
