/* SPDX-License-Identifier: MIT */
#include "acpi/aml_name.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum { DUAL_NAME_PREFIX = 0x2e, MULTI_NAME_PREFIX = 0x2f, ALIAS_HOPS_MAX = 8 };

static bool is_lead_character(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_character(uint8_t c)
{
	return is_lead_character(c) || (c >= '0' && c <= '9');
}

bool aml_name_is_segment_lead(uint8_t byte)
{
	return is_name_character(byte) || (byte >= 'a' && byte <= 'z');
}

/* Takes what stands in front of the segments; leaves their number in ret_name. */
static int take_prefix(const uint8_t *bytes, uint32_t *at, uint32_t end, struct aml_name *ret_name)
{
	uint32_t i = *at;

	if (i < end && bytes[i] == '\\') {
		ret_name->is_absolute = true;
		i++;
	}
	for (; i < end && bytes[i] == '^'; i++)
		ret_name->carets++;
	if (i >= end)
		return -ENODATA;

	ret_name->count = 1;
	if (bytes[i] == 0) {
		ret_name->count = 0;
		i++;
	} else if (bytes[i] == DUAL_NAME_PREFIX) {
		ret_name->count = 2;
		i++;
	} else if (bytes[i] == MULTI_NAME_PREFIX) {
		if (end - i < 2)
			return -ENODATA;
		ret_name->count = bytes[i + 1];
		i += 2;
		if (!ret_name->count)
			return -EILSEQ;
	}
	*at = i;
	return 0;
}

int aml_name_parse(const uint8_t *bytes, uint32_t *at, uint32_t end, struct aml_name *ret_name)
{
	struct aml_name name = {0};
	uint32_t i = *at;
	int result = take_prefix(bytes, &i, end, &name);

	if (result < 0)
		return result;
	if (end - i < (uint32_t)AML_SEGMENT_BYTES * name.count)
		return -ENODATA;

	name.segments = bytes + i;
	for (uint32_t k = 0; k < (uint32_t)AML_SEGMENT_BYTES * name.count; k++)
		name.is_irregular |= !is_name_character(name.segments[k]);
	*at = i + (uint32_t)AML_SEGMENT_BYTES * name.count;
	*ret_name = name;
	return 0;
}

uint32_t aml_name_segment(const struct aml_name *name, uint32_t index)
{
	uint8_t characters[AML_SEGMENT_BYTES];
	uint32_t segment;

	memcpy(characters, name->segments + (size_t)AML_SEGMENT_BYTES * index, sizeof(characters));
	for (size_t i = 0; i < sizeof(characters); i++)
		if (!is_name_character(characters[i]))
			characters[i] = '*';
	memcpy(&segment, characters, sizeof(segment));
	return segment;
}

static uint32_t hash_name(uint16_t parent, uint32_t segment)
{
	uint32_t hash = segment ^ (uint32_t)parent * 0x9e3779b1U;

	hash ^= hash >> 16;
	hash *= 0x85ebca6bU;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35U;
	hash ^= hash >> 16;
	return hash % AML_HASH_HEADS;
}

static uint16_t find_in_chain(
	const struct aml_namespace *space, uint16_t parent, uint32_t segment, unsigned *ret_length)
{
	uint16_t i = space->heads[hash_name(parent, segment)];
	unsigned length = 0;

	for (; i; i = space->nodes[i].next, length++)
		if (space->nodes[i].name == segment && space->nodes[i].parent == parent)
			break;
	*ret_length = length;
	return i;
}

uint16_t aml_node_child(const struct aml_namespace *space, uint16_t parent, uint32_t segment)
{
	unsigned length;

	return find_in_chain(space, parent, segment, &length);
}

uint16_t aml_node_find(const struct aml_namespace *space, uint16_t parent, const char *segment)
{
	uint32_t name;

	memcpy(&name, segment, sizeof(name));
	return aml_node_child(space, parent, name);
}

uint16_t aml_node_add(struct aml_namespace *space, uint16_t parent, uint32_t segment)
{
	uint16_t *head = &space->heads[hash_name(parent, segment)];
	uint16_t index = (uint16_t)space->node_count;
	unsigned length;

	(void)find_in_chain(space, parent, segment, &length);
	if (space->node_count >= AML_NODES_MAX || length >= AML_CHAIN_MAX ||
		space->nodes[parent].depth >= AML_DEPTH_MAX)
		return 0;

	space->nodes[index] = (struct aml_node){
		.name = segment,
		.parent = parent,
		.next = *head,
		.depth = (uint8_t)(space->nodes[parent].depth + 1),
	};
	*head = index;
	space->node_count++;
	return index;
}

static int climb(const struct aml_namespace *space, uint16_t scope, const struct aml_name *name)
{
	uint16_t node = name->is_absolute ? AML_ROOT : scope;

	for (uint32_t i = 0; i < name->carets; i++) {
		if (node == AML_ROOT)
			return -EILSEQ;
		node = space->nodes[node].parent;
	}
	return node;
}

int aml_name_locate(const struct aml_namespace *space, uint16_t scope, const struct aml_name *name)
{
	int node = climb(space, scope, name);

	for (uint32_t i = 0; node >= 0 && i < name->count; i++) {
		node = aml_node_child(space, (uint16_t)node, aml_name_segment(name, i));
		if (!node)
			return -ENOENT;
	}
	return node;
}

static bool is_there(const struct aml_node *node)
{
	return node->type > AML_EXTERNAL && !(node->flags & AML_UNTAKEN);
}

static int search_upward(const struct aml_namespace *space, uint16_t scope, uint32_t segment)
{
	int second_best = -ENOENT;

	for (;; scope = space->nodes[scope].parent) {
		uint16_t node = aml_node_child(space, scope, segment);

		if (node && is_there(&space->nodes[node]))
			return node;
		if (node && space->nodes[node].type != AML_ABSENT && second_best < 0)
			second_best = node;
		if (scope == AML_ROOT)
			return second_best;
	}
}

int aml_name_resolve(const struct aml_namespace *space, uint16_t scope, const struct aml_name *name)
{
	int node;

	if (name->count == 1 && !name->is_absolute && !name->carets)
		return search_upward(space, scope, aml_name_segment(name, 0));

	node = aml_name_locate(space, scope, name);
	if (node > AML_ROOT && space->nodes[node].type == AML_ABSENT)
		return -ENOENT;
	return node;
}

uint16_t aml_node_follow(const struct aml_namespace *space, uint16_t node)
{
	for (int hops = 0; hops < ALIAS_HOPS_MAX; hops++) {
		const struct aml_node *at = &space->nodes[node];

		if (at->type != AML_ALIAS && at->type != AML_METHOD_ALIAS)
			break;
		node = (uint16_t)at->target;
	}
	return node;
}

void aml_path(const struct aml_namespace *space, uint16_t node, char *path, size_t size)
{
	uint16_t line[AML_DEPTH_MAX];
	size_t count = 0;
	struct text text;

	for (; node != AML_ROOT && count < AML_DEPTH_MAX; node = space->nodes[node].parent)
		line[count++] = node;

	text_init(&text, path, size);
	text_append_char(&text, '\\');
	while (count) {
		const struct aml_node *at = &space->nodes[line[--count]];

		text_append_bytes(&text, (const char *)&at->name, AML_SEGMENT_BYTES);
		if (count)
			text_append_char(&text, '.');
	}
}
