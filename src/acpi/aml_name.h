/* SPDX-License-Identifier: MIT */
/*
 * Names in AML (ACPI 6.5, section 20.2.2) and the namespace that they build (section 5.3).
 */
#ifndef ACPI_AML_NAME_H
#define ACPI_AML_NAME_H

#include "acpi/aml.h"

enum { AML_ROOT = 0, AML_SEGMENT_BYTES = 4 };

/* A NameString as it stands in the table. */
struct aml_name {
	const uint8_t *segments; /* borrowed from the table */
	uint32_t carets;
	uint8_t count; /* of segments; 0 for the null name */
	bool is_absolute;
	bool is_irregular; /* has characters that a name may not have */
};

/* Takes a NameString off bytes[*at..end). Returns 0, -ENODATA when it is cut off, -EILSEQ when no
 * name begins there. */
int aml_name_parse(const uint8_t *bytes, uint32_t *at, uint32_t end, struct aml_name *ret_name);
bool aml_name_is_segment_lead(uint8_t byte);

/* The segment at index, characters that a name may not have replaced by '*'. */
uint32_t aml_name_segment(const struct aml_name *name, uint32_t index);

/* The node below parent, or 0. */
uint16_t aml_node_child(const struct aml_namespace *space, uint16_t parent, uint32_t segment);
uint16_t aml_node_find(const struct aml_namespace *space, uint16_t parent, const char *segment);

/* Makes a node of type AML_ABSENT without value. Returns its index, or 0 when there is no room
 * or the path becomes too long. */
uint16_t aml_node_add(struct aml_namespace *space, uint16_t parent, uint32_t segment);

/* Where a name leads from scope, without the search rules: the node or -ENOENT; -EILSEQ above the
 * root. A node of type AML_ABSENT counts. */
int aml_name_locate(const struct aml_namespace *space, uint16_t scope, const struct aml_name *name);

/* What a reference means: a single segment is searched upward (section 5.3). Objects that are
 * there are preferred to those of an untaken branch and to externals; aliases are not followed.
 * The node, or -ENOENT. */
int aml_name_resolve(
	const struct aml_namespace *space, uint16_t scope, const struct aml_name *name);

/* The object behind a chain of aliases. */
uint16_t aml_node_follow(const struct aml_namespace *space, uint16_t node);

#endif
