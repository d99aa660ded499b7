/* SPDX-License-Identifier: MIT */
#include "source/cpuid.h"

#include <errno.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

static void ask(struct cpuid_leaves *leaves, uint32_t leaf)
{
	struct cpuid_leaf answer = {.leaf = leaf};

	__cpuid_count(leaf, 0, answer.eax, answer.ebx, answer.ecx, answer.edx);
	cpuid_add(leaves, &answer);
}

/* Each leaf costs one exit to the hypervisor: microseconds, and more below a second one. */
static int processor_read(struct cpuid_leaves *leaves)
{
	if (!__get_cpuid_max(0, NULL))
		return -EOPNOTSUPP;
	ask(leaves, 0);
	ask(leaves, 1);
	if ((uint32_t)__get_cpuid_max(0x80000000, NULL) >= 0x80000004) {
		for (uint32_t leaf = 0x80000002; leaf <= 0x80000004; leaf++)
			ask(leaves, leaf);
	}
	/* Without a hypervisor these answer with whatever the highest basic leaf holds. */
	if (cpuid_hypervisor_bit(leaves) != ANSWER_YES)
		return 0;
	for (uint32_t block = 0; block < CPUID_HYPERVISOR_BLOCKS; block++)
		ask(leaves, CPUID_HYPERVISOR_FIRST + block * CPUID_HYPERVISOR_STEP);
	for (uint32_t leaf = 1; leaf <= 6; leaf++)
		ask(leaves, CPUID_HYPERVISOR_FIRST + leaf);
	return 0;
}
#else
static int processor_read(struct cpuid_leaves *leaves)
{
	(void)leaves;
	return -EOPNOTSUPP;
}
#endif

int cpuid_source_read(const struct sources *sources, struct cpuid_leaves *leaves)
{
	char text[CPUID_LEAVES_MAX * 64];
	ssize_t n;

	if (!sources->root.is_fixture)
		return processor_read(leaves);
	n = sysroot_read(&sources->root, ".devices/cpuid", text, sizeof(text));
	return n < 0 ? (int)n : cpuid_parse(text, leaves);
}
