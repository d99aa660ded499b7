/* SPDX-License-Identifier: MIT */
#include "parse/kernel_message.h"

#include "base/text.h"

#include <string.h>

/* linux/kern_levels.h; the bits above are the facility. */
enum { LEVEL_MASK = 7, LEVEL_ERROR = 3 };

/* Behind "<27>" of an error, or NULL. */
static char *behind_level(char *line)
{
	char *end = *line == '<' ? strchr(line, '>') : NULL;
	uint64_t priority;

	if (!end)
		return NULL;
	*end = '\0';
	if (text_parse_u64(line + 1, 10, &priority) < 0 || (priority & LEVEL_MASK) > LEVEL_ERROR)
		return NULL;
	return end + 1;
}

/* Behind "[   12.976040] ", where there is one. */
static char *behind_stamp(char *line)
{
	char *end = *line == '[' ? strstr(line, "] ") : NULL;

	return end ? end + 2 : line;
}

void kernel_message_of_pid1(char *text, char *ret_message, size_t size)
{
	static const char MARK[] = "[1]: ";
	char *line;

	ret_message[0] = '\0';
	while ((line = text_next_line(&text))) {
		char *words = behind_level(line), *mark;

		if (!words)
			continue;
		words = behind_stamp(words);
		mark = strstr(words, MARK);
		/* The mark stands behind a name. */
		if (!mark || mark == words || memchr(words, ' ', (size_t)(mark - words)))
			continue;
		mark += strlen(MARK);
		if (!text_starts_with(mark, "Freezing execution"))
			(void)text_copy(ret_message, size, text_trim(mark));
	}
}
