/* SPDX-License-Identifier: MIT */
#include "parse/proc_consoles.h"

#include "base/text.h"
#include "parse/device_number.h"

#include <string.h>

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
	console.has_device =
		device && device_number_parse(device, &console.major, &console.minor) == 0;
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
