/* SPDX-License-Identifier: MIT */
#include "cli/acpi_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const acpi_flag_names[4] = {"conditional", "orphan", "duplicate", "patched"};

static uint16_t ancestor(const struct aml_namespace *space, uint16_t node, uint8_t depth)
{
	while (space->nodes[node].depth > depth)
		node = space->nodes[node].parent;
	return node;
}

/* The order of the paths as strings: segments are of one length, so the first that differs
 * decides. */
static int by_path(const void *a, const void *b)
{
	const struct acpi_entry *left = a, *right = b;
	const struct aml_node *nodes = left->space->nodes;
	uint8_t left_depth = nodes[left->node].depth, right_depth = nodes[right->node].depth;
	uint8_t depth = left_depth < right_depth ? left_depth : right_depth;
	uint16_t i = ancestor(left->space, left->node, depth);
	uint16_t k = ancestor(left->space, right->node, depth);

	if (i == k)
		return (left_depth > right_depth) - (left_depth < right_depth);
	while (nodes[i].parent != nodes[k].parent) {
		i = nodes[i].parent;
		k = nodes[k].parent;
	}
	return memcmp(&nodes[i].name, &nodes[k].name, sizeof(nodes[i].name));
}

int acpi_list_devices(
	const struct aml_namespace *space, struct acpi_entry **ret_entries, size_t *ret_count)
{
	struct acpi_entry *entries = calloc(space->node_count, sizeof(*entries));
	struct aml_device device;
	uint32_t cursor = 0;
	size_t count = 0;

	if (!entries)
		return -ENOMEM;
	while (aml_device_next(space, &cursor, &device))
		entries[count++] = (struct acpi_entry){.space = space, .node = device.node};
	qsort(entries, count, sizeof(*entries), by_path);
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}
