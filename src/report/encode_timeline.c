/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

static const char *const KINDS[KERNEL_EVENT_COUNT] = {
	[KERNEL_EVENT_OTHER] = "other",
	[KERNEL_EVENT_CONSOLE_ENABLED] = "console-enabled",
	[KERNEL_EVENT_NO_INITIAL_CONSOLE] = "no-initial-console",
	[KERNEL_EVENT_UART_FOUND] = "uart-found",
	[KERNEL_EVENT_DISK_ATTACHED] = "disk-attached",
	[KERNEL_EVENT_DISK_RESIZED] = "disk-resized",
	[KERNEL_EVENT_PARTITIONS] = "partitions",
	[KERNEL_EVENT_GPT_COMPLAINT] = "gpt-complaint",
	[KERNEL_EVENT_MOUNT] = "mount",
	[KERNEL_EVENT_MOUNT_FAILURE] = "mount-failure",
	[KERNEL_EVENT_MODULE_FAILURE] = "module-failure",
	[KERNEL_EVENT_IO_ERROR] = "io-error",
	[KERNEL_EVENT_INITRD] = "initrd",
	[KERNEL_EVENT_ACPI_ERROR] = "acpi-error",
	[KERNEL_EVENT_OOM] = "oom",
	[KERNEL_EVENT_HUNG] = "hung",
	[KERNEL_EVENT_PANIC] = "panic",
};

static void encode_event(struct encoding *encoding, const struct kernel_event_fact *event)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "kernel.event");
	record_string(record, "kind", KINDS[(unsigned)event->kind % KERNEL_EVENT_COUNT]);
	record_seconds(record, "stamp", event->stamp_us);
	record_text(record, "subject", event->subject);
	record_text(record, "text", event->text);
	record_nonzero(record, "repeats", event->repeat_count);
	encoding_end(encoding, event);
}

static void encode_omitted(struct record *record, const struct timeline_fact *timeline)
{
	record_array_begin(record, "omitted");
	for (unsigned kind = 0; kind < KERNEL_EVENT_COUNT; kind++) {
		if (!timeline->omitted_count[kind])
			continue;
		record_object_begin(record);
		record_string(record, "kind", KINDS[kind]);
		record_u64(record, "count", timeline->omitted_count[kind]);
		record_object_end(record);
	}
	record_array_end(record);
}

static bool is_log_whole(const struct timeline_fact *timeline, uint32_t dropped)
{
	uint32_t omitted = 0;

	for (unsigned kind = 0; kind < KERNEL_EVENT_COUNT; kind++)
		omitted |= timeline->omitted_count[kind];
	return timeline->read == OUTCOME_OK && !timeline->first_sequence && !timeline->lost_count &&
	       !timeline->malformed_count && !omitted && !dropped;
}

/* What is missing from the events, in one record; nothing when nothing is. */
static void encode_log(struct encoding *encoding)
{
	const struct timeline_fact *timeline = &encoding->facts->timeline;
	struct record *record = encoding->record;
	uint32_t dropped = atomic_load_explicit(
		&encoding->facts->kernel_events.list.dropped, memory_order_relaxed);

	if (timeline->read == OUTCOME_UNKNOWN || is_log_whole(timeline, dropped))
		return;
	record_begin(record, encoding->report, "kernel.event");
	record_string(record, "kind", "log");
	if (timeline->read != OUTCOME_OK)
		record_outcome(record, "read", timeline->read);
	record_nonzero(record, "first_sequence", timeline->first_sequence);
	record_nonzero(record, "lost", timeline->lost_count);
	record_nonzero(record, "malformed", timeline->malformed_count);
	record_nonzero(record, "dropped", dropped);
	encode_omitted(record, timeline);
	encoding_end(encoding, &encoding->facts->timeline);
}

void encode_kernel_events(struct encoding *encoding)
{
	fact_foreach (event, encoding->facts->kernel_events)
		encode_event(encoding, event);
	encode_log(encoding);
}
