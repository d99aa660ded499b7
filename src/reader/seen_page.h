/* SPDX-License-Identifier: MIT */
/*
 * The page that consoles show, where a log has it without the records: enough of it to say so.
 */
#ifndef READER_SEEN_PAGE_H
#define READER_SEEN_PAGE_H

#include <stddef.h>

struct seen_page {
	char boot[9]; /* of the last page that was whole; "": there was none */
	/* Its first line, as the guest wrote it: "FAIL       this boot will ..." */
	char verdict[80];
	char next_verdict[80]; /* of a page that has not come to its end */
};

/* A line of a log, cleaned (frame_clean()), whatever stands in front of the page in it. */
void seen_page_take(struct seen_page *page, const char *line, size_t length);

#endif
