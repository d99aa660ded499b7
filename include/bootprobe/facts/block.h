/* SPDX-License-Identifier: MIT */
/* Disks and partitions. */
#ifndef BOOTPROBE_FACTS_BLOCK_H
#define BOOTPROBE_FACTS_BLOCK_H

#include "bootprobe/facts/fact.h"

enum { BLOCK_MAX = 512, BLOCK_READS_MAX = 8 };

struct block_read_fact {
	char what[16]; /* mbr, gpt-primary, gpt-entries, gpt-backup, ... */
	uint64_t offset_bytes;
	uint32_t length_bytes;
	outcome_t result;
	uint64_t started_us;  /* 0: never started */
	uint64_t duration_us; /* 0 while it is open */
	bool is_direct;       /* O_DIRECT */
};

/* A whole disk or a partition. */
struct block_fact {
	char name[32];   /* sda, nvme0n1p2 */
	char parent[32]; /* the disk, for a partition */
	uint32_t partition;
	uint32_t major, minor;
	uint64_t size_bytes;
	uint64_t start_lba; /* partition start in 512-byte units, as in sysfs */
	uint32_t logical_sector_bytes, physical_sector_bytes;
	enum answer is_rotational, is_read_only, is_removable;
	char transport[16]; /* virtio, scsi, virtio-scsi, ata, nvme, usb, mmc, xen, loop, dm, md;
			      image: a disk looked at offline */
	char driver[32];
	char vendor[24], model[48], serial[64], wwn[64];
	char holder[32];    /* the first device that is built on this one: dm-0, md0 */
	bool is_removed;    /* was listed before and is gone; its entry stays where it is */
	outcome_t open;     /* by the child that looks at this disk */
	uint64_t listed_us; /* when it was seen in sysfs first */
	/* I/O counters, taken when the device was first listed and at the switch of root. */
	uint64_t reads, read_sectors, read_ms, writes, in_flight;
	/* Header reads: filled by the child that looks at this disk. A read that is still open has
	 * a start and no result, so that a hang leaves its trace. */
	struct block_read_fact read[BLOCK_READS_MAX];
	_Atomic uint32_t read_count;
	_Atomic uint32_t is_look_over; /* that child has come to its end */
};

/* When a block or virtio device came and went, as the collector saw it. The collector alone writes
 * these. */
struct device_event_fact {
	char name[32];
	uint64_t arrived_us; /* kernel uevent; 0: was there before the collector listened */
	uint64_t udev_us;    /* udev finished with it; 0: not yet */
	uint64_t removed_us; /* 0: still there */
};

#endif
