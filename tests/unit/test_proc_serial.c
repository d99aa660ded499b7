/* SPDX-License-Identifier: MIT */
#include "parse/proc_serial.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static char text[4096];
static struct proc_serial serial;

static char *ports(const char *lines)
{
	return strcpy(text, lines);
}

START_TEST(good)
{
	char *cursor = ports("serinfo:1.0 driver revision:\n"
			     "0: uart:16550A port:000003F8 irq:4 tx:1538 rx:7 RTS|CTS|DTR|DSR|CD\n"
			     "1: uart:unknown port:000002F8 irq:3\n"
			     "12: uart:16550A mmio:0xFE040000 irq:18 tx:0 rx:0 brk:2 oe:1\n");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_uint_eq(serial.number, 0);
	ck_assert_str_eq(serial.type, "16550A");
	ck_assert(serial.has_counters);
	ck_assert_uint_eq(serial.tx_bytes, 1538);
	ck_assert_uint_eq(serial.rx_bytes, 7);
	ck_assert_str_eq(serial.lines, "RTS|CTS|DTR|DSR|CD");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_uint_eq(serial.number, 1);
	ck_assert_str_eq(serial.type, "unknown");
	ck_assert(!serial.has_counters);
	ck_assert_str_eq(serial.lines, "");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_uint_eq(serial.number, 12);
	ck_assert(serial.has_counters);
	ck_assert_uint_eq(serial.tx_bytes, 0);
	ck_assert_str_eq(serial.lines, "");
	ck_assert(!proc_serial_next(&cursor, &serial));
	ck_assert(!proc_serial_next(&cursor, &serial));
}
END_TEST

/* Without CAP_SYS_ADMIN. */
START_TEST(not_for_everybody)
{
	char *cursor = ports("0: uart:16550A port:000003F8 irq:4\n"
			     "1: uart:16550A port:000002F8 irq:3 RTS|DTR\n");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_str_eq(serial.type, "16550A");
	ck_assert(!serial.has_counters);
	/* Lines without counters are nothing that a kernel prints. */
	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_str_eq(serial.lines, "");
}
END_TEST

START_TEST(types_of_more_words)
{
	char *cursor = ports("0: uart:PL011 rev1 mmio:0x09000000 irq:13 tx:512 rx:0 RTS|DTR\n"
			     "1: uart:Palmchip BK-3103 port:000003F8 irq:4\n");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_str_eq(serial.type, "PL011 rev1");
	ck_assert_uint_eq(serial.tx_bytes, 512);
	ck_assert_str_eq(serial.lines, "RTS|DTR");
	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_str_eq(serial.type, "Palmchip BK-310");
	ck_assert_str_eq(serial.lines, "");
}
END_TEST

/* The kernel counts in 32 bits without a sign, and prints them with one. */
START_TEST(counters_wrap)
{
	char *cursor = ports("0: uart:16550A port:000003F8 irq:4 tx:-2147483648 rx:-1 RTS\n");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert(serial.has_counters);
	ck_assert_uint_eq(serial.tx_bytes, 2147483648);
	ck_assert_uint_eq(serial.rx_bytes, 4294967295);
}
END_TEST

START_TEST(cut_lines)
{
	static const char *const LINES[] = {"", "\n\n", "serinfo:1.0 driver revision:\n", ":", "0",
		"0 uart:16550A\n", "x: uart:16550A\n", "-1: uart:16550A\n",
		"4294967296: uart:16550A\n", "uart:16550A\n"};
	char *cursor;

	for (size_t i = 0; i < ARRAY_SIZE(LINES); i++) {
		cursor = ports(LINES[i]);
		ck_assert_msg(!proc_serial_next(&cursor, &serial), "%s", LINES[i]);
	}
	/* The text of many ports is cut somewhere. */
	cursor = ports("0: uart:16550A port:000003F8 irq:4 tx:");
	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert(!serial.has_counters);
	cursor = ports("0:");
	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_str_eq(serial.type, "");
}
END_TEST

START_TEST(oversized_and_lying)
{
	char *cursor = ports("0: uart:a_type_that_nobody_has_ever_had port:3F8 tx:1 rx:2 "
			     "RTS|CTS|DTR|DSR|CD|RI|RTS|CTS|DTR|DSR|CD|RI\n"
			     "1: uart:16550A tx:99999999999999999999 rx:2 RTS\n"
			     "2: uart:16550A tx:1x rx:2\n"
			     "3: uart:16550A tx:--1 rx:2\n"
			     "4: uart:16550A tx:4294967296 rx:-2147483649\n");

	ck_assert(proc_serial_next(&cursor, &serial));
	ck_assert_uint_eq(strlen(serial.type), sizeof(serial.type) - 1);
	ck_assert_uint_eq(strlen(serial.lines), sizeof(serial.lines) - 1);
	for (uint32_t i = 1; i <= 4; i++) {
		ck_assert(proc_serial_next(&cursor, &serial));
		ck_assert_uint_eq(serial.number, i);
		ck_assert_msg(!serial.has_counters, "%u", i);
		ck_assert_uint_eq(serial.tx_bytes, 0);
	}
	ck_assert_uint_eq(serial.rx_bytes, 0);
}
END_TEST

START_TEST(types_have_names)
{
	ck_assert_str_eq(serial_type_name(0), "unknown");
	ck_assert_str_eq(serial_type_name(4), "16550A");
	ck_assert_str_eq(serial_type_name(32), "PL011");
	ck_assert_ptr_null(serial_type_name(-1));
	ck_assert_ptr_null(serial_type_name(9999));
}
END_TEST

UNIT_MAIN("proc_serial", good, not_for_everybody, types_of_more_words, counters_wrap, cut_lines,
	oversized_and_lying, types_have_names)
