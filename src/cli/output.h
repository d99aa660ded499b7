/* SPDX-License-Identifier: MIT */
/*
 * All text of `bootprobe` that holds something a guest wrote goes through here: escaped by
 * printable_append(), at most 80 columns, in colour only where somebody sees it.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum { OUTPUT_COLUMNS = 80 };

enum output_colour {
	COLOUR_NONE,
	COLOUR_RED,
	COLOUR_YELLOW,
	COLOUR_GREEN,
	COLOUR_PURPLE,
	COLOUR_BOLD
};
enum output_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* Decides once for standard output: a terminal, no NO_COLOR, and no TERM=dumb. */
bool output_wants_colour(enum output_when when);

/* Escapes and writes a text as it is. */
void output_raw(FILE *stream, const char *text);
/* The same for at most size bytes up to a NUL. */
void output_chars(FILE *stream, const char *chars, size_t size);
#define output_array(stream, array) output_chars(stream, array, sizeof(array))
void output_coloured(FILE *stream, bool is_coloured, enum output_colour colour, const char *text);
/* Writes words behind what already takes `column` columns of this line; further lines begin with
 * `indent` spaces. Ends with a newline. A word that is too long stands on a line of its own. */
void output_words(FILE *stream, unsigned column, unsigned indent, const char *text);

/* The same on one line: what does not fit is cut off and marked "...". */
void output_line(FILE *stream, unsigned column, const char *text);

/* A string; of a text that was cut within a character, what is whole. */
json_t *output_json_text(const char *text);
/* One value as JSON, in ASCII without control characters, and a newline. */
int output_json(FILE *stream, const json_t *value, bool is_pretty);
/* The same in memory: free() it. NULL: out of memory. */
char *output_json_string(const json_t *value, bool is_pretty);

/* A line of a report that is safe to print: what is not printable ASCII as \uXXXX, and then with a
 * CRC of its own. free() it. NULL: out of memory. */
char *output_record_line(const char *line, size_t length);

#endif
