/* SPDX-License-Identifier: MIT */
/*
 * What was probably meant by a name that there is not.
 */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* Of longer names the beginning counts. */
enum { NEAREST_CHARS = 40 };

/* How many letters must be put in, left out or changed to make one of the other (Levenshtein).
 * Capital letters are small ones. */
size_t nearest_distance(const char *a, const char *b);

#endif
