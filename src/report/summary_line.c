/* SPDX-License-Identifier: MIT */
#include "report/summary_part.h"

#include <string.h>

static const char ELLIPSIS[] = "...";

void summary_append(struct text *line, const char *bytes, size_t size)
{
	size_t length = strnlen(bytes, size);

	for (size_t i = 0; i < length; i++)
		text_append_char(line, bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?');
}

void summary_append_word(struct text *line, const char *separator, const char *word)
{
	if (!word)
		return;
	text_append(line, separator);
	text_append(line, word);
}

void summary_add(struct summary_page *page, const char *key, const struct text *line)
{
	char padded[SUMMARY_KEY_LENGTH + 1];
	struct text text;

	if (page->lines >= SUMMARY_LINES_MAX)
		return;
	text_init(&text, padded, sizeof(padded));
	text_append(&text, key);
	while (text.length < SUMMARY_KEY_LENGTH)
		text_append_char(&text, ' ');
	text_append(&page->text, padded);
	if (line->length > SUMMARY_ROOM || line->is_cut) {
		text_append_bytes(&page->text, line->data, SUMMARY_ROOM - strlen(ELLIPSIS));
		text_append(&page->text, ELLIPSIS);
	} else {
		text_append(&page->text, line->data);
	}
	text_append_char(&page->text, '\n');
	page->lines++;
}

void summary_append_beside(
	struct text *line, const char *bytes, size_t size, const struct text *tail)
{
	size_t length = strnlen(bytes, size), used = line->length + tail->length;

	if (used + length > SUMMARY_ROOM && used + strlen(ELLIPSIS) < SUMMARY_ROOM) {
		summary_append(line, bytes, SUMMARY_ROOM - used - strlen(ELLIPSIS));
		text_append(line, ELLIPSIS);
	} else {
		summary_append(line, bytes, length);
	}
	text_append(line, tail->data);
}

void summary_wrap(struct summary_page *page, const char *key, const char *words, uint32_t lines_max)
{
	for (uint32_t i = 0; i < lines_max && *words; i++) {
		size_t length = strlen(words), take = length;
		LINE(line);

		if (length > SUMMARY_ROOM) {
			bool is_last = i + 1 == lines_max;
			size_t limit = is_last ? SUMMARY_ROOM - strlen(ELLIPSIS) : SUMMARY_ROOM;

			for (take = limit; take && words[take] != ' ';)
				take--;
			take = take ? take : limit;
		}
		summary_append(&line, words, take);
		words += take;
		while (*words == ' ')
			words++;
		if (i + 1 == lines_max && *words)
			text_append(&line, ELLIPSIS);
		summary_add(page, i ? "" : key, &line);
	}
}
