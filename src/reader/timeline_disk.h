/* SPDX-License-Identifier: MIT */
/*
 * The disks of a report, and which of them stand out.
 */
#ifndef READER_TIMELINE_DISK_H
#define READER_TIMELINE_DISK_H

#include "reader/timeline_part.h"

/* In what a disk may stand out. */
enum { METRIC_ARRIVED, METRIC_UDEV, METRIC_READS, METRIC_COUNT };

struct disk {
	const struct reader_record *record;
	const char *name, *transport;
	double metric[METRIC_COUNT]; /* seconds; NaN: unknown */
	bool is_trouble, is_alone;
	double oddity; /* above 1: stands out */
	size_t lane;
};

struct disks {
	struct disk *item;
	size_t count;
};

/* Fills in disks, whose item is the caller's to free. -ENOMEM. */
int timeline_list_disks(struct timeline_builder *builder, struct disks *disks);
/* Marks those that have a lane of their own. */
void timeline_choose_alone(struct disks *disks);
/* Of one read of a header, in seconds; NaN: unknown. */
double timeline_read_duration(const json_t *header);

#endif
