/* SPDX-License-Identifier: MIT */
#include "parse/machine.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static uint64_t memory(const char *lines)
{
	char text[256];

	return meminfo_total_kib(strcpy(text, lines));
}

static int has_flag(const char *lines)
{
	char text[256];

	return cpuinfo_has_flag(strcpy(text, lines), "hypervisor");
}

static const char *cleaned(const char *value)
{
	static char text[64];

	dmi_clean(strcpy(text, value));
	return text;
}

START_TEST(memory_is_read)
{
	ck_assert_uint_eq(memory("MemTotal:       24684084 kB\nMemFree: 1 kB\n"), 24684084);
	ck_assert_uint_eq(memory("MemFree: 1 kB\nMemTotal: 7"), 7);
	ck_assert_uint_eq(memory(""), 0);
	ck_assert_uint_eq(memory("MemTotal:"), 0);
	ck_assert_uint_eq(memory("MemTotal: kB\n"), 0);
	ck_assert_uint_eq(memory("MemTotal: -1 kB\n"), 0);
	ck_assert_uint_eq(memory("MemTotal: 0x10 kB\n"), 0);
	ck_assert_uint_eq(memory("MemTotal: 99999999999999999999999 kB\n"), 0);
	ck_assert_uint_eq(memory("MemFree: 5 kB\n"), 0);
	ck_assert_uint_eq(memory("SwapMemTotal: 5 kB\n"), 0);
}
END_TEST

START_TEST(processors_are_counted)
{
	static const struct {
		const char *list;
		uint32_t count;
	} CASES[] = {
		{"0", 1},
		{"0-3", 4},
		{"0-3,8,10-11", 7},
		{"0-4294967294", UINT32_MAX},
		/* malformed */
		{"", 0},
		{"\n", 0},
		{",", 0},
		{"0,", 0},
		{",0", 0},
		{"0,,1", 0},
		{"0-", 0},
		{"-3", 0},
		{"3-0", 0},
		{"0-3-5", 0},
		{"0 1", 0},
		{"0-31:1/2", 0},
		{"0x3", 0},
		{"all", 0},
		{"0-4294967295", 0},
		{"0-4294967295,0-9", 0},
		{"0-99999999999999999999", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_msg(cpu_list_count(CASES[i].list) == CASES[i].count, "%s: %u",
			CASES[i].list, cpu_list_count(CASES[i].list));
}
END_TEST

START_TEST(flags_are_whole_words)
{
	ck_assert_int_eq(has_flag("processor\t: 0\nflags\t\t: fpu vmx hypervisor\n"), 1);
	ck_assert_int_eq(has_flag("flags\t\t: hypervisor lahf_lm"), 1);
	ck_assert_int_eq(has_flag("processor\t: 0\nflags\t\t: fpu hypervisors\n"), 0);
	ck_assert_int_eq(has_flag("flags\t\t: fpu hyper\n"), 0);
	ck_assert_int_eq(has_flag("flags\t\t:"), 0);
	/* The first processor speaks for all. */
	ck_assert_int_eq(has_flag("flags\t: fpu\nflags\t: hypervisor\n"), 0);
	ck_assert_int_eq(has_flag("Features : hypervisor\n"), -1);
	ck_assert_int_eq(has_flag("vmx flags : hypervisor\n"), -1);
	ck_assert_int_eq(has_flag(""), -1);
}
END_TEST

START_TEST(phrases_are_no_names)
{
	ck_assert_str_eq(cleaned(" To Be Filled By O.E.M. "), "");
	ck_assert_str_eq(cleaned("Default string\n"), "");
	ck_assert_str_eq(cleaned("System Product Name"), "");
	ck_assert_str_eq(cleaned("0123456789"), "");
	ck_assert_str_eq(cleaned(" QEMU "), "QEMU");
	ck_assert_str_eq(cleaned("None of them"), "None of them");
	ck_assert_str_eq(cleaned("default string"), "default string");
	ck_assert_str_eq(cleaned(""), "");
	ck_assert_str_eq(cleaned(" \n"), "");
}
END_TEST

UNIT_MAIN("machine", memory_is_read, processors_are_counted, flags_are_whole_words,
	phrases_are_no_names)
