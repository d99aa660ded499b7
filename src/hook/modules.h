/* SPDX-License-Identifier: MIT */
/*
 * Loading the kernel modules that were appended to an initrd together with the hook.
 */
#ifndef HOOK_MODULES_H
#define HOOK_MODULES_H

#include "bootprobe/facts.h"
#include "source/sources.h"

#define MODULES_PROBE "added-modules"

/* Whether somebody appended some, for whichever kernel. */
bool modules_are_appended(const struct sysroot *root);
/* Runs in a child: all of them, in their order. Returns the first error; then the probe's subject
 * names the module, or the kernel that they are for when that is another one (-ENOEXEC). */
int modules_run(const struct sources *sources, struct facts *facts, uint32_t subject);
/* For PID 1, which cannot know before whether the host switches it on: the driver of fw_cfg, if it
 * is among them. Waits for at most timeout_us. Returns whether it was loaded. */
bool modules_load_fwcfg(const struct sysroot *root, uint64_t timeout_us);

#endif
