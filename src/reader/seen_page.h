/* SPDX-License-Identifier: MIT */
/*
 * The page that consoles show, where a log has it without the records.
 */
#ifndef READER_SEEN_PAGE_H
#define READER_SEEN_PAGE_H

#include <stddef.h>

enum { SEEN_PAGE_SIZE = 2048 };

struct seen_page {
	char boot[9]; /* of the last page that was whole; "": there was none */
	/* Its lines, as the guest wrote them: "FAIL       this boot will ..." */
	char text[SEEN_PAGE_SIZE];
	char next[SEEN_PAGE_SIZE]; /* of a page that has not come to its end */
	size_t next_column;        /* where its lines begin in those of the log */
};

/* A line of a log, cleaned (frame_clean()), whatever stands in front of the page in it. */
void seen_page_take(struct seen_page *page, const char *line, size_t length);

#endif
