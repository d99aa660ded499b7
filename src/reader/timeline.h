/* SPDX-License-Identifier: MIT */
/*
 * A boot on one time axis, from the moment when the firmware gave control to the kernel up to the
 * handoff, or up to where a recorder watched it. What a report says in moments and durations
 * becomes lanes of items; how they look is for others to say. Many disks take few lanes: those of
 * one transport that behave alike share one.
 */
#ifndef READER_TIMELINE_H
#define READER_TIMELINE_H

#include "reader/report.h"

enum timeline_lane_kind {
	TIMELINE_BOOT,     /* kernel, stage 1, handoff: one lane, the first */
	TIMELINE_KERNEL,   /* lines of the kernel log that belong to no disk of a lane of its own */
	TIMELINE_PROGRESS, /* behind stage 1: what went on, and when nothing did */
	TIMELINE_CALLS,    /* what was called most while nothing went on */
	TIMELINE_SLOW,     /* a part of the boot that took long */
	TIMELINE_GROUP,    /* disks that behave alike */
	TIMELINE_DISK,     /* one disk */
	TIMELINE_PROBE,    /* one probe with all its runs */
	TIMELINE_FINDINGS, /* one lane, the last of the guest */
	TIMELINE_HOST_LOG, /* lines of a log of the host */
	TIMELINE_HOST,     /* what one of the guest's processes or disks asked the host for */
};

enum timeline_item_kind {
	TIMELINE_ITEM_PHASE,     /* span: kernel, stage 1 */
	TIMELINE_ITEM_MOMENT,    /* mark: firmware done, root there, handoff */
	TIMELINE_ITEM_EVENT,     /* mark: a line of the kernel log */
	TIMELINE_ITEM_ARRIVAL,   /* mark: uevent of a disk; span in a group: first to last */
	TIMELINE_ITEM_UDEV,      /* span: arrival until udev was through */
	TIMELINE_ITEM_READ,      /* span: read of a header */
	TIMELINE_ITEM_PARTITION, /* mark: uevent of a partition */
	TIMELINE_ITEM_PROBE,     /* span: run of a probe */
	TIMELINE_ITEM_FINDING,   /* mark */
	TIMELINE_ITEM_PROGRESS,  /* span: something went on between two heartbeats */
	TIMELINE_ITEM_STALL,     /* span: nothing did */
	TIMELINE_ITEM_CALLS,     /* span: system calls were counted */
	TIMELINE_ITEM_SLOW,      /* span: a part that took long */
	TIMELINE_ITEM_HOST,      /* mark: a line of a log of the host */
	TIMELINE_ITEM_REQUESTS,  /* span: requests to the host */
	TIMELINE_ITEM_KINDS,
};

/* Lanes of disks of their own, and lanes of groups, at most; further disks share the last group. */
enum {
	TIMELINE_ALONE_MAX = 16,
	TIMELINE_GROUPS_MAX = 8,
	TIMELINE_PROBES_MAX = 24,
	TIMELINE_FINDINGS_MAX = 512, /* several times what a hook makes */
	TIMELINE_ITEMS_MAX = 16384,
	TIMELINE_DISKS_MAX = 1024,
	TIMELINE_TEXT_SIZE = 512,
};

struct timeline_item {
	enum timeline_item_kind kind;
	double start, end; /* seconds since the kernel started; a mark has both alike */
	bool is_open;      /* it had not come to its end */
	bool is_estimated; /* the report gives the duration, not the moment */
	bool is_unplaced;  /* ... and nothing tells when at all: start is 0, end the duration */
	enum reader_severity severity;
	unsigned number; /* of a finding, from 1; 0: none */
	char *label;     /* a few words */
	char *text;      /* all words */
};

struct timeline_lane {
	enum timeline_lane_kind kind;
	char *name, *detail;
	struct timeline_item *item; /* by start */
	size_t count;
	size_t disk_count; /* of a group */
};

struct timeline {
	double begin, end; /* of the axis; an item outside of it is in tables only */
	struct timeline_lane *lane;
	size_t lane_count;
	size_t item_count, left_out; /* items that were too many */
	size_t disk_count, disks_left_out;
	char *note;    /* what holds of the host's lanes; NULL: there are none */
	char *machine; /* "qemu-tcg, pc-i440fx-7.2, seabios 1.16.2, Linux 6.1.0" */
};

/* -ENOMEM; then *timeline holds nothing. timeline_release() takes a zeroed one, too. */
int timeline_build(const struct reader_report *report, struct timeline *timeline);
void timeline_release(struct timeline *timeline);

const char *timeline_kind_name(enum timeline_item_kind kind); /* "read" */

#endif
