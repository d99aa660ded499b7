/* SPDX-License-Identifier: MIT */
/*
 * Facts into records: one function for each record type, in one table whose order is the order of
 * the report. Encoders read facts only, and say nothing about what is not known.
 */
#ifndef REPORT_ENCODE_H
#define REPORT_ENCODE_H

#include "bootprobe/facts.h"
#include "report/record.h"

struct encoding {
	struct report *report;
	struct record *record; /* scratch */
	const struct facts *facts;
};

void encode_platform(struct encoding *encoding);
/* The names that a platform record uses, or NULL for what is not known. */
const char *platform_hypervisor_name(const struct platform_fact *platform);
const char *platform_firmware_name(const struct platform_fact *platform);
void encode_cmdline(struct encoding *encoding);
void encode_acpi_tables(struct encoding *encoding);
void encode_acpi_devices(struct encoding *encoding);
void encode_fwcfg(struct encoding *encoding);
void encode_consoles(struct encoding *encoding); /* consoles, dev_console, PID 1's descriptors */
void encode_uarts(struct encoding *encoding);
void encode_virtio_devices(struct encoding *encoding); /* virtio devices: type "device" */
void encode_virtio_ports(struct encoding *encoding);
void encode_unbound_devices(struct encoding *encoding); /* type "device" */
void encode_blocks(struct encoding *encoding);
void encode_gpts(struct encoding *encoding); /* types "gpt" and "partition" */
void encode_filesystems(struct encoding *encoding);
void encode_root(struct encoding *encoding);
void encode_handoff(struct encoding *encoding);
void encode_kernel_events(struct encoding *encoding);
void encode_probes(struct encoding *encoding); /* those that failed, one record each */
void encode_probe_durations(struct encoding *encoding); /* not part of encode_facts() */

/* All of the above, in order. What was said before in the same words is not said again. */
void encode_facts(struct encoding *encoding);

#endif
