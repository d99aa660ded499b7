/* SPDX-License-Identifier: MIT */
#include "reader/seen_page.h"

#include "base/text.h"

#include <string.h>

/* src/report/summary.c: a key of so many columns, and what is said. The last line begins with MORE,
 * and ends with the boot. */
enum { KEY_LENGTH = 11, LINE_MAX_LENGTH = 512, BOOT_LENGTH = 8 };
static const char MORE[] = "more       ";
static const char BOOT[] = "boot ";

/* For texts of one key's length, in lines so short that memmem() takes longer to begin. */
static const char *find(const char *line, size_t length, const char *text)
{
	const char *end = line + length;

	while ((size_t)(end - line) >= KEY_LENGTH &&
		(line = memchr(line, *text, (size_t)(end - line) - (KEY_LENGTH - 1)))) {
		if (memcmp(line, text, KEY_LENGTH) == 0)
			return line;
		line++;
	}
	return NULL;
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

/* Adds a line to the page that has not come to its end; what finds no room is left out. */
static void add_line(struct seen_page *page, const char *line, size_t length)
{
	size_t used = strlen(page->next);

	if (used + length + 2 > sizeof(page->next))
		return;
	memcpy(page->next + used, line, length);
	memcpy(page->next + used + length, "\n", 2);
}

/* A line below the verdict: with a key of the page, or none where the line before goes on. */
static bool is_below(const char *line, size_t length)
{
	static const char *const KEYS[] = {"           ", "fix        ", "unseen     ",
		"machine    ", "consoles   ", "serial     ", "disk       ", "root       ",
		"handoff    "};

	for (size_t i = 0; length > KEY_LENGTH && i < ARRAY_SIZE(KEYS); i++) {
		if (memcmp(line, KEYS[i], KEY_LENGTH) == 0)
			return true;
	}
	return false;
}

static void end_page(struct seen_page *page, const char *boot)
{
	memcpy(page->boot, boot, BOOT_LENGTH);
	page->boot[BOOT_LENGTH] = '\0';
	memcpy(page->text, page->next, sizeof(page->text));
	page->next[0] = '\0';
}

void seen_page_take(struct seen_page *page, const char *line, size_t length)
{
	const char *verdict, *more, *boot;

	while (length && line[length - 1] == ' ')
		length--;
	if (length > LINE_MAX_LENGTH)
		return;
	verdict = find_verdict(line, length);
	if (verdict) {
		page->next[0] = '\0';
		page->next_column = (size_t)(verdict - line);
		add_line(page, verdict, length - page->next_column);
	}
	if (text_is_empty(page->next))
		return;
	more = find(line, length, MORE);
	boot = more ? find_boot(more, length - (size_t)(more - line)) : NULL;
	if (boot) {
		add_line(page, more, length - (size_t)(more - line));
		end_page(page, boot);
	} else if (!verdict && length > page->next_column &&
		   is_below(line + page->next_column, length - page->next_column)) {
		add_line(page, line + page->next_column, length - page->next_column);
	}
}
