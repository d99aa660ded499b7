/* SPDX-License-Identifier: MIT */
#include "parse/console_option.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct console_option option;

static void parse(const char *value)
{
	console_option_parse(value, strlen(value), &option);
}

START_TEST(names_are_counted_as_the_kernel_does)
{
	static const struct {
		const char *value, *name;
		enum console_kind kind;
	} CASES[] = {
		{"ttyS0", "ttyS0", CONSOLE_UART},
		{"ttyS1,115200n8", "ttyS1", CONSOLE_UART},
		{"ttyS", "ttyS0", CONSOLE_UART},
		{"ttyS01", "ttyS1", CONSOLE_UART},
		{"1", "ttyS1", CONSOLE_UART},
		{"0,9600", "ttyS0", CONSOLE_UART},
		{"ttyAMA0", "ttyAMA0", CONSOLE_UART},
		{"ttymxc10", "ttymxc10", CONSOLE_UART},
		{"tty", "tty0", CONSOLE_VT},
		{"tty0", "tty0", CONSOLE_VT},
		{"tty63", "tty63", CONSOLE_VT},
		{"hvc0", "hvc0", CONSOLE_HVC},
		{"hvsi0", "hvsi0", CONSOLE_HVC},
		{"ttynull", "ttynull0", CONSOLE_NULL},
		{"null", "ttynull0", CONSOLE_NULL},
		{"", "ttynull0", CONSOLE_NULL},
		{"ttyUSB0", "ttyUSB0", CONSOLE_OTHER},
		{"netcon", "netcon0", CONSOLE_OTHER},
		{"null,", "null0", CONSOLE_OTHER},
		{",115200", "ttyS0", CONSOLE_UART},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		parse(CASES[i].value);
		ck_assert_msg(strcmp(option.name, CASES[i].name) == 0, "%s: %s", CASES[i].value,
			option.name);
		ck_assert_msg(option.kind == CASES[i].kind, "%s: kind %d", CASES[i].value,
			(int)option.kind);
		ck_assert_msg(!option.is_malformed, "%s", CASES[i].value);
	}
}
END_TEST

START_TEST(an_absent_value_needs_no_pointer)
{
	console_option_parse(NULL, 0, &option);
	ck_assert_str_eq(option.name, "ttynull0");
	ck_assert_int_eq(option.kind, CONSOLE_NULL);
	ck_assert(!option.is_malformed);
}
END_TEST

/* Slices of a command line end where their length says. */
START_TEST(only_the_length_counts)
{
	console_option_parse("ttyS0,115200n8 quiet", strlen("ttyS0,115200n8"), &option);
	ck_assert_str_eq(option.options, "115200n8");
	ck_assert_uint_eq(option.baud, 115200);
	ck_assert(!option.is_malformed);
	console_option_parse("ttyS0,115200n8", strlen("ttyS0,1152"), &option);
	ck_assert_uint_eq(option.baud, 1152);
	console_option_parse("ttyS12", strlen("ttyS1"), &option);
	ck_assert_str_eq(option.name, "ttyS1");
}
END_TEST

START_TEST(lines_have_speed_parity_and_bits)
{
	static const struct {
		const char *value;
		uint32_t baud;
		char parity;
		uint32_t bits;
		bool has_flow_control, is_malformed;
	} CASES[] = {
		{"ttyS0", 0, 0, 0, false, false},
		{"ttyS0,", 0, 0, 0, false, false},
		{"ttyS0,9600", 9600, 0, 0, false, false},
		{"ttyS0,115200n8", 115200, 'n', 8, false, false},
		{"ttyS0,115200e7", 115200, 'e', 7, false, false},
		{"ttyS0,38400o", 38400, 'o', 0, false, false},
		{"ttyS0,115200n8r", 115200, 'n', 8, true, false},
		{"ttyS0,4294967295n8", 4294967295, 'n', 8, false, false},
		/* taken for something else, or not at all */
		{"ttyS0,n8", 0, 0, 0, false, true},
		{"ttyS0,fast", 0, 0, 0, false, true},
		{"ttyS0,0", 0, 0, 0, false, true},
		{"ttyS0,-1", 0, 0, 0, false, true},
		{"ttyS0, 9600", 0, 0, 0, false, true},
		{"ttyS0,115200N8", 115200, 0, 8, false, true},
		{"ttyS0,115200,n8", 115200, 0, 0, false, true},
		{"ttyS0,115200n9", 115200, 'n', 0, false, true},
		{"ttyS0,115200n4", 115200, 'n', 0, false, true},
		{"ttyS0,115200n8x", 115200, 'n', 8, false, true},
		{"ttyS0,115200n81", 115200, 'n', 8, false, true},
		{"ttyS0,115200n8rr", 115200, 'n', 8, true, true},
		{"ttyS0,4294967296n8", 0, 0, 0, false, true},
		{"ttyS0,99999999999999999999", 0, 0, 0, false, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		const char *value = CASES[i].value;

		parse(value);
		ck_assert_str_eq(option.name, "ttyS0");
		ck_assert_msg(option.baud == CASES[i].baud, "%s: %u", value, option.baud);
		ck_assert_msg(option.parity == CASES[i].parity, "%s: %d", value, option.parity);
		ck_assert_msg(option.bits == CASES[i].bits, "%s: %u", value, option.bits);
		ck_assert_msg(option.has_flow_control == CASES[i].has_flow_control, "%s", value);
		ck_assert_msg(option.is_malformed == CASES[i].is_malformed, "%s", value);
	}
}
END_TEST

START_TEST(only_serial_lines_have_a_speed)
{
	parse("tty0,whatever");
	ck_assert_str_eq(option.options, "whatever");
	ck_assert_uint_eq(option.baud, 0);
	ck_assert(!option.is_malformed);
	parse("hvc0,115200n8");
	ck_assert_uint_eq(option.baud, 0);
	ck_assert(!option.is_malformed);
}
END_TEST

START_TEST(uarts_go_by_address_as_well)
{
	static const struct {
		const char *value;
		bool has_address, is_mmio;
		uint64_t address;
		uint32_t baud;
	} CASES[] = {
		{"uart8250,io,0x3f8,115200n8", true, false, 0x3f8, 115200},
		{"uart,io,0x2f8", true, false, 0x2f8, 0},
		{"uart8250,mmio,0xfe040000,9600", true, true, 0xfe040000, 9600},
		{"uart8250,mmio16,0xfe040000", true, true, 0xfe040000, 0},
		{"uart8250,mmio32,0xfe040000", true, true, 0xfe040000, 0},
		{"uart8250,mmio32be,0xfe040000", true, true, 0xfe040000, 0},
		{"uart8250,mmio32native,0xfe040000", true, true, 0xfe040000, 0},
		/* An address alone is one in memory. */
		{"uart8250,0xfe040000,115200n8", true, true, 0xfe040000, 115200},
		{"uart8250,0xffffffffffffffff", true, true, UINT64_MAX, 0},
		/* malformed */
		{"uart8250", false, false, 0, 0},
		{"uart8250,io", false, false, 0, 0},
		{"uart8250,io,", false, false, 0, 0},
		{"uart8250,io,port", false, false, 0, 0},
		{"uart8250,mmio64,0xfe040000", false, false, 0, 0},
		{"uart8250,mmiocracy,0xfe040000", false, false, 0, 0},
		{"uart8250,iomem,0xfe040000", false, false, 0, 0},
		{"uart8250,io,0x10000000000000000", false, false, 0, 0},
		{"uart8250,io,0x00000000000000000000000000000000003f8", false, false, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		const char *value = CASES[i].value;

		parse(value);
		ck_assert_str_eq(option.name, "uart");
		ck_assert_int_eq(option.kind, CONSOLE_UART);
		ck_assert_msg(option.has_address == CASES[i].has_address, "%s", value);
		ck_assert_msg(option.is_malformed == !CASES[i].has_address, "%s", value);
		ck_assert_msg(option.is_mmio == CASES[i].is_mmio, "%s", value);
		ck_assert_msg(option.address == CASES[i].address, "%s", value);
		ck_assert_msg(option.baud == CASES[i].baud, "%s", value);
	}
}
END_TEST

/* What is wrong with the name is not forgiven for an address. */
START_TEST(names_of_uarts_are_judged_as_well)
{
	parse("uart8250x,io,0x3f8");
	ck_assert(option.has_address);
	ck_assert(option.is_malformed);
}
END_TEST

START_TEST(ports_go_by_their_device_as_well)
{
	parse("00:04:0.0,115200n8");
	ck_assert_str_eq(option.name, "00:04:0.0");
	ck_assert_int_eq(option.kind, CONSOLE_UART);
	ck_assert_uint_eq(option.baud, 115200);
	ck_assert(!option.is_malformed);
}
END_TEST

START_TEST(names_that_are_none)
{
	static const struct {
		const char *value, *name;
	} CASES[] = {
		{"ttyS0n8", "ttyS0"},
		{"ttyS0 ", "ttyS0"},
		{"ttyS4294967296", "ttyS0"},
		{"ttyS99999999999999999999", "ttyS0"},
		{"12ab", "ttyS12"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0", "aaaaaaaaaaaaaaaaaaaaaaa"},
		{"0000:00:05.0:0.0:0.0:0.0:0.0", "0000:00:05.0:0.0:0.0:0."},
	};
	char many[4096];

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		parse(CASES[i].value);
		ck_assert_str_eq(option.name, CASES[i].name);
		ck_assert_msg(option.is_malformed, "%s", CASES[i].value);
	}
	memset(many, '1', sizeof(many));
	memcpy(many, "ttyS0,", 6);
	console_option_parse(many, sizeof(many), &option);
	ck_assert_str_eq(option.name, "ttyS0");
	ck_assert_uint_eq(strlen(option.options), sizeof(option.options) - 1);
	ck_assert_uint_eq(option.baud, 0);
	ck_assert(option.is_malformed);
}
END_TEST

START_TEST(kinds_go_by_the_name)
{
	ck_assert_int_eq(console_kind_from_name("ttyS0"), CONSOLE_UART);
	ck_assert_int_eq(console_kind_from_name("ttyS"), CONSOLE_UART);
	ck_assert_int_eq(console_kind_from_name("tty1"), CONSOLE_VT);
	ck_assert_int_eq(console_kind_from_name("ttynull"), CONSOLE_NULL);
	ck_assert_int_eq(console_kind_from_name("hvc12"), CONSOLE_HVC);
	ck_assert_int_eq(console_kind_from_name("ttySx0"), CONSOLE_OTHER);
	ck_assert_int_eq(console_kind_from_name("xtty0"), CONSOLE_OTHER);
	ck_assert_int_eq(console_kind_from_name("0"), CONSOLE_OTHER);
	ck_assert_int_eq(console_kind_from_name(""), CONSOLE_OTHER);
}
END_TEST

UNIT_MAIN("console_option", names_are_counted_as_the_kernel_does, an_absent_value_needs_no_pointer,
	only_the_length_counts, lines_have_speed_parity_and_bits, only_serial_lines_have_a_speed,
	uarts_go_by_address_as_well, names_of_uarts_are_judged_as_well,
	ports_go_by_their_device_as_well, names_that_are_none, kinds_go_by_the_name)
