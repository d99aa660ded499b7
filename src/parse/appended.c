/* SPDX-License-Identifier: MIT */
#include "parse/appended.h"

#include "base/text.h"

#include <string.h>

static bool is_plain_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') &&
	       strlen(name) < APPENDED_NAME_SIZE && text_ends_with(name, ".ko");
}

const char *appended_next(char **cursor)
{
	char *line;

	while ((line = text_next_line(cursor))) {
		if (is_plain_name(line))
			return line;
	}
	return NULL;
}

void appended_module_name(const char *file, char buf[APPENDED_NAME_SIZE])
{
	size_t length = strcspn(file, ".");

	(void)text_copy_bytes(buf, APPENDED_NAME_SIZE, file, length);
	for (char *c = buf; *c; c++)
		*c = *c == '-' ? '_' : *c;
}
