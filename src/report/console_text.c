/* SPDX-License-Identifier: MIT */
#include "report/console_text.h"

#include "base/clock.h"

#include <string.h>

void console_text_init(struct console_text *text, struct report *report, struct record *record)
{
	*text = (struct console_text){.report = report,
		.record = record,
		.left_bytes = CONSOLE_TEXT_RATE_BYTES,
		.filled_us = report->now_us()};
	report->next_sequence = 1;
}

static bool may_say(struct console_text *text, size_t bytes)
{
	uint64_t now = text->report->now_us(), passed_us = now - text->filled_us;
	uint64_t fresh = passed_us > US_PER_S ? CONSOLE_TEXT_RATE_BYTES
					      : passed_us * CONSOLE_TEXT_RATE_BYTES / US_PER_S;

	/* Less than a byte's time is kept for later. */
	if (fresh) {
		text->left_bytes += fresh;
		text->filled_us = now;
	}
	if (text->left_bytes > CONSOLE_TEXT_RATE_BYTES)
		text->left_bytes = CONSOLE_TEXT_RATE_BYTES;
	if (text->left_bytes < bytes)
		return false;
	text->left_bytes -= bytes;
	return true;
}

static void say(struct console_text *text, bool is_open)
{
	struct record *record = text->record;
	size_t length = text->length;

	/* The newline counts, or empty lines would be free. */
	if (!may_say(text, length + 1)) {
		console_text_lose(text, length + 1);
		text->length = 0;
		return;
	}
	while (length && text->line[length - 1] == '\r')
		length--;
	record_begin(record, text->report, "console.text");
	record_chars(record, "text", text->line, length);
	record_flag(record, "open", is_open);
	record_nonzero(record, "dropped_bytes", text->dropped_bytes);
	(void)record_end_always(record);
	text->dropped_bytes = 0;
	text->length = 0;
}

void console_text_take(struct console_text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			say(text, false);
			continue;
		}
		if (text->length == sizeof(text->line))
			say(text, true);
		/* A record holds no NUL; the kernel's terminals show none. */
		if (bytes[i])
			text->line[text->length++] = bytes[i];
	}
}

void console_text_lose(struct console_text *text, uint64_t bytes)
{
	text->dropped_bytes += bytes;
	text->total_dropped_bytes += bytes;
}

bool console_text_is_open(const struct console_text *text)
{
	return text->length > 0;
}

void console_text_flush(struct console_text *text)
{
	if (console_text_is_open(text))
		say(text, true);
}
