/* SPDX-License-Identifier: MIT */
/*
 * The intact lines of reports, by boot, run and sequence number: copies dropped, memory bounded.
 */
#ifndef READER_STORE_H
#define READER_STORE_H

#include "reader/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory for lines is counted as what they take when they are parsed. When there are more boots, or
 * they take more, the oldest ones are forgotten; what is too much for one boot is counted. */
enum { STORE_BOOTS_MAX = 64, STORE_RUNS_MAX = 8, STORE_DAMAGE_MAX = 1024 };
#define STORE_WEIGHT_MAX ((size_t)64 * 1024 * 1024)
#define STORE_RESERVE ((size_t)1024 * 1024)

struct store_line {
	struct frame frame;
	uint32_t length;
	char bytes[]; /* NUL-terminated */
};

/* One report of a boot: `bootprobe-hook now` adds a further one. */
struct store_run {
	struct store_line **lines; /* as they came */
	size_t count, capacity;
	void *by_seq; /* tsearch(3) */
	uint32_t first_seq, last_seq;
	double first_t, last_t; /* of those two */
	uint64_t refused;       /* lines beyond the bounds */
};

struct store_boot {
	char boot[FRAME_BOOT_SIZE];
	struct store_run runs[STORE_RUNS_MAX];
	unsigned run_count;
	unsigned current; /* the run that the last line went to */
	size_t weight;
};

struct store_damage {
	struct frame frame; /* as far as it could be read: see frame_parse() */
	unsigned parsed;
	const char *why;
};

struct store {
	char wanted[FRAME_BOOT_SIZE];              /* keep this boot only; empty: all */
	struct store_boot *boots[STORE_BOOTS_MAX]; /* in the order in which they appeared */
	unsigned boot_count;
	size_t weight;
	uint64_t forgotten_boots;
	struct store_damage damage[STORE_DAMAGE_MAX];
	unsigned damage_count;
	uint64_t damage_total;
};

enum store_result { STORE_NEW, STORE_COPY, STORE_REFUSED };

/* Keeps a line whose CRC is right. *ret_line (NULL: not wanted) is borrowed until the boot is
 * forgotten, at the earliest with the next line. -ENOMEM. */
int store_add(struct store *store, const struct frame *frame, const char *bytes, size_t length,
	const struct store_line **ret_line);
void store_add_damage(
	struct store *store, const struct frame *frame, unsigned parsed, const char *why);
/* NULL if that run does not have it. */
const struct store_line *store_find(const struct store_run *run, uint32_t seq);
void store_release(struct store *store);

#endif
