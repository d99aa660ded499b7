/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "base/text.h"

void summary_write(const struct facts *facts, const char *phase, uint32_t records, char *buf,
	size_t size)
{
	struct text text;

	(void)facts;
	text_init(&text, buf, size);
	text_append(&text, "bootprobe: ");
	text_append(&text, phase);
	text_append(&text, ", ");
	text_append_u64(&text, records);
	text_append(&text, " records\n");
}
