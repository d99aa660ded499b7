/* SPDX-License-Identifier: MIT */
#include "source/names.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

void names_begin(struct names *names, names_order_fn compare)
{
	names->count = names->dropped = 0;
	names->compare = compare;
}

const char *names_at(const struct names *names, uint32_t place)
{
	return names->item[names->order[place]];
}

/* The slot for one more name: that of the last one when all are taken. */
static uint16_t take_slot(struct names *names)
{
	if (names->count < NAMES_MAX)
		return (uint16_t)names->count;
	names->dropped++;
	return names->order[--names->count];
}

void names_add(struct names *names, const char *name)
{
	bool is_full = names->count == NAMES_MAX;
	uint32_t at;
	uint16_t slot;

	if (strlen(name) >= NAME_SIZE ||
		(is_full && names->compare(names_at(names, NAMES_MAX - 1), name) <= 0)) {
		names->dropped++;
		return;
	}
	slot = take_slot(names);
	(void)text_copy(names->item[slot], NAME_SIZE, name);
	for (at = names->count; at > 0 && names->compare(names_at(names, at - 1), name) > 0; at--)
		names->order[at] = names->order[at - 1];
	names->order[at] = slot;
	names->count++;
}
