/* SPDX-License-Identifier: MIT */
/*
 * Facts into records: one function for each record type, in one table whose order is the order of
 * the report. Encoders read facts only, and say nothing about what is not known.
 */
#ifndef REPORT_ENCODE_H
#define REPORT_ENCODE_H

#include "bootprobe/facts.h"
#include "report/record.h"
#include "rule/rule.h"

/* In which record each fact was said last, so that a finding can point there. Chained by place: an
 * index + 1, 0 at the end. */
enum { SAID_FACTS_MAX = 1 << 16, SAID_FACTS_BUCKETS = 1 << 12 };
struct said_facts {
	uint32_t first[SAID_FACTS_BUCKETS];
	uint32_t count;
	struct said_fact {
		uint32_t place; /* of the fact in struct facts */
		uint32_t sequence, next;
	} item[SAID_FACTS_MAX];
};

struct encoding {
	struct report *report;
	struct record *record; /* scratch */
	const struct facts *facts;
	struct said_facts *said; /* NULL: nobody asks */
};

/* Ends the record, which is the one that says fact. */
void encoding_end(struct encoding *encoding, const void *fact);
/* fact is said in the record with that sequence number. */
void encoding_note(struct encoding *encoding, const void *fact, uint32_t sequence);
/* 0: it was not said. */
uint32_t encoding_sequence(const struct encoding *encoding, uint32_t place);

void encode_platform(struct encoding *encoding);
/* The names that a platform record uses, or NULL for what is not known. */
const char *platform_hypervisor_name(const struct platform_fact *platform);
const char *platform_firmware_name(const struct platform_fact *platform);
void encode_cmdline(struct encoding *encoding);
void encode_acpi_tables(struct encoding *encoding);
void encode_acpi_devices(struct encoding *encoding);
void encode_fwcfg(struct encoding *encoding);
void encode_consoles(struct encoding *encoding); /* consoles, dev_console, PID 1's descriptors */
/* One descriptor of PID 1, in an array. */
void encode_descriptor(struct record *record, const struct pid1_descriptor_fact *descriptor);
void encode_uarts(struct encoding *encoding);
void encode_virtio_devices(struct encoding *encoding); /* virtio devices: type "device" */
void encode_virtio_ports(struct encoding *encoding);
void encode_unbound_devices(struct encoding *encoding); /* type "device" */
void encode_blocks(struct encoding *encoding);
void encode_gpts(struct encoding *encoding); /* types "gpt" and "partition" */
void encode_filesystems(struct encoding *encoding);
void encode_root(struct encoding *encoding);
void encode_handoff(struct encoding *encoding);
void encode_growers(struct encoding *encoding);
void encode_recording(struct encoding *encoding); /* types "recorder" and "pid1" */
void encode_progress(struct encoding *encoding);  /* "heartbeat", "stall", "syscalls", "up" */
void encode_kernel_events(struct encoding *encoding);
void encode_probes(struct encoding *encoding);          /* those that failed, one record each */
void encode_probe_durations(struct encoding *encoding); /* not part of encode_facts() */
void encode_traffic(struct encoding *encoding);         /* nor this one */

/* Facts first: a finding points at the records of its evidence. The sequence numbers of the finding
 * records go to ret_sequences, which holds findings->count of them. */
void encode_findings(
	struct encoding *encoding, const struct findings *findings, uint32_t *ret_sequences);

/* All facts, in order. What was said before in the same words is not said again. */
void encode_facts(struct encoding *encoding);

#endif
