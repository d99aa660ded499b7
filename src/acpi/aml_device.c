/* SPDX-License-Identifier: MIT */
#include "acpi/aml.h"

#include <string.h>

#include "acpi/aml_walk.h"
#include "acpi/bytes.h"

enum {
	ZERO_OP = 0x00,
	BYTE_PREFIX = 0x0a,
	STRING_PREFIX = 0x0d,
	BUFFER_OP = 0x11,
	PACKAGE_OP = 0x12,
	VARIABLE_PACKAGE_OP = 0x13,
	NESTED_PACKAGES_MAX = 4,
};

const char *const aml_type_names[AML_TYPE_COUNT] = {
	[AML_ABSENT] = "absent",
	[AML_EXTERNAL] = "external",
	[AML_UNTYPED] = "untyped",
	[AML_INTEGER] = "integer",
	[AML_STRING] = "string",
	[AML_BUFFER] = "buffer",
	[AML_PACKAGE] = "package",
	[AML_METHOD] = "method",
	[AML_ALIAS] = "alias",
	[AML_METHOD_ALIAS] = "methodalias",
	[AML_REGION_FIELD] = "regionfield",
	[AML_INDEX_FIELD] = "indexfield",
	[AML_BANK_FIELD] = "bankfield",
	[AML_BUFFER_FIELD] = "bufferfield",
	[AML_REGION] = "region",
	[AML_MUTEX] = "mutex",
	[AML_EVENT] = "event",
	[AML_REFERENCE] = "reference",
	[AML_SCOPE] = "scope",
	[AML_DEVICE] = "device",
	[AML_PROCESSOR] = "processor",
	[AML_POWER] = "power",
	[AML_THERMAL] = "thermal",
};

/* ---- packages ---- */

/* The elements of a package whose opcode stands at bytes[at]; its PkgLength has been read once. */
static void open_package(const uint8_t *bytes, uint32_t at, uint32_t end, struct aml_value *value)
{
	uint8_t opcode = bytes[at];
	uint64_t count = 0;

	at += 2U + (bytes[at + 1] >> 6);
	if (opcode == PACKAGE_OP && at < end) {
		count = bytes[at++];
	} else if (at < end) {
		const struct aml_opcode *size = aml_opcode_find(bytes[at]);

		if (size->form == FORM_INTEGER && end - at > size->detail) {
			count = aml_value_constant(bytes, at, size->detail);
			at += 1U + size->detail;
		} else {
			at = end;
		}
	}
	value->bytes = bytes + at;
	value->length_bytes = end - at;
	value->element_count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static struct aml_value value_of(const struct aml_namespace *space, uint16_t index)
{
	const struct aml_node *node = &space->nodes[index];
	struct aml_value value = {
		.type = node->type,
		.is_patched = node->flags & AML_PATCHED,
		.scope = node->parent,
	};
	const uint8_t *bytes;

	if (node->type == AML_INTEGER)
		value.integer = node->integer;
	if (node->table >= space->table_count)
		return value;

	bytes = space->tables[node->table].bytes;
	if (node->type == AML_PACKAGE) {
		open_package(bytes, node->start, node->end, &value);
	} else if (node->type == AML_STRING || node->type == AML_BUFFER) {
		value.bytes = bytes + node->start;
		value.length_bytes = node->end - node->start;
	}
	return value;
}

static void drop_bytes(struct aml_value *package, uint32_t count)
{
	if (count > package->length_bytes)
		count = package->length_bytes;
	package->bytes += count;
	package->length_bytes -= count;
}

/* Takes a constant. Returns 1, 0 when it is cut off. */
static int take_integer(const struct aml_namespace *space, uint8_t width, struct aml_value *package,
	struct aml_value *ret_element)
{
	if (package->length_bytes <= width)
		return 0;
	*ret_element = (struct aml_value){
		.type = AML_INTEGER,
		.integer = aml_value_constant(package->bytes, 0, width),
	};
	if (space->is_32_bit)
		ret_element->integer &= UINT32_MAX;
	drop_bytes(package, 1U + width);
	return 1;
}

static int take_string(struct aml_value *package, struct aml_value *ret_element)
{
	const uint8_t *start = package->bytes + 1;
	const uint8_t *nul = memchr(start, 0, package->length_bytes - 1);

	if (!nul)
		return 0;
	*ret_element = (struct aml_value){
		.type = AML_STRING,
		.bytes = start,
		.length_bytes = (uint32_t)(nul - start),
	};
	drop_bytes(package, (uint32_t)(nul + 1 - package->bytes));
	return 1;
}

static int take_name(
	const struct aml_namespace *space, struct aml_value *package, struct aml_value *ret_element)
{
	uint32_t at = 0;
	struct aml_name name;
	int node;

	if (aml_name_parse(package->bytes, &at, package->length_bytes, &name) < 0)
		return 0;
	node = aml_name_resolve(space, package->scope, &name);
	*ret_element = (struct aml_value){.type = AML_ABSENT};
	if (node > AML_ROOT)
		*ret_element = value_of(space, aml_node_follow(space, (uint16_t)node));
	drop_bytes(package, at);
	return 1;
}

/* Skips a buffer, enters a package inside a package: its elements count as the outer one's. */
static int take_nested(struct aml_value *package)
{
	uint8_t opcode = package->bytes[0];
	uint32_t extra, length;

	if (package->length_bytes < 2)
		return 0;
	extra = package->bytes[1] >> 6;
	if (package->length_bytes < 2 + extra)
		return 0;
	length = package->bytes[1] & (extra ? 0x0f : 0x3f);
	for (uint32_t i = 0; i < extra; i++)
		length |= (uint32_t)package->bytes[2 + i] << (4 + 8 * i);
	if (opcode == PACKAGE_OP) {
		package->element_count +=
			package->length_bytes > 2 + extra ? package->bytes[2 + extra] : 0U;
		drop_bytes(package, 3 + extra);
	} else {
		drop_bytes(package, length + 1);
	}
	return 1;
}

/* Takes one element of any kind; those without a value come as AML_ABSENT. */
static int take_element(
	const struct aml_namespace *space, struct aml_value *package, struct aml_value *ret_element)
{
	uint8_t lead = package->bytes[0];
	const struct aml_opcode *opcode = aml_opcode_find(lead);

	*ret_element = (struct aml_value){.type = AML_ABSENT};
	switch (opcode->form) {
	case FORM_INTEGER:
		return take_integer(space, opcode->detail, package, ret_element);
	case FORM_STRING:
		return take_string(package, ret_element);
	case FORM_NAME:
		return take_name(space, package, ret_element);
	case FORM_BUFFER:
	case FORM_PACKAGE:
		return take_nested(package);
	default:
		return 0;
	}
}

int aml_package_next(
	const struct aml_namespace *space, struct aml_value *package, struct aml_value *ret_element)
{
	struct aml_value element;

	while (package->element_count && package->length_bytes) {
		package->element_count--;
		if (!take_element(space, package, &element))
			break;
		if (element.type == AML_INTEGER || element.type == AML_STRING) {
			*ret_element = element;
			return 1;
		}
	}
	return 0;
}

/* ---- devices ---- */

/* An attribute that is there only in an untaken branch counts if the device itself is. */
static struct aml_value attribute(
	const struct aml_namespace *space, uint16_t device, const char *name, uint8_t *flags)
{
	uint16_t index = aml_node_find(space, device, name);
	const struct aml_node *node = &space->nodes[index];

	if (!index || node->type <= AML_EXTERNAL)
		return (struct aml_value){.type = AML_ABSENT};
	*flags |= node->flags & (AML_CONDITIONAL | AML_PATCHED);
	if (node->flags & ~space->nodes[device].flags & AML_UNTAKEN)
		return (struct aml_value){.type = AML_ABSENT};
	return value_of(space, index);
}

static void describe(
	const struct aml_namespace *space, uint16_t index, struct aml_device *ret_device)
{
	const struct aml_node *node = &space->nodes[index];
	uint8_t flags = node->flags, ignored = 0;

	ret_device->node = index;
	ret_device->table = node->table;
	aml_path(space, index, ret_device->path, sizeof(ret_device->path));
	ret_device->hid = attribute(space, index, "_HID", &flags);
	ret_device->cid = attribute(space, index, "_CID", &flags);
	ret_device->sta = attribute(space, index, "_STA", &flags);
	ret_device->crs = attribute(space, index, "_CRS", &flags);
	ret_device->uid = attribute(space, index, "_UID", &ignored);
	ret_device->adr = attribute(space, index, "_ADR", &ignored);
	ret_device->ddn = attribute(space, index, "_DDN", &ignored);
	ret_device->flags = flags & (uint8_t)~AML_UNTAKEN;
}

int aml_device_next(
	const struct aml_namespace *space, uint32_t *cursor, struct aml_device *ret_device)
{
	for (uint32_t i = *cursor ? *cursor : 1; i < space->node_count; i++) {
		const struct aml_node *node = &space->nodes[i];

		if (node->type != AML_DEVICE || node->table >= space->table_count)
			continue;
		describe(space, (uint16_t)i, ret_device);
		*cursor = i + 1;
		return 1;
	}
	*cursor = space->node_count;
	return 0;
}
