/* SPDX-License-Identifier: MIT */
/*
 * What somebody asked for, and where: on the kernel command line, or from the host alone, in an OEM
 * string of SMBIOS or in fw_cfg. They are read in this order, and the last word wins.
 */
#ifndef HOOK_SETTINGS_H
#define HOOK_SETTINGS_H

#include "bootprobe/config.h"
#include "source/sysroot.h"

/* What cannot be read says nothing. */
void settings_read(const struct sysroot *root, struct config *config);
/* fw_cfg alone, once its driver is there. */
void settings_read_fwcfg(const struct sysroot *root, struct config *config);

#endif
