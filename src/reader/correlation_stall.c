/* SPDX-License-Identifier: MIT */
/*
 * What the host saw while the guest says that nothing went on.
 */
#include "reader/correlation_part.h"
#include "reader/timeline_part.h"

#include <math.h>
#include <string.h>

/* One that lasts is told several times. */
static struct correlation_stall *find_stall(struct correlation *correlation, double since)
{
	for (unsigned i = 0; i < correlation->stall_count; i++) {
		if (fabs(correlation->stall[i].since - since) < 1e-3)
			return &correlation->stall[i];
	}
	return correlation->stall_count < CORRELATION_STALLS_MAX
		       ? &correlation->stall[correlation->stall_count++]
		       : NULL;
}

void stalls_collect(struct correlation *correlation)
{
	const struct reader_report *report = correlation->report;

	for (size_t i = 0; i < report->record_count; i++) {
		const json_t *members = report->records[i].members;
		double since = reader_number(members, "since", NAN);
		double ended = reader_number(members, "ended", NAN);
		double until = isnan(ended) ? reader_number(members, "at", NAN) : ended;
		struct correlation_stall *stall;

		if (strcmp(report->records[i].type, "stall") != 0 || !timeline_is_moment(since) ||
			!timeline_is_moment(until) || until < since)
			continue;
		stall = find_stall(correlation, since);
		if (stall)
			*stall = (struct correlation_stall){
				.since = since, .until = until, .is_open = isnan(ended)};
	}
}

void stalls_count(struct correlation *correlation, struct correlation_process *process, double at)
{
	for (unsigned i = 0; i < correlation->stall_count; i++) {
		if (!(at >= correlation->stall[i].since && at <= correlation->stall[i].until))
			continue;
		correlation->stall[i].requests++;
		process->in_stall[i]++;
	}
}
