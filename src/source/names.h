/* SPDX-License-Identifier: MIT */
/*
 * Names of a directory, put in order: sysfs lists in none that means anything.
 */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include <stdint.h>

enum { NAMES_MAX = 512, NAME_SIZE = 64 };

/* strcmp for names of fixed width (0000:00:1f.2), strverscmp for those with numbers (sda2 before
 * sda10). */
typedef int (*names_order_fn)(const char *one, const char *other);

/* Large: keep it static. */
struct names {
	char item[NAMES_MAX][NAME_SIZE];
	uint16_t order[NAMES_MAX]; /* indices of item, first to last */
	uint32_t count;
	uint32_t dropped; /* without room: the last ones by their order, and names that are too long
			   */
	names_order_fn compare;
};

void names_begin(struct names *names, names_order_fn compare);
void names_add(struct names *names, const char *name);

/* The name at a place in the order, below names->count. */
const char *names_at(const struct names *names, uint32_t place);

#endif
