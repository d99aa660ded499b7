/* SPDX-License-Identifier: MIT */
#include "parse/slow_part.h"

#include "base/text.h"

#include <string.h>

void slow_part_note(
	struct boot_end_fact *end, const char *name, uint64_t started_us, uint64_t duration_us)
{
	struct slow_part_fact *item = end->slow.item, part = {
							      .started_us = started_us,
							      .duration_us = duration_us,
						      };
	uint32_t count = fact_count(end->slow), at = 0, gone;

	if (!duration_us)
		return;
	(void)text_copy(part.name, sizeof(part.name), name);
	while (at < count && item[at].duration_us >= duration_us) {
		if (strcmp(item[at].name, part.name) == 0)
			return;
		at++;
	}
	/* Everything behind moves on by one, up to the place that becomes free. */
	for (gone = at; gone < count && strcmp(item[gone].name, part.name) != 0; gone++)
		;
	if (gone == SLOW_PARTS_MAX)
		gone--;
	if (at >= SLOW_PARTS_MAX)
		return;
	memmove(&item[at + 1], &item[at], (gone - at) * sizeof(part));
	item[at] = part;
	if (gone == count)
		fact_done(end->slow);
}
