/* SPDX-License-Identifier: MIT */
#include "parse/console_option.h"

#include "base/text.h"

#include <string.h>

enum { BITS_MIN = 5, BITS_MAX = 8 };

/* Console names without their number. The VT is "tty" alone. */
static const struct {
	const char *name;
	enum console_kind kind;
} KINDS[] = {
	{"tty", CONSOLE_VT},
	{"ttynull", CONSOLE_NULL},
	{"hvc", CONSOLE_HVC},
	{"hvsi", CONSOLE_HVC},
	{"uart", CONSOLE_UART},
	{"ttyS", CONSOLE_UART},
	{"ttyAMA", CONSOLE_UART},
	{"ttyAML", CONSOLE_UART},
	{"ttyHS", CONSOLE_UART},
	{"ttyLP", CONSOLE_UART},
	{"ttyMSM", CONSOLE_UART},
	{"ttyO", CONSOLE_UART},
	{"ttyPS", CONSOLE_UART},
	{"ttySAC", CONSOLE_UART},
	{"ttySC", CONSOLE_UART},
	{"ttySIF", CONSOLE_UART},
	{"ttySTM", CONSOLE_UART},
	{"ttyTHS", CONSOLE_UART},
	{"ttyUL", CONSOLE_UART},
	{"ttymxc", CONSOLE_UART},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum console_kind console_kind_from_name(const char *name)
{
	size_t length = strlen(name);

	while (length > 0 && is_digit(name[length - 1]))
		length--;
	for (size_t i = 0; i < ARRAY_SIZE(KINDS); i++) {
		if (strlen(KINDS[i].name) == length && memcmp(name, KINDS[i].name, length) == 0)
			return KINDS[i].kind;
	}
	return CONSOLE_OTHER;
}

/* Takes decimal digits off *cursor; false without any or when they overflow. */
static bool take_number(const char **cursor, uint32_t *ret_value)
{
	const char *start = *cursor;
	char digits[12];

	while (is_digit(**cursor))
		(*cursor)++;
	return text_copy_bytes(digits, sizeof(digits), start, (size_t)(*cursor - start)) &&
	       text_parse_u32(digits, 10, ret_value) == 0;
}

/* BAUD, then one letter for parity, one digit for bits, and r for RTS/CTS flow control. The kernel
 * takes any letter for "no parity" and any digit but 7 for 8 bits. */
static void line_parse(const char *text, struct console_option *option)
{
	if (!*text)
		return;
	if (!take_number(&text, &option->baud) || !option->baud) {
		option->is_malformed = true;
		return;
	}
	if (!*text)
		return;
	if (strchr("noe", *text))
		option->parity = *text;
	else
		option->is_malformed = true;
	text++;
	if (!*text)
		return;
	if (*text >= '0' + BITS_MIN && *text <= '0' + BITS_MAX)
		option->bits = (uint32_t)(*text - '0');
	else
		option->is_malformed = true;
	text++;
	option->has_flow_control = *text == 'r';
	if (*text && (!option->has_flow_control || text[1]))
		option->is_malformed = true;
}

/* Takes the word for the kind of address off *cursor. An address alone is one in memory. */
static bool take_address_kind(const char **cursor, bool *ret_is_mmio)
{
	static const char *const IN_MEMORY[] = {
		"mmio,", "mmio16,", "mmio32,", "mmio32be,", "mmio32native,"};

	*ret_is_mmio = false;
	if (text_starts_with(*cursor, "io,")) {
		*cursor += strlen("io,");
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(IN_MEMORY); i++) {
		if (text_starts_with(*cursor, IN_MEMORY[i])) {
			*cursor += strlen(IN_MEMORY[i]);
			*ret_is_mmio = true;
			return true;
		}
	}
	*ret_is_mmio = text_starts_with(*cursor, "0x");
	return *ret_is_mmio;
}

/* Takes the address off *cursor. */
static bool take_address(const char **cursor, struct console_option *option)
{
	char digits[24];
	size_t length;

	if (!take_address_kind(cursor, &option->is_mmio))
		return false;
	length = strcspn(*cursor, ",");
	if (!text_copy_bytes(digits, sizeof(digits), *cursor, length) ||
		text_parse_u64(digits, 0, &option->address) < 0)
		return false;
	*cursor += length;
	return true;
}

/* "io,0x3f8,115200n8", "mmio32,0xfe040000": how a UART is named by its address. */
static void address_parse(const char *text, struct console_option *option)
{
	option->has_address = take_address(&text, option);
	if (!option->has_address)
		option->is_malformed = true;
	else if (*text)
		line_parse(text + 1, option);
}

/* Linux 6.10: a serial port by its device, "00:04:0.0", without a number of its own. */
static bool device_name_parse(const char *given, struct console_option *option)
{
	if (!strchr(given, ':'))
		return false;
	option->kind = CONSOLE_UART;
	option->is_malformed |= !text_copy(option->name, sizeof(option->name), given);
	return true;
}

/* The name up to its first digit, and the number there, 0 if there is none. */
static void name_parse(const char *given, struct console_option *option)
{
	size_t letters = 0;
	uint32_t number = 0;
	const char *cursor;
	struct text name;

	while (given[letters] && !is_digit(given[letters]))
		letters++;
	cursor = given + letters;
	if (*cursor && (!take_number(&cursor, &number) || *cursor))
		option->is_malformed = true;

	text_init(&name, option->name, sizeof(option->name));
	if (letters == 0)
		text_append(&name, "ttyS");
	text_append_bytes(&name, given, letters);
	text_append_u64(&name, number);
	option->is_malformed |= name.is_cut;
	option->kind = console_kind_from_name(option->name);
	if (letters == strlen("uart") && text_starts_with(given, "uart"))
		(void)text_copy(option->name, sizeof(option->name), "uart");
}

void console_option_parse(const char *value, size_t length, struct console_option *ret_option)
{
	struct console_option option = {.kind = CONSOLE_NULL, .name = "ttynull0"};
	char text[128] = "", *comma;
	bool is_cut = length && !text_copy_bytes(text, sizeof(text), value, length);

	comma = strchr(text, ',');
	if (comma)
		*comma = '\0';
	/* Only the bare values are special: "null," is a console of that name. */
	if (length == 0 || (!comma && strcmp(text, "null") == 0)) {
		*ret_option = option;
		return;
	}

	if (!device_name_parse(text, &option))
		name_parse(text, &option);
	option.is_malformed |= is_cut;
	if (comma)
		(void)text_copy(option.options, sizeof(option.options), comma + 1);
	if (strcmp(option.name, "uart") == 0)
		address_parse(comma ? comma + 1 : "", &option);
	else if (option.kind == CONSOLE_UART && comma)
		line_parse(comma + 1, &option);
	*ret_option = option;
}
