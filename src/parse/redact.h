/* SPDX-License-Identifier: MIT */
/*
 * Secrets on a command line.
 *
 * A value is replaced whole when its parameter is named like a secret (password, token, key, ...),
 * or when nobody knows the parameter and the value is not of a shape that is known to be harmless:
 * numbers, words, device names, addresses, UUIDs, paths and lists of them; user:password@ goes even
 * then. Of a parameter whose values are known to be public (root=, ip=, console=, ...) only the
 * user part of a URL and sub-options named like a secret go.
 */
#ifndef PARSE_REDACT_H
#define PARSE_REDACT_H

#include "base/text.h"
#include "parse/cmdline.h"

#include <stdbool.h>
#include <stddef.h>

enum { REDACTED_PARTS_MAX = 64 };

/* What was left out: borrowed slices of the text. count may be more than there is room for. */
struct redacted {
	unsigned count;
	struct redacted_part {
		const char *at;
		size_t length;
	} part[REDACTED_PARTS_MAX];
};

/* Appends the parameter's token to out, with *** for what is secret. */
void redact_parameter(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted);

/* Appends *** for that secret. */
void redact_hide(const char *secret, size_t length, struct text *out, struct redacted *redacted);

/* Appends a text that anybody wrote (a line of the kernel log, the source of a mount), without what
 * is secret in it: by its form, and because it is among the known, which may be NULL. Returns
 * whether something was. */
bool redact_text(const char *bytes, size_t length, const struct redacted *known, struct text *out);

/* Whether a name (of a parameter or of an option in a value) says that its value is secret. */
bool redact_is_secret_name(const char *name, size_t length);

/* Whether a value is of a shape that is known to be harmless. */
bool redact_is_harmless(const char *value, size_t length);

#endif
