/* SPDX-License-Identifier: MIT */
#include "cli/console_text.h"

#include "base/text.h"
#include "cli/output.h"

#include <string.h>

static void print_dropped(const json_t *line)
{
	double dropped = reader_number(line, "dropped_bytes", 0);

	if (dropped > 0)
		(void)printf("[%.0f bytes lost]\n", dropped);
}

void console_text_print(const json_t *line)
{
	print_dropped(line);
	output_raw(stdout, reader_string(line, "text"));
	(void)fputc('\n', stdout);
}

/* What is of another boot than the line before begins on its own, behind "[boot 5a1f09c3]". */
static void tell_boot(struct console_text_output *output, const char *boot)
{
	if (*output->boot && strcmp(output->boot, boot) != 0) {
		if (output->is_open)
			(void)fputc('\n', stdout);
		output->is_open = false;
		(void)fputs("[boot ", stdout);
		output_raw(stdout, boot);
		(void)fputs("]\n", stdout);
	}
	(void)text_copy(output->boot, sizeof(output->boot), boot);
}

void console_text_observe(void *context, const char *boot, uint32_t seq, const json_t *line)
{
	struct console_text_output *output = context;

	(void)seq;
	if (!reader_is(line, "type", READER_CONSOLE_TEXT))
		return;
	output->count++;
	tell_boot(output, boot);
	if (output->is_open && reader_number(line, "dropped_bytes", 0) > 0)
		(void)fputc('\n', stdout);
	print_dropped(line);
	output_raw(stdout, reader_string(line, "text"));
	output->is_open = reader_bool(line, "open", false);
	if (!output->is_open)
		(void)fputc('\n', stdout);
}
