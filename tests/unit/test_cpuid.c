/* SPDX-License-Identifier: MIT */
#include "parse/cpuid.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

static struct cpuid_leaves leaves;

static int parse(const char *lines)
{
	static char text[4096];

	memset(&leaves, 0, sizeof(leaves));
	return cpuid_parse(strcpy(text, lines), &leaves);
}

/* A machine of which leaf 1 and the first hypervisor leaf are known. */
static void machine(uint32_t leaf_1_ecx, const char bytes[12])
{
	struct cpuid_leaf spelled = {.leaf = CPUID_HYPERVISOR_FIRST};

	memset(&leaves, 0, sizeof(leaves));
	cpuid_add(&leaves, &(struct cpuid_leaf){.leaf = 1, .ecx = leaf_1_ecx});
	memcpy(&spelled.ebx, bytes, 4);
	memcpy(&spelled.ecx, bytes + 4, 4);
	memcpy(&spelled.edx, bytes + 8, 4);
	cpuid_add(&leaves, &spelled);
}

START_TEST(captures_are_read)
{
	char signature[CPUID_SIGNATURE_SIZE];

	ck_assert_int_eq(parse("# leaf eax ebx ecx edx\n\n00000001 000306c3 0 80000000 0\n"
			       "40000000 40000001 4b4d564b 564b4d56 0000004d\n"),
		0);
	ck_assert_uint_eq(leaves.count, 2);
	ck_assert_uint_eq(cpuid_find(&leaves, 1)->eax, 0x306c3);
	ck_assert_ptr_null(cpuid_find(&leaves, 2));
	cpuid_signature(&leaves, 0, signature);
	ck_assert_str_eq(signature, "KVMKVMKVM");
	cpuid_signature(&leaves, 1, signature);
	ck_assert_str_eq(signature, "");
}
END_TEST

START_TEST(other_lines_end_a_capture)
{
	static const char *const LINES[] = {"1 2 3\n", "1 2 3 4 5 6\n", "1 2 3 4 123456789\n",
		"1 2 3 4 x\n", "1 2 3 4 -5\n", "leaf eax ebx ecx edx\n"};
	char text[128];

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		ck_assert_msg(parse(LINES[i]) == -EINVAL, "%s", LINES[i]);
		ck_assert_uint_eq(leaves.count, 0);
		/* What stood before is kept. */
		strcpy(text, "7 1 2 3 4\n");
		strcat(text, LINES[i]);
		ck_assert_int_eq(parse(text), -EINVAL);
		ck_assert_uint_eq(leaves.count, 1);
	}
	ck_assert_int_eq(parse(""), 0);
	ck_assert_int_eq(parse("\n \n#\n"), 0);
	ck_assert_uint_eq(leaves.count, 0);
}
END_TEST

START_TEST(leaves_are_bounded)
{
	memset(&leaves, 0, sizeof(leaves));
	for (uint32_t i = 0; i < 100; i++)
		cpuid_add(&leaves, &(struct cpuid_leaf){.leaf = i});
	ck_assert_uint_eq(leaves.count, CPUID_LEAVES_MAX);
	ck_assert_ptr_nonnull(cpuid_find(&leaves, CPUID_LEAVES_MAX - 1));
	/* A count that a crashed writer left. */
	leaves.count = UINT32_MAX;
	ck_assert_ptr_null(cpuid_find(&leaves, CPUID_LEAVES_MAX));
}
END_TEST

START_TEST(the_bit_is_an_answer)
{
	memset(&leaves, 0, sizeof(leaves));
	ck_assert_int_eq(cpuid_hypervisor_bit(&leaves), ANSWER_UNKNOWN);
	machine(0, "KVMKVMKVM\0\0");
	ck_assert_int_eq(cpuid_hypervisor_bit(&leaves), ANSWER_NO);
	machine(0x7fffffff, "KVMKVMKVM\0\0");
	ck_assert_int_eq(cpuid_hypervisor_bit(&leaves), ANSWER_NO);
	machine(0x80000000, "KVMKVMKVM\0\0");
	ck_assert_int_eq(cpuid_hypervisor_bit(&leaves), ANSWER_YES);
}
END_TEST

START_TEST(signatures_are_printable_and_need_the_bit)
{
	char signature[CPUID_SIGNATURE_SIZE];

	machine(0, "KVMKVMKVM\0\0");
	cpuid_signature(&leaves, 0, signature);
	ck_assert_str_eq(signature, "");
	machine(0x80000000, "a\x7f\xff\x1b[31mbcde");
	cpuid_signature(&leaves, 0, signature);
	ck_assert_str_eq(signature, "a???[31mbcde");
	machine(0x80000000, "ab\0cdefghij");
	cpuid_signature(&leaves, 0, signature);
	ck_assert_str_eq(signature, "ab");
}
END_TEST

static const char *brand(const char *spelled, uint32_t leaf_count)
{
	static char text[CPUID_BRAND_SIZE];
	char bytes[48] = "";

	memcpy(bytes, spelled, strlen(spelled));
	memset(&leaves, 0, sizeof(leaves));
	for (uint32_t i = 0; i < leaf_count; i++) {
		struct cpuid_leaf leaf = {.leaf = 0x80000002 + i};
		memcpy(&leaf.eax, bytes + i * 16, 16);
		cpuid_add(&leaves, &leaf);
	}
	cpuid_brand(&leaves, text);
	return text;
}

START_TEST(brands)
{
	static const char LONGEST[] = "012345678901234567890123456789012345678901234567";

	ck_assert_str_eq(brand("Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz", 3),
		"Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz");
	ck_assert_str_eq(brand("  QEMU TCG CPU version 2.5+ ", 3), "QEMU TCG CPU version 2.5+");
	ck_assert_str_eq(brand(LONGEST, 3), LONGEST);
	ck_assert_str_eq(brand(LONGEST, 2), "01234567890123456789012345678901");
	ck_assert_str_eq(brand("a\nb", 3), "a?b");
	ck_assert_str_eq(brand("", 3), "");
	ck_assert_str_eq(brand("", 0), "");
}
END_TEST

UNIT_MAIN("cpuid", captures_are_read, other_lines_end_a_capture, leaves_are_bounded,
	the_bit_is_an_answer, signatures_are_printable_and_need_the_bit, brands)
