/* SPDX-License-Identifier: MIT */
/*
 * Lanes of what the host saw, behind those of the guest: one a process or device that asked for
 * something, one a log with other lines. A log whose clock is not known has none.
 */
#include "reader/correlation.h"
#include "reader/timeline_part.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Further processes share a lane. */
enum { ALONE_MAX = 8 };

/* The guest's kernel does not stand at the begin of all: its firmware does. */
static struct timeline_item *add(struct timeline_builder *builder, size_t lane,
	enum timeline_item_kind kind, double start, double end, const char *label)
{
	struct timeline_item *item =
		timeline_add(builder, lane, kind, fmax(start, 0), fmax(end, 0), label, NULL);

	if (!item)
		return NULL;
	item->start = start;
	item->end = fmax(start, end);
	if (start < builder->timeline->begin)
		builder->timeline->begin = floor(start);
	builder->timeline->end = fmax(builder->timeline->end, item->end);
	return item;
}

static void add_spans(struct timeline_builder *builder, size_t lane,
	const struct correlation *correlation, const struct correlation_process *process)
{
	for (unsigned i = 0; i < process->span_count; i++) {
		const struct correlation_span *span = &process->span[i];
		char label[64];

		(void)snprintf(label, sizeof(label), "%llu request%s",
			(unsigned long long)span->count, span->count == 1 ? "" : "s");
		(void)add(builder, lane, TIMELINE_ITEM_REQUESTS,
			correlation_time(correlation, process->clock, span->start_us),
			correlation_time(correlation, process->clock, span->end_us), label);
	}
}

static size_t process_lane(struct timeline_builder *builder, const struct correlation *correlation,
	const struct correlation_process *process)
{
	char name[96], count[64];
	struct guest_process guest = {0};
	const char *comm = guest.comm;

	(void)guest_process_find(correlation->report, process->id, &guest);
	if (process->is_hook)
		comm = "bootprobe";
	if (process->is_device)
		(void)text_join(
			name, sizeof(name), "host ", *process->disk ? process->disk : "disk", NULL);
	else if (!process->id)
		(void)text_copy(name, sizeof(name), "guest kernel");
	else
		(void)snprintf(name, sizeof(name), "pid %llu%s%s", (unsigned long long)process->id,
			*comm ? " " : "", comm);
	(void)snprintf(count, sizeof(count), "%llu requests", (unsigned long long)process->count);
	return timeline_add_lane(builder, TIMELINE_HOST, name, count);
}

static void add_processes(struct timeline_builder *builder, const struct correlation *correlation)
{
	size_t lane = SIZE_MAX;
	char count[64];

	for (unsigned i = 0; i < correlation->process_count; i++) {
		const struct correlation_process *process = correlation->process[i];

		if (!correlation_is_placed(&correlation->clock[process->clock]))
			continue;
		if (i < ALONE_MAX) {
			lane = process_lane(builder, correlation, process);
		} else if (i == ALONE_MAX) {
			(void)snprintf(count, sizeof(count), "%u processes",
				correlation->process_count - ALONE_MAX);
			lane = timeline_add_lane(builder, TIMELINE_HOST, "other pids", count);
		}
		add_spans(builder, lane, correlation, process);
	}
}

static void add_marks(struct timeline_builder *builder, const struct correlation *correlation,
	const struct correlation_log *log)
{
	size_t lane = SIZE_MAX;

	for (size_t i = 0; i < log->mark_count; i++) {
		const struct correlation_mark *mark = &log->mark[i];
		double at = correlation_time(correlation, mark->clock, mark->at_us);
		struct timeline_item *item;

		if (isnan(at))
			continue;
		if (lane == SIZE_MAX)
			lane = timeline_add_lane(builder, TIMELINE_HOST_LOG, log->name, "");
		item = add(builder, lane, TIMELINE_ITEM_HOST, at, at, mark->text);
		if (item)
			item->severity = mark->severity;
	}
	builder->timeline->left_out += log->marks_left_out;
}

/* The worst of the clocks. */
static char *make_note(const struct correlation *correlation)
{
	int64_t uncertainty_us = -1;
	bool is_given = false;
	char data[TIMELINE_TEXT_SIZE];

	for (int i = 0; i < HOST_CLOCKS; i++) {
		const struct correlation_clock *clock = &correlation->clock[i];

		if (clock->state == CORRELATION_UNKNOWN ||
			clock->state == CORRELATION_CONTRADICTORY)
			return strdup(
				"A clock of the host is not known: what bears its time is not "
				"here.");
		is_given |= clock->state == CORRELATION_GIVEN;
		if (clock->state == CORRELATION_ESTIMATED && clock->uncertainty_us > uncertainty_us)
			uncertainty_us = clock->uncertainty_us;
	}
	if (uncertainty_us < 0)
		return strdup("The host: its clock was given.");
	(void)snprintf(data, sizeof(data),
		"The host: its clock is known to %.1f ms of the guest's%s.",
		(double)uncertainty_us / 1e3, is_given ? ", or was given" : "");
	return strdup(data);
}

int timeline_add_host(struct timeline *timeline, const struct correlation *correlation)
{
	struct timeline_builder builder = {.report = correlation->report, .timeline = timeline};
	size_t first = timeline->lane_count;

	for (unsigned i = 0; i < correlation->log_count; i++)
		add_marks(&builder, correlation, &correlation->log[i]);
	add_processes(&builder, correlation);
	timeline->note = make_note(correlation);
	if (!timeline->note)
		builder.error = -ENOMEM;
	for (size_t i = first; i < timeline->lane_count; i++)
		timeline_sort_lane(&timeline->lane[i]);
	return builder.error;
}
