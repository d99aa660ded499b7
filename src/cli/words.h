/* SPDX-License-Identifier: MIT */
/*
 * Members of a record in words. Each adds a separator and what the member says, or nothing where it
 * is absent. The words hold what the guest wrote as it is; only output_*() prints them.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "base/text.h"

#include <jansson.h>

/* A value that is at hand; "" is none. */
void words_add(struct text *text, const char *separator, const char *value);

void words_key(struct text *text, const char *separator, const json_t *members, const char *key);
void words_integer(
	struct text *text, const char *separator, const json_t *members, const char *key);
/* "18 GiB" */
void words_size(struct text *text, const char *separator, const json_t *members, const char *key);
/* "3.641 s" */
void words_seconds(
	struct text *text, const char *separator, const json_t *members, const char *key);
void words_strings(struct text *text, const char *separator, const json_t *array);
/* Behind a comma: words for true and for false. */
void words_bool(
	struct text *text, const json_t *members, const char *key, const char *yes, const char *no);
/* What stands in the way of a kernel module. */
void words_module_state(
	struct text *text, const char *separator, const json_t *members, const char *key);

/* "3.641 s" */
void words_time(struct text *text, double seconds);

#endif
