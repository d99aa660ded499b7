/* SPDX-License-Identifier: MIT */
/*
 * Lines of tracefs: names and paths that a process of the guest has chosen are among them.
 */
#include "parse/trace_line.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_line line;
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (trace_line_parse(text, &line) && (!memchr(line.comm, 0, sizeof(line.comm)) ||
						     !memchr(line.path, 0, sizeof(line.path))))
		abort();
	free(text);
	return 0;
}
