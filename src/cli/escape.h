/* SPDX-License-Identifier: MIT */
/*
 * Strings that somebody else chose, for a terminal.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Writes at most size bytes up to a NUL. What is not valid UTF-8, controls of the terminal (C0, C1,
 * DEL) and characters that are invisible or turn the writing around become \xNN, byte by byte, and
 * a backslash is doubled. */
void escape_put(FILE *stream, const char *string, size_t size);
#define escape_put_array(stream, array) escape_put(stream, array, sizeof(array))

#endif
