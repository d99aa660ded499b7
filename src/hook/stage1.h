/* SPDX-License-Identifier: MIT */
/*
 * Living beside a stage 1 that knows nothing of us, as the first program of the kernel (rdinit=).
 * Nothing is mounted yet when it starts, and nothing that stage 1 would find mounted may be left
 * behind. So the collector begins in a mount namespace of its own, with /proc, /sys and /dev, and
 * goes home into PID 1's when stage 1 has mounted its own. There it sees the switch of root.
 */
#ifndef HOOK_STAGE1_H
#define HOOK_STAGE1_H

#include "bootprobe/config.h"
#include "source/sysroot.h"

#include <stdbool.h>
#include <stddef.h>

/* For PID 1 itself: settings_read(), by mounts that are gone again when this returns. The driver of
 * fw_cfg is loaded for it where it was appended together with the hook. */
void stage1_read_settings(struct config *config);
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
/* *ret_new_root: where stage 1 has mounted the root of stage 2, or NULL; the switch is coming then.
 */
enum stage1_place stage1_look(const struct sysroot *proc, const char **ret_new_root);
/* Into PID 1's mount namespace, at its root. Returns 0 or a negative errno. */
int stage1_go_home(const struct sysroot *proc);

#endif
