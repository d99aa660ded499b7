/* SPDX-License-Identifier: MIT */
/*
 * What a probe is given: where its input comes from and what it is allowed to do.
 */
#ifndef SOURCE_SOURCES_H
#define SOURCE_SOURCES_H

#include "source/sysroot.h"

struct sources {
	struct sysroot root;
	/* Where stage 2 is mounted (finish --root), relative to root; NULL: not known yet. */
	const char *new_root;
	/* root is the one of stage 2 already, and new_root the same. */
	bool is_switched;
	/* Kernel modules may be loaded (virtio_console, qemu_fw_cfg): never in a fixture, and not
	 * by "now" on a running system. */
	bool may_load_modules;
};

#endif
