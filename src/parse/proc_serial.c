/* SPDX-License-Identifier: MIT */
#include "parse/proc_serial.h"

#include "base/text.h"

#include <errno.h>
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

/* The kernel counts in 32 bits and prints them with a sign: behind 2 GiB stand negative numbers. */
static int counter_parse(const char *text, uint64_t *ret_bytes)
{
	bool is_negative = *text == '-';
	uint32_t value;
	int r = text_parse_u32(text + is_negative, 10, &value);

	if (r < 0)
		return r;
	if (is_negative && value > 1U << 31)
		return -ERANGE;
	*ret_bytes = is_negative ? 0U - value : value;
	return 0;
}

/* "uart:PL011 rev1 mmio:0x09000000": the name of a type may have more than one word. */
static void type_parse(struct text *type, char **cursor)
{
	char *end = strstr(*cursor, " port:");
	char *field;

	if (!end)
		end = strstr(*cursor, " mmio:");
	if (end) {
		text_append_bytes(type, *cursor, (size_t)(end - *cursor));
		*cursor = end;
	} else if ((field = text_next_field(cursor))) {
		text_append(type, field);
	}
}

static void field_parse(const char *field, struct proc_serial *serial)
{
	if (text_starts_with(field, "tx:"))
		serial->has_counters = counter_parse(field + strlen("tx:"), &serial->tx_bytes) == 0;
	else if (text_starts_with(field, "rx:"))
		(void)counter_parse(field + strlen("rx:"), &serial->rx_bytes);
	else if (serial->has_counters && !strchr(field, ':'))
		(void)text_copy(serial->lines, sizeof(serial->lines), field);
}

static bool line_parse(char *line, struct proc_serial *ret_serial)
{
	struct proc_serial serial = {.has_counters = false};
	char *number = text_next_field(&line), *field;
	size_t length = number ? strlen(number) : 0;
	struct text type;

	if (length < 2 || number[length - 1] != ':')
		return false;
	number[length - 1] = '\0';
	if (text_parse_u32(number, 10, &serial.number) < 0)
		return false;
	text_init(&type, serial.type, sizeof(serial.type));
	if (text_starts_with(line, "uart:")) {
		line += strlen("uart:");
		type_parse(&type, &line);
	}
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
