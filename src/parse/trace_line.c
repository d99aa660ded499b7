/* SPDX-License-Identifier: MIT */
#include "parse/trace_line.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

/* "     sh -x-1   ": a command's name may hold anything but a NUL. */
static bool parse_task(char *task, struct trace_line *line)
{
	char *dash;

	task = text_trim(task);
	dash = strrchr(task, '-');
	if (!dash || text_parse_u32(dash + 1, 10, &line->pid) < 0)
		return false;
	*dash = '\0';
	text_copy(line->comm, sizeof(line->comm), task);
	return true;
}

/* "4.123456" */
static bool parse_stamp(char *stamp, uint64_t *ret_us)
{
	char *point = strchr(stamp, '.');
	uint64_t seconds, micros;

	if (!point || strlen(point + 1) != 6)
		return false;
	*point = '\0';
	if (text_parse_u64(stamp, 10, &seconds) < 0 || text_parse_u64(point + 1, 10, &micros) < 0)
		return false;
	return !__builtin_mul_overflow(seconds, US_PER_S, ret_us) &&
	       !__builtin_add_overflow(*ret_us, micros, ret_us);
}

/* "NR 1 = -5" */
static bool parse_exit(char *rest, struct trace_line *line)
{
	uint64_t result = 0;
	char *number, *sign, *value;

	if (!text_next_field(&rest) || !(number = text_next_field(&rest)) ||
		!(sign = text_next_field(&rest)) || strcmp(sign, "=") != 0 ||
		!(value = text_next_field(&rest)))
		return false;
	if (text_parse_u32(number, 10, &line->number) < 0 ||
		text_parse_u64(value + (*value == '-'), 10, &result) < 0 || result > INT64_MAX)
		return false;
	line->result = *value == '-' ? -(int64_t)result : (int64_t)result;
	return true;
}

/* "NR 1 (1, 55d0, …)": hexadecimal without a prefix. */
static bool parse_enter(char *rest, struct trace_line *line)
{
	char *number;

	if (!text_next_field(&rest) || !(number = text_next_field(&rest)) ||
		text_parse_u32(number, 10, &line->number) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(line->argument); i++) {
		char *argument = text_next_field(&rest);

		if (!argument || (i == 0 && *argument++ != '('))
			return false;
		argument[strcspn(argument, ",)")] = '\0';
		if (text_parse_u64(argument, 16, &line->argument[i]) < 0)
			return false;
	}
	return true;
}

/* "fd=2 writer=85": writer is who began a write on that processor last. */
static bool parse_write(char *rest, struct trace_line *line)
{
	static const char DESCRIPTOR[] = "fd=", WRITER[] = "writer=";
	char *descriptor = text_next_field(&rest), *writer = text_next_field(&rest);
	uint32_t pid;

	if (!descriptor || !writer || !text_starts_with(descriptor, DESCRIPTOR) ||
		!text_starts_with(writer, WRITER) ||
		text_parse_u64(descriptor + strlen(DESCRIPTOR), 10, &line->argument[0]) < 0 ||
		text_parse_u32(writer + strlen(WRITER), 10, &pid) < 0)
		return false;
	if (pid != line->pid)
		line->argument[0] = UINT64_MAX;
	return true;
}

/* "name=/dev/console" */
static bool parse_failed_path(char *rest, struct trace_line *line)
{
	static const char NAME[] = "name=";

	rest += strspn(rest, " ");
	if (!text_starts_with(rest, NAME))
		return false;
	text_copy(line->path, sizeof(line->path), rest + strlen(NAME));
	return true;
}

/* "(getname+0x0/0x20) name=\"/dev/console\"" */
static bool parse_path(char *rest, struct trace_line *line)
{
	static const char MARK[] = " name=\"";
	const char *begin = strstr(rest, MARK), *last;

	if (!begin)
		return false;
	begin += strlen(MARK);
	last = strrchr(begin, '"');
	if (!last)
		return false;
	text_copy_bytes(line->path, sizeof(line->path), begin, (size_t)(last - begin));
	return true;
}

/* Whether a command's name ends there: "-1       [000] .....     4.123456: ". The name itself may
 * hold " [", but is too short to hold all of this. */
static bool is_behind_task(const char *line, const char *bracket)
{
	const char *before = bracket, *at = bracket + strspn(bracket, " [");

	while (before > line && *before == ' ')
		before--;
	if (before == line || *before < '0' || *before > '9')
		return false;
	at += strspn(at, "0123456789");
	if (*at++ != ']' || *at++ != ' ')
		return false;
	at += strcspn(at, " ");
	at += strspn(at, " ");
	at += strspn(at, "0123456789");
	return *at++ == '.' && strspn(at, "0123456789") == 6 && at[6] == ':';
}

static char *find_processor(char *line)
{
	char *bracket = strstr(line, " [");

	while (bracket && !is_behind_task(line, bracket))
		bracket = strstr(bracket + 1, " [");
	return bracket;
}

static const struct event {
	const char *name;
	enum trace_kind kind;
	bool (*parse)(char *rest, struct trace_line *line);
} EVENTS[] = {
	{"sys_enter", TRACE_ENTER, parse_enter},
	{"sys_exit", TRACE_EXIT, parse_exit},
	{"path", TRACE_PATH, parse_path},
	{"bootprobe_write", TRACE_ENTER, parse_write},
	{"bootprobe_path", TRACE_PATH, parse_failed_path},
};

bool trace_line_parse(char *line, struct trace_line *ret)
{
	char *cpu = find_processor(line), *stamp, *event, *rest;

	memset(ret, 0, sizeof(*ret));
	if (line[0] == '#' || !cpu)
		return false;
	*cpu = '\0';
	rest = cpu + 1;
	/* The processor, flags, the time, the event. */
	if (!text_next_field(&rest) || !text_next_field(&rest) ||
		!(stamp = text_next_field(&rest)) || !(event = text_next_field(&rest)))
		return false;
	stamp[strcspn(stamp, ":")] = '\0';
	event[strcspn(event, ":")] = '\0';
	if (!parse_task(line, ret) || !parse_stamp(stamp, &ret->at_us))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		ret->kind = EVENTS[i].kind;
		if (strcmp(EVENTS[i].name, event) == 0)
			return EVENTS[i].parse(rest, ret);
	}
	return false;
}
