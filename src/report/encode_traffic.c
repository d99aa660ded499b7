/* SPDX-License-Identifier: MIT */
/*
 * What changes from one look to the next, and would say each disk and port anew: by itself, at the
 * end of a pass. The reader puts it back to what it is about (reader/traffic.c).
 */
#include "report/encode.h"

#include <string.h>

static uint64_t udev_us(const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (event, facts->device_events) {
		if (strncmp(event->name, block->name, sizeof(event->name)) == 0)
			return event->udev_us;
	}
	return 0;
}

static void encode_disk(struct record *record, const struct block_fact *block, uint64_t udev)
{
	record_object_begin(record);
	record_text(record, "name", block->name);
	if (udev)
		record_seconds(record, "udev", udev);
	if (!block->partition) {
		record_nonzero(record, "reads", block->reads);
		record_nonzero(record, "read_bytes", block->read_sectors * 512);
		record_nonzero(record, "read_us", block->read_ms * 1000);
		record_nonzero(record, "writes", block->writes);
		record_nonzero(record, "in_flight", block->in_flight);
	}
	record_object_end(record);
}

static void encode_disks(struct encoding *encoding)
{
	struct record *record = encoding->record;

	record_array_begin(record, "disks");
	fact_foreach (block, encoding->facts->blocks) {
		uint64_t udev = udev_us(encoding->facts, block);
		bool is_idle =
			block->partition || !(block->reads || block->writes || block->in_flight);

		if (udev || !is_idle)
			encode_disk(record, block, udev);
	}
	record_array_end(record);
}

static void encode_uarts_of(struct encoding *encoding)
{
	struct record *record = encoding->record;

	record_array_begin(record, "uarts");
	fact_foreach (uart, encoding->facts->uarts) {
		if (!uart->has_counters)
			continue;
		record_object_begin(record);
		record_text(record, "name", uart->name);
		record_u64(record, "tx_bytes", uart->tx_bytes);
		record_u64(record, "rx_bytes", uart->rx_bytes);
		record_text(record, "lines", uart->lines);
		record_object_end(record);
	}
	record_array_end(record);
}

void encode_traffic(struct encoding *encoding)
{
	record_begin(encoding->record, encoding->report, "traffic");
	record_subject(encoding->record);
	encode_disks(encoding);
	encode_uarts_of(encoding);
	if (encoding->record->length[0])
		(void)record_end(encoding->record);
}
