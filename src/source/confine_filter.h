/* SPDX-License-Identifier: MIT */
/*
 * Filters of system calls, in classic BPF. The kernel translates each instruction anew for each
 * process that installs one, which is what confinement costs: they are kept short.
 */
#ifndef SOURCE_CONFINE_FILTER_H
#define SOURCE_CONFINE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elsewhere calls have other names, and nobody has tried. */
#if defined(__x86_64__) || defined(__aarch64__)
#define CONFINE_HAS_LISTS 1
#else
#define CONFINE_HAS_LISTS 0
#endif

enum { CONFINE_FILTER_MAX = 192 };

struct confine_filter {
	struct sock_filter code[CONFINE_FILTER_MAX];
	uint16_t length;
	bool is_too_long;
};

struct confine_rights {
	const uint32_t *questions; /* of ioctl(2); up to 0 */
	bool may_open_for_writing; /* by sysroot_openat() */
	bool may_write_nothing;    /* write(2) of no bytes */
	bool may_write;
	bool may_load_modules;
};

/* What is asked of a vsock, of a disk and by libblkid, of a terminal; and what makes a terminal the
 * console. */
extern const uint32_t CONFINE_VSOCK[], CONFINE_DISKS[], CONFINE_TERMINALS[], CONFINE_TIOCCONS[];
/* For the command: of standard output, and of a disk. */
extern const uint32_t CONFINE_COMMAND[];

/* All three return 0, or -EOPNOTSUPP for an architecture without lists. */
int confine_filter_make(struct confine_filter *filter, const struct confine_rights *rights);
/* One on top of another: files are opened relative to these descriptors, and no modules loaded. */
int confine_filter_make_narrow(struct confine_filter *filter, const int *folders, size_t count);
/* What is open is read and written, and nothing else opened. */
int confine_filter_make_reader(struct confine_filter *filter);
/* Returns 0 or a negative errno. */
int confine_filter_install(const struct confine_filter *filter);

#endif
