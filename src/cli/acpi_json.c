/* SPDX-License-Identifier: MIT */
/*
 * One object: {"tables": [...], "devices": [...], "problems": [...]}. Bytes of tables that are not
 * printable ASCII become \u00XX, so that the output is UTF-8 whatever they are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "acpi/eisa_id.h"
#include "acpi/resource.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/acpi_list.h"
#include "cli/acpi_print.h"

static void put_string(const void *bytes, size_t count)
{
	const unsigned char *c = bytes;

	putchar('"');
	for (; count--; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c >= 0x20 && *c < 0x7f)
			putchar(*c);
		else
			printf("\\u%04x", *c);
	}
	putchar('"');
}

/* "key": in front of a value; separator is "" for the first one of an object. */
static void put_key(const char *separator, const char *key)
{
	printf("%s\"%s\": ", separator, key);
}

static void put_text(const char *separator, const char *key, const char *value)
{
	put_key(separator, key);
	put_string(value, strlen(value));
}

static void put_number(const char *separator, const char *key, uint64_t value)
{
	put_key(separator, key);
	printf("%llu", (unsigned long long)value);
}

static void put_bool(const char *separator, const char *key, bool value)
{
	put_key(separator, key);
	fputs(value ? "true" : "false", stdout);
}

/* ---- devices ---- */

static void put_id(const struct aml_value *value)
{
	char id[32];

	if (value->type == AML_STRING) {
		put_string(value->bytes, value->length_bytes);
		return;
	}
	if (value->type == AML_INTEGER)
		eisa_id_format(value->integer, id);
	else
		(void)text_join(id, sizeof(id), "@", aml_type_names[value->type], NULL);
	put_string(id, strlen(id));
}

static void put_cids(const struct aml_namespace *space, const struct aml_value *value)
{
	struct aml_value package = *value, element;
	const char *separator = "";

	put_key(", ", "cids");
	putchar('[');
	if (value->type != AML_PACKAGE) {
		put_id(value);
	} else {
		while (aml_package_next(space, &package, &element)) {
			fputs(separator, stdout);
			put_id(&element);
			separator = ", ";
		}
	}
	putchar(']');
}

/* A constant as it is, a string or number; anything else as "@type". */
static void put_value(const char *key, const struct aml_value *value)
{
	if (value->type == AML_ABSENT)
		return;
	if (value->type == AML_INTEGER) {
		put_number(", ", key, value->integer);
	} else {
		put_key(", ", key);
		put_id(value);
	}
}

static void put_io(const struct resources *resources)
{
	static const char *const kinds[] = {[RESOURCE_IO] = "io",
		[RESOURCE_IO_WORD] = "word",
		[RESOURCE_IO_DWORD] = "dword",
		[RESOURCE_IO_QWORD] = "qword",
		[RESOURCE_IO_EXTENDED] = "extended"};

	put_key(", ", "io");
	putchar('[');
	for (uint32_t i = 0; i < resources->io_count; i++) {
		const struct resource_io *io = &resources->io[i];

		put_text(i ? ", {" : "{", "kind", kinds[io->kind]);
		put_number(", ", "minimum", io->minimum);
		put_number(", ", "maximum", io->maximum);
		put_number(", ", "length", io->length);
		putchar('}');
	}
	putchar(']');
}

static void put_irqs(const struct resources *resources)
{
	put_key(", ", "irqs");
	putchar('[');
	for (uint32_t i = 0; i < resources->irq_count; i++) {
		put_number(i ? ", {" : "{", "number", resources->irqs[i].number);
		put_bool(", ", "extended", resources->irqs[i].is_extended);
		putchar('}');
	}
	putchar(']');
}

static void put_crs(const struct aml_value *value)
{
	static struct resources resources;

	if (value->type != AML_BUFFER) {
		put_value("crs", value);
		return;
	}
	put_text(", ", "crs", "const");
	resource_parse(value->bytes, value->length_bytes, &resources);
	put_io(&resources);
	put_irqs(&resources);
}

static void put_flags(uint8_t flags)
{
	const char *separator = "";

	put_key(", ", "flags");
	putchar('[');
	for (size_t i = 0; i < ARRAY_SIZE(acpi_flag_names); i++) {
		if (!(flags >> i & 1))
			continue;
		printf("%s\"%s\"", separator, acpi_flag_names[i]);
		separator = ", ";
	}
	putchar(']');
}

static void put_device(const struct aml_namespace *space, const struct acpi_set *set,
	const struct aml_device *device)
{
	const struct acpi_file *file = acpi_set_find(set, device->table);

	put_text("{", "path", device->path);
	put_text(", ", "table", file ? file->name : "");
	if (device->hid.type != AML_ABSENT) {
		put_key(", ", "hid");
		put_id(&device->hid);
	}
	if (device->cid.type != AML_ABSENT)
		put_cids(space, &device->cid);
	put_value("sta", &device->sta);
	put_crs(&device->crs);
	put_value("uid", &device->uid);
	put_value("adr", &device->adr);
	put_value("ddn", &device->ddn);
	put_flags(device->flags);
	putchar('}');
}

static int put_devices(const struct aml_namespace *space, const struct acpi_set *set)
{
	_cleanup_free_ struct acpi_entry *entries = NULL;
	struct aml_device device;
	size_t count = 0;
	int result = acpi_list_devices(space, &entries, &count);

	put_key(",\n ", "devices");
	putchar('[');
	for (size_t i = 0; i < count; i++) {
		uint32_t cursor = entries[i].node;

		fputs(i ? ",\n  " : "\n  ", stdout);
		if (aml_device_next(space, &cursor, &device))
			put_device(space, set, &device);
	}
	fputs("]", stdout);
	return result;
}

/* ---- tables and problems ---- */

/* The FACS is no such table but for its first 8 bytes (ACPI 6.5, section 5.2.10). */
static bool has_whole_header(const struct acpi_file *file)
{
	return file->has_header && strcmp(file->header.signature, "FACS") != 0;
}

static void put_table(const struct acpi_file *file)
{
	const struct table_header *header = &file->header;

	put_text("{", "file", file->name);
	put_number(", ", "file_length_bytes", file->length_bytes);
	if (file->has_header)
		put_text(", ", "signature", header->signature);
	if (has_whole_header(file)) {
		put_number(", ", "revision", header->revision);
		put_text(", ", "oem_id", header->oem_id);
		put_text(", ", "oem_table_id", header->oem_table_id);
		put_number(", ", "oem_revision", header->oem_revision);
		put_text(", ", "creator_id", header->creator_id);
		put_bool(", ", "checksum_right", header->is_checksum_right);
	}
	if (file->has_header)
		put_number(", ", "header_length_bytes", header->header_length_bytes);
	put_bool(", ", "aml", file->table >= 0);
	putchar('}');
}

static void put_problem(const struct aml_namespace *space, const struct acpi_set *set,
	const struct aml_problem *problem)
{
	const struct acpi_file *file = acpi_set_find(set, problem->table);
	char path[AML_PATH_SIZE];

	aml_path(space, problem->scope, path, sizeof(path));
	put_text("{", "table", file ? file->name : "");
	put_text(", ", "scope", path);
	put_number(", ", "offset_bytes", problem->offset_bytes);
	put_text(", ", "reason", aml_reason_texts[problem->reason]);
	putchar('}');
}

int acpi_print_json(const struct aml_namespace *space, const struct acpi_set *set)
{
	int result;

	put_key("{", "tables");
	putchar('[');
	for (size_t i = 0; i < set->count; i++) {
		fputs(i ? ",\n  " : "\n  ", stdout);
		put_table(&set->files[i]);
	}
	putchar(']');
	result = put_devices(space, set);
	put_key(",\n ", "problems");
	putchar('[');
	for (uint32_t i = 0; i < space->problem_count && i < AML_PROBLEMS_MAX; i++) {
		fputs(i ? ",\n  " : "\n  ", stdout);
		put_problem(space, set, &space->problems[i]);
	}
	putchar(']');
	put_number(", ", "problem_count", space->problem_count);
	fputs("}\n", stdout);
	if (fflush(stdout) < 0)
		return -errno;
	return result;
}
