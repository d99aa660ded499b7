/* SPDX-License-Identifier: MIT */
#include "aml_machine.h"
#include "unit.h"

START_TEST(attributes_are_found)
{
	begin();
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "\\_SB_");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "COM1" HID_PNP0501
		   "\x08_UID\x0dxy\0\x08_STA\x0a\x0f\x08_ADR\x0e\1\2\3\4\5\6\7\x08");
	OPEN(&dsdt, METHOD);
	PUT(&dsdt, "_CRS\0\xa4\0");
	ck_assert_int_eq(load(&dsdt), 0);

	ck_assert_uint_eq(count_devices(), 1);
	ck_assert(has("\\_SB_.COM1"));
	ck_assert_int_eq(device.hid.type, AML_INTEGER);
	ck_assert_uint_eq(device.hid.integer, 0x0105d041);
	ck_assert_int_eq(device.uid.type, AML_STRING);
	ck_assert_uint_eq(device.uid.length_bytes, 2);
	ck_assert_mem_eq(device.uid.bytes, "xy", 2);
	ck_assert_uint_eq(device.sta.integer, 15);
	ck_assert_uint_eq(device.adr.integer, 0x0807060504030201);
	ck_assert_int_eq(device.crs.type, AML_METHOD);
	ck_assert_int_eq(device.cid.type, AML_ABSENT);
	ck_assert_uint_eq(device.flags, 0);
	ck_assert_uint_eq(device.table, 0);
}
END_TEST

START_TEST(integers_have_the_width_of_the_dsdt)
{
	begin();
	dsdt.bytes[8] = 1;
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0\x08_STA\xff\x08_ADR\x0e\1\2\3\4\5\6\7\x08");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\DEV0"));
	ck_assert_uint_eq(device.sta.integer, 0xffffffff);
	ck_assert_uint_eq(device.adr.integer, 0x04030201);
}
END_TEST

START_TEST(packages_give_integers_strings_and_names)
{
	struct aml_value element;

	begin();
	PUT(&dsdt, "\x08INT0" PNP0501);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0\x08_CID");
	OPEN(&dsdt, "\x12");
	PUT(&dsdt, "\x05\x0d"
		   "ABCD0001\0" PNP0501 "INT0NONE\x01\x01");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\DEV0"));
	ck_assert_int_eq(device.cid.type, AML_PACKAGE);
	ck_assert_uint_eq(device.cid.element_count, 5);

	ck_assert_int_eq(aml_package_next(&space, &device.cid, &element), 1);
	ck_assert_int_eq(element.type, AML_STRING);
	ck_assert_mem_eq(element.bytes, "ABCD0001", 8);
	ck_assert_int_eq(aml_package_next(&space, &device.cid, &element), 1);
	ck_assert_uint_eq(element.integer, 0x0105d041);
	ck_assert_int_eq(aml_package_next(&space, &device.cid, &element), 1);
	ck_assert_uint_eq(element.integer, 0x0105d041);
	ck_assert_int_eq(aml_package_next(&space, &device.cid, &element), 1);
	ck_assert_uint_eq(element.integer, 1);
	ck_assert_int_eq(aml_package_next(&space, &device.cid, &element), 0);
}
END_TEST

START_TEST(buffers_are_located_behind_their_size)
{
	static const char *const sizes[] = {
		"\x0a\x02", "\x0b\xff\xff", "\x01", "\x72\x01\x01\0", "INT0", "MET2\x01\x0a\x05"};
	static const size_t lengths[] = {2, 3, 1, 4, 4, 7};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin();
		PUT(&dsdt, "\x08INT0\x0a\x02");
		OPEN(&dsdt, METHOD);
		PUT(&dsdt, "MET2\x02\xa4\x01");
		builder_close(&dsdt);
		OPEN(&dsdt, DEVICE);
		PUT(&dsdt, "DEV0\x08_CRS");
		OPEN(&dsdt, "\x11");
		builder_put(&dsdt, sizes[i], lengths[i]);
		PUT(&dsdt, "\x79\x00");
		builder_close(&dsdt);
		PUT(&dsdt, "\x08_STA\x0a\x0b");
		ck_assert_int_eq(load(&dsdt), 0);
		ck_assert(has("\\DEV0"));
		ck_assert_int_eq(device.crs.type, AML_BUFFER);
		ck_assert_uint_eq(device.crs.length_bytes, 2);
		ck_assert_uint_eq(device.crs.bytes[0], 0x79);
		ck_assert_uint_eq(device.sta.integer, 0x0b);
	}
}
END_TEST

/* The same device with a PkgLength of 1 to 4 bytes (section 20.2.4). */
START_TEST(package_lengths_have_four_forms)
{
	static const char *const forms[] = {"\x0a", "\x4b\0", "\x8c\0\0", "\xcd\0\0\0"};
	static const size_t lengths[] = {1, 2, 3, 4};

	for (size_t i = 0; i < 4; i++) {
		begin();
		PUT(&dsdt, DEVICE);
		builder_put(&dsdt, forms[i], lengths[i]);
		PUT(&dsdt, "DEV0\xa3\xa3\xa3\xa3\xa3");
		put_device("DEV1");
		ck_assert_int_eq(load(&dsdt), 0);
		ck_assert(has("\\DEV0"));
		ck_assert(has("\\DEV1"));
	}
}
END_TEST

START_TEST(names_have_all_forms)
{
	begin();
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "AAAA");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "BBBB");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "^UP01");
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "^^UP02");
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "\\ABS0");
	builder_close(&dsdt);
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "\x2e"
		   "BBBBDUAL");
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "\\\x2f\x03"
		   "AAAABBBBMULT");
	builder_close(&dsdt);
	builder_close(&dsdt);
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "\\\0");
	put_device("ROOT");
	builder_close(&dsdt);
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\AAAA.BBBB"));
	ck_assert(has("\\AAAA.UP01"));
	ck_assert(has("\\UP02"));
	ck_assert(has("\\ABS0"));
	ck_assert(has("\\AAAA.BBBB.DUAL"));
	ck_assert(has("\\AAAA.BBBB.MULT"));
	ck_assert(has("\\ROOT"));
	ck_assert_uint_eq(count_devices(), 8);
}
END_TEST

START_TEST(single_segments_are_searched_upward)
{
	begin();
	put_device("FIND");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "AAAA");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "BBBB");
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "FIND");
	put_device("SUB0");
	builder_close(&dsdt);
	/* two segments are not searched */
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "\x2e"
		   "FINDSUB0");
	put_device("SUB1");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\FIND.SUB0"));
	ck_assert(!has("\\FIND.SUB0.SUB1"));
	ck_assert(has("\\AAAA.BBBB.FIND.SUB0.SUB1"));
	ck_assert_uint_eq(device.flags, AML_ORPHAN);
}
END_TEST

START_TEST(other_tables_add_to_devices)
{
	begin();
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "\\_SB_");
	put_device("PCI0");
	ck_assert_int_eq(load(&dsdt), 0);
	OPEN(&ssdt, SCOPE);
	PUT(&ssdt, "\\\x2e_SB_PCI0");
	PUT(&ssdt, HID_PNP0501);
	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "COM1");
	ck_assert_int_eq(load(&ssdt), 0);
	ck_assert(has("\\_SB_.PCI0"));
	ck_assert_uint_eq(device.table, 0);
	ck_assert_uint_eq(device.hid.integer, 0x0105d041);
	ck_assert(has("\\_SB_.PCI0.COM1"));
	ck_assert_uint_eq(device.table, 1);
}
END_TEST

START_TEST(orphans_are_flagged_until_declared)
{
	begin();
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "\\\x2e_SB_GONE");
	put_device("DEV0");
	builder_close(&dsdt);
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(!has("\\_SB_.GONE"));
	ck_assert(has("\\_SB_.GONE.DEV0"));
	ck_assert_uint_eq(device.flags, AML_ORPHAN);

	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "\\\x2e_SB_GONE");
	ck_assert_int_eq(load(&ssdt), 0);
	ck_assert(has("\\_SB_.GONE"));
	ck_assert_uint_eq(device.flags, 0);
}
END_TEST

START_TEST(the_first_of_two_devices_counts)
{
	begin();
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0\x08_STA\x0a\x0f");
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0\x08_STA\x00\x08_UID\x01");
	put_device("SUB0");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\DEV0"));
	ck_assert_uint_eq(device.flags, AML_DUPLICATE);
	ck_assert_uint_eq(device.sta.integer, 0x0f);
	ck_assert_int_eq(device.uid.type, AML_ABSENT);
	ck_assert(has("\\DEV0.SUB0"));
	ck_assert_uint_eq(device.flags, AML_DUPLICATE);
}
END_TEST

START_TEST(a_name_that_is_taken_makes_no_device)
{
	begin();
	PUT(&dsdt, "\x08TAKE\x01");
	put_device("TAKE");
	OPEN(&dsdt, "\x5b\x81"); /* Field */
	PUT(&dsdt, "RGN0\x01"
		   "FLD0\x08");
	builder_close(&dsdt);
	put_device("FLD0");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert_uint_eq(count_devices(), 0);
}
END_TEST

START_TEST(branches_are_conditional)
{
	begin();
	OPEN(&dsdt, "\x5b\x81");
	PUT(&dsdt, "RGN0\x01"
		   "SCFG\x08");
	builder_close(&dsdt);
	OPEN(&dsdt, IF);
	PUT(&dsdt, "\x94SCFG\0"); /* LGreater (SCFG, Zero) */
	put_device("DEV0");
	builder_close(&dsdt);
	OPEN(&dsdt, ELSE);
	put_device("DEV1");
	builder_close(&dsdt);
	OPEN(&dsdt, WHILE);
	PUT(&dsdt, "\x01");
	put_device("DEV2");
	builder_close(&dsdt);
	OPEN(&dsdt, SCOPE);
	PUT(&dsdt, "DEV1");
	put_device("SUB1");
	builder_close(&dsdt);
	put_device("DEV3");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\DEV0"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert(has("\\DEV1"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert(has("\\DEV2"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert(has("\\DEV1.SUB1"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert(has("\\DEV3"));
	ck_assert_uint_eq(device.flags, 0);
}
END_TEST

/* If (SCFG) { Name (_STA, 1) } Else { Name (_STA, 2) } */
START_TEST(the_branch_of_zero_fields_is_shown)
{
	begin();
	OPEN(&dsdt, "\x5b\x81");
	PUT(&dsdt, "RGN0\x01"
		   "SCFG\x08");
	builder_close(&dsdt);
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0");
	OPEN(&dsdt, IF);
	PUT(&dsdt, "SCFG\x08_STA\x01\x08_UID\x01");
	builder_close(&dsdt);
	OPEN(&dsdt, ELSE);
	PUT(&dsdt, "\x08_STA\x0a\x02");
	builder_close(&dsdt);
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\DEV0"));
	ck_assert_uint_eq(device.flags, AML_CONDITIONAL);
	ck_assert_uint_eq(device.sta.integer, 2);
	ck_assert_int_eq(device.uid.type, AML_ABSENT);
}
END_TEST

START_TEST(conditions_are_computed)
{
	static const struct {
		const char *condition;
		size_t length;
		bool is_true;
	} cases[] = {
		{"\x01", 1, true},
		{"\x00", 1, false},
		{"\x92\x00", 2, true},
		{"\x93\x0a\x05INT5", 7, true},
		{"\x95\x0a\x05INT5", 7, false},
		{"\x90\x01\x91\x00\x01", 5, true},
		{"\x7b\x0a\x06\x0a\x02\x00", 6, true},
		{"\x93\x79\x01\x0a\x03\x00\x0a\x08", 8, true},
		{"\x93\x7a\x0a\x08\x0a\x40\x00\x00", 8, true},
		{"\x93\x74\x0a\x08\x0a\x08\x00\x00", 8, true},
		{"\x5b\x12INT5\x00", 7, true},
		{"\x5b\x12NONE\x00", 7, false},
		{"\x93MET2\x01\x0a\x09\x0a\x07", 10, true}, /* MET2 (1, 9) == 7 */
		{"\x93MET0\x01", 6, true},
		{"_OSI\x0dWindows 2015\0", 18, true},
		{"_OSI\x0dLinux\0", 11, false},
		{"\x93NONE\x00", 6, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		PUT(&dsdt, "\x08INT5\x0a\x05");
		OPEN(&dsdt, METHOD);
		PUT(&dsdt, "MET2\x02\xa4\x0a\x07");
		builder_close(&dsdt);
		OPEN(&dsdt, METHOD);
		PUT(&dsdt, "MET0\x00\xa4\x01");
		builder_close(&dsdt);
		OPEN(&dsdt, DEVICE);
		PUT(&dsdt, "DEV0");
		OPEN(&dsdt, IF);
		builder_put(&dsdt, cases[i].condition, cases[i].length);
		PUT(&dsdt, "\x08_STA\x01");
		builder_close(&dsdt);
		ck_assert_int_eq(load(&dsdt), 0);
		ck_assert(has("\\DEV0"));
		ck_assert_msg((device.sta.type == AML_INTEGER) == cases[i].is_true, "case %zu", i);
	}
}
END_TEST

START_TEST(methods_hide_their_devices)
{
	begin();
	OPEN(&dsdt, METHOD);
	PUT(&dsdt, "MET0\0");
	put_device("HIDE");
	builder_close(&dsdt);
	put_device("DEV0");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert_uint_eq(count_devices(), 1);
}
END_TEST

START_TEST(writes_in_methods_are_patches)
{
	static const char *const statements[] = {
		"\x70\x01_STA",             /* Store (One, _STA) */
		"\x70MET2\x01\x01_STA",     /* Store (MET2 (One, One), _STA) */
		"\x72\x01\x01_STA",         /* Add (One, One, _STA) */
		"\x75_STA",                 /* Increment (_STA) */
		"\x9d\x01_STA",             /* CopyObject (One, _STA) */
		"\x8a_STA\x01ZLD0",         /* CreateDWordField (_STA, 1, FLD0) */
		"\xa0\x08\x01\x70\x01_STA", /* If (One) { Store (One, _STA) } */
		"\x70_STA\x60",             /* Store (_STA, Local0): no write */
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		bool is_write = i != sizeof(statements) / sizeof(statements[0]) - 1;

		begin();
		OPEN(&dsdt, DEVICE);
		PUT(&dsdt, "DEV0\x08_STA\x0a\x0f");
		OPEN(&dsdt, METHOD);
		PUT(&dsdt, "_INI\0");
		builder_put(&dsdt, statements[i], strlen(statements[i]));
		builder_close(&dsdt);
		builder_close(&dsdt);
		/* declared behind the method that calls it */
		OPEN(&dsdt, METHOD);
		PUT(&dsdt, "MET2\x02\xa4\x01");
		ck_assert_int_eq(load(&dsdt), 0);
		ck_assert(has("\\DEV0"));
		ck_assert_uint_eq(device.sta.integer, 0x0f);
		ck_assert_msg(device.flags == (is_write ? AML_PATCHED : 0), "case %zu", i);
		ck_assert(device.sta.is_patched == is_write);
	}
}
END_TEST

START_TEST(aliases_are_objects_of_their_own)
{
	begin();
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV0\x08_STA\x0a\x0f");
	OPEN(&dsdt, METHOD);
	PUT(&dsdt, "_CRS\0\xa4\0");
	builder_close(&dsdt);
	builder_close(&dsdt);
	PUT(&dsdt, "\x06"
		   "DEV0DEV1");
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "DEV2\x06\\\x2e"
		   "DEV0_STA_STA\x06\\\x2e"
		   "DEV0_CRS_CRS");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(!has("\\DEV1"));
	ck_assert(has("\\DEV2"));
	ck_assert_int_eq(device.sta.type, AML_ALIAS);
	ck_assert_int_eq(device.crs.type, AML_METHOD_ALIAS);
}
END_TEST

/* Statements whose raw operands look like opcodes. */
START_TEST(operands_are_not_opcodes)
{
	begin();
	OPEN(&dsdt, IF);
	PUT(&dsdt, "\x01\x5b\x23MTX0\x10\x14");             /* Acquire (MTX0, 0x1410) */
	PUT(&dsdt, "\x89PKG0\x04\x0a\x10\x02\x0a\x14\x00"); /* Match */
	PUT(&dsdt, "\x5b\x32\x10\x14\x10\x14\x10\x01");     /* Fatal */
	builder_close(&dsdt);
	PUT(&dsdt, "\x5b\x80RGN0\x10\x72\x0a\x10\x0a\x14\0\x0a\x10"); /* OperationRegion */
	OPEN(&dsdt, "\x5b\x81");
	PUT(&dsdt, "RGN0\x10"
		   "\0\x48\x10"
		   "\x01\x10\x14"
		   "\x03\x10\x14\x10"
		   "\x02\x11\x05\x0a\x02"
		   "AB"
		   "\x02I2C0"
		   "FLD0\x4a\x14");
	builder_close(&dsdt);
	OPEN(&dsdt, "\x5b\x87"); /* BankField with a computed bank */
	PUT(&dsdt, "RGN0FLD0\x72\x01\x0a\x10\0\x14"
		   "BNK0\x08");
	builder_close(&dsdt);
	OPEN(&dsdt, "\x5b\x86");
	PUT(&dsdt, "FLD0FLD0\x10IDX0\x08");
	builder_close(&dsdt);
	OPEN(&dsdt, "\x5b\x83"); /* Processor */
	PUT(&dsdt, "CPU0\x10\x14\x10\x14\x10\x06");
	builder_close(&dsdt);
	PUT(&dsdt, "\x5b\x01MTX0\x10\x5b\x02"
		   "EVT0\x15"
		   "EXT0\x10\x07");
	PUT(&dsdt, "\x08STR0\x0d\x10\x14\x5b\x82\0");
	put_device("DEV0");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert_uint_eq(count_devices(), 1);
	ck_assert(has("\\DEV0"));
	ck_assert_uint_eq(device.flags, 0);
}
END_TEST

/* \AAAA { NONE (); } \BBBB: the kernel finds \AAAA.BBBB. */
START_TEST(an_unknown_name_loses_the_scope)
{
	begin();
	OPEN(&dsdt, DEVICE);
	PUT(&dsdt, "AAAA\x70NONE\x60");
	builder_close(&dsdt);
	put_device("BBBB");
	ck_assert_int_eq(load(&dsdt), 0);
	ck_assert(has("\\AAAA.BBBB"));

	/* the next table begins at the root again */
	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "CCCC");
	ck_assert_int_eq(load(&ssdt), 0);
	ck_assert(has("\\CCCC"));
}
END_TEST

START_TEST(an_unknown_name_is_believed_only_of_whole_sets)
{
	begin();
	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "AAAA\x70NONE\x60");
	builder_close(&ssdt);
	OPEN(&ssdt, DEVICE);
	PUT(&ssdt, "BBBB");
	ck_assert_int_eq(load(&ssdt), 0);
	ck_assert(has("\\BBBB"));
}
END_TEST

UNIT_MAIN("acpi_aml", attributes_are_found, integers_have_the_width_of_the_dsdt,
	packages_give_integers_strings_and_names, buffers_are_located_behind_their_size,
	package_lengths_have_four_forms, names_have_all_forms, single_segments_are_searched_upward,
	other_tables_add_to_devices, orphans_are_flagged_until_declared,
	the_first_of_two_devices_counts, a_name_that_is_taken_makes_no_device,
	branches_are_conditional, the_branch_of_zero_fields_is_shown, conditions_are_computed,
	methods_hide_their_devices, writes_in_methods_are_patches, aliases_are_objects_of_their_own,
	operands_are_not_opcodes, an_unknown_name_loses_the_scope,
	an_unknown_name_is_believed_only_of_whole_sets)
