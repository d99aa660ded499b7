/* SPDX-License-Identifier: MIT */
/*
 * Logs that are JSON themselves and hold the lines of a report as strings: journalctl -o json (the
 * MESSAGE may be an array of bytes), -o json-pretty, dmesg --json, what log shippers write.
 */
#ifndef READER_WRAPPED_H
#define READER_WRAPPED_H

#include <stdbool.h>
#include <stddef.h>

typedef void (*wrapped_fn)(void *context, const char *bytes, size_t length);

/* Whether a line of a log may be such a one. Cheap. */
bool wrapped_is_likely(const char *line, size_t length);
/* Calls found() with each string of it that holds a line of a report. False: it is no JSON. */
bool wrapped_read(const char *line, size_t length, wrapped_fn found, void *context);

#endif
