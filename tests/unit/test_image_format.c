/* SPDX-License-Identifier: MIT */
#include "parse/image_format.h"
#include "unit.h"

#include <string.h>

static uint8_t head[IMAGE_HEAD_SIZE];
static struct image_format format;

static void put_be(size_t at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		head[at + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static void parse(size_t length)
{
	image_format_parse(head, length, &format);
}

/* A header of docs/interop/qcow2.txt; its extensions begin behind it. */
static void qcow2_make(unsigned version)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "QFI\xfb", 4);
	put_be(4, version, 4);
	put_be(20, 16, 4);
	put_be(24, 64 << 20, 8);
	put_be(36, 1, 4);
	put_be(40, 196608, 8);
	put_be(48, 65536, 8);
	put_be(100, 104, 4);
}

static void backing_write(uint64_t at, const char *name)
{
	put_be(8, at, 8);
	put_be(16, strlen(name), 4);
	memcpy(head + at, name, strlen(name));
}

START_TEST(magics)
{
	static const struct {
		size_t at;
		const char *magic;
		size_t size;
		const char *driver;
	} CASES[] = {
		{64, "\x7f\x10\xda\xbe", 4, "vdi"},
		{0, "vhdxfile", 8, "vhdx"},
		{0, "conectix", 8, "vpc"},
		{0, "QED\0", 4, NULL},
		{0, "COWD", 4, NULL},
		{0, "\x1f\x8b\x08", 3, NULL},
		{0, "BZh9", 4, NULL},
		{0, "LUKS\xba\xbe", 6, "raw"},
		{0, "QFI", 3, "raw"},
		{0, "", 0, "raw"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		memset(head, 0, sizeof(head));
		memcpy(head + CASES[i].at, CASES[i].magic, CASES[i].size);
		parse(sizeof(head));
		ck_assert_pstr_eq(format.driver, CASES[i].driver);
		ck_assert_int_eq(format.refusal == NULL, CASES[i].driver != NULL);
	}
	parse(0);
	ck_assert_str_eq(format.driver, "raw");
}
END_TEST

START_TEST(qcow2)
{
	qcow2_make(3);
	parse(sizeof(head));
	ck_assert_str_eq(format.driver, "qcow2");
	ck_assert_str_eq(format.backing, "");
	ck_assert_uint_eq(format.least_bytes, 196616);
	put_be(40, UINT64_MAX - 3, 8);
	parse(sizeof(head));
	ck_assert_uint_eq(format.least_bytes, UINT64_MAX);
	parse(103);
	ck_assert_ptr_null(format.driver);
	qcow2_make(2);
	put_be(72, 4, 8);
	parse(sizeof(head));
	ck_assert_str_eq(format.driver, "qcow2");
	for (unsigned version = 0; version < 6; version++) {
		qcow2_make(version);
		parse(sizeof(head));
		ck_assert_int_eq(format.driver != NULL, version == 2 || version == 3);
	}
}
END_TEST

START_TEST(qcow2_of_other_files)
{
	qcow2_make(3);
	backing_write(1000, "../base.qcow2");
	put_be(104, 0x12345678, 4);
	put_be(108, 3, 4);
	put_be(120, 0xe2792aca, 4);
	put_be(124, 5, 4);
	memcpy(head + 128, "qcow2", 5);
	parse(sizeof(head));
	ck_assert_str_eq(format.driver, "qcow2");
	ck_assert_str_eq(format.backing, "../base.qcow2");
	ck_assert_str_eq(format.backing_driver, "qcow2");
	put_be(72, 4, 8);
	parse(sizeof(head));
	ck_assert_ptr_null(format.driver);
	qcow2_make(3);
	put_be(32, 2, 4);
	parse(sizeof(head));
	ck_assert_ptr_null(format.driver);
}
END_TEST

START_TEST(qcow2_that_lies)
{
	static const struct {
		uint64_t at, size;
	} CASES[] = {{IMAGE_HEAD_SIZE - 5, 6}, {IMAGE_HEAD_SIZE + 1, 1}, {UINT64_MAX, 10},
		{1000, IMAGE_BACKING_MAX}, {1000, UINT32_MAX}, {1000, 0}, {104, 100}};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		qcow2_make(3);
		memset(head + 1000, 'x', 4000);
		put_be(8, CASES[i].at, 8);
		put_be(16, CASES[i].size, 4);
		parse(sizeof(head));
		ck_assert_ptr_null(format.driver);
		ck_assert_ptr_nonnull(format.refusal);
	}
	/* Extensions that lead out of the file end the search. */
	qcow2_make(3);
	put_be(104, 0xe2792aca, 4);
	put_be(108, UINT32_MAX, 4);
	parse(sizeof(head));
	ck_assert_str_eq(format.backing_driver, "");
	put_be(100, UINT32_MAX, 4);
	parse(sizeof(head));
	ck_assert_str_eq(format.driver, "qcow2");
}
END_TEST

START_TEST(vmdk)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "KDMV", 4);
	head[12] = 1;
	parse(sizeof(head));
	ck_assert_str_eq(format.driver, "vmdk");
	memcpy(head + 5000, "parentFileNameHint=\"/etc/shadow\"", 32);
	parse(sizeof(head));
	ck_assert_ptr_null(format.driver);
	parse(100);
	ck_assert_ptr_null(format.driver);
	memset(head + 5000, 0, 32);
	head[12] = 0;
	parse(sizeof(head));
	ck_assert_ptr_null(format.driver);
	memcpy(head, "# Disk DescriptorFile\n", 22);
	parse(22);
	ck_assert_ptr_null(format.driver);
}
END_TEST

UNIT_MAIN("image_format", magics, qcow2, qcow2_of_other_files, qcow2_that_lies, vmdk)
