/* SPDX-License-Identifier: MIT */
#include "capture/kernel_log.h"

#include "parse/cmdline.h"

#include <string.h>

void kernel_log_begin(struct kernel_log *log, const char *cmdline)
{
	(void)text_copy(log->cmdline, sizeof(log->cmdline), cmdline);
	(void)cmdline_redact_parts(log->cmdline, log->scratch, sizeof(log->scratch), &log->known);
	log->is_in_list = false;
}

/* Appends count bytes of a command line, redacted. */
static void append_cmdline(struct kernel_log *log, const char *bytes, size_t count, struct text *out)
{
	static char shown[sizeof(log->word)];
	unsigned redacted;

	(void)text_copy_bytes(log->word, sizeof(log->word), bytes, count);
	out->is_cut |= !cmdline_redact(log->word, shown, sizeof(shown), &redacted);
	text_append(out, shown);
}

/* One word, whatever white space is in it. */
static void append_parameter(const char *bytes, size_t count, struct text *out)
{
	const char *sign = memchr(bytes, '=', count);
	struct redacted redacted = {0};
	struct cmdline_parameter parameter = {
		.name = bytes,
		.name_length = sign ? (size_t)(sign - bytes) : count,
		.value = sign ? sign + 1 : NULL,
		.value_length = sign ? count - (size_t)(sign - bytes) - 1 : 0,
		.token = bytes,
		.token_length = count,
	};

	redact_parameter(&parameter, out, &redacted);
}

/* "Command line: …", "Kernel command line: …", and what initrds say in their own words; "Unknown
 * kernel command line parameters "…", will be passed to user space." (init/main.c). */
static bool append_line(struct kernel_log *log, const char *line, size_t length, struct text *out)
{
	static const struct {
		const char *mark;
		char end;
	} MARKS[] = {{"ommand line: ", '\0'}, {"ommand line parameters: ", '\0'},
		{"ommand line parameters \"", '"'}};

	for (size_t i = 0; i < ARRAY_SIZE(MARKS); i++) {
		const char *at = memmem(line, length, MARKS[i].mark, strlen(MARKS[i].mark));
		const char *end = line + length, *last;

		if (!at)
			continue;
		at += strlen(MARKS[i].mark);
		last = MARKS[i].end ? memrchr(at, MARKS[i].end, (size_t)(end - at)) : NULL;
		last = last ? last : end;
		text_append_bytes(out, line, (size_t)(at - line));
		append_cmdline(log, at, (size_t)(last - at), out);
		text_append_bytes(out, last, (size_t)(end - last));
		return true;
	}
	return false;
}

/* init/main.c, run_init_process(): "  with arguments:", "  with environment:", and a line of four
 * spaces and a word for each. */
static bool append_of_list(struct kernel_log *log, const char *line, size_t length, struct text *out)
{
	static const char INDENT[] = "    ";
	size_t indent = strlen(INDENT);

	if (log->is_in_list && length >= indent && memcmp(line, INDENT, indent) == 0) {
		text_append(out, INDENT);
		append_parameter(line + indent, length - indent, out);
		return true;
	}
	/* A line of the dictionary starts with one space. */
	if (length > 1 && line[0] == ' ' && line[1] != ' ')
		return false;
	log->is_in_list = length > 6 && memcmp(line, "  with ", 7) == 0;
	return false;
}

/* The message, and the dictionary of the record behind it. */
static void append_lines(struct kernel_log *log, const char *lines, struct text *out)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		if (!append_of_list(log, lines, length, out) && !append_line(log, lines, length, out))
			(void)redact_text(lines, length, &log->known, out);
		lines += length;
		if (*lines == '\n')
			text_append_char(out, *lines++);
	}
}

size_t kernel_log_redact(struct kernel_log *log, char *record, size_t size)
{
	char *message = strchr(record, ';');
	struct text text;

	if (!message)
		return strlen(record);
	message++;
	text_init(&text, log->scratch, sizeof(log->scratch));
	append_lines(log, message, &text);
	if (text.is_cut || !text_copy(message, size - (size_t)(message - record), log->scratch))
		return 0;
	return strlen(record);
}
