/* SPDX-License-Identifier: MIT */
#include "parse/call_histogram.h"

#include "base/text.h"

#include <string.h>

struct count {
	uint32_t pid, number;
	uint64_t calls;
};

/* "NAME:  NUMBER,": the number. */
static bool parse_member(char **cursor, const char *name, uint64_t *ret_value)
{
	char *key = text_next_field(cursor), *value = text_next_field(cursor);

	if (!key || !value || strcmp(key, name) != 0)
		return false;
	value[strcspn(value, ",")] = '\0';
	return text_parse_u64(value, 10, ret_value) == 0;
}

static bool parse_count(char *line, struct count *ret)
{
	char *open = text_next_field(&line), *close;
	uint64_t pid, number;

	if (!open || strcmp(open, "{") != 0 || !parse_member(&line, "common_pid:", &pid) ||
		!parse_member(&line, "id:", &number))
		return false;
	close = text_next_field(&line);
	if (!close || strcmp(close, "}") != 0 || !parse_member(&line, "hitcount:", &ret->calls))
		return false;
	if (pid == 0 || pid > INT32_MAX || number > UINT32_MAX)
		return false;
	ret->pid = (uint32_t)pid;
	ret->number = (uint32_t)number;
	return true;
}

static struct call_tally_entry *entry_of(struct call_tally *tally, uint32_t pid)
{
	uint32_t at = 0;

	while (at < tally->count && tally->entry[at].pid != pid)
		at++;
	if (at == CALL_TALLY_MAX)
		return NULL;
	if (at == tally->count) {
		tally->count++;
		tally->entry[at] = (struct call_tally_entry){.pid = pid};
	}
	return &tally->entry[at];
}

static void add_saturated(uint64_t *sum, uint64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = UINT64_MAX;
}

bool call_tally_add(struct call_tally *tally, char *line)
{
	struct call_tally_entry *entry;
	struct count count;

	if (!parse_count(line, &count))
		return false;
	add_saturated(&tally->calls, count.calls);
	entry = entry_of(tally, count.pid);
	if (!entry)
		return true;
	add_saturated(&entry->calls, count.calls);
	if (entry->different < CALLER_CALLS_MAX) {
		entry->most[entry->different].number = count.number;
		entry->most[entry->different].calls = count.calls;
	}
	entry->different++;
	return true;
}

static bool is_before(const struct call_tally_entry *a, const struct call_tally_entry *b)
{
	return a->calls > b->calls || (a->calls == b->calls && a < b);
}

const struct call_tally_entry *call_tally_next(
	const struct call_tally *tally, const struct call_tally_entry *before)
{
	const struct call_tally_entry *found = NULL;

	for (uint32_t i = 0; i < tally->count; i++) {
		const struct call_tally_entry *entry = &tally->entry[i];

		if ((!before || is_before(before, entry)) && (!found || is_before(entry, found)))
			found = entry;
	}
	return found;
}
