/* SPDX-License-Identifier: MIT */
/*
 * The devices of a namespace in the order in which they are printed.
 */
#ifndef CLI_ACPI_LIST_H
#define CLI_ACPI_LIST_H

#include "acpi/aml.h"

/* Names of the bits of enum aml_flag that are shown. */
extern const char *const acpi_flag_names[4];

struct acpi_entry {
	const struct aml_namespace *space;
	uint16_t node;
};

/* Sorted by path. The caller frees *ret_entries. Returns 0 or -ENOMEM. */
int acpi_list_devices(
	const struct aml_namespace *space, struct acpi_entry **ret_entries, size_t *ret_count);

#endif
