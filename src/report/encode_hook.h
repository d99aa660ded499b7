/* SPDX-License-Identifier: MIT */
/*
 * The records in which the hook speaks of itself.
 */
#ifndef REPORT_ENCODE_HOOK_H
#define REPORT_ENCODE_HOOK_H

#include "bootprobe/config.h"
#include "report/record.h"

/* What one sink did so far. */
struct sink_account {
	const char *name;
	char target[64]; /* the file, port or console */
	outcome_t state; /* of opening it; -ENOENT: not there */
	uint32_t delivered, dropped, waiting; /* records */
	uint64_t bytes;
	enum answer is_read; /* virtio: the host has the port open */
};

void encode_begin(struct record *record, struct report *report, const char *verb);
void encode_config(struct record *record, struct report *report, const struct config *config);
void encode_sinks(struct record *record, struct report *report, const struct sink_account *accounts,
	uint32_t count);
/* phase: "finish", "stall", "now", "terminated", or "delivered" after a late delivery. */
void encode_end(struct record *record, struct report *report, const char *phase);

#endif
