/* SPDX-License-Identifier: MIT */
/*
 * What root= names, in all the forms that kernels and initrds know: init/do_mounts.c and
 * block/early-lookup.c of the kernel, dracut.cmdline(7), systemd-fstab-generator(8),
 * initramfs-tools(7).
 */
#ifndef PARSE_ROOT_PARAM_H
#define PARSE_ROOT_PARAM_H

#include "bootprobe/facts.h"

#include <stddef.h>

struct root_param {
	enum root_kind kind;
	char value[128]; /* the device, UUID, label, tag or address; what stands behind live: */
};

/* spec is the value of root=, rootfstype that of rootfstype=, nfsroot that of nfsroot=; NULL for
 * what is not on the command line. */
void root_param_parse(
	const char *spec, const char *rootfstype, const char *nfsroot, struct root_param *ret_root);

/* A device number as root= may give it: "259:2", or "fe01" as the kernel prints dev_t. False for
 * anything else. */
bool root_param_device_number(const char *value, uint32_t *ret_major, uint32_t *ret_minor);

/* Whether a kernel command line asks for a root file system outside the initramfs. */
bool root_param_is_wanted(const char *cmdline);

/* "UUID/PARTNROFF=n": cuts value at the slash and returns n, 0 without one. */
uint32_t root_param_take_offset(char *value);

#endif
