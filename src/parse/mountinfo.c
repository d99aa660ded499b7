/* SPDX-License-Identifier: MIT */
#include "parse/mountinfo.h"

#include "base/text.h"

#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Blanks, newlines and backslashes stand as \040. */
static char *unescape(char *field)
{
	char *out = field;

	for (const char *in = field; *in; out++) {
		if (in[0] == '\\' && is_octal(in[1]) && is_octal(in[2]) && is_octal(in[3])) {
			*out = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
	return field;
}

/* 36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue: any number of
 * optional fields before the dash. A source may be empty, and then its field is not there. */
static bool line_parse(char *line, struct mountinfo *ret_mount)
{
	char *field[6], *fstype, *optional, *first, *second;
	uint32_t id;

	for (unsigned i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = text_next_field(&line);
		if (!field[i])
			return false;
	}
	do {
		optional = text_next_field(&line);
		if (!optional)
			return false;
	} while (strcmp(optional, "-") != 0);

	fstype = text_next_field(&line);
	first = text_next_field(&line);
	second = text_next_field(&line);
	if (!fstype || !first)
		return false;
	if (text_parse_u32(field[0], 10, &id) < 0)
		id = 0;
	*ret_mount = (struct mountinfo){
		.id = id,
		.device = field[2],
		.mount_point = unescape(field[4]),
		.options = field[5],
		.fstype = fstype,
		.source = second ? unescape(first) : "",
		.super_options = second ? second : first,
	};
	return true;
}

bool mountinfo_next(char **cursor, struct mountinfo *ret_mount)
{
	char *line;

	while ((line = text_next_line(cursor))) {
		if (line_parse(line, ret_mount))
			return true;
	}
	return false;
}

bool mountinfo_find(char *text, const char *mount_point, struct mountinfo *ret_mount)
{
	struct mountinfo mount;
	bool is_found = false;

	while (mountinfo_next(&text, &mount)) {
		if (strcmp(mount.mount_point, mount_point) != 0)
			continue;
		*ret_mount = mount;
		is_found = true;
	}
	return is_found;
}

bool mountinfo_has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	while (options) {
		if (strncmp(options, option, length) == 0 &&
			(options[length] == ',' || options[length] == '\0'))
			return true;
		options = strchr(options, ',');
		if (options)
			options++;
	}
	return false;
}
