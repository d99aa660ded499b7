/* SPDX-License-Identifier: MIT */
/*
 * What a guest wrote to its console, from records "console.text".
 */
#ifndef CLI_CONSOLE_TEXT_H
#define CLI_CONSOLE_TEXT_H

#include "reader/reader.h"

/* One record: its text, and before it what was lost, each on a line. */
void console_text_print(const json_t *line);

/* All of them, as they were written, as the input is fed. */
struct console_text_output {
	bool is_open; /* the line on standard output has not ended */
	char boot[9]; /* whose it is: "" before the first */
	uint64_t count;
};
/* Of the type reader_line_fn: context is a struct console_text_output. */
void console_text_observe(void *context, const char *boot, uint32_t seq, const json_t *line);

#endif
