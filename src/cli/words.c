/* SPDX-License-Identifier: MIT */
#include "cli/words.h"

#include "reader/report.h"

#include <stdio.h>
#include <string.h>

void words_add(struct text *text, const char *separator, const char *value)
{
	if (!*value)
		return;
	text_append(text, separator);
	text_append(text, value);
}

void words_key(struct text *text, const char *separator, const json_t *members, const char *key)
{
	words_add(text, separator, reader_string(members, key));
}

void words_integer(struct text *text, const char *separator, const json_t *members, const char *key)
{
	if (!json_is_integer(json_object_get(members, key)))
		return;
	text_append(text, separator);
	text_append_i64(text, reader_integer(members, key, 0));
}

void words_size(struct text *text, const char *separator, const json_t *members, const char *key)
{
	int64_t bytes = reader_integer(members, key, -1);

	if (bytes < 0)
		return;
	text_append(text, separator);
	text_append_size(text, (uint64_t)bytes);
}

void words_time(struct text *text, double seconds)
{
	char number[64];

	(void)snprintf(
		number, sizeof(number), "%.3f s", seconds < 1e9 && seconds >= 0 ? seconds : 0);
	text_append(text, number);
}

void words_seconds(struct text *text, const char *separator, const json_t *members, const char *key)
{
	if (!reader_has(members, key))
		return;
	text_append(text, separator);
	words_time(text, reader_number(members, key, 0));
}

void words_bool(
	struct text *text, const json_t *members, const char *key, const char *yes, const char *no)
{
	const json_t *value = json_object_get(members, key);

	if (json_is_boolean(value))
		words_add(text, ", ", json_is_true(value) ? yes : no);
}

void words_strings(struct text *text, const char *separator, const json_t *array)
{
	const json_t *element;
	size_t i;

	json_array_foreach(array, i, element)
	{
		if (json_is_string(element))
			words_add(text, i ? separator : "", json_string_value(element));
	}
}

void words_module_state(
	struct text *text, const char *separator, const json_t *members, const char *key)
{
	static const char *const STATES[][2] = {{"bound", "in use"}, {"built-in", "built in"},
		{"module-file", "not loaded"}, {"failed", "failing to load"}};
	const char *state = reader_string(members, key);

	for (size_t i = 0; i < ARRAY_SIZE(STATES); i++) {
		if (strcmp(STATES[i][0], state) == 0)
			state = STATES[i][1];
	}
	words_add(text, separator, state);
}
