/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a page share.
 */
#ifndef CLI_PAGE_PART_H
#define CLI_PAGE_PART_H

#include "base/text.h"
#include "cli/describe.h"
#include "cli/output.h"
#include "reader/course.h"

enum { PAGE_KEY_COLUMNS = 11, PAGE_INDENT = 2 };

struct page {
	FILE *stream;
	const struct reader_report *report;
	bool is_coloured;
	bool is_here;     /* on the machine that it is about, which is up */
	bool is_going_on; /* followed, and more may come */
};

/* A text of what the guest wrote, bounded. */
#define WORDS(name)                      \
	char name##_data[DESCRIBE_SIZE]; \
	struct text name;                \
	text_init(&name, name##_data, sizeof(name##_data))

void page_heading(const struct page *page, const char *heading);
/* "  key        words that go on below themselves". A key that is too long has a line of its own.
 */
void page_entry(const struct page *page, const char *key, const char *words);

/* The story of the boot, where somebody watched it. */
void page_course(const struct page *page, const struct course *course);
/* What is missing, and how the report ends. */
void page_records(const struct page *page, const struct course *course);
/* Lines of what needs no further look: at most one a subject. */
void page_sound(const struct page *page);

#endif
