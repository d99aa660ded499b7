/* SPDX-License-Identifier: MIT */
/*
 * One table of probes. A probe reads through sources and publishes facts; it runs in a child
 * process with a deadline, so that a hang or a crash costs its own facts at most. What it
 * published before stays.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "bootprobe/facts.h"
#include "source/confine.h"
#include "source/sources.h"

enum {
	PHASE_START = 1 << 0,  /* before udev */
	PHASE_FOLLOW = 1 << 1, /* whenever block devices came or went */
	PHASE_DISK = 1 << 2,   /* once for each disk, subject = index in facts->blocks */
	PHASE_FINISH = 1 << 3, /* the last moment before the switch of root */
	PHASE_RESOLVE =
		1 << 4,      /* what builds on what the others found: when disks have been read */
	PHASE_ROOT = 1 << 5, /* when the root of stage 2 is mounted, where nobody says "finish" */
};

struct probe {
	const char *name;
	uint32_t phases;
	uint64_t budget_us;
	/* Returns 0 or the negative errno that kept it from finding anything at all. A fact that
	 * was looked for and not found is a fact, not an error. subject is 0 but for PHASE_DISK. A
	 * probe that runs in several phases starts from an empty list each time. */
	int (*run)(const struct sources *sources, struct facts *facts, uint32_t subject);
	enum confine_kind confine; /* what its child may do beside */
};

extern const struct probe PROBES[];
extern const size_t PROBES_COUNT;

int platform_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int cmdline_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int acpi_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int fwcfg_run(const struct sources *sources, struct facts *facts, uint32_t subject);
/* Whether what is written to a virtual terminal is drawn on anything. */
bool console_has_screen(const struct sources *sources);
int console_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int uart_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int virtio_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int driver_run(const struct sources *sources, struct facts *facts, uint32_t subject);
/* Lists disks and partitions from sysfs into facts->blocks; entries are kept and updated by name.
 */
int block_run(const struct sources *sources, struct facts *facts, uint32_t subject);
/* Reads one disk's headers, table and file systems. */
int disk_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int grower_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int layout_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int root_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int handoff_run(const struct sources *sources, struct facts *facts, uint32_t subject);
int timeline_run(const struct sources *sources, struct facts *facts, uint32_t subject);

#endif
