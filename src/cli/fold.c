/* SPDX-License-Identifier: MIT */
#include "cli/fold.h"

#include "base/cleanup.h"
#include "base/printable.h"
#include "cli/output.h"

#include <string.h>

enum { ESCAPE_FACTOR = 6 };

/* Escaped, with a space wherever a word has become width columns long. NULL: out of memory. */
static char *break_words(const char *text, size_t width)
{
	size_t length = strlen(text), size = length * ESCAPE_FACTOR + 1, run = 0;
	_cleanup_free_ char *escaped = malloc(size);
	char *broken = malloc(2 * size);
	struct text from, to;

	if (!escaped || !broken) {
		free(broken);
		return NULL;
	}
	text_init(&from, escaped, size);
	text_init(&to, broken, 2 * size);
	printable_append(&from, text, length);
	for (const char *c = escaped; *c; c++) {
		run = *c == ' ' ? 0 : run + 1;
		if (run > width) {
			text_append_char(&to, ' ');
			run = 1;
		}
		text_append_char(&to, *c);
	}
	return broken;
}

void fold_words(FILE *stream, unsigned column, unsigned indent, const char *text)
{
	unsigned start = column > indent ? column : indent;
	_cleanup_free_ char *broken =
		break_words(text, start + 2 < OUTPUT_COLUMNS ? OUTPUT_COLUMNS - start - 2 : 1);

	output_words(stream, column, indent, broken ? broken : "");
}

void fold_cut(char *data, size_t width, const char *text)
{
	size_t length = strnlen(text, width + 1);
	struct text out;

	text_init(&out, data, width + 1);
	printable_append(&out, text, length);
	if (!out.is_cut && !text[length])
		return;
	for (size_t i = out.length; i > 0 && i + 2 > width; i--)
		data[i - 1] = '\0';
	(void)strcat(data, width > 2 ? ".." : "");
}
