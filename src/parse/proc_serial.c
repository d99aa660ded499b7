/* SPDX-License-Identifier: MIT */
#include "parse/proc_serial.h"

#include "base/text.h"

#include <string.h>

/* linux/serial_core.h PORT_*, names of drivers/tty/serial/8250/8250_port.c. */
static const struct {
	int32_t type;
	const char *name;
} TYPES[] = {
	{0, "unknown"},
	{1, "8250"},
	{2, "16450"},
	{3, "16550"},
	{4, "16550A"},
	{6, "ST16650"},
	{7, "ST16650V2"},
	{8, "TI16750"},
	{10, "16C950/954"},
	{11, "ST16654"},
	{12, "XR16850"},
	{14, "NS16550A"},
	{15, "XScale"},
	{32, "PL011"},
};

const char *serial_type_name(int32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (TYPES[i].type == type)
			return TYPES[i].name;
	}
	return NULL;
}

static void field_parse(const char *field, struct proc_serial *serial)
{
	if (text_starts_with(field, "uart:"))
		(void)text_copy(serial->type, sizeof(serial->type), field + strlen("uart:"));
	else if (text_starts_with(field, "tx:"))
		serial->has_counters =
			text_parse_u64(field + strlen("tx:"), 10, &serial->tx_bytes) == 0;
	else if (text_starts_with(field, "rx:"))
		(void)text_parse_u64(field + strlen("rx:"), 10, &serial->rx_bytes);
	else if (!strchr(field, ':'))
		(void)text_copy(serial->lines, sizeof(serial->lines), field);
}

static bool line_parse(char *line, struct proc_serial *ret_serial)
{
	struct proc_serial serial = {.has_counters = false};
	char *number = text_next_field(&line), *field;
	size_t length = number ? strlen(number) : 0;

	if (length < 2 || number[length - 1] != ':')
		return false;
	number[length - 1] = '\0';
	if (text_parse_u32(number, 10, &serial.number) < 0)
		return false;
	while ((field = text_next_field(&line)))
		field_parse(field, &serial);
	*ret_serial = serial;
	return true;
}

bool proc_serial_next(char **cursor, struct proc_serial *ret_serial)
{
	char *line;

	while ((line = text_next_line(cursor))) {
		if (line_parse(line, ret_serial))
			return true;
	}
	return false;
}
