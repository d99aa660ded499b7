/* SPDX-License-Identifier: MIT */
/*
 * Clocks and requests on a page with the picture: the same words as in a terminal.
 */
#include "cli/correlate.h"

#include "base/text.h"
#include "cli/output.h"
#include "cli/xml.h"

#include <stdlib.h>

void correlate_print_html(FILE *stream, const void *context)
{
	char *data = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&data, &size);

	if (!memory)
		return;
	correlate_print_text(memory, context, false);
	if (fclose(memory) == 0) {
		(void)fputs("<pre style=\"margin:16px 14px\">", stream);
		for (char *cursor = data, *line; (line = text_next_line(&cursor));) {
			xml_text(stream, line, OUTPUT_COLUMNS);
			(void)fputc('\n', stream);
		}
		(void)fputs("</pre>\n", stream);
	}
	free(data);
}
