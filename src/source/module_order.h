/* SPDX-License-Identifier: MIT */
/*
 * Which files of a kernel's modules are needed for some drivers, in the order in which they are to
 * be loaded, by libkmod. For another machine's kernel as well: neither this kernel nor this
 * machine's modprobe.d has a say. For `bootprobe` alone.
 */
#ifndef SOURCE_MODULE_ORDER_H
#define SOURCE_MODULE_ORDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODULE_ORDER_MAX = 32 };

struct module_file {
	char name[64];       /* with underscores */
	char path[PATH_MAX]; /* as it is stored, possibly compressed */
};

struct module_order {
	struct module_file item[MODULE_ORDER_MAX];
	uint32_t count;
};

enum module_found { MODULE_FOUND_FILES, MODULE_FOUND_BUILT_IN, MODULE_FOUND_NOT };

struct module_index {
	struct kmod_ctx *context;
};

/* folder: lib/modules/RELEASE of any root. -ENOENT: it is not there; -ENODATA: depmod never ran on
 * it. */
int module_index_open(const char *folder, struct module_index *ret_index);
void module_index_close(struct module_index *index);
/* Adds a driver's file behind those that it depends on, each once. Returns 0, -ENOSPC where there
 * are too many, or another negative errno; *ret_found says what there was. */
int module_order_add(const struct module_index *index, const char *name, struct module_order *order,
	enum module_found *ret_found);

#endif
