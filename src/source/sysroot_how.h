/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_SYSROOT_HOW_H
#define SOURCE_SYSROOT_HOW_H

#include <linux/openat2.h>
#include <stddef.h>

/* The ways in which a file below a root is opened, those for reading first. They stand in memory
 * that cannot be written, so that a filter of system calls can tell them by their addresses. */
enum { SYSROOT_HOWS_READING = 6, SYSROOT_HOWS_COUNT = 8 };
extern const struct open_how SYSROOT_HOWS[SYSROOT_HOWS_COUNT];

#endif
