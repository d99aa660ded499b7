/* SPDX-License-Identifier: MIT */
/*
 * A process gives up what its work does not need: descriptors, capabilities, limits, system calls.
 * There is no way back. What the kernel does not have is done without, and said (confine_ask).
 *
 * Of system calls, those that no look at a machine needs end the process (SIGSYS): they are a sign
 * that somebody else's bytes run in it. Calls that are on no list fail with ENOSYS, which a libc
 * takes for an older kernel.
 */
#ifndef SOURCE_CONFINE_H
#define SOURCE_CONFINE_H

#include "source/sources.h"

#include <stdint.h>

/* What a process is for. All but NONE read files, write nothing to any, start no program, have no
 * child and no socket. */
enum confine_kind {
	CONFINE_NONE = 0, /* nothing is given up */
	/* Reads files of a machine that runs: as nobody, with the one capability to read all. */
	CONFINE_FILES,
	/* The same, of a root that may be another machine's (virtiofs, 9p, NFS): as root, since
	 * that one decides who may read. */
	CONFINE_NEW_ROOT,
	CONFINE_LOG,      /* FILES, and the kernel log where dmesg_restrict is on */
	CONFINE_PORTS,    /* FILES; what went through serial ports is told to CAP_SYS_ADMIN only */
	CONFINE_DISK,     /* FILES, and a disk */
	CONFINE_TTY,      /* opens terminals for writing, and writes no byte */
	CONFINE_REDIRECT, /* TTY, and makes one the console */
	CONFINE_CONSOLE,  /* writes to a terminal */
	CONFINE_MODULES,  /* loads kernel modules */
	CONFINE_KIND_COUNT
};

/* From the start of a child on, in two steps: first what it may be and have, which makes the kernel
 * forget PR_SET_PDEATHSIG, then what it may call. root: the one descriptor beside the standard ones
 * that is kept; -1: none. Both return 0, or the negative errno of the first thing that could not be
 * had. */
int confine_drop(enum confine_kind kind, int root, uint64_t budget_us);
int confine_seal(enum confine_kind kind);

/* From here on files are opened below sys/ of root and below the folder only (-1: none), by
 * sysroot_openat() and by nobody else, and no module is loaded: before bytes are parsed that others
 * wrote. Does nothing in a process that is not confined, and where root has no sys. */
void confine_to_sys(struct sysroot *root, int folder);

/* For the command on the host, once its inputs are open: it reads and writes what is open, opens
 * and starts nothing, takes memory within bounds and has no capability. Silently less where the
 * kernel has less. */
void confine_reader(void);

/* What this kernel lacks of it: NULL for nothing, or a name ("seccomp"), and why. */
const char *confine_ask(int *ret_error);

#endif
