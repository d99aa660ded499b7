/* SPDX-License-Identifier: MIT */
#include "parse/proc_consoles.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static char text[4096];
static struct proc_console console;

static char *consoles(const char *lines)
{
	return strcpy(text, lines);
}

START_TEST(good)
{
	char *cursor = consoles("ttyS0                -W- (EC p a)    4:64\n"
				"tty0                 -WU (E  p  )    4:1\n"
				"netcon0              -W- (E  p  )\n");

	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert_str_eq(console.name, "ttyS0");
	ck_assert_str_eq(console.flags, "EC p a");
	ck_assert(console.is_enabled);
	ck_assert(console.is_preferred);
	ck_assert(console.has_device);
	ck_assert_uint_eq(console.major, 4);
	ck_assert_uint_eq(console.minor, 64);

	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert_str_eq(console.name, "tty0");
	ck_assert_str_eq(console.flags, "E  p");
	ck_assert(console.is_enabled);
	ck_assert(!console.is_preferred);
	ck_assert_uint_eq(console.minor, 1);

	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert_str_eq(console.name, "netcon0");
	ck_assert(!console.has_device);
	ck_assert_uint_eq(console.major, 0);
	ck_assert(!proc_consoles_next(&cursor, &console));
	ck_assert(!proc_consoles_next(&cursor, &console));
}
END_TEST

/* Linux 6.9 has a flag more; a boot console is neither enabled for good nor preferred. */
START_TEST(other_flags)
{
	char *cursor = consoles("ttyS0                -W- (EC Np a)    4:64\n"
				"earlyser0            -W- ( B p  )\n"
				"hvc0                 RW- ( C p  )  229:0\n");

	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert(console.is_enabled && console.is_preferred);
	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert(!console.is_enabled && !console.is_preferred);
	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert(!console.is_enabled && console.is_preferred);
	ck_assert_uint_eq(console.major, 229);
}
END_TEST

START_TEST(cut_lines)
{
	static const char *const LINES[] = {
		"", "\n\n", "ttyS0", "ttyS0                -W- (EC p", "(EC p a)    4:64", ")(\n"};
	char *cursor;

	for (size_t i = 0; i < ARRAY_SIZE(LINES); i++) {
		cursor = consoles(LINES[i]);
		ck_assert_msg(!proc_consoles_next(&cursor, &console), "%s", LINES[i]);
	}
	/* What comes behind such a line is read; a cut device is none. */
	cursor = consoles("ttyS0   -W- (EC\nhvc0    -W- (EC p  )  229:0\n");
	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert_str_eq(console.name, "hvc0");
	cursor = consoles("hvc0    -W- (EC p  )  229:");
	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert(!console.has_device);
	ck_assert_uint_eq(console.major, 0);
}
END_TEST

START_TEST(long_lines)
{
	char *cursor = consoles("a_name_that_is_longer_than_any_console_has0 -W- (EC p a) 4:64\n"
				"ttyS0 -W- (aaaaaaaaaaaaaaaaaaaaaaaaEC) 4:64\n");

	/* A name that was cut would be another console's. */
	ck_assert(proc_consoles_next(&cursor, &console));
	ck_assert_str_eq(console.name, "ttyS0");
	ck_assert_uint_eq(strlen(console.flags), sizeof(console.flags) - 1);
	ck_assert(!console.is_enabled);
}
END_TEST

START_TEST(devices_that_are_none)
{
	static const char *const LINES[] = {"ttyS0 -W- (EC p a) 4294967300:64\n",
		"ttyS0 -W- (EC p a) 4:99999999999999999999\n", "ttyS0 -W- (EC p a) -4:64\n",
		"ttyS0 -W- (EC p a) 464\n", "ttyS0 -W- (EC p a) (EC)\n"};

	for (size_t i = 0; i < ARRAY_SIZE(LINES); i++) {
		char *cursor = consoles(LINES[i]);

		ck_assert(proc_consoles_next(&cursor, &console));
		ck_assert_str_eq(console.name, "ttyS0");
		ck_assert_msg(!console.has_device, "%s", LINES[i]);
		ck_assert_uint_eq(console.major, 0);
		ck_assert_uint_eq(console.minor, 0);
	}
}
END_TEST

UNIT_MAIN("proc_consoles", good, other_flags, cut_lines, long_lines, devices_that_are_none)
