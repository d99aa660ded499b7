/* SPDX-License-Identifier: MIT */
#include "parse/cmdline.h"

#include "base/text.h"
#include "parse/redact.h"

#include <string.h>

/* As the kernel's isspace(): its table counts the no-break space of Latin-1 in. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

/* The length of the parameter at args, and where its first '=' is (0: none, and one at the very
 * start does not count). Quotes may stand anywhere and protect white space. */
static size_t parameter_length(const char *args, bool is_in_quote, size_t *ret_equals)
{
	size_t length;

	*ret_equals = 0;
	for (length = 0; args[length]; length++) {
		if (is_space(args[length]) && !is_in_quote)
			break;
		if (!*ret_equals && args[length] == '=')
			*ret_equals = length;
		if (args[length] == '"')
			is_in_quote = !is_in_quote;
	}
	return length;
}

static void parameter_split(struct cmdline_parameter *parameter, const char *args, size_t length,
	size_t equals, bool is_quoted)
{
	const char *end = args + length;

	parameter->name = args;
	parameter->name_length = equals ? equals : length;
	if (is_quoted && length && end[-1] == '"')
		end--;
	if (!equals) {
		parameter->name_length = (size_t)(end - args);
		return;
	}
	parameter->value = args + equals + 1;
	if (parameter->value < end && *parameter->value == '"') {
		parameter->value++;
		if (end == args + length && end > parameter->value && end[-1] == '"')
			end--;
	}
	parameter->value_length = end > parameter->value ? (size_t)(end - parameter->value) : 0;
}

bool cmdline_next_token(const char **cursor, struct cmdline_parameter *ret_parameter)
{
	const char *start = *cursor;
	bool is_quoted;
	size_t length, equals;

	while (is_space(*start))
		start++;
	*cursor = start;
	if (!*start)
		return false;

	is_quoted = *start == '"';
	length = parameter_length(start + is_quoted, is_quoted, &equals);
	*ret_parameter = (struct cmdline_parameter){
		.token = start,
		.token_length = length + is_quoted,
	};
	parameter_split(ret_parameter, start + is_quoted, length, equals, is_quoted);
	*cursor = start + is_quoted + length;
	return true;
}

bool cmdline_next(const char **cursor, struct cmdline_parameter *ret_parameter)
{
	struct cmdline_parameter parameter;
	const char *next = *cursor;

	if (!cmdline_next_token(&next, &parameter))
		return false;
	if (!parameter.value && parameter.name_length == 2 && memcmp(parameter.name, "--", 2) == 0)
		return false;
	*cursor = next;
	*ret_parameter = parameter;
	return true;
}

static char dash_to_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool cmdline_is_name(const struct cmdline_parameter *parameter, const char *name)
{
	size_t i;

	for (i = 0; i < parameter->name_length && name[i]; i++) {
		if (dash_to_underscore(parameter->name[i]) != dash_to_underscore(name[i]))
			return false;
	}
	return i == parameter->name_length && !name[i];
}

bool cmdline_get(const char *text, const char *name, char *buf, size_t size)
{
	struct cmdline_parameter parameter;
	bool is_there = false;

	while (cmdline_next(&text, &parameter)) {
		if (!cmdline_is_name(&parameter, name))
			continue;
		(void)text_copy_bytes(
			buf, size, parameter.value ? parameter.value : "", parameter.value_length);
		is_there = true;
	}
	return is_there;
}

static void hide_token(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted)
{
	const char *start = parameter->token, *end = start + parameter->token_length;

	start += *start == '"';
	end -= end > start && end[-1] == '"';
	redact_hide(start, (size_t)(end - start), out, redacted);
}

bool cmdline_redact_parts(const char *text, char *buf, size_t size, struct redacted *ret_redacted)
{
	struct cmdline_parameter parameter;
	bool is_secret_next = false;
	struct text out;

	text_init(&out, buf, size);
	ret_redacted->count = 0;
	while (cmdline_next_token(&text, &parameter)) {
		if (out.length)
			text_append_char(&out, ' ');
		if (is_secret_next) {
			hide_token(&parameter, &out, ret_redacted);
			is_secret_next = false;
			continue;
		}
		redact_parameter(&parameter, &out, ret_redacted);
		/* Behind "--" stand arguments of init: "--password value". */
		is_secret_next = !parameter.value && parameter.name_length > 1 &&
				 parameter.name[0] == '-' &&
				 redact_is_secret_name(parameter.name, parameter.name_length);
	}
	return !out.is_cut;
}

bool cmdline_redact(const char *text, char *buf, size_t size, unsigned *ret_count)
{
	struct redacted redacted;
	bool is_whole = cmdline_redact_parts(text, buf, size, &redacted);

	*ret_count = redacted.count;
	return is_whole;
}
