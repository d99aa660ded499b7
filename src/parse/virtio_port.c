/* SPDX-License-Identifier: MIT */
#include "parse/virtio_port.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static enum answer answer_parse(const char *text)
{
	if (strcmp(text, "yes") == 0 || strcmp(text, "1") == 0)
		return ANSWER_YES;
	if (strcmp(text, "no") == 0 || strcmp(text, "0") == 0)
		return ANSWER_NO;
	return ANSWER_UNKNOWN;
}

void virtio_port_parse(char *text, struct virtio_port_state *ret_state)
{
	struct virtio_port_state state = {.is_console = ANSWER_UNKNOWN};
	char *line;

	while ((line = text_next_line(&text))) {
		char *value = strchr(line, ':');

		if (!value)
			continue;
		*value++ = '\0';
		if (strcmp(line, "is_console") == 0)
			state.is_console = answer_parse(text_trim(value));
		else if (strcmp(line, "host_connected") == 0)
			state.is_host_connected = answer_parse(text_trim(value));
		else if (strcmp(line, "guest_connected") == 0)
			state.is_guest_connected = answer_parse(text_trim(value));
	}
	*ret_state = state;
}

int virtio_port_number(const char *name, uint32_t *ret_number)
{
	const char *separator;
	uint32_t ignored;
	char device[16];

	if (!text_starts_with(name, "vport"))
		return -EINVAL;
	name += strlen("vport");
	separator = strchr(name, 'p');
	if (!separator ||
		!text_copy_bytes(device, sizeof(device), name, (size_t)(separator - name)) ||
		text_parse_u32(device, 10, &ignored) < 0 ||
		text_parse_u32(separator + 1, 10, ret_number) < 0)
		return -EINVAL;
	return 0;
}
