/* SPDX-License-Identifier: MIT */
/*
 * What the parts of timeline.c share.
 */
#ifndef READER_TIMELINE_PART_H
#define READER_TIMELINE_PART_H

#include "base/text.h"
#include "reader/timeline.h"

struct timeline_builder {
	const struct reader_report *report;
	struct timeline *timeline;
	bool *is_taken; /* records that stand in a lane of their disk, by index */
	int error;
};

/* Moments that can be drawn; a guest can write anything. */
bool timeline_is_moment(double seconds);

/* The number of the new lane. */
size_t timeline_add_lane(struct timeline_builder *builder, enum timeline_lane_kind kind,
	const char *name, const char *detail);
/* NULL when there is no room, or no such moment. label: pieces up to NULL, joined; text is the same
 * until timeline_explain(). */
struct timeline_item *timeline_add(struct timeline_builder *builder, size_t lane,
	enum timeline_item_kind kind, double start, double end, ...) __attribute__((sentinel));
void timeline_explain(struct timeline_builder *builder, struct timeline_item *item, ...)
	__attribute__((sentinel));

/* By start. */
void timeline_sort_lane(struct timeline_lane *lane);

/* Whether a device is that disk or a partition of it: "sda1", "nvme0n1p2". */
bool timeline_is_on_disk(const char *device, const char *disk);
void timeline_add_event(
	struct timeline_builder *builder, size_t lane, const struct reader_record *record);
bool timeline_is_trouble(const struct reader_record *event);
/* The first moment at which a finding was made. */
double timeline_finding_time(
	const struct reader_report *report, const struct reader_finding *finding);
void timeline_add_finding(struct timeline_builder *builder, size_t lane, size_t index);

/* The record that a report begins with, or NULL. */
const struct reader_record *timeline_begin_of(const struct reader_report *report);
/* A machine that was up when it was looked at: the report is not part of the boot. */
bool timeline_is_late(const struct reader_report *report);
double timeline_last_time(const struct reader_report *report);

/* The parts. Disks take the kernel events that belong to them. */
void timeline_add_boot(struct timeline_builder *builder, size_t lane);
/* What a recording saw behind stage 1. */
void timeline_add_course(struct timeline_builder *builder);
void timeline_add_disks(struct timeline_builder *builder);
void timeline_add_probes(struct timeline_builder *builder);

#endif
