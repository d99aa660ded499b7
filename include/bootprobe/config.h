/* SPDX-License-Identifier: MIT */
/*
 * What the person asked for: the bootprobe kernel parameters with their defaults.
 */
#ifndef BOOTPROBE_CONFIG_H
#define BOOTPROBE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

enum sink_kind {
	SINK_KMSG,
	SINK_VIRTIO,
	SINK_CONSOLE,         /* the summary on every live console */
	SINK_CONSOLE_RECORDS, /* the records there as well */
	SINK_RUN,
	SINK_KIND_COUNT
};

enum { CONFIG_PROBLEMS_MAX = 8 };

struct config {
	bool is_on;
	uint64_t budget_us; /* how long the caller of "start" waits at most */
	uint64_t stall_us;  /* when to report without a "finish" */
	uint32_t sinks;     /* bit 1 << enum sink_kind */
	bool is_recording;  /* PID 1 is watched until it ends or the machine is up */
	/* As well: how far the boot gets, what it waits for, what runs in circles. */
	bool is_recording_full;
	uint64_t record_us;    /* or for so long */
	bool may_heal_console; /* where /dev/console is a phantom, its writes may go elsewhere */
	/* Who had a say besides the kernel command line. */
	bool is_from_smbios; /* an OEM string */
	bool is_from_fwcfg;  /* opt/org.bootprobe/cmdline */
	/* Parameters that were not understood, as "name: why"; ignored otherwise. */
	char problem[CONFIG_PROBLEMS_MAX][96];
	uint32_t problem_count; /* all of them; the first ones are kept */
};

extern const char *const SINK_NAMES[SINK_KIND_COUNT];

/* The name of the virtio-serial port that a report goes to. */
#define REPORT_PORT_NAME "org.bootprobe.report.0"

#endif
