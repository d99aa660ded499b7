/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy that parsers may change, with a NUL behind it and nothing else: a sanitizer sees the next
 * byte. To be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* A parser filled a fixed array; it must have ended the text in it. */
#define FUZZ_ENDS(array)                                \
	do {                                            \
		if (!memchr((array), 0, sizeof(array))) \
			abort();                        \
	} while (0)

#endif
