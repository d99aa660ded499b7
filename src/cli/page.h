/* SPDX-License-Identifier: MIT */
/*
 * A report on one page: verdict, cause, evidence, what to change, what is sound, what is missing.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "reader/report.h"

#include <stdio.h>

void page_print(FILE *stream, const struct reader_report *report, bool is_coloured, bool is_here);

#endif
