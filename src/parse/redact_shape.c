/* SPDX-License-Identifier: MIT */
/*
 * What the shape of a value says, where nobody knows its name.
 */
#include "parse/redact_part.h"

#include <string.h>

/* A run of letters and digits, counted. */
struct run {
	size_t length, lower, upper, digits, hex;
	size_t humps; /* upper-case letters behind a lower-case one */
};

/* What a harmless run may be at most. Longer or wilder ones are keys, tokens, hashes. */
enum {
	RUN_WORD_MAX = 24,
	RUN_CAMEL_MAX = 20,
	RUN_HUMPS_MAX = 2,
	RUN_DIGITS_MAX = 20,
	RUN_MIXED_MAX = 10,  /* nvme0n1p12, 0xd0000000 */
	RUN_WILD_MAX = 8,    /* lower, upper and digits in one: ttyUSB0 */
	RUN_HEX_MAX = 12,    /* a MAC address without colons */
	WILD_RUNS_MAX = 2,   /* in one value */
	BASE64_RUN_MAX = 24, /* of one value's base64 alphabet, slashes and dashes included */
	NIX_HASH_LENGTH = 32,
	UUID_LENGTH = 36,
};

static bool is_hex_digit(char c)
{
	c = fold(c);
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static struct run run_count(const char *value, size_t length)
{
	struct run run = {0};
	bool is_after_lower = false;

	for (; run.length < length && is_alphanumeric(value[run.length]); run.length++) {
		char c = value[run.length];
		bool is_upper = c >= 'A' && c <= 'Z';

		run.digits += is_digit(c);
		run.upper += is_upper;
		run.lower += !is_digit(c) && !is_upper;
		run.hex += is_hex_digit(c);
		run.humps += is_upper && is_after_lower;
		is_after_lower = !is_digit(c) && !is_upper;
	}
	return run;
}

static bool run_is_wild(const struct run *run)
{
	return run->lower && run->upper && run->digits;
}

static bool run_is_harmless(const struct run *run, const char *text)
{
	if (run->digits == run->length)
		return run->length <= RUN_DIGITS_MAX;
	if (!run->digits && (!run->lower || !run->upper))
		return run->length <= RUN_WORD_MAX;
	if (!run->digits)
		return run->length <= RUN_CAMEL_MAX && run->humps <= RUN_HUMPS_MAX;
	if (run_is_wild(run))
		return run->length <= RUN_WILD_MAX;
	if (run->length > 2 && text[0] == '0' && text[1] == 'x' && run->hex == run->length - 1)
		return run->length <= 2 + 16;
	return run->length <= (run->hex == run->length ? RUN_HEX_MAX : RUN_MIXED_MAX);
}

static bool is_uuid(const char *value, size_t length)
{
	if (length < UUID_LENGTH || (length > UUID_LENGTH && is_alphanumeric(value[UUID_LENGTH])))
		return false;
	for (size_t i = 0; i < UUID_LENGTH; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? value[i] != '-' : !is_hex_digit(value[i]))
			return false;
	}
	return true;
}

/* The length of what has a meaning of its own at the start of value: a store path's hash, a
 * UUID. */
static size_t known_form(const char *value, size_t length)
{
	static const char STORE[] = "/nix/store/";
	static const char *const UUID_TAGS[] = {"", "UUID=", "PARTUUID="};
	size_t store = sizeof(STORE) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(UUID_TAGS); i++) {
		size_t tag = strlen(UUID_TAGS[i]);

		if (length > tag && memcmp(value, UUID_TAGS[i], tag) == 0 &&
			is_uuid(value + tag, length - tag))
			return tag + UUID_LENGTH;
	}
	if (length > store + NIX_HASH_LENGTH && memcmp(value, STORE, store) == 0 &&
		value[store + NIX_HASH_LENGTH] == '-')
		return store + NIX_HASH_LENGTH;
	return 0;
}

/* A long stretch of base64 that slashes and dashes would hide from run_is_harmless(). A stretch
 * that starts with a slash is a path. */
static bool is_base64(const char *value, size_t length)
{
	size_t lower = 0, upper = 0, digits = 0, i;

	for (i = 0; i < length; i++) {
		char c = value[i];

		if (!is_alphanumeric(c) && (!c || !strchr("+/=_-", c)))
			break;
		digits += is_digit(c);
		upper += c >= 'A' && c <= 'Z';
		lower += c >= 'a' && c <= 'z';
	}
	return value[0] != '/' && i > BASE64_RUN_MAX && lower && upper && digits;
}

static bool is_separator(char c)
{
	return c && strchr(" ,;:/.-_@=+~?&\\()[]'%", c);
}

bool redact_is_harmless(const char *value, size_t length)
{
	bool is_start = true;
	unsigned wild = 0;

	for (size_t at = 0; at < length;) {
		size_t form = known_form(value + at, length - at);
		struct run run;

		if (form) {
			at += form;
			is_start = false;
			continue;
		}
		if (is_start && is_base64(value + at, length - at))
			return false;
		run = run_count(value + at, length - at);
		if (run.length) {
			wild += run_is_wild(&run);
			if (!run_is_harmless(&run, value + at) || wild > WILD_RUNS_MAX)
				return false;
			at += run.length;
			is_start = false;
			continue;
		}
		if (!is_separator(value[at]))
			return false;
		is_start = !strchr("+/=_-", value[at]);
		at++;
	}
	return true;
}
