/* SPDX-License-Identifier: MIT */
/*
 * What a report says of one of the guest's processes, by its pid.
 */
#include "base/text.h"
#include "reader/correlation.h"

#include <string.h>

static bool is_pid(const json_t *object, uint64_t pid)
{
	return reader_integer(object, "pid", -1) == (int64_t)pid;
}

static void take_comm(struct guest_process *process, const json_t *object)
{
	if (text_is_empty(process->comm))
		(void)text_copy(
			process->comm, sizeof(process->comm), reader_string(object, "comm"));
}

static uint64_t count_of(const json_t *object, const char *key)
{
	int64_t value = reader_integer(object, key, 0);

	return value > 0 ? (uint64_t)value : 0;
}

/* Each heartbeat tells of the time since the one before. */
static bool take_busy(struct guest_process *process, const json_t *heartbeat, uint64_t pid)
{
	const json_t *busy;
	bool is_there = false;
	size_t i;

	json_array_foreach(json_object_get(heartbeat, "busy"), i, busy)
	{
		if (!is_pid(busy, pid))
			continue;
		take_comm(process, busy);
		process->cpu_us += count_of(busy, "cpu_us");
		process->read_bytes += count_of(busy, "read_bytes");
		process->written_bytes += count_of(busy, "written_bytes");
		is_there = true;
	}
	return is_there;
}

static bool take_waiting(struct guest_process *process, const json_t *stall, uint64_t pid)
{
	const json_t *waiting;
	bool is_there = false;
	size_t i;

	json_array_foreach(json_object_get(stall, "waiting"), i, waiting)
	{
		const char *call = reader_string(waiting, "call");
		const char *file = reader_string(waiting, "file");
		const char *channel = reader_string(waiting, "wait_channel");

		if (!is_pid(waiting, pid))
			continue;
		take_comm(process, waiting);
		(void)text_join(process->waits, sizeof(process->waits), *call ? call : channel,
			*file ? " of " : "", file, *call && *channel ? " in " : "",
			*call ? channel : "", NULL);
		is_there = true;
	}
	return is_there;
}

/* Of the interval in which it called one thing most. "counts" has all that it called, most frequent
 * first; a record without it is about one call. */
static bool take_calls(struct guest_process *process, const json_t *rate, uint64_t pid)
{
	const json_t *first = json_array_get(json_object_get(rate, "counts"), 0);
	const json_t *most = first ? first : rate;
	const json_t *path = json_array_get(json_object_get(rate, "paths"), 0);
	uint64_t calls = count_of(most, "calls");

	if (!is_pid(rate, pid))
		return false;
	take_comm(process, rate);
	process->calls += count_of(rate, "calls");
	if (calls <= process->call_count)
		return true;
	process->call_count = calls;
	process->call_interval_us = count_of(rate, "interval_us");
	process->path_share = count_of(path, "share");
	(void)text_copy(process->call, sizeof(process->call), reader_string(most, "call"));
	(void)text_copy(process->path, sizeof(process->path), reader_string(path, "path"));
	return true;
}

bool guest_process_find(const struct reader_report *report, uint64_t pid, struct guest_process *ret)
{
	bool is_there = false;

	*ret = (struct guest_process){0};
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];
		const json_t *members = record->members;

		if (strcmp(record->type, "heartbeat") == 0) {
			is_there |= take_busy(ret, members, pid);
		} else if (strcmp(record->type, "stall") == 0) {
			is_there |= take_waiting(ret, members, pid);
		} else if (strcmp(record->type, "syscalls") == 0) {
			is_there |= take_calls(ret, members, pid);
		} else if (pid == 1 && strcmp(record->type, "pid1") == 0) {
			take_comm(ret, members);
			is_there = true;
		}
	}
	return is_there;
}
