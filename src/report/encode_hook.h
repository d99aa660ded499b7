/* SPDX-License-Identifier: MIT */
/*
 * The records in which the hook speaks of itself.
 */
#ifndef REPORT_ENCODE_HOOK_H
#define REPORT_ENCODE_HOOK_H

#include "bootprobe/config.h"
#include "report/record.h"
#include "rule/rule.h"

void encode_begin(struct record *record, struct report *report, const char *verb);
void encode_config(struct record *record, struct report *report, const struct config *config);
void encode_sinks(struct record *record, struct report *report, const struct sink_fact *accounts,
	uint32_t count);
/* The counts and the order of the findings that hold; sequences: of their records. findings NULL:
 * nothing was judged. phase: "finish", "stall", "now", "terminated", "exit" or "up" of the
 * recorder, or "delivered" after a late delivery. */
void encode_end(struct record *record, struct report *report, const char *phase, bool has_given_up,
	const struct findings *findings, const uint32_t *sequences);

#endif
