/* SPDX-License-Identifier: MIT */
/*
 * CPUID leaves of an x86 machine: basic ones, and those in which a hypervisor names itself (from
 * 0x40000000 in steps of 0x100; only meaningful when leaf 1 has the hypervisor bit).
 */
#ifndef PARSE_CPUID_H
#define PARSE_CPUID_H

#include "bootprobe/facts.h"

#include <stdint.h>

enum {
	CPUID_HYPERVISOR_FIRST = 0x40000000,
	CPUID_HYPERVISOR_STEP = 0x100,
	CPUID_HYPERVISOR_BLOCKS = 4,
	CPUID_LEAVES_MAX = 32,
	CPUID_SIGNATURE_SIZE = 13,
	CPUID_BRAND_SIZE = 49,
};

struct cpuid_leaf {
	uint32_t leaf, eax, ebx, ecx, edx;
};

struct cpuid_leaves {
	struct cpuid_leaf item[CPUID_LEAVES_MAX];
	uint32_t count; /* 0: the machine has no CPUID, or nobody could ask */
};

/* NULL when the leaf was not asked for. */
const struct cpuid_leaf *cpuid_find(const struct cpuid_leaves *leaves, uint32_t leaf);
void cpuid_add(struct cpuid_leaves *leaves, const struct cpuid_leaf *leaf);

/* Leaf 1, ECX bit 31. Unknown without that leaf. */
enum answer cpuid_hypervisor_bit(const struct cpuid_leaves *leaves);

/* The signature in EBX, ECX, EDX of one of the hypervisor's blocks (0 to CPUID_HYPERVISOR_BLOCKS -
 * 1); unprintable bytes as '?', trailing NULs dropped. Empty without the hypervisor bit. */
void cpuid_signature(
	const struct cpuid_leaves *leaves, unsigned block, char signature[CPUID_SIGNATURE_SIZE]);

/* The processor's brand string (leaves 0x80000002 to 4), trimmed; empty when it is not known. */
void cpuid_brand(const struct cpuid_leaves *leaves, char brand[CPUID_BRAND_SIZE]);

/* Reads a capture: lines "leaf eax ebx ecx edx", all hexadecimal. Empty lines and lines that start
 * with # are skipped. Changes text. -EINVAL for a line that is something else; what stood before it
 * is kept. */
int cpuid_parse(char *text, struct cpuid_leaves *leaves);

#endif
