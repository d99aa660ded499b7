/* SPDX-License-Identifier: MIT */
/*
 * Counts of system calls by thread, as a histogram of tracefs gives them (Documentation/trace/
 * histogram.rst), the greatest first:
 *
 *	{ common_pid:        211, id:          4 } hitcount:      48211
 */
#ifndef PARSE_CALL_HISTOGRAM_H
#define PARSE_CALL_HISTOGRAM_H

#include "bootprobe/facts.h"

enum { CALL_TALLY_MAX = 64 };

/* Zeroed in the beginning. */
struct call_tally {
	uint64_t calls; /* of all */
	uint32_t count;
	struct call_tally_entry {
		uint32_t pid;
		uint64_t calls;
		uint32_t different;
		struct {
			uint32_t number;
			uint64_t calls;
		} most[CALLER_CALLS_MAX];
	} entry[CALL_TALLY_MAX]; /* those whose lines came first */
};

/* Takes one line, and uses it up; false: it is none of a count. */
bool call_tally_add(struct call_tally *tally, char *line);
/* The one with most calls, of those that are behind another one in this order; NULL for before: the
 * first. NULL: there is none. */
const struct call_tally_entry *call_tally_next(
	const struct call_tally *tally, const struct call_tally_entry *before);

#endif
