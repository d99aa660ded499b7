/* SPDX-License-Identifier: MIT */
#include "parse/proc_consoles.h"

#include "base/text.h"

#include <string.h>

/* "4:64"; anything else is no device. */
static bool device_parse(char *text, struct proc_console *console)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return false;
	*colon = '\0';
	return text_parse_u32(text, 10, &console->major) == 0 &&
	       text_parse_u32(colon + 1, 10, &console->minor) == 0;
}

static bool line_parse(char *line, struct proc_console *ret_console)
{
	struct proc_console console = {.has_device = false};
	char *open = strchr(line, '('), *close = open ? strchr(open, ')') : NULL;
	char *name, *device;

	if (!close)
		return false;
	*open++ = '\0';
	*close++ = '\0';
	name = text_next_field(&line);
	if (!name || !text_copy(console.name, sizeof(console.name), name))
		return false;

	(void)text_copy(console.flags, sizeof(console.flags), text_trim(open));
	console.is_enabled = strchr(console.flags, 'E');
	console.is_preferred = strchr(console.flags, 'C');
	device = text_next_field(&close);
	if (device)
		console.has_device = device_parse(device, &console);
	*ret_console = console;
	return true;
}

bool proc_consoles_next(char **cursor, struct proc_console *ret_console)
{
	char *line;

	while ((line = text_next_line(cursor))) {
		if (line_parse(line, ret_console))
			return true;
	}
	return false;
}
