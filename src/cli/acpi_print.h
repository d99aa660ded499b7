/* SPDX-License-Identifier: MIT */
/*
 * What `bootprobe acpi` prints. No byte of a table reaches the output unescaped.
 */
#ifndef CLI_ACPI_PRINT_H
#define CLI_ACPI_PRINT_H

#include "acpi/aml.h"
#include "cli/acpi_set.h"

/* One line on standard error: the file's name and what is wrong with it. */
void acpi_complain(const struct acpi_file *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One line for each problem that the walk met. */
void acpi_complain_problems(const struct aml_namespace *space, const struct acpi_set *set);

/* Both return 0, or a negative errno when standard output cannot be written. */
int acpi_print_lines(const struct aml_namespace *space);
int acpi_print_json(const struct aml_namespace *space, const struct acpi_set *set);

#endif
