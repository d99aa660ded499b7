/* SPDX-License-Identifier: MIT */
#include "reader/seen_page.h"

#include "base/text.h"

#include <string.h>

/* src/report/summary.c: a key of so many columns, and what is said. The last line begins with MORE,
 * and ends with the boot. */
enum { KEY_LENGTH = 11, LINE_MAX_LENGTH = 512, BOOT_LENGTH = 8 };
static const char MORE[] = "more       ";
static const char BOOT[] = "boot ";

static const char *find(const char *line, size_t length, const char *text)
{
	return memmem(line, length, text, strlen(text));
}

static const char *find_verdict(const char *line, size_t length)
{
	static const char *const VERDICTS[] = {
		"OK         ", "FAIL       ", "WARNING    ", "INCOMPLETE "};

	for (size_t i = 0; i < ARRAY_SIZE(VERDICTS); i++) {
		const char *found = find(line, length, VERDICTS[i]);

		if (found)
			return found;
	}
	return NULL;
}

/* The boot that a line ends with, or NULL. */
static const char *find_boot(const char *line, size_t length)
{
	const char *boot;

	if (length < KEY_LENGTH + strlen(BOOT) + BOOT_LENGTH)
		return NULL;
	boot = line + length - BOOT_LENGTH;
	if (memcmp(boot - strlen(BOOT), BOOT, strlen(BOOT)) != 0)
		return NULL;
	for (size_t i = 0; i < BOOT_LENGTH; i++) {
		if (!boot[i] || !strchr("0123456789abcdef", boot[i]))
			return NULL;
	}
	return boot;
}

void seen_page_take(struct seen_page *page, const char *line, size_t length)
{
	const char *verdict, *more, *boot;

	while (length && line[length - 1] == ' ')
		length--;
	if (length > LINE_MAX_LENGTH)
		return;
	verdict = find_verdict(line, length);
	if (verdict)
		(void)text_copy_bytes(page->next_verdict, sizeof(page->next_verdict), verdict,
			length - (size_t)(verdict - line));
	more = find(line, length, MORE);
	boot = more ? find_boot(more, length - (size_t)(more - line)) : NULL;
	if (!boot || text_is_empty(page->next_verdict))
		return;
	memcpy(page->boot, boot, BOOT_LENGTH);
	page->boot[BOOT_LENGTH] = '\0';
	memcpy(page->verdict, page->next_verdict, sizeof(page->verdict));
	page->next_verdict[0] = '\0';
}
