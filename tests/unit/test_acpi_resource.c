/* SPDX-License-Identifier: MIT */
#include "acpi/eisa_id.h"
#include "acpi/resource.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct resources resources;

/* "io irqs" of the bytes, as a device line shows them. */
static const char *shown(const char *bytes, size_t length)
{
	static char line[4096];
	struct text text;

	resource_parse((const uint8_t *)bytes, length, &resources);
	text_init(&text, line, sizeof(line));
	resource_format_io(&resources, &text);
	text_append_char(&text, ' ');
	resource_format_irqs(&resources, &text);
	return line;
}

#define ck_assert_shown(bytes, expected) ck_assert_str_eq(shown(bytes, sizeof(bytes) - 1), expected)

#define END "\x79\x00"
#define IO_3F8 "\x47\x01\xf8\x03\xf8\x03\x01\x08"

START_TEST(small_items)
{
	ck_assert_shown(IO_3F8 "\x22\x10\x00" END, "0x3f8-0x3f8/0x8 4");
	ck_assert_shown("\x23\x18\x80\x01" END, "- 3,4,15");
	ck_assert_shown("\x4b\x70\x00\x02" END, "0x70-0x70/0x2 -");
	ck_assert_shown("\x30" IO_3F8 "\x38"
			"\x2a\x04\x00" END,
		"0x3f8-0x3f8/0x8 -");
	ck_assert_shown("\x47\x01\xff\xff\x00\x00\x00\x00" END, "0xffff-0x0/0x0 -");
	ck_assert(resources.has_end_tag);
}
END_TEST

START_TEST(large_items)
{
	ck_assert_shown("\x89\x06\x00\x09\x01\x10\x00\x00\x00" END, "- x:16");
	ck_assert_shown("\x89\x0a\x00\x09\x02\x04\x00\x00\x00\xe8\x03\x00\x00" END, "- x:4,x:1000");
	ck_assert_shown("\x88\x0d\x00\x01\x0c\x03\0\0\x00\x0d\xff\xff\0\0\x00\xf3" END,
		"w:0xd00-0xffff/0xf300 -");
	ck_assert_shown(
		"\x87\x17\x00\x01\x0c\x03\0\0\0\0\0\x10\0\0\xff\x1f\0\0\0\0\0\0\0\x10\0\0" END,
		"d:0x1000-0x1fff/0x1000 -");
	ck_assert_shown("\x8a\x2b\x00\x01\x0c\x03\0\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0"
			"\xff\x2f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0" END,
		"q:0x2000-0x2fff/0x1000 -");
	ck_assert_shown(
		"\x8b\x35\x00\x01\x0c\x03\x01\0\0\0\0\0\0\0\0\0\0\x30\0\0\0\0\0\0"
		"\xff\x3f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0" END,
		"q:0x3000-0x3fff/0x1000 -");
	/* memory and bus numbers are no I/O; vendor data is skipped */
	ck_assert_shown(
		"\x88\x0d\x00\x02\x0c\x00\0\0\0\0\xff\0\0\0\0\1" IO_3F8 END, "0x3f8-0x3f8/0x8 -");
	ck_assert_shown("\x84\x03\x00\x47\x01\xf8" IO_3F8 END, "0x3f8-0x3f8/0x8 -");
	ck_assert_shown("\x89\x00\x00" END, "- -");
}
END_TEST

START_TEST(cut_items_end_the_list)
{
	ck_assert_shown(IO_3F8 "\x47\x01\xf8", "0x3f8-0x3f8/0x8 -");
	ck_assert(!resources.has_end_tag);
	ck_assert_shown("\x89\x06", "- -");
	ck_assert_shown("\x89\xff\xff\x00\x01", "- -");
	/* more interrupts than there is room for */
	ck_assert_shown("\x89\x06\x00\x01\xff\x04\x00\x00\x00" END, "- x:4");
	ck_assert_shown("", "- -");
	/* nothing counts behind the end */
	ck_assert_shown(END IO_3F8, "- -");
}
END_TEST

START_TEST(lists_are_bounded)
{
	char bytes[8 * (RESOURCE_IO_MAX + 10)];

	for (size_t i = 0; i < sizeof(bytes); i += 8)
		memcpy(bytes + i, IO_3F8, 8);
	resource_parse((const uint8_t *)bytes, sizeof(bytes), &resources);
	ck_assert_uint_eq(resources.io_count, RESOURCE_IO_MAX);
	ck_assert_uint_eq(resources.dropped, 10);
}
END_TEST

START_TEST(eisa_ids)
{
	static const struct {
		uint64_t value;
		const char *id;
	} cases[] = {
		{0x0105d041, "PNP0501"}, {0x080ad041, "PNP0A08"}, {0x0fcad041, "PNPCA0F"},
		{0xffffffff0105d041, "PNP0501"}, {0x6807af4d, "SMO0768"}, {0, "0x0"}, {1, "0x1"},
		{0xffffffff, "0xffffffff"}, {0x0105d0c1, "0x105d0c1"}, /* top bit */
		{0x01051040, "0x1051040"},                             /* a letter that is none */
	};
	char id[EISA_ID_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		eisa_id_format(cases[i].value, id);
		ck_assert_str_eq(id, cases[i].id);
	}
}
END_TEST

UNIT_MAIN("acpi_resource", small_items, large_items, cut_items_end_the_list, lists_are_bounded,
	eisa_ids)
