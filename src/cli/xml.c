/* SPDX-License-Identifier: MIT */
#include "cli/xml.h"

#include "base/cleanup.h"
#include "cli/fold.h"

#include <string.h>

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void xml_text(FILE *stream, const char *text, size_t width)
{
	_cleanup_free_ char *data = malloc(width + 3);

	if (!data)
		return;
	fold_cut(data, width, text);
	for (const char *c = data; *c; c++) {
		const char *entity = entity_of(*c);

		if (entity)
			(void)fputs(entity, stream);
		else
			(void)fputc(*c, stream);
	}
}
