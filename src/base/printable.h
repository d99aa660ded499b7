/* SPDX-License-Identifier: MIT */
/*
 * What was written by a guest, for a terminal: the one function that stands between them.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include "base/text.h"

/* Appends printable ASCII as it is. Any other character is written \uXXXX (or \U000XXXXX), a byte
 * that is no UTF-8 \xXX: no control character, no direction mark, nothing that is not one column
 * wide. A backslash is not doubled: ACPI paths are full of them. */
void printable_append(struct text *text, const char *bytes, size_t length);

#endif
