/* SPDX-License-Identifier: MIT */
/*
 * A report on one page: verdict, cause, evidence, what to change, what is sound, what is missing.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "reader/report.h"

#include <stdio.h>

/* is_going_on: more of it may come, so nothing is said as if it were the last word. */
void page_print(FILE *stream, const struct reader_report *report, bool is_coloured, bool is_here,
	bool is_going_on);

#endif
