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

/* Appends the parameter's token to out, with *** for what is secret. Returns how often. */
unsigned redact_parameter(const struct cmdline_parameter *parameter, struct text *out);

/* Whether a name (of a parameter or of an option in a value) says that its value is secret. */
bool redact_is_secret_name(const char *name, size_t length);

/* Whether a value is of a shape that is known to be harmless. */
bool redact_is_harmless(const char *value, size_t length);

#endif
