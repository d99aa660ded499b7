/* SPDX-License-Identifier: MIT */
/*
 * Tables for tests, written byte by byte. Packages are opened and closed; their length is filled
 * in with a PkgLength of three bytes.
 */
#ifndef TESTS_UNIT_AML_BUILDER_H
#define TESTS_UNIT_AML_BUILDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "acpi/aml.h"

enum { BUILDER_SIZE = 1 << 16, BUILDER_DEPTH = 64 };

struct builder {
	uint8_t bytes[BUILDER_SIZE];
	size_t length;
	size_t open[BUILDER_DEPTH];
	size_t depth;
};

/* Appends a string literal without its NUL. */
#define PUT(builder, literal) builder_put(builder, literal, sizeof(literal) - 1)
#define OPEN(builder, opcode) builder_open(builder, opcode, sizeof(opcode) - 1)

static inline void builder_put(struct builder *builder, const void *bytes, size_t count)
{
	memcpy(builder->bytes + builder->length, bytes, count);
	builder->length += count;
}

static inline void builder_begin(struct builder *builder, const char *signature, uint8_t revision)
{
	memset(builder, 0, sizeof(*builder));
	memcpy(builder->bytes, signature, 4);
	builder->bytes[8] = revision;
	memcpy(builder->bytes + 10, "OEM   TABLE   ", 14);
	builder->length = 36;
}

static inline void builder_open(struct builder *builder, const char *opcode, size_t count)
{
	builder_put(builder, opcode, count);
	builder->open[builder->depth++] = builder->length;
	builder_put(builder, "\0\0\0", 3);
}

static inline void builder_close(struct builder *builder)
{
	size_t at = builder->open[--builder->depth], length = builder->length - at;

	builder->bytes[at] = (uint8_t)(0x80 | (length & 15));
	builder->bytes[at + 1] = (uint8_t)(length >> 4);
	builder->bytes[at + 2] = (uint8_t)(length >> 12);
}

/* Sets length and checksum. */
static inline void builder_end(struct builder *builder)
{
	uint8_t sum = 0;

	for (int i = 0; i < 4; i++)
		builder->bytes[4 + i] = (uint8_t)(builder->length >> 8 * i);
	builder->bytes[9] = 0;
	for (size_t i = 0; i < builder->length; i++)
		sum = (uint8_t)(sum + builder->bytes[i]);
	builder->bytes[9] = (uint8_t)(0 - sum);
}

#endif
