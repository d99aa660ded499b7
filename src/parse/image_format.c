/* SPDX-License-Identifier: MIT */
#include "parse/image_format.h"

#include "base/text.h"
#include "base/unaligned.h"

#include <string.h>

static void refuse(struct image_format *format, const char *why)
{
	format->driver = NULL;
	format->refusal = why;
}

/* ------------------------------------------------------------------------------------ qcow2 */

enum {
	QCOW2_HEADER_V2 = 72,
	QCOW2_HEADER_V3 = 104,
};

static const uint32_t QCOW2_EXTENSION_END = 0, QCOW2_EXTENSION_BACKING_FORMAT = 0xe2792aca;
static const uint64_t QCOW2_EXTERNAL_DATA = 1 << 2;

static void qcow2_backing(const uint8_t *head, size_t length, struct image_format *format)
{
	uint64_t offset = get_be(head + 8, 8), size = get_be(head + 16, 4);

	if (!offset)
		return;
	if (!size || size >= sizeof(format->backing) || offset > length || size > length - offset ||
		memchr(head + offset, 0, (size_t)size)) {
		refuse(format, "is a qcow2 that names a backing file in no sensible way");
		return;
	}
	(void)text_copy_bytes(format->backing, sizeof(format->backing), (const char *)head + offset,
		(size_t)size);
}

static void qcow2_extensions(
	const uint8_t *head, size_t length, size_t offset, struct image_format *format)
{
	while (offset <= length && length - offset >= 8) {
		uint64_t type = get_be(head + offset, 4);
		uint64_t size = get_be(head + offset + 4, 4);

		offset += 8;
		if (type == QCOW2_EXTENSION_END || size > length - offset)
			return;
		if (type == QCOW2_EXTENSION_BACKING_FORMAT)
			(void)text_copy_bytes(format->backing_driver,
				sizeof(format->backing_driver), (const char *)head + offset,
				(size_t)size);
		offset += (size_t)(size + 7) / 8 * 8;
	}
}

/* How far the two tables reach by which all else is found. What overflows is no length. */
static uint64_t qcow2_least_bytes(const uint8_t *head)
{
	uint64_t table_at = get_be(head + 40, 8), table_bytes = get_be(head + 36, 4) * 8;
	uint64_t counts_at = get_be(head + 48, 8);
	uint64_t table_end = table_at + table_bytes;

	if (table_end < table_at)
		return UINT64_MAX;
	return table_end > counts_at ? table_end : counts_at;
}

static void qcow2_parse(const uint8_t *head, size_t length, struct image_format *format)
{
	uint64_t version, header_size = QCOW2_HEADER_V2;

	if (length < QCOW2_HEADER_V3) {
		refuse(format, "is a qcow2 without a whole header");
		return;
	}
	version = get_be(head + 4, 4);
	if (version == 3)
		header_size = get_be(head + 100, 4);
	else if (version != 2)
		refuse(format, "is a qcow of a version other than 2 and 3");
	if (version == 3 && get_be(head + 72, 8) & QCOW2_EXTERNAL_DATA)
		refuse(format, "is a qcow2 that keeps its data in another file");
	if (get_be(head + 32, 4))
		refuse(format, "is an encrypted qcow2");
	if (!format->driver)
		return;
	format->least_bytes = qcow2_least_bytes(head);
	qcow2_backing(head, length, format);
	if (header_size <= length)
		qcow2_extensions(head, length, (size_t)header_size, format);
}

/* ------------------------------------------------------------------------------------- vmdk */

/* The text inside of a VMDK has its place whatever the header says of it (QEMU, block/vmdk.c:
 * vmdk_open), and may name the files of which the disk is made, and one behind all that. */
static void vmdk_parse(const uint8_t *head, size_t length, struct image_format *format)
{
	enum { TEXT_AT = 512, TEXT_SIZE = 20 * 512 };
	static const char PARENT[] = "parentFileNameHint";

	if (length < TEXT_AT) {
		refuse(format, "is a VMDK without a whole header");
		return;
	}
	if (!get_le64(head + 12))
		refuse(format, "is a VMDK whose content is in other files: give one of those");
	if (length > TEXT_AT + TEXT_SIZE)
		length = TEXT_AT + TEXT_SIZE;
	if (memmem(head + TEXT_AT, length - TEXT_AT, PARENT, sizeof(PARENT) - 1))
		refuse(format, "is a VMDK that holds changes to another one");
}

/* -------------------------------------------------------------------------------------- all */

static const struct row {
	size_t offset, size;
	const char *magic;
	const char *driver;
	const char *refusal;
	void (*parse)(const uint8_t *head, size_t length, struct image_format *format);
} ROWS[] = {
	{0, 4, "QFI\xfb", "qcow2", NULL, qcow2_parse},
	{0, 4, "KDMV", "vmdk", NULL, vmdk_parse},
	{0, 21, "# Disk DescriptorFile", NULL,
		"is the description of a VMDK, whose content is in other files: give one of those",
		NULL},
	{0, 4, "COWD", NULL, "is a VMDK of ESX's old kind", NULL},
	{64, 4, "\x7f\x10\xda\xbe", "vdi", NULL, NULL},
	{0, 8, "vhdxfile", "vhdx", NULL, NULL},
	{0, 8, "conectix", "vpc", NULL, NULL},
	{0, 4, "QED", NULL, "is a QED image", NULL},
	{0, 16, "WithoutFreeSpace", NULL, "is a Parallels image", NULL},
	{0, 16, "WithouFreSpacExt", NULL, "is a Parallels image", NULL},
	{0, 3, "\x1f\x8b\x08", NULL, "is compressed: run gunzip first", NULL},
	{0, 6,
		"\xfd"
		"7zXZ",
		NULL, "is compressed: run unxz first", NULL},
	{0, 4, "\x28\xb5\x2f\xfd", NULL, "is compressed: run unzstd first", NULL},
	{0, 3, "BZh", NULL, "is compressed: run bunzip2 first", NULL},
	{0, 4, "PK\x03\x04", NULL, "is a zip archive: unpack it first", NULL},
};

void image_format_parse(const uint8_t *head, size_t length, struct image_format *ret_format)
{
	*ret_format = (struct image_format){.driver = "raw"};
	for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
		const struct row *row = &ROWS[i];

		if (length < row->offset + row->size ||
			memcmp(head + row->offset, row->magic, row->size) != 0)
			continue;
		ret_format->driver = row->driver;
		ret_format->refusal = row->refusal;
		if (row->parse)
			row->parse(head, length, ret_format);
		return;
	}
}
