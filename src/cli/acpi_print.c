/* SPDX-License-Identifier: MIT */
#include "cli/acpi_print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/eisa_id.h"
#include "acpi/resource.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/acpi_list.h"
#include "cli/input.h"

/* ---- standard error ---- */

void acpi_complain(const struct acpi_file *file, const char *format, ...)
{
	va_list arguments;
	char why[512];

	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	input_complain("acpi", file->name, why);
}

void acpi_complain_problems(const struct aml_namespace *space, const struct acpi_set *set)
{
	for (uint32_t i = 0; i < space->problem_count && i < AML_PROBLEMS_MAX; i++) {
		const struct aml_problem *problem = &space->problems[i];
		const struct acpi_file *file = acpi_set_find(set, problem->table);
		char path[AML_PATH_SIZE];

		aml_path(space, problem->scope, path, sizeof(path));
		if (file)
			acpi_complain(file, "stopped in %s at byte 0x%x: %s", path,
				problem->offset_bytes, aml_reason_texts[problem->reason]);
	}
	if (space->problem_count > AML_PROBLEMS_MAX)
		fprintf(stderr, "bootprobe acpi: %u more problems\n",
			space->problem_count - AML_PROBLEMS_MAX);
}

/* ---- lines ---- */

static void print_string(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
			putchar(bytes[i]);
		else
			printf("\\x%02x", bytes[i]);
	}
}

static void print_id(const struct aml_value *value)
{
	char id[EISA_ID_SIZE];

	if (value->type == AML_ABSENT) {
		putchar('-');
	} else if (value->type == AML_STRING) {
		print_string(value->bytes, value->length_bytes);
	} else if (value->type == AML_INTEGER) {
		eisa_id_format(value->integer, id);
		fputs(id, stdout);
	} else {
		printf("@%s", aml_type_names[value->type]);
	}
}

static void print_cids(const struct aml_namespace *space, const struct aml_value *value)
{
	struct aml_value package = *value, element;
	const char *separator = "";

	if (value->type != AML_PACKAGE) {
		print_id(value);
		return;
	}
	while (aml_package_next(space, &package, &element)) {
		fputs(separator, stdout);
		print_id(&element);
		separator = ",";
	}
}

static void print_sta(const struct aml_value *value)
{
	if (value->type == AML_ABSENT)
		putchar('-');
	else if (value->type == AML_INTEGER)
		printf("0x%02llx", (unsigned long long)value->integer);
	else
		printf("@%s", aml_type_names[value->type]);
}

static void print_crs(const struct aml_value *value)
{
	static struct resources resources;
	static char line[32768];
	struct text text;

	if (value->type != AML_BUFFER) {
		if (value->type == AML_ABSENT)
			fputs("-\t-\t-", stdout);
		else
			printf("@%s\t-\t-", aml_type_names[value->type]);
		return;
	}
	resource_parse(value->bytes, value->length_bytes, &resources);
	text_init(&text, line, sizeof(line));
	resource_format_io(&resources, &text);
	text_append_char(&text, '\t');
	resource_format_irqs(&resources, &text);
	printf("const\t%s", line);
}

static void print_flags(uint8_t flags)
{
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_SIZE(acpi_flag_names); i++) {
		if (!(flags >> i & 1))
			continue;
		printf("%s%s", separator, acpi_flag_names[i]);
		separator = ",";
	}
	if (!flags)
		putchar('-');
}

static void print_line(const struct aml_namespace *space, const struct aml_device *device)
{
	fputs(device->path, stdout);
	putchar('\t');
	print_id(&device->hid);
	putchar('\t');
	print_cids(space, &device->cid);
	putchar('\t');
	print_sta(&device->sta);
	putchar('\t');
	print_crs(&device->crs);
	putchar('\t');
	print_flags(device->flags);
	putchar('\n');
}

int acpi_print_lines(const struct aml_namespace *space)
{
	_cleanup_free_ struct acpi_entry *entries = NULL;
	size_t count;
	int result = acpi_list_devices(space, &entries, &count);

	for (size_t i = 0; result == 0 && i < count; i++) {
		struct aml_device device;
		uint32_t cursor = entries[i].node;

		if (aml_device_next(space, &cursor, &device))
			print_line(space, &device);
	}
	if (fflush(stdout) < 0)
		return -errno;
	return result;
}
