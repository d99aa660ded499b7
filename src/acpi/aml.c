/* SPDX-License-Identifier: MIT */
#include "acpi/aml.h"

#include <errno.h>
#include <string.h>

#include "acpi/aml_walk.h"

enum { REVISION_OFFSET = 8, REVISION_64_BIT = 2 };

static void predefine(struct aml_namespace *space, const char *name, enum aml_type type,
	uint64_t integer, uint8_t argument_count)
{
	uint32_t segment;
	struct aml_node *node;

	memcpy(&segment, name, sizeof(segment));
	node = &space->nodes[aml_node_add(space, AML_ROOT, segment)];
	node->type = (uint8_t)type;
	node->table = AML_TABLES_MAX; /* none */
	node->integer = integer;
	node->argument_count = argument_count;
}

void aml_init(struct aml_namespace *space)
{
	space->node_count = 1;
	space->table_count = 0;
	space->problem_count = 0;
	space->has_dsdt = false;
	space->is_32_bit = false;
	memset(space->heads, 0, sizeof(space->heads));
	space->nodes[AML_ROOT] = (struct aml_node){.type = AML_SCOPE, .table = AML_TABLES_MAX};

	predefine(space, "_GPE", AML_SCOPE, 0, 0);
	predefine(space, "_PR_", AML_SCOPE, 0, 0);
	predefine(space, "_SB_", AML_DEVICE, 0, 0);
	predefine(space, "_SI_", AML_SCOPE, 0, 0);
	predefine(space, "_TZ_", AML_DEVICE, 0, 0);
	predefine(space, "_REV", AML_INTEGER, 2, 0);
	predefine(space, "_OS_", AML_STRING, 0, 0);
	predefine(space, "_GL_", AML_MUTEX, 0, 0);
	predefine(space, "_OSI", AML_METHOD, 0, 1);
}

int aml_load(
	struct aml_namespace *space, const uint8_t *bytes, size_t length_bytes, bool is_optional)
{
	uint8_t flags = is_optional ? AML_CONDITIONAL | AML_UNTAKEN : 0;
	struct aml_walk walk;

	if (length_bytes < AML_HEADER_BYTES)
		return -EINVAL;
	if (length_bytes > AML_TABLE_BYTES_MAX)
		return -E2BIG;
	if (space->table_count == AML_TABLES_MAX)
		return -ENOSPC;
	if (memcmp(bytes, "DSDT", 4) == 0) {
		space->has_dsdt = true;
		space->is_32_bit = bytes[REVISION_OFFSET] < REVISION_64_BIT;
	}

	walk.space = space;
	walk.bytes = bytes;
	walk.table = (uint8_t)space->table_count;
	walk.mode = AML_MODE_LOAD;
	walk.tail_flags = 0;
	walk.problem_count = 0;
	walk.call_count = 0;
	space->tables[space->table_count++] = (struct aml_table){
		.bytes = bytes, .length_bytes = (uint32_t)length_bytes, .is_optional = is_optional};
	if (aml_walk_run(&walk, AML_ROOT, flags, AML_HEADER_BYTES, (uint32_t)length_bytes))
		return -EBADMSG;
	return 0;
}

bool aml_is_plausible(struct aml_namespace *space, const uint8_t *bytes, size_t length_bytes)
{
	struct aml_walk walk = {
		.space = space,
		.bytes = bytes,
		.mode = AML_MODE_CHECK,
	};

	if (length_bytes < AML_HEADER_BYTES || length_bytes > AML_TABLE_BYTES_MAX)
		return false;
	return aml_walk_run(&walk, AML_ROOT, 0, AML_HEADER_BYTES, (uint32_t)length_bytes) == 0;
}

/* ---- writes in methods ---- */

static bool is_attribute(const uint8_t *segment)
{
	static const char names[][4] = {{'_', 'H', 'I', 'D'}, {'_', 'C', 'I', 'D'},
		{'_', 'S', 'T', 'A'}, {'_', 'C', 'R', 'S'}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(segment, names[i], sizeof(names[i])) == 0)
			return true;
	return false;
}

/* Most methods name no attribute, and need no walk. */
static bool names_attribute(const uint8_t *bytes, uint32_t start, uint32_t end)
{
	while (end - start >= AML_SEGMENT_BYTES) {
		const uint8_t *underscore =
			memchr(bytes + start, '_', end - start - (AML_SEGMENT_BYTES - 1));

		if (!underscore)
			return false;
		if (is_attribute(underscore))
			return true;
		start = (uint32_t)(underscore - bytes) + 1;
	}
	return false;
}

static void scan_method(struct aml_namespace *space, uint16_t index)
{
	const struct aml_node *method = &space->nodes[index];
	struct aml_walk walk;

	if (method->type != AML_METHOD || method->table >= space->table_count)
		return;
	walk.bytes = space->tables[method->table].bytes;
	if (!names_attribute(walk.bytes, method->start, method->end))
		return;
	walk.space = space;
	walk.table = method->table;
	walk.mode = AML_MODE_SCAN;
	walk.tail_flags = 0;
	walk.problem_count = 0;
	walk.call_count = 0;
	(void)aml_walk_run(&walk, index, 0, method->start, method->end);
}

void aml_find_patches(struct aml_namespace *space)
{
	for (uint32_t i = 1; i < space->node_count; i++)
		scan_method(space, (uint16_t)i);
}
