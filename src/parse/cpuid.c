/* SPDX-License-Identifier: MIT */
#include "parse/cpuid.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

const struct cpuid_leaf *cpuid_find(const struct cpuid_leaves *leaves, uint32_t leaf)
{
	for (uint32_t i = 0; i < leaves->count && i < CPUID_LEAVES_MAX; i++) {
		if (leaves->item[i].leaf == leaf)
			return &leaves->item[i];
	}
	return NULL;
}

void cpuid_add(struct cpuid_leaves *leaves, const struct cpuid_leaf *leaf)
{
	if (leaves->count < CPUID_LEAVES_MAX)
		leaves->item[leaves->count++] = *leaf;
}

enum answer cpuid_hypervisor_bit(const struct cpuid_leaves *leaves)
{
	const struct cpuid_leaf *leaf = cpuid_find(leaves, 1);

	return leaf ? answer_from(leaf->ecx >> 31) : ANSWER_UNKNOWN;
}

/* The registers' bytes as text, least significant first, up to the first NUL. */
static void registers_append(struct text *text, const uint32_t *registers, size_t count)
{
	for (size_t i = 0; i < count * 4; i++) {
		char c = (char)(registers[i / 4] >> (i % 4 * 8) & 0xff);

		if (!c)
			return;
		text_append_char(text, c >= ' ' && c <= '~' ? c : '?');
	}
}

void cpuid_signature(
	const struct cpuid_leaves *leaves, unsigned block, char signature[CPUID_SIGNATURE_SIZE])
{
	const struct cpuid_leaf *leaf =
		cpuid_find(leaves, CPUID_HYPERVISOR_FIRST + block * CPUID_HYPERVISOR_STEP);
	struct text text;

	text_init(&text, signature, CPUID_SIGNATURE_SIZE);
	if (!leaf || cpuid_hypervisor_bit(leaves) != ANSWER_YES)
		return;
	registers_append(&text, (const uint32_t[]){leaf->ebx, leaf->ecx, leaf->edx}, 3);
}

void cpuid_brand(const struct cpuid_leaves *leaves, char brand[CPUID_BRAND_SIZE])
{
	struct text text;

	text_init(&text, brand, CPUID_BRAND_SIZE);
	for (uint32_t i = 0x80000002; i <= 0x80000004; i++) {
		const struct cpuid_leaf *leaf = cpuid_find(leaves, i);

		if (!leaf)
			break;
		registers_append(
			&text, (const uint32_t[]){leaf->eax, leaf->ebx, leaf->ecx, leaf->edx}, 4);
	}
	text_trim(brand);
}

static int line_parse(char *line, struct cpuid_leaf *ret_leaf)
{
	uint32_t value[5];

	for (size_t i = 0; i < ARRAY_SIZE(value); i++) {
		const char *field = text_next_field(&line);

		if (!field || text_parse_u32(field, 16, &value[i]) < 0)
			return -EINVAL;
	}
	*ret_leaf = (struct cpuid_leaf){value[0], value[1], value[2], value[3], value[4]};
	return text_next_field(&line) ? -EINVAL : 0;
}

int cpuid_parse(char *text, struct cpuid_leaves *leaves)
{
	struct cpuid_leaf leaf;
	char *line;

	while ((line = text_next_line(&text))) {
		text_trim(line);
		if (!*line || *line == '#')
			continue;
		if (line_parse(line, &leaf) < 0)
			return -EINVAL;
		cpuid_add(leaves, &leaf);
	}
	return 0;
}
