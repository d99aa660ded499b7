/* SPDX-License-Identifier: MIT */
#ifndef PARSE_MACHINE_H
#define PARSE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* MemTotal of /proc/meminfo in kB, or 0. Changes text. */
uint64_t meminfo_total_kib(char *text);

/* The number of processors in a list as in /sys/devices/system/cpu/online ("0-3,8"), or 0 when it
 * is malformed. */
uint32_t cpu_list_count(const char *list);

/* Whether the first processor in /proc/cpuinfo has a flag: 1, 0, or -1 when no line of flags is
 * there. Changes text. */
int cpuinfo_has_flag(char *text, const char *flag);

/* Trims a string, and empties it when it is one of the phrases that firmware leaves where nobody
 * filled in a name
 * ("To Be Filled By O.E.M.", "Default string"). */
void dmi_clean(char *value);

#endif
