/* SPDX-License-Identifier: MIT */
#include "acpi/aml_walk.h"

#include <errno.h>
#include <string.h>

/* What a body or a member takes over from the object that it belongs to. */
static uint8_t inherited_flags(const struct aml_node *node)
{
	if (node->flags & AML_UNTAKEN)
		return node->flags & (uint8_t)~AML_PATCHED;
	return node->flags & (AML_CONDITIONAL | AML_ORPHAN);
}

static uint16_t add_node(struct aml_walk *walk, uint16_t parent, uint32_t segment)
{
	uint16_t node = aml_node_add(walk->space, parent, segment);

	if (node)
		walk->space->nodes[node].table = walk->table;
	else
		aml_walk_note(walk, walk->space->nodes[parent].depth >= AML_DEPTH_MAX
					    ? AML_REASON_NESTING
					    : AML_REASON_NODES);
	return node;
}

/* Where count segments of a name lead, missing ones made as AML_ABSENT. Sets *flags for what is
 * below. Returns the node or a negative errno with a note made. */
static int find_or_add(
	struct aml_walk *walk, const struct aml_name *name, uint32_t count, uint8_t *flags)
{
	struct aml_namespace *space = walk->space;
	struct aml_name head = *name;
	int parent;

	head.count = 0;
	parent = aml_name_locate(space, aml_walk_block(walk)->scope, &head);
	if (parent < 0) {
		aml_walk_note(walk, AML_REASON_NAME);
		return parent;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t segment = aml_name_segment(name, i);
		uint16_t node = aml_node_child(space, (uint16_t)parent, segment);

		if (!node)
			node = add_node(walk, (uint16_t)parent, segment);
		if (!node)
			return -ENOSPC;
		parent = node;
	}
	if (parent != AML_ROOT) {
		const struct aml_node *node = &space->nodes[parent];

		*flags |= inherited_flags(node);
		if (node->type <= AML_EXTERNAL)
			*flags |= AML_ORPHAN | AML_UNTAKEN;
	}
	return parent;
}

/* Whether a new declaration takes the place of what is there under its name. */
static bool is_replaced(const struct aml_node *old, uint8_t new_flags)
{
	return old->type <= AML_EXTERNAL || ((old->flags & ~new_flags) & AML_UNTAKEN);
}

struct declared {
	uint16_t node;
	bool is_new; /* otherwise the name was taken, and node is what holds it */
	uint8_t flags;
};

static int enter_name(struct aml_walk *walk, const struct aml_name *name, enum aml_type type,
	struct declared *ret_declared)
{
	uint8_t flags = aml_walk_block(walk)->flags | walk->tail_flags;
	struct aml_namespace *space = walk->space;
	int parent = find_or_add(walk, name, name->count - 1U, &flags);
	struct aml_node *node;
	uint32_t segment;
	uint16_t index;

	if (parent < 0)
		return parent;
	segment = aml_name_segment(name, name->count - 1U);
	index = aml_node_child(space, (uint16_t)parent, segment);
	if (!index)
		index = add_node(walk, (uint16_t)parent, segment);
	if (!index)
		return -ENOSPC;

	node = &space->nodes[index];
	*ret_declared = (struct declared){.node = index, .flags = flags};
	if (is_replaced(node, flags)) {
		node->type = (uint8_t)type;
		node->flags = flags;
		node->table = walk->table;
		node->argument_count = 0;
		node->integer = 0;
		ret_declared->is_new = true;
	} else if (type == AML_DEVICE && !((node->flags | flags) & AML_CONDITIONAL)) {
		node->flags |= AML_DUPLICATE;
	}
	return 0;
}

/* Takes a NameString and enters it. In the other modes nothing is entered, and the scope itself
 * stands for the object. A negative errno means that the block was left or the name noted. */
static int declare_name(struct aml_walk *walk, enum aml_type type, struct declared *ret_declared)
{
	struct aml_name name;
	int result = aml_walk_name(walk, &name);

	if (result < 0)
		return result;
	if (!name.count) {
		aml_walk_fail(walk, AML_REASON_NAME);
		return -EILSEQ;
	}
	if (name.is_irregular)
		aml_walk_note(walk, AML_REASON_NAME);
	if (walk->mode == AML_MODE_LOAD)
		return enter_name(walk, &name, type, ret_declared);

	*ret_declared = (struct declared){.node = aml_walk_block(walk)->scope};
	return 0;
}

int aml_declare_buffer_field(struct aml_walk *walk)
{
	struct declared declared;

	return declare_name(walk, AML_BUFFER_FIELD, &declared);
}

/* ---- objects with a body ---- */

static void open_scope(struct aml_walk *walk, const struct declared *declared)
{
	struct aml_block *block = aml_walk_block(walk);

	block->scope = declared->node;
	block->flags = declared->flags;
	if (walk->mode != AML_MODE_LOAD)
		return;
	if (!declared->is_new)
		block->flags |= AML_DUPLICATE | AML_UNTAKEN;
	if (block->flags & AML_UNTAKEN)
		aml_walk_refuse(walk);
}

static void declare_body(struct aml_walk *walk, const struct aml_opcode *opcode)
{
	struct aml_block *block = aml_walk_enter(walk, BLOCK_DECLARATIONS);
	struct declared declared;

	if (!block)
		return;
	if (walk->mode == AML_MODE_SCAN) { /* exists only while the method runs */
		walk->at = block->end;
		return;
	}
	if (declare_name(walk, opcode->type, &declared) < 0) {
		walk->at = block->end;
		return;
	}
	if (aml_walk_skip(walk, opcode->detail) == 0)
		open_scope(walk, &declared);
}

/* Integers, strings and buffers open a scope too: section 19.6.122 forbids it, interpreters
 * accept it. */
static bool opens_scope(enum aml_type type)
{
	return type >= AML_SCOPE || type == AML_UNTYPED || type == AML_INTEGER ||
	       type == AML_STRING || type == AML_BUFFER;
}

static void declare_scope(struct aml_walk *walk)
{
	struct aml_block *block = aml_walk_enter(walk, BLOCK_DECLARATIONS);
	struct aml_name name;
	uint8_t flags;
	int node;

	if (!block || aml_walk_name(walk, &name) < 0)
		return;
	if (name.is_irregular) {
		aml_walk_fail(walk, AML_REASON_NAME);
		return;
	}
	if (walk->mode != AML_MODE_LOAD) {
		if (walk->mode == AML_MODE_SCAN)
			walk->at = block->end;
		return;
	}
	flags = block->flags;
	node = aml_name_resolve(walk->space, block->scope, &name);
	if (node > AML_ROOT && walk->space->nodes[node].type > AML_EXTERNAL)
		flags |= inherited_flags(&walk->space->nodes[node]);
	else if (node != AML_ROOT)
		node = find_or_add(walk, &name, name.count, &flags);
	if (node < 0) {
		walk->at = block->end;
		return;
	}
	if (node > AML_ROOT && !opens_scope(walk->space->nodes[node].type))
		flags |= AML_ORPHAN | AML_UNTAKEN;
	block->scope = (uint16_t)node;
	block->flags = flags;
	if (flags & AML_UNTAKEN)
		aml_walk_refuse(walk);
}

static void declare_method(struct aml_walk *walk)
{
	struct aml_block *block = aml_walk_enter(walk, BLOCK_DECLARATIONS);
	struct declared declared;

	if (!block)
		return;
	if (declare_name(walk, AML_METHOD, &declared) == 0 && aml_walk_skip(walk, 1) == 0 &&
		declared.is_new) {
		struct aml_node *node = &walk->space->nodes[declared.node];

		node->argument_count = walk->bytes[walk->at - 1] & 7;
		node->start = walk->at;
		node->end = block->end;
		if (declared.flags & AML_UNTAKEN)
			aml_walk_refuse(walk);
	} else if (walk->mode == AML_MODE_LOAD) {
		aml_walk_refuse(walk);
	}
	walk->at = block->end;
}

/* ---- other objects ---- */

static void declare_object(struct aml_walk *walk, const struct aml_opcode *opcode)
{
	struct declared declared = {0};

	/* a name that found no room still has its arguments */
	if (declare_name(walk, opcode->type, &declared) < 0)
		declared.is_new = false;
	if (aml_walk_skip(walk, opcode->detail) == 0)
		aml_walk_call(walk, opcode, declared.is_new ? declared.node : 0, 0);
}

/* What an alias stands for. If it is not there, an interpreter makes it and all that leads to it,
 * without a value. */
static uint16_t find_source(struct aml_walk *walk, const struct aml_name *source)
{
	struct aml_node *nodes = walk->space->nodes;
	uint8_t flags = aml_walk_block(walk)->flags, ignored = 0;
	int node = aml_name_resolve(walk->space, aml_walk_block(walk)->scope, source);

	if (node >= 0 && nodes[node].type > AML_EXTERNAL)
		return aml_node_follow(walk->space, (uint16_t)node);
	node = find_or_add(walk, source, source->count, &ignored);
	if (node < 0)
		return AML_ROOT;
	for (uint16_t i = (uint16_t)node; nodes[i].type <= AML_EXTERNAL; i = nodes[i].parent) {
		nodes[i].type = AML_UNTYPED;
		nodes[i].flags = flags;
	}
	return (uint16_t)node;
}

static void declare_alias(struct aml_walk *walk)
{
	struct declared declared;
	struct aml_name source;
	struct aml_node *node;
	uint16_t target;

	if (aml_walk_name(walk, &source) < 0)
		return;
	target = walk->mode == AML_MODE_LOAD ? find_source(walk, &source) : AML_ROOT;
	if (declare_name(walk, AML_ALIAS, &declared) < 0 || !declared.is_new)
		return;
	node = &walk->space->nodes[declared.node];
	node->target = target == declared.node ? AML_ROOT : target;
	if (walk->space->nodes[target].type == AML_METHOD)
		node->type = AML_METHOD_ALIAS;
}

/* An External makes no object: it tells the arity of a method that no table has declared yet. */
static void declare_external(struct aml_walk *walk)
{
	struct aml_name name;
	uint8_t flags = 0;
	int node;

	if (aml_walk_name(walk, &name) < 0 || aml_walk_skip(walk, 2) < 0)
		return;
	if (walk->mode != AML_MODE_LOAD || !name.count)
		return;
	if (aml_name_resolve(walk->space, aml_walk_block(walk)->scope, &name) >= 0)
		return;
	node = find_or_add(walk, &name, name.count, &flags);
	if (node > AML_ROOT) {
		walk->space->nodes[node].type = AML_EXTERNAL;
		walk->space->nodes[node].argument_count = walk->bytes[walk->at - 1] & 7;
	}
}

/* ---- fields (section 20.2.5.2, FieldList) ---- */

enum field_element {
	FIELD_RESERVED = 0,
	FIELD_ACCESS = 1,
	FIELD_CONNECTION = 2,
	FIELD_EXTENDED_ACCESS = 3,
};

/* The length of a field in bits is written like a PkgLength, but bounds nothing. */
static int skip_bit_length(struct aml_walk *walk)
{
	uint32_t start = walk->at;

	if (aml_walk_skip(walk, 1) < 0)
		return -ENODATA;
	return aml_walk_skip(walk, walk->bytes[start] >> 6);
}

/* A name, or a buffer: only that opcode begins with 0x11. */
static int skip_connection(struct aml_walk *walk)
{
	struct aml_name name;
	uint32_t end;

	if (walk->at < aml_walk_block(walk)->end && walk->bytes[walk->at] == 0x11) {
		walk->at++;
		if (aml_walk_package(walk, &end) < 0)
			return -EBADMSG;
		walk->at = end;
		return 0;
	}
	return aml_walk_name(walk, &name);
}

static int take_field_element(struct aml_walk *walk, enum aml_type type)
{
	struct declared declared;
	uint8_t lead = walk->bytes[walk->at];
	int result;

	switch (lead) {
	case FIELD_RESERVED:
		walk->at++;
		return skip_bit_length(walk);
	case FIELD_ACCESS:
		return aml_walk_skip(walk, 3);
	case FIELD_CONNECTION:
		walk->at++;
		return skip_connection(walk);
	case FIELD_EXTENDED_ACCESS:
		return aml_walk_skip(walk, 4);
	default:
		break;
	}
	if (!aml_name_is_segment_lead(lead)) {
		aml_walk_fail(walk, AML_REASON_NAME);
		return -EILSEQ;
	}
	result = declare_name(walk, type, &declared);
	if (result < 0 && result != -ENOSPC)
		return result;
	return skip_bit_length(walk);
}

static void take_field_list(struct aml_walk *walk, enum aml_type type)
{
	const struct aml_block *block = aml_walk_block(walk);

	if (aml_walk_skip(walk, 1) < 0) /* flags */
		return;
	while (walk->at < block->end)
		if (take_field_element(walk, type) < 0)
			return;
}

static void declare_field(struct aml_walk *walk, const struct aml_opcode *opcode)
{
	struct aml_block *block = aml_walk_enter(
		walk, opcode->type == AML_BANK_FIELD ? BLOCK_BANK : BLOCK_DECLARATIONS);
	struct aml_name name;

	if (!block)
		return;
	for (uint8_t i = 0; i < opcode->detail; i++)
		if (aml_walk_name(walk, &name) < 0)
			return;
	if (opcode->type != AML_BANK_FIELD)
		take_field_list(walk, opcode->type);
}

void aml_declare_bank(struct aml_walk *walk)
{
	take_field_list(walk, AML_BANK_FIELD);
}

void aml_declare(struct aml_walk *walk, const struct aml_opcode *opcode)
{
	switch (opcode->form) {
	case FORM_BODY:
		declare_body(walk, opcode);
		break;
	case FORM_SCOPE:
		declare_scope(walk);
		break;
	case FORM_METHOD:
		declare_method(walk);
		break;
	case FORM_ALIAS:
		declare_alias(walk);
		break;
	case FORM_EXTERNAL:
		declare_external(walk);
		break;
	case FORM_FIELD:
		declare_field(walk, opcode);
		break;
	default:
		declare_object(walk, opcode);
		break;
	}
}
