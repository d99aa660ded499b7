/* SPDX-License-Identifier: MIT */
/*
 * Which disks have been looked at, and when block devices came and went.
 */
#ifndef HOOK_DISKS_H
#define HOOK_DISKS_H

#include "hook/children.h"
#include "source/udev.h"

/* How often one disk is read again when its table changes. */
enum { DISK_READS_MAX = 4 };

struct disks {
	/* By index in facts->blocks. */
	struct {
		bool is_known, is_wanted;
		bool is_stale; /* it changed and was not read again */
		uint8_t started;
	} item[BLOCK_MAX];
	uint32_t count;
};

/* Takes notice of disks that were added to facts->blocks: they want to be read. */
void disks_note(struct disks *disks, struct facts *facts);
void disks_event(struct disks *disks, struct facts *facts, const struct udev_event *event);
/* Starts a child for each disk that wants to be read, as far as there is room. */
void disks_start(struct disks *disks, struct children *children, const struct probe *probe,
	const struct sources *sources, struct facts *facts);
/* Once more for those that changed more often than they were read. */
void disks_refresh(struct disks *disks);
/* No disk is waiting for its child to be started. */
bool disks_are_idle(const struct disks *disks);

#endif
