/* SPDX-License-Identifier: MIT */
#ifndef PARSE_CONFIG_H
#define PARSE_CONFIG_H

#include "bootprobe/config.h"

/* The defaults: off, budget 1 s, stall 30 s, all sinks but console-records. */
void config_init(struct config *config);

/* Takes the bootprobe parameters out of a kernel command line, of the text of fw_cfg
 * opt/org.bootprobe/cmdline, or of an OEM string of SMBIOS, into an initialised config. May be
 * called for several texts; the last word wins. */
void config_parse(struct config *config, const char *text);

/* Whether a text begins with one of our parameters. */
bool config_is_ours(const char *text);

#endif
