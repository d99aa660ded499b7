/* SPDX-License-Identifier: MIT */
#include "parse/tty_capture.h"

#include "base/text.h"
#include "parse/device_number.h"

#include <string.h>

/* 0 or a negative errno; no call returned anything else. */
static void outcome_parse(const char *text, outcome_t *ret_outcome)
{
	bool is_negative = *text == '-';
	uint32_t value;

	if (text_parse_u32(text + is_negative, 10, &value) == 0 &&
		value <= (is_negative ? INT16_MAX : 0))
		*ret_outcome = outcome_from(-(long)value);
}

static void type_parse(const char *text, struct tty_state *state)
{
	uint32_t value;

	if (text_parse_u32(text, 10, &value) == 0 && value <= INT16_MAX) {
		state->type = (int32_t)value;
		state->serial = OUTCOME_OK;
	}
}

static void poll_parse(const char *text, struct tty_state *state)
{
	if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0)
		state->is_writable_now = answer_from(*text == '1');
}

static void line_parse(const char *key, char *value, struct tty_state *state)
{
	if (strcmp(key, "open") == 0)
		outcome_parse(value, &state->open);
	else if (strcmp(key, "tcgetattr") == 0)
		outcome_parse(value, &state->tcgetattr);
	else if (strcmp(key, "write") == 0)
		outcome_parse(value, &state->empty_write);
	else if (strcmp(key, "serial") == 0)
		outcome_parse(value, &state->serial);
	else if (strcmp(key, "poll_out") == 0)
		poll_parse(value, state);
	else if (strcmp(key, "dev") == 0)
		state->has_device = device_number_parse(value, &state->major, &state->minor) == 0;
	else if (strcmp(key, "type") == 0)
		type_parse(value, state);
	else if (strcmp(key, "port") == 0)
		(void)text_parse_u64(value, 0, &state->port);
	else if (strcmp(key, "iomem") == 0)
		(void)text_parse_u64(value, 0, &state->iomem);
	else if (strcmp(key, "irq") == 0)
		(void)text_parse_u32(value, 0, &state->irq);
	else if (strcmp(key, "clock_hz") == 0)
		(void)text_parse_u32(value, 0, &state->clock_hz);
}

void tty_capture_parse(char *text, struct tty_state *ret_state)
{
	struct tty_state state = TTY_STATE_UNKNOWN;
	char *line;

	while ((line = text_next_line(&text))) {
		char *equals = strchr(line, '=');

		if (!equals)
			continue;
		*equals = '\0';
		line_parse(text_trim(line), text_trim(equals + 1), &state);
	}
	*ret_state = state;
}
