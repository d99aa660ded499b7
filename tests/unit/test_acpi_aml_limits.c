/* SPDX-License-Identifier: MIT */
#include "aml_machine.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

START_TEST(damage_stays_in_its_package)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum aml_reason reason;
	} cases[] = {
		{"\xd0", 1, AML_REASON_OPCODE},
		{"\x5b\xee", 2, AML_REASON_OPCODE},
		{"\x5b", 1, AML_REASON_TRUNCATED},
		{"\x08_HID\x0dno end", 12, AML_REASON_TRUNCATED},
		{"\x08_HID\x0c\x01", 7, AML_REASON_TRUNCATED},
		{"\x08_HID", 5, AML_REASON_TRUNCATED},
		{"\x08_H", 3, AML_REASON_TRUNCATED},
		{"\x08\x2f\x00", 3, AML_REASON_NAME},
		{"\x08\x2f\xff"
		 "ABCD",
			7, AML_REASON_TRUNCATED},
		{"\x5b\x82\x00"
		 "ABCD",
			7, AML_REASON_LENGTH},
		{"\x5b\x82\x3f"
		 "ABCD",
			7, AML_REASON_LENGTH},
		{"\x5b\x82\xc3", 3, AML_REASON_TRUNCATED},
		{"\x5b\x81\x08"
		 "RGN0\0AB",
			10, AML_REASON_TRUNCATED},
		{"\x5b\x81\x09"
		 "RGN0\0\0\xff\xff",
			11, AML_REASON_TRUNCATED},
		{"\x11\x01", 2, AML_REASON_TRUNCATED},
		{"ABC", 3, AML_REASON_TRUNCATED},
		{"ABcD", 4, AML_REASON_NAME},
		{"\\5ABd", 5, AML_REASON_NAME},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		OPEN(&dsdt, DEVICE);
		PUT(&dsdt, "AAAA\x08_STA\x01");
		builder_put(&dsdt, cases[i].bytes, cases[i].length);
		builder_close(&dsdt);
		put_device("BBBB");
		ck_assert_msg(load(&dsdt) == -EBADMSG, "case %zu", i);
		ck_assert_msg(space.problems[0].reason == cases[i].reason, "case %zu: %s", i,
			aml_reason_texts[space.problems[0].reason]);
		ck_assert_uint_ge(space.problems[0].offset_bytes, 36);
		ck_assert_uint_lt(space.problems[0].offset_bytes, dsdt.length);
		ck_assert_msg(has("\\AAAA"), "case %zu", i);
		ck_assert_uint_eq(device.sta.integer, 1);
		ck_assert_msg(has("\\BBBB"), "case %zu", i);
	}
}
END_TEST

START_TEST(deep_nesting_is_cut)
{
	char name[16];

	begin();
	for (int i = 0; i < AML_NESTING_MAX + 5; i++) {
		snprintf(name, sizeof(name), "D%03d", i % 1000);
		OPEN(&dsdt, DEVICE);
		builder_put(&dsdt, name, 4);
	}
	while (dsdt.depth)
		builder_close(&dsdt);
	put_device("LAST");
	ck_assert_int_eq(load(&dsdt), -EBADMSG);
	ck_assert_int_eq(space.problems[0].reason, AML_REASON_NESTING);
	ck_assert_uint_eq(count_devices(), AML_NESTING_MAX + 1);
	ck_assert(has("\\LAST"));
}
END_TEST

START_TEST(deep_expressions_are_no_problem)
{
	begin();
	OPEN(&dsdt, IF);
	for (int i = 0; i < 30000; i++)
		PUT(&dsdt, "\x92");
	PUT(&dsdt, "\x01");
	builder_close(&dsdt);
	put_device("LAST");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\LAST"));
}
END_TEST

START_TEST(names_have_a_cap)
{
	static uint8_t bytes[36 + 7 * 70000];
	size_t length = 36;

	begin();
	memcpy(bytes, dsdt.bytes, 36);
	for (int i = 0; i < 70000; i++) {
		uint8_t entry[7] = {0x5b, 0x82, 5, 'A', (uint8_t)('A' + i / 26 / 26 / 26 % 26),
			(uint8_t)('A' + i / 26 / 26 % 26), 'A'};

		entry[3] = (uint8_t)('A' + i / 26 % 26);
		entry[6] = (uint8_t)('A' + i % 26);
		memcpy(bytes + length, entry, sizeof(entry));
		length += sizeof(entry);
	}
	ck_assert_int_eq(aml_load(&space, bytes, length, false), -EBADMSG);
	ck_assert_int_eq(space.problems[0].reason, AML_REASON_NODES);
	ck_assert_uint_eq(space.problem_count, 1);
	ck_assert_uint_eq(space.node_count, AML_NODES_MAX);
}
END_TEST

START_TEST(sizes_have_bounds)
{
	begin();
	ck_assert_int_eq(aml_load(&space, dsdt.bytes, 35, false), -EINVAL);
	ck_assert_int_eq(
		aml_load(&space, dsdt.bytes, (size_t)AML_TABLE_BYTES_MAX + 1, false), -E2BIG);
	ck_assert_uint_eq(space.table_count, 0);
	for (int i = 0; i < AML_TABLES_MAX; i++)
		ck_assert_int_eq(aml_load(&space, dsdt.bytes, 36, false), 0);
	ck_assert_int_eq(aml_load(&space, dsdt.bytes, 36, false), -ENOSPC);
}
END_TEST

START_TEST(optional_tables_are_conditional)
{
	begin();
	put_device("AAAA");
	ck_assert_int_eq(load(&dsdt), 0);
	OPEN(&ssdt, SCOPE);
	PUT(&ssdt, "AAAA\x08_STA\x01");
	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "BBBB\x08_STA\x01");
	while (ssdt.depth)
		builder_close(&ssdt);
	ck_assert_int_eq(aml_load(&space, ssdt.bytes, ssdt.length, true), 0);
	ck_assert(has("\\AAAA"));
	ck_assert_int_eq(device.sta.type, AML_ABSENT);
	ck_assert(has("\\AAAA.BBBB"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert_uint_eq(device.sta.integer, 1);
}
END_TEST

START_TEST(data_is_not_plausible)
{
	begin();
	put_device("AAAA");
	ck_assert(aml_is_plausible(&space, dsdt.bytes, dsdt.length));
	ck_assert_uint_eq(count_devices(), 0);
	PUT(&dsdt, "\x30\x31\x32");
	ck_assert(!aml_is_plausible(&space, dsdt.bytes, dsdt.length));
	ck_assert(!aml_is_plausible(&space, dsdt.bytes, 10));
	ck_assert_uint_eq(space.problem_count, 0);
}
END_TEST

UNIT_MAIN("acpi_aml_limits", damage_stays_in_its_package, deep_nesting_is_cut,
	deep_expressions_are_no_problem, names_have_a_cap, sizes_have_bounds,
	optional_tables_are_conditional, data_is_not_plausible)
