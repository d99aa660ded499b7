/* SPDX-License-Identifier: MIT */
/*
 * A record in words: one clause a person understands. The words hold what the guest wrote as it
 * is; only output_*() prints them.
 */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "base/text.h"

#include <jansson.h>

enum { DESCRIBE_SIZE = 2048 };

/* The end of a stage 1 that has nothing to hand off to: a shell, a panic. */
#define DESCRIBE_GAVE_UP "stage 1 gave up: no root is mounted"

/* members: of a record, or of one line of it. */
void describe_record(struct text *text, const json_t *members);
/* Whether somebody who watches a boot wants to see it. */
bool describe_is_news(const json_t *members);

#endif
