/* SPDX-License-Identifier: MIT */
/*
 * The input is one or more tables: a DSDT and what the lengths in the headers leave behind it.
 * Everything that reads out of a namespace is called, the fixed tables' parsers too.
 * Without libFuzzer, replay_main.c runs it over files.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/aml.h"
#include "acpi/eisa_id.h"
#include "acpi/resource.h"
#include "acpi/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct aml_namespace space;

static void read_value(const struct aml_value *value)
{
	static struct resources resources;
	static char line[65536];
	struct aml_value package = *value, element;
	char id[EISA_ID_SIZE];
	volatile uint8_t sum = 0;
	struct text text;

	for (uint32_t i = 0; i < value->length_bytes; i++)
		sum = (uint8_t)(sum + value->bytes[i]);
	if (value->type == AML_INTEGER)
		eisa_id_format(value->integer, id);
	if (value->type == AML_PACKAGE)
		while (aml_package_next(&space, &package, &element))
			sum = (uint8_t)(sum + element.length_bytes);
	if (value->type != AML_BUFFER)
		return;
	resource_parse(value->bytes, value->length_bytes, &resources);
	text_init(&text, line, sizeof(line));
	resource_format_io(&resources, &text);
	resource_format_irqs(&resources, &text);
}

static void read_devices(void)
{
	static struct aml_device device;
	uint32_t cursor = 0;

	/* the size of an input bounds the number of devices, not what a value refers to */
	for (int i = 0; i < 1000 && aml_device_next(&space, &cursor, &device); i++) {
		read_value(&device.hid);
		read_value(&device.cid);
		read_value(&device.sta);
		read_value(&device.crs);
		read_value(&device.uid);
		read_value(&device.adr);
		read_value(&device.ddn);
		if (strlen(device.path) >= sizeof(device.path))
			abort();
	}
}

static void read_fixed(const uint8_t *bytes, size_t length)
{
	static struct table_fadt fadt;
	static struct table_spcr spcr;
	static struct table_dbg2 dbg2;
	static struct table_mcfg mcfg;

	(void)table_parse_fadt(bytes, length, &fadt);
	(void)table_parse_spcr(bytes, length, &spcr);
	(void)table_parse_dbg2(bytes, length, &dbg2);
	(void)table_parse_mcfg(bytes, length, &mcfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table_header header;
	uint8_t *copies[8];
	size_t count = 0;

	aml_init(&space);
	while (count < sizeof(copies) / sizeof(copies[0]) &&
		table_parse_header(data, size, &header) == 0 && !header.is_length_absurd) {
		/* a copy of its own, so that a read behind its end is seen */
		copies[count] = malloc(header.length_bytes);
		if (!copies[count])
			break;
		memcpy(copies[count], data, header.length_bytes);
		read_fixed(copies[count], header.length_bytes);
		if (count % 2 == 0 || aml_is_plausible(&space, copies[count], header.length_bytes))
			(void)aml_load(&space, copies[count], header.length_bytes, count == 3);
		count++;
		data += header.length_bytes;
		size -= header.length_bytes;
	}
	aml_find_patches(&space);
	read_devices();
	while (count)
		free(copies[--count]);
	return 0;
}
