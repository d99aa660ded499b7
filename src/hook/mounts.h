/* SPDX-License-Identifier: MIT */
/*
 * What PID 1 mounts, and when: the kernel's table of its mounts says by poll(2) that it changed
 * (proc(5), /proc/pid/mounts). No initrd has to tell us, and few kernel logs do.
 */
#ifndef HOOK_MOUNTS_H
#define HOOK_MOUNTS_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

/* A descriptor of mountinfo to poll for POLLPRI, which the caller owns, or a negative errno. */
int mounts_open(const struct sysroot *root, const char *path);
/* Takes the table into facts->mounts: what is new was seen now. Nothing for a negative fd. */
void mounts_look(int fd, struct facts *facts, uint64_t now_us);

#endif
