/* SPDX-License-Identifier: MIT */
/*
 * What differs between two reports, ordered by how much it explains. Noise is left out: boot ids,
 * counters, addresses, serial numbers, GUIDs, times that are alike.
 *
 * "Unknown is absent": what one report does not say is a difference only where that report would
 * have said it. What could not be compared is an entry of its own, in DIFFERENCE_UNKNOWN.
 */
#ifndef READER_DIFFERENCE_H
#define READER_DIFFERENCE_H

#include "reader/report.h"

/* In the order in which they explain. */
enum difference_group {
	DIFFERENCE_FINDING,
	DIFFERENCE_COURSE,
	DIFFERENCE_HARDWARE,
	DIFFERENCE_CONSOLE,
	DIFFERENCE_DRIVER,
	DIFFERENCE_DISK,
	DIFFERENCE_PLATFORM,
	DIFFERENCE_PARAMETER,
	DIFFERENCE_INIT,
	DIFFERENCE_TIMING,
	DIFFERENCE_UNKNOWN,
	DIFFERENCE_GROUP_COUNT,
};

enum { DIFFERENCES_MAX = 4096, DIFFERENCE_TEXT_SIZE = 1024 };

struct difference {
	enum difference_group group;
	enum reader_severity severity; /* of a finding; else READER_INFO */
	char *subject;                 /* what it is about: "ttyS0", "gpt.overlap", "quiet" */
	char *text;                    /* one sentence; what guests wrote stands in it as it is */
	double weight;                 /* larger ones stand first within their group */
	bool is_minor;                 /* of times: nobody would notice */
};

struct difference_list {
	struct difference *item;
	size_t count;
	size_t left_out; /* beyond DIFFERENCES_MAX */
};

/* -ENOMEM; then *list holds nothing. difference_release() takes a zeroed one, too. */
int difference_find(
	const struct reader_report *a, const struct reader_report *b, struct difference_list *list);
void difference_release(struct difference_list *list);

/* "findings", "hardware", ... */
const char *difference_group_name(enum difference_group group);

#endif
