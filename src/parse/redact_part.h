/* SPDX-License-Identifier: MIT */
/*
 * What the files of redact.h share: single characters, and what names and values say.
 */
#ifndef PARSE_REDACT_PART_H
#define PARSE_REDACT_PART_H

#include "parse/redact.h"

/* As names are compared: in lower case, with underscores for dashes. */
static inline char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alphanumeric(char c)
{
	c = fold(c);
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static inline bool is_name_byte(char c)
{
	c = fold(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* A parameter whose values are public even where they look random. */
bool redact_is_known_name(const char *name, size_t length);
/* "on", "yes", "auto", one digit: no secret whatever its name is. */
bool redact_is_switch(const char *value, size_t length);

#endif
