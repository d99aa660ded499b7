/* SPDX-License-Identifier: MIT */
/*
 * System calls by the number that tracefs and /proc give them. A program for another architecture
 * than the kernel's (32 bits) has other numbers, and gets wrong names here.
 */
#ifndef PARSE_TRACE_CALL_H
#define PARSE_TRACE_CALL_H

#include <stdbool.h>
#include <stdint.h>

enum trace_call_kind {
	CALL_PATH = 1 << 0,       /* looks a path up */
	CALL_DESCRIPTOR = 1 << 1, /* its first argument is a descriptor */
	CALL_READS = 1 << 2,      /* its result is how many bytes */
	CALL_WRITES = 1 << 3,     /* the same */
	CALL_AT = 1 << 4,         /* of these: at the offset that is its fourth argument */
	CALL_SYNCS = 1 << 5,
	CALL_OPENS = 1 << 6,         /* its result is a descriptor of a path */
	CALL_FLAGS_SECOND = 1 << 13, /* ... with flags in its second argument */
	CALL_FLAGS_THIRD = 1 << 14,  /* ... or in its third one */
	CALL_SEEKS = 1 << 7,         /* its result is a position in a file */
	CALL_CUTS = 1 << 8,          /* its second argument is how long a file is then */
	CALL_WAITS = 1 << 9,         /* for an event, if there is none yet */
	CALL_SLEEPS = 1 << 10,
	CALL_LOOKS = 1 << 11, /* changes nothing, and moves no data */
	CALL_OTHER = 1 << 12, /* what it achieves is not told by its result */
};

/* "" for one that is not listed. */
const char *trace_call_name(uint32_t number);
/* Bits; CALL_OTHER for one that is not listed. */
uint32_t trace_call_kind(uint32_t number);
bool trace_call_takes_path(uint32_t number);

#endif
