/* SPDX-License-Identifier: MIT */
#include "acpi/resource.h"

#include "acpi/bytes.h"

/* Item names: small ones from bits 3-6 of the tag, large ones with bit 7 (tables 6.28, 6.39). */
enum {
	SMALL_IRQ = 0x04,
	SMALL_IO = 0x08,
	SMALL_FIXED_IO = 0x09,
	SMALL_END = 0x0f,
	LARGE = 0x80,
	LARGE_DWORD_SPACE = 0x87,
	LARGE_WORD_SPACE = 0x88,
	LARGE_EXTENDED_IRQ = 0x89,
	LARGE_QWORD_SPACE = 0x8a,
	LARGE_EXTENDED_SPACE = 0x8b,
};

enum { SPACE_TYPE_IO = 1, SPACE_HEADER_BYTES = 3, LEGACY_IRQS = 16 };

static void add_io(struct resources *resources, struct resource_io io)
{
	if (resources->io_count == RESOURCE_IO_MAX)
		resources->dropped++;
	else
		resources->io[resources->io_count++] = io;
}

static void add_irq(struct resources *resources, bool is_extended, uint32_t number)
{
	if (resources->irq_count == RESOURCE_IRQ_MAX)
		resources->dropped++;
	else
		resources->irqs[resources->irq_count++] =
			(struct resource_irq){.is_extended = is_extended, .number = number};
}

static void parse_irq_mask(struct resources *resources, uint16_t mask)
{
	for (uint32_t i = 0; i < LEGACY_IRQS; i++)
		if (mask >> i & 1)
			add_irq(resources, false, i);
}

static void parse_extended_irq(struct resources *resources, const uint8_t *data, uint32_t length)
{
	if (length < 2)
		return;
	for (uint32_t i = 0; i < data[1] && 2 + 4 * i + 4 <= length; i++)
		add_irq(resources, true, bytes_get_u32(data + 2 + 4 * (size_t)i));
}

/* Granularity, minimum, maximum, translation and length, each of width bytes. */
static void parse_space(struct resources *resources, enum resource_io_kind kind,
	const uint8_t *data, uint32_t length)
{
	static const uint8_t widths[] = {[RESOURCE_IO_WORD] = 2,
		[RESOURCE_IO_DWORD] = 4,
		[RESOURCE_IO_QWORD] = 8,
		[RESOURCE_IO_EXTENDED] = 8};
	uint32_t width = widths[kind];
	/* revision and a reserved byte */
	uint32_t start = SPACE_HEADER_BYTES + (kind == RESOURCE_IO_EXTENDED ? 2 : 0);

	if (length < start + 5 * width || data[0] != SPACE_TYPE_IO)
		return;
	data += start;
	add_io(resources, (struct resource_io){
				  .kind = kind,
				  .minimum = bytes_get(data + width, width),
				  .maximum = bytes_get(data + 2 * (size_t)width, width),
				  .length = bytes_get(data + 4 * (size_t)width, width),
			  });
}

static void parse_large(
	struct resources *resources, uint8_t item, const uint8_t *data, uint32_t length)
{
	switch (item) {
	case LARGE_EXTENDED_IRQ:
		parse_extended_irq(resources, data, length);
		break;
	case LARGE_WORD_SPACE:
		parse_space(resources, RESOURCE_IO_WORD, data, length);
		break;
	case LARGE_DWORD_SPACE:
		parse_space(resources, RESOURCE_IO_DWORD, data, length);
		break;
	case LARGE_QWORD_SPACE:
		parse_space(resources, RESOURCE_IO_QWORD, data, length);
		break;
	case LARGE_EXTENDED_SPACE:
		parse_space(resources, RESOURCE_IO_EXTENDED, data, length);
		break;
	default:
		break;
	}
}

static void parse_small(
	struct resources *resources, uint8_t item, const uint8_t *data, uint32_t length)
{
	if (item == SMALL_IRQ && length >= 2)
		parse_irq_mask(resources, bytes_get_u16(data));
	else if (item == SMALL_IO && length >= 7)
		add_io(resources, (struct resource_io){
					  .minimum = bytes_get_u16(data + 1),
					  .maximum = bytes_get_u16(data + 3),
					  .length = data[6],
				  });
	else if (item == SMALL_FIXED_IO && length >= 3)
		add_io(resources, (struct resource_io){
					  .minimum = bytes_get_u16(data),
					  .maximum = bytes_get_u16(data),
					  .length = data[2],
				  });
}

void resource_parse(const uint8_t *bytes, size_t length_bytes, struct resources *ret_resources)
{
	size_t at = 0;

	ret_resources->io_count = 0;
	ret_resources->irq_count = 0;
	ret_resources->dropped = 0;
	ret_resources->has_end_tag = false;

	while (at < length_bytes) {
		uint8_t tag = bytes[at++];
		uint8_t item = tag & LARGE ? tag : tag >> 3;
		uint32_t length = tag & 7;

		if (tag & LARGE) {
			if (length_bytes - at < 2)
				return;
			length = bytes_get_u16(bytes + at);
			at += 2;
		}
		if (length_bytes - at < length)
			return;
		if (item == SMALL_END) {
			ret_resources->has_end_tag = true;
			return;
		}
		if (tag & LARGE)
			parse_large(ret_resources, item, bytes + at, length);
		else
			parse_small(ret_resources, item, bytes + at, length);
		at += length;
	}
}

static void append_number(struct text *text, const char *prefix, uint64_t number)
{
	text_append(text, prefix);
	text_append_hex(text, number, 1);
}

void resource_format_io(const struct resources *resources, struct text *text)
{
	static const char *const prefixes[] = {[RESOURCE_IO] = "0x",
		[RESOURCE_IO_WORD] = "w:0x",
		[RESOURCE_IO_DWORD] = "d:0x",
		[RESOURCE_IO_QWORD] = "q:0x",
		[RESOURCE_IO_EXTENDED] = "q:0x"};

	for (uint32_t i = 0; i < resources->io_count; i++) {
		const struct resource_io *io = &resources->io[i];

		if (i)
			text_append_char(text, ',');
		append_number(text, prefixes[io->kind], io->minimum);
		append_number(text, "-0x", io->maximum);
		append_number(text, "/0x", io->length);
	}
	if (!resources->io_count)
		text_append_char(text, '-');
}

void resource_format_irqs(const struct resources *resources, struct text *text)
{
	for (uint32_t i = 0; i < resources->irq_count; i++) {
		const struct resource_irq *irq = &resources->irqs[i];

		if (i)
			text_append_char(text, ',');
		if (irq->is_extended)
			text_append(text, "x:");
		text_append_u64(text, irq->number);
	}
	if (!resources->irq_count)
		text_append_char(text, '-');
}
