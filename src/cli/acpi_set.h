/* SPDX-License-Identifier: MIT */
/*
 * The tables of one machine, read from files in the order in which they take effect.
 */
#ifndef CLI_ACPI_SET_H
#define CLI_ACPI_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/table.h"

/* In the order of loading. */
enum acpi_rank {
	ACPI_RANK_DSDT,
	ACPI_RANK_SSDT,
	ACPI_RANK_PSDT,
	ACPI_RANK_OEM,     /* loaded by AML, if at all; may be plain data */
	ACPI_RANK_DYNAMIC, /* loaded by AML: lay in a folder named dynamic */
	ACPI_RANK_DATA,    /* no AML */
};

struct acpi_file {
	char *name; /* as given, or relative to the folder that was given */
	uint8_t *bytes;
	size_t length_bytes;
	struct table_header header;
	bool has_header; /* long enough for one */
	enum acpi_rank rank;
	size_t position; /* among the arguments or in the folder's natural order */
	int table;       /* index in the namespace, -1 if it was not loaded */
};

struct acpi_set {
	struct acpi_file *files;
	size_t count;
};

/* One folder, or files in any order. Complains on standard error. Returns 0 or a negative errno,
 * -ENODATA for a folder without tables; the set must be released in either case. */
int acpi_set_read(char **paths, int path_count, struct acpi_set *ret_set);
void acpi_set_release(struct acpi_set *set);

/* The file of a table in the namespace, or NULL. */
const struct acpi_file *acpi_set_find(const struct acpi_set *set, int table);

#endif
