/* SPDX-License-Identifier: MIT */
/*
 * What the page's files share: its lines, and the words on them.
 *
 *   summary.c          the verdict, what to change, and the page as a whole
 *   summary_line.c     lines of bounded length, printable words
 *   summary_subject.c  what the machine is, a line a subject
 */
#ifndef REPORT_SUMMARY_PART_H
#define REPORT_SUMMARY_PART_H

#include "base/text.h"
#include "report/summary.h"

/* A line has at most 78 characters, so that an 80-column terminal does not wrap it. */
enum {
	SUMMARY_LINE_LENGTH = 78,
	SUMMARY_KEY_LENGTH = 11,
	SUMMARY_ROOM = SUMMARY_LINE_LENGTH - SUMMARY_KEY_LENGTH,
	SUMMARY_WORDS_SIZE = 512, /* of a line before it is cut */
};

struct summary_page {
	struct text text;
	uint32_t lines;
};

/* A line under construction behind its key. */
#define LINE(name)                            \
	char name##_data[SUMMARY_WORDS_SIZE]; \
	struct text name;                     \
	text_init(&name, name##_data, sizeof(name##_data))

/* What a guest's disks and tables say about themselves never reaches a terminal as it is. */
void summary_append(struct text *line, const char *bytes, size_t size);
#define append_array(line, array) summary_append(line, array, sizeof(array))
/* NULL: nothing, and no separator. */
void summary_append_word(struct text *line, const char *separator, const char *word);
/* The same for an array of a fact, if there is something in it. */
#define append_array_word(line, separator, array)     \
	do {                                          \
		if ((array)[0])                       \
			text_append(line, separator); \
		append_array(line, array);            \
	} while (0)
/* A name that gives way to what stands behind it on the line. */
void summary_append_beside(
	struct text *line, const char *bytes, size_t size, const struct text *tail);
/* What does not fit is left out, and the line says so: what matters most stands first. */
void summary_add(struct summary_page *page, const char *key, const struct text *line);
/* Puts words into lines of the page, at most lines_max of them; the last one ends in "..." when
 * there is more. */
void summary_wrap(
	struct summary_page *page, const char *key, const char *words, uint32_t lines_max);

/* The lines of what the machine is. */
void summary_add_subjects(struct summary_page *page, const struct facts *facts);

#endif
