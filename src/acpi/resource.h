/* SPDX-License-Identifier: MIT */
/*
 * Resource templates (ACPI 6.5, section 6.4): the I/O ranges and interrupts of a _CRS.
 */
#ifndef ACPI_RESOURCE_H
#define ACPI_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum resource_io_kind {
	RESOURCE_IO,      /* I/O port and fixed I/O port descriptors (6.4.2.5, 6.4.2.6) */
	RESOURCE_IO_WORD, /* address space descriptors of type I/O (6.4.3.5) */
	RESOURCE_IO_DWORD,
	RESOURCE_IO_QWORD,
	RESOURCE_IO_EXTENDED,
};

struct resource_io {
	enum resource_io_kind kind;
	uint64_t minimum, maximum; /* of the base address */
	uint64_t length;           /* ports */
};

struct resource_irq {
	bool is_extended; /* a GSI of an extended interrupt descriptor (6.4.3.6) */
	uint32_t number;
};

enum { RESOURCE_IO_MAX = 128, RESOURCE_IRQ_MAX = 256 };

struct resources {
	uint32_t io_count, irq_count; /* entries in use */
	uint32_t dropped;             /* found no room */
	bool has_end_tag;
	struct resource_io io[RESOURCE_IO_MAX];
	struct resource_irq irqs[RESOURCE_IRQ_MAX];
};

/* Decodes up to the end tag or the first item that is cut off; unknown items are skipped. */
void resource_parse(const uint8_t *bytes, size_t length_bytes, struct resources *ret_resources);

/* Comma-separated lists: "0x3f8-0x3f8/0x8" (minimum-maximum/length, with w:, d: or q: in front
 * for address spaces), "4,x:16" (x: for extended). "-" for none. */
void resource_format_io(const struct resources *resources, struct text *text);
void resource_format_irqs(const struct resources *resources, struct text *text);

#endif
