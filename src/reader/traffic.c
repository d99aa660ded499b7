/* SPDX-License-Identifier: MIT */
#include "reader/traffic.h"

#include <errno.h>
#include <string.h>

static int spread_into(json_t *members, const json_t *traffic)
{
	return json_object_update_missing(members, (json_t *)traffic) < 0 ? -ENOMEM : 0;
}

/* Of a disk, or of one of its partitions. */
static int spread_to_block(json_t *members, const json_t *traffic)
{
	const char *name = reader_string(traffic, "name");
	json_t *partition;
	size_t i;

	if (reader_is(members, "name", name))
		return spread_into(members, traffic);
	json_array_foreach(json_object_get(members, "partitions"), i, partition)
	{
		if (reader_is(partition, "name", name))
			return spread_into(partition, traffic);
	}
	return 0;
}

static int spread_to_uart(json_t *members, const json_t *traffic)
{
	bool is_same = reader_is(members, "name", reader_string(traffic, "name"));

	return is_same ? spread_into(members, traffic) : 0;
}

/* A report is hostile: what goes beyond is left where it is. */
enum { STEPS_MAX = 10000000 };

static int spread(struct reader_report *report, const char *type, const json_t *list,
	int (*to)(json_t *members, const json_t *traffic))
{
	const json_t *traffic;
	size_t steps = 0, i;

	for (size_t k = 0; k < report->record_count; k++) {
		struct reader_record *record = &report->records[k];

		if (record->is_superseded || strcmp(record->type, type) != 0)
			continue;
		json_array_foreach(list, i, traffic)
		{
			steps +=
				1 + json_array_size(json_object_get(record->members, "partitions"));
			if (steps > STEPS_MAX)
				return 0;
			if (reader_has(traffic, "name") && to(record->members, traffic) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

int traffic_spread(struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "traffic", NULL, NULL);
	int result;

	if (!record)
		return 0;
	result =
		spread(report, "block", json_object_get(record->members, "disks"), spread_to_block);
	if (result < 0)
		return result;
	return spread(report, "uart", json_object_get(record->members, "uarts"), spread_to_uart);
}
