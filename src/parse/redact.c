/* SPDX-License-Identifier: MIT */
#include "parse/redact.h"

#include "parse/redact_part.h"

#include <string.h>

static const char REDACTED[] = "***";

/* ------------------------------------------------------------------------- parts of a value */

static size_t span_until(const char *text, size_t length, const char *stops)
{
	size_t i;

	for (i = 0; i < length && text[i] && !strchr(stops, text[i]); i++)
		;
	return i;
}

static size_t last_at_sign(const char *text, size_t length)
{
	while (length && text[length - 1] != '@')
		length--;
	return length;
}

/* The length of "user:password" in front of the last @ of a URL's authority, 0 for none. A
 * password that holds a slash leaves something else than a port behind the colon; then the last @
 * of all counts. */
static size_t user_length(const char *authority, size_t length)
{
	size_t end = span_until(authority, length, "/?# ");
	size_t at = last_at_sign(authority, end);
	size_t colon = span_until(authority, end, ":");

	if (!at && colon < end) {
		while (++colon < end && is_digit(authority[colon]))
			;
		if (colon < end && authority[colon] != ',' && authority[colon] != ']')
			at = last_at_sign(authority, length);
	}
	return at ? at - 1 : 0;
}

/* Forms that carry a user without "//": iscsi:user:password@host (dracut.cmdline(7)). */
static size_t scheme_length(const char *value, size_t length)
{
	static const char *const SCHEMES[] = {"iscsi:", "cifs:", "nbd:", "fcoe:"};

	for (size_t i = 0; i < ARRAY_SIZE(SCHEMES); i++) {
		size_t count = strlen(SCHEMES[i]);

		if (length > count && memcmp(value, SCHEMES[i], count) == 0 && value[count] != '/')
			return count;
	}
	if (length > 3 && memcmp(value, "://", 3) == 0)
		return 3;
	return length > 2 && memcmp(value, "//", 2) == 0 ? 2 : 0;
}

/* The length of "user:password" in front of an @, 0 for none: what proxies are given without a
 * scheme. */
static size_t login_length(const char *text, size_t length)
{
	size_t end = span_until(text, length, ",;&/?# ");
	size_t at = last_at_sign(text, end);
	size_t user = span_until(text, at, ":@");

	return user && at > user + 2 && text[user] == ':' ? at - 1 : 0;
}

/* The length of "name=" at text when it announces a secret, else 0. Where nobody knows the
 * parameter, a colon does as well. What a query asks with is a secret by its shape too. */
static size_t secret_option_length(const char *text, size_t length, bool is_known, bool is_query)
{
	size_t name, value;

	for (name = 0; name < length && is_name_byte(text[name]); name++)
		;
	if (!name || name == length || (text[name] != '=' && (is_known || text[name] != ':')))
		return 0;
	if (redact_is_secret_name(text, name))
		return name + 1;
	value = span_until(text + name + 1, length - name - 1, "&# \"'");
	return is_query && !redact_is_harmless(text + name + 1, value) ? name + 1 : 0;
}

/* A secret goes on to the next option, "name=": it may hold white space and commas itself. */
static size_t secret_length(const char *text, size_t length)
{
	size_t end = span_until(text, length, "&");

	for (size_t at = 0; at < end; at++) {
		size_t name = 0;

		if (!strchr(",; ", text[at]))
			continue;
		while (at + 1 + name < end && is_name_byte(text[at + 1 + name]))
			name++;
		if (name && at + 1 + name < end && text[at + 1 + name] == '=')
			return at;
	}
	return end;
}

void redact_hide(const char *secret, size_t length, struct text *out, struct redacted *redacted)
{
	text_append(out, REDACTED);
	if (redacted->count < REDACTED_PARTS_MAX)
		redacted->part[redacted->count] = (struct redacted_part){secret, length};
	redacted->count++;
}

/* Appends a value, leaving out the secret parts. */
static void append_parts(const char *value, size_t length, bool is_known, struct text *out,
	struct redacted *redacted)
{
	/* Of a list, or of an option anywhere in a path or between brackets. */
	bool is_start = true, is_option = true, is_query = false;

	for (size_t at = 0; at < length;) {
		size_t keep = scheme_length(value + at, length - at);
		size_t secret = keep ? user_length(value + at + keep, length - at - keep) : 0;

		if (!secret && is_start && !is_known) {
			keep = 0;
			secret = login_length(value + at, length - at);
		}
		if (!secret && is_option) {
			keep = secret_option_length(value + at, length - at, is_known, is_query);
			secret = keep ? secret_length(value + at + keep, length - at - keep) : 0;
		}
		if (secret && !redact_is_switch(value + at + keep, secret)) {
			text_append_bytes(out, value + at, keep);
			redact_hide(value + at + keep, secret, out, redacted);
			at += keep + secret;
			is_start = is_option = is_query = false;
			continue;
		}
		is_start = strchr(",;&?: '\"", value[at]) != NULL;
		is_option = is_start || strchr("/#|([{<\\", value[at]);
		is_query = strchr("?&#", value[at]) != NULL;
		text_append_char(out, value[at++]);
	}
}

/* -------------------------------------------------------------------------------- parameters */

/* A word without '=': it can be a URL, or a secret that stands alone. */
static void redact_bare(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted)
{
	if (redact_is_harmless(parameter->name, parameter->name_length))
		append_parts(parameter->token, parameter->token_length, false, out, redacted);
	else
		redact_hide(parameter->name, parameter->name_length, out, redacted);
}

static bool is_value_secret(const struct cmdline_parameter *parameter, bool is_known)
{
	const char *name = parameter->name;
	size_t length = parameter->name_length;

	if (redact_is_switch(parameter->value, parameter->value_length))
		return false;
	if (redact_is_secret_name(name, length))
		return true;
	return !is_known && !redact_is_harmless(parameter->value, parameter->value_length);
}

void redact_parameter(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted)
{
	const char *value = parameter->value;
	size_t before, length = parameter->value_length;
	bool is_known = redact_is_known_name(parameter->name, parameter->name_length);

	if (!value) {
		redact_bare(parameter, out, redacted);
		return;
	}
	/* The padding of base64 makes a name of a secret. */
	if (!is_known && !redact_is_harmless(parameter->name, parameter->name_length)) {
		redact_hide(parameter->token, parameter->token_length, out, redacted);
		return;
	}

	before = (size_t)(value - parameter->token);
	text_append_bytes(out, parameter->token, before);
	if (is_value_secret(parameter, is_known))
		redact_hide(value, length, out, redacted);
	else
		append_parts(value, length, is_known, out, redacted);
	text_append_bytes(out, value + length, parameter->token_length - before - length);
}

/* -------------------------------------------------------------------------------- other texts */

/* Shorter ones are too often something else. */
enum { KNOWN_SECRET_MIN = 4, TEXT_SIZE = 8192 };

/* The length of secret where it stands at text, as a word of its own. */
static size_t word_length(const char *text, size_t length, const char *secret, size_t secret_length)
{
	if (secret_length < KNOWN_SECRET_MIN || secret_length > length ||
		memcmp(text, secret, secret_length) != 0)
		return 0;
	return secret_length < length && is_alphanumeric(text[secret_length]) ? 0 : secret_length;
}

/* A secret, or what stands behind a colon of it: of user:password, those who log it may show the
 * second half alone. */
static size_t part_length(const char *text, size_t length, const struct redacted_part *part)
{
	size_t found = word_length(text, length, part->at, part->length);

	for (size_t at = 0; !found && at < part->length; at++) {
		const char *rest = part->at + at + 1;

		if (part->at[at] == ':')
			found = word_length(
				text, length, rest, span_until(rest, part->length - at - 1, ":"));
	}
	return found;
}

static size_t known_length(const char *text, size_t length, const struct redacted *known)
{
	for (unsigned i = 0; known && i < known->count && i < REDACTED_PARTS_MAX; i++) {
		size_t found = part_length(text, length, &known->part[i]);

		if (found)
			return found;
	}
	return 0;
}

bool redact_text(const char *bytes, size_t length, const struct redacted *known, struct text *out)
{
	char copy[TEXT_SIZE];
	struct redacted redacted = {0};
	struct text text;
	bool is_word = true;

	/* Some of the secrets are not known. */
	if (known && known->count > REDACTED_PARTS_MAX) {
		redact_hide(bytes, length, out, &redacted);
		return true;
	}
	text_init(&text, copy, sizeof(copy));
	for (size_t at = 0; at < length;) {
		size_t secret = is_word ? known_length(bytes + at, length - at, known) : 0;

		if (secret) {
			redact_hide(bytes + at, secret, &text, &redacted);
			at += secret;
			is_word = false;
			continue;
		}
		is_word = !is_alphanumeric(bytes[at]);
		text_append_char(&text, bytes[at++]);
	}
	append_parts(text.data, text.length, false, out, &redacted);
	return redacted.count > 0;
}
