/* SPDX-License-Identifier: MIT */
/* The kernel log. */
#ifndef BOOTPROBE_FACTS_TIMELINE_H
#define BOOTPROBE_FACTS_TIMELINE_H

#include "bootprobe/facts/fact.h"

enum kernel_event_kind {
	KERNEL_EVENT_OTHER = 0,
	KERNEL_EVENT_CONSOLE_ENABLED,
	KERNEL_EVENT_NO_INITIAL_CONSOLE,
	KERNEL_EVENT_UART_FOUND,
	KERNEL_EVENT_DISK_ATTACHED,
	KERNEL_EVENT_DISK_RESIZED,
	KERNEL_EVENT_PARTITIONS,
	KERNEL_EVENT_GPT_COMPLAINT,
	KERNEL_EVENT_MOUNT,
	KERNEL_EVENT_MOUNT_FAILURE,
	KERNEL_EVENT_MODULE_FAILURE,
	KERNEL_EVENT_IO_ERROR,
	KERNEL_EVENT_INITRD,
	KERNEL_EVENT_ACPI_ERROR,
	KERNEL_EVENT_OOM,
	KERNEL_EVENT_HUNG, /* a task or a processor that does not go on */
	KERNEL_EVENT_PANIC,
	KERNEL_EVENT_COUNT
};

struct kernel_event_fact {
	enum kernel_event_kind kind;
	uint64_t stamp_us; /* the kernel log's own clock */
	uint64_t sequence; /* of the kernel log */
	char subject[32];  /* ttyS0, sda */
	char text[160];
	uint32_t repeat_count; /* how often the same text came again */
};

enum { KERNEL_EVENTS_MAX = 160, KERNEL_EVENTS_OF_A_KIND_MAX = 16 };

/* How the kernel log was read. One process at a time writes it, going on behind next_sequence. */
struct timeline_fact {
	struct fact_once once;
	outcome_t read;
	uint64_t first_sequence; /* > 0: the start of the log was overwritten before we read it */
	uint64_t next_sequence;
	uint64_t lost_count; /* records overwritten while we read */
	uint32_t malformed_count;
	uint32_t kept_count[KERNEL_EVENT_COUNT];
	/* Events of a kind beyond KERNEL_EVENTS_OF_A_KIND_MAX, which are only counted. */
	uint32_t omitted_count[KERNEL_EVENT_COUNT];
};

#endif
