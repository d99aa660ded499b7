/* SPDX-License-Identifier: MIT */
/*
 * One namespace, a DSDT and an SSDT for the tests of a file.
 */
#ifndef TESTS_UNIT_AML_MACHINE_H
#define TESTS_UNIT_AML_MACHINE_H

#include "acpi/aml.h"
#include "aml_builder.h"

#define PNP0501 "\x0c\x41\xd0\x05\x01"
#define HID_PNP0501 "\x08_HID" PNP0501
#define DEVICE "\x5b\x82"
#define SCOPE "\x10"
#define METHOD "\x14"
#define IF "\xa0"
#define ELSE "\xa1"
#define WHILE "\xa2"

static struct aml_namespace space;
static struct builder dsdt, ssdt;
static struct aml_device device;

static inline void begin(void)
{
	aml_init(&space);
	builder_begin(&dsdt, "DSDT", 2);
	builder_begin(&ssdt, "SSDT", 2);
}

static inline int load(struct builder *builder)
{
	int result;

	while (builder->depth)
		builder_close(builder);
	builder_end(builder);
	result = aml_load(&space, builder->bytes, builder->length, false);
	aml_find_patches(&space);
	return result;
}

/* Whether a device of that path is there; it is left in device. */
static inline bool has(const char *path)
{
	uint32_t cursor = 0;

	while (aml_device_next(&space, &cursor, &device))
		if (strcmp(device.path, path) == 0)
			return true;
	return false;
}

static inline unsigned count_devices(void)
{
	uint32_t cursor = 0;
	unsigned count = 0;

	while (aml_device_next(&space, &cursor, &device))
		count++;
	return count;
}

/* An empty device of that name in the block that is open. */
static inline void put_device(const char *name)
{
	OPEN(&dsdt, DEVICE);
	builder_put(&dsdt, name, 4);
	builder_close(&dsdt);
}

#endif
