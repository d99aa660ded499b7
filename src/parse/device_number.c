/* SPDX-License-Identifier: MIT */
#include "parse/device_number.h"

#include <errno.h>
#include <string.h>

int device_number_parse(const char *text, uint32_t *ret_major, uint32_t *ret_minor)
{
	const char *colon = strchr(text, ':');
	uint32_t major, minor;
	char digits[16];
	int r;

	if (!colon)
		return -EINVAL;
	if (!text_copy_bytes(digits, sizeof(digits), text, (size_t)(colon - text)))
		return -ERANGE;
	r = text_parse_u32(digits, 10, &major);
	if (r < 0)
		return r;
	r = text_parse_u32(colon + 1, 10, &minor);
	if (r < 0)
		return r;
	if (major > DEVICE_MAJOR_MAX || minor > DEVICE_MINOR_MAX)
		return -ERANGE;
	*ret_major = major;
	*ret_minor = minor;
	return 0;
}

void device_number_append(struct text *text, uint32_t major, uint32_t minor)
{
	text_append_u64(text, major);
	text_append_char(text, ':');
	text_append_u64(text, minor);
}
