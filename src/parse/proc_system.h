/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of the whole machine (proc(5); Documentation/accounting/psi.rst,
 * Documentation/admin-guide/iostats.rst). All of these use the text up.
 */
#ifndef PARSE_PROC_SYSTEM_H
#define PARSE_PROC_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

struct proc_stat_totals {
	uint64_t busy_ticks; /* of all processors together */
	uint64_t processes;  /* that were started, threads among them */
};

/* /proc/stat */
bool proc_stat_totals_parse(char *text, struct proc_stat_totals *ret);

/* A value of /proc/meminfo in bytes, by its name with the colon: "MemAvailable:". */
bool meminfo_bytes(char *text, const char *name, uint64_t *ret_bytes);

struct disk_stats {
	const char *name;  /* borrowed from the text */
	uint64_t ended;    /* requests */
	uint64_t bytes;    /* that were read and written */
	uint64_t requests; /* under way */
};

/* Takes the next line off *cursor, of /proc/diskstats; one that makes no sense is passed over.
 * False at the end. */
bool disk_stats_next(char **cursor, struct disk_stats *ret);

/* The shares of the last 10 s of a file in /proc/pressure, in hundredths of a percent. ret_full may
 * be NULL. */
bool pressure_parse(char *text, uint32_t *ret_some, uint32_t *ret_full);

#endif
