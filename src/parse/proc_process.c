/* SPDX-License-Identifier: MIT */
#include "parse/proc_process.h"

#include "base/text.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------- stat */

/* Fields behind the name, counted from the state: proc(5) counts that as 3. */
enum { FIELD_PARENT = 1, FIELD_USER = 11, FIELD_SYSTEM = 12, FIELD_START = 19, FIELDS = 20 };

bool proc_stat_line_parse(char *text, struct proc_stat_line *ret)
{
	/* The name may hold a parenthesis and blanks itself. */
	char *begin = strchr(text, '('), *end = strrchr(text, ')'), *cursor;
	char *field[FIELDS];
	uint64_t user, system;

	if (!begin || !end || end < begin)
		return false;
	*begin++ = *end = '\0';
	cursor = end + 1;
	for (size_t i = 0; i < FIELDS; i++) {
		field[i] = text_next_field(&cursor);
		if (!field[i])
			return false;
	}
	*ret = (struct proc_stat_line){.state = field[0][0]};
	(void)text_copy(ret->comm, sizeof(ret->comm), begin);
	if (text_parse_u32(text_trim(text), 10, &ret->pid) < 0 ||
		text_parse_u32(field[FIELD_PARENT], 10, &ret->parent) < 0 ||
		text_parse_u64(field[FIELD_USER], 10, &user) < 0 ||
		text_parse_u64(field[FIELD_SYSTEM], 10, &system) < 0 ||
		text_parse_u64(field[FIELD_START], 10, &ret->start_ticks) < 0)
		return false;
	return !__builtin_add_overflow(user, system, &ret->cpu_ticks);
}

/* ------------------------------------------------------------------------------- lines of names */

/* "name: value", the first word of the value. Uses the text up. */
static const char *value_of(char *text, const char *name)
{
	char *cursor = text, *line;

	while ((line = text_next_line(&cursor))) {
		if (!text_starts_with(line, name))
			continue;
		line += strlen(name);
		return text_next_field(&line);
	}
	return NULL;
}

bool proc_io_parse(char *text, uint64_t *ret_read_bytes, uint64_t *ret_written_bytes)
{
	static const char READ[] = "read_bytes:", WRITTEN[] = "write_bytes:";
	char *cursor = text, *line;
	unsigned found = 0;

	while ((line = text_next_line(&cursor))) {
		bool is_read = text_starts_with(line, READ);
		char *value;

		if (!is_read && !text_starts_with(line, WRITTEN))
			continue;
		line += is_read ? strlen(READ) : strlen(WRITTEN);
		value = text_next_field(&line);
		if (!value ||
			text_parse_u64(value, 10, is_read ? ret_read_bytes : ret_written_bytes) < 0)
			return false;
		found |= is_read ? 1U : 2U;
	}
	return found == 3U;
}

bool proc_fdinfo_mount(char *text, uint32_t *ret_mount)
{
	const char *value = value_of(text, "mnt_id:");

	return value && text_parse_u32(value, 10, ret_mount) == 0;
}

/* ------------------------------------------------------------------------------ syscall, stack */

static bool word_copy(const char **cursor, char *word, size_t size)
{
	size_t length = strcspn(*cursor, " \n");
	bool is_whole = text_copy_bytes(word, size, *cursor, length);

	*cursor += length;
	*cursor += strspn(*cursor, " ");
	return length && is_whole;
}

bool proc_call_parse(const char *text, struct proc_call *ret)
{
	char number[16], argument[24];

	return word_copy(&text, number, sizeof(number)) &&
	       word_copy(&text, argument, sizeof(argument)) &&
	       text_parse_u32(number, 10, &ret->number) == 0 &&
	       text_parse_u64(argument, 0, &ret->argument) == 0;
}

/* "[<0>] io_schedule+0x42/0x70" */
void proc_stack_parse(char *text, char *ret_functions, size_t size)
{
	char *cursor = text, *line;
	struct text functions;

	text_init(&functions, ret_functions, size);
	while ((line = text_next_line(&cursor))) {
		char *mark = strstr(line, "] ");
		size_t length, before = functions.length;

		if (!mark)
			continue;
		mark += 2;
		length = strcspn(mark, "+ ");
		/* A name that is cut names another function, or none. */
		if (!length || length + (before > 0) > functions.size - 1 - before)
			break;
		text_append(&functions, before ? " " : "");
		text_append_bytes(&functions, mark, length);
	}
}
