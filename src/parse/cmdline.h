/* SPDX-License-Identifier: MIT */
/*
 * The kernel command line, split as the kernel does it (lib/cmdline.c: next_arg; kernel/params.c:
 * parse_args, parameq).
 */
#ifndef PARSE_CMDLINE_H
#define PARSE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* One parameter. Borrowed slices of the text given to cmdline_next(), quotes left out where they
 * stand at the outside; not NUL-terminated. */
struct cmdline_parameter {
	const char *name;
	size_t name_length;
	const char *value; /* NULL: no '=' */
	size_t value_length;
	/* The whole token as it stands in the text, quotes included. */
	const char *token;
	size_t token_length;
};

/* Takes the next parameter off *cursor (a NUL-terminated text). False at the end. A bare "--" ends
 * the kernel's own parameters: what follows belongs to init and is not returned. */
bool cmdline_next(const char **cursor, struct cmdline_parameter *ret_parameter);

/* The same for all that stands there: "--" is returned like any other, and so is what follows. */
bool cmdline_next_token(const char **cursor, struct cmdline_parameter *ret_parameter);

/* Compares names as the kernel does: dash and underscore are the same. */
bool cmdline_is_name(const struct cmdline_parameter *parameter, const char *name);

/* The last parameter of that name into buf (its value, "" if it has none): true if there is one.
 * For parameters where the last one wins. */
bool cmdline_get(const char *text, const char *name, char *buf, size_t size);

/* Copies text with the values of secrets replaced by ***: the number of them goes to
 * *ret_count. False when the result was cut. What is copied is decided by src/parse/redact.c. */
bool cmdline_redact(const char *text, char *buf, size_t size, unsigned *ret_count);

/* The same, and what the secrets are: slices of text. */
struct redacted;
bool cmdline_redact_parts(const char *text, char *buf, size_t size, struct redacted *ret_redacted);

#endif
