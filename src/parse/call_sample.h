/* SPDX-License-Identifier: MIT */
/*
 * What the system calls of one thread are about, from lines of tracefs (trace_line.h): which paths
 * it looks up, which files it reads and writes, and whether those bytes are others each time.
 * Several samples of the same thread add up.
 */
#ifndef PARSE_CALL_SAMPLE_H
#define PARSE_CALL_SAMPLE_H

#include "bootprobe/facts.h"
#include "parse/trace_line.h"

enum { SAMPLE_PATHS_MAX = 64, SAMPLE_FILES_MAX = 24, SAMPLE_SPANS_MAX = 8, SAMPLE_FDS_MAX = 64 };

struct sample_file {
	int32_t descriptor;
	char name[80]; /* "" unless it was opened in a sample, or the caller knows it */
	uint32_t calls, writes, syncs;
	uint64_t bytes, fresh_bytes;
	uint64_t position, end; /* where the next call is, and where one that appends is */
	bool is_appending;
	/* It was read or written in more places than there is room for: all is taken for fresh. */
	bool is_scattered;
	uint32_t span_count;
	struct sample_span {
		uint64_t from, to;
	} span[SAMPLE_SPANS_MAX]; /* that were read or written */
};

/* Zeroed, but for pid, in the beginning. */
struct call_sample {
	uint32_t pid;
	uint32_t sampled, failed, lookups, empty, others;
	uint64_t bytes, fresh_bytes, waited_us, seen_us;
	/* The call that it is in. */
	bool is_inside;
	struct trace_line enter;
	uint64_t last_us; /* of the sample; 0: none yet */
	char last_path[80];
	uint32_t path_count, different_paths;
	struct {
		char path[80];
		uint32_t count;
	} path[SAMPLE_PATHS_MAX];
	uint32_t file_count, different_files;
	struct sample_file file[SAMPLE_FILES_MAX];
	/* Which of them a descriptor is, + 1. */
	uint32_t file_of[SAMPLE_FDS_MAX];
};

/* A further sample begins: what was between is not known. */
void call_sample_begin(struct call_sample *sample);
void call_sample_add(struct call_sample *sample, const struct trace_line *line);
/* The file that most of its calls are for, of those behind another one in this order; as
 * call_tally_next(). */
struct sample_file *call_sample_next_file(
	struct call_sample *sample, const struct sample_file *before);
/* Writes what was seen into the fact, whose other members stay. */
void call_sample_tell(struct call_sample *sample, struct caller_fact *caller);

#endif
