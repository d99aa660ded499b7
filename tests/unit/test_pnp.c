/* SPDX-License-Identifier: MIT */
#include "parse/pnp.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct acpi_device_fact fact;

static void parse(const char *lines)
{
	char text[1024];

	memset(&fact, 0, sizeof(fact));
	pnp_resources_parse(strcpy(text, lines), &fact);
}

START_TEST(good)
{
	parse("state = active\nio 0x3f8-0x3ff\nirq 4\n");
	ck_assert_str_eq(fact.pnp_state, "active");
	ck_assert_uint_eq(fact.pnp_io_count, 1);
	ck_assert_uint_eq(fact.pnp_io[0].first, 0x3f8);
	ck_assert_uint_eq(fact.pnp_io[0].last, 0x3ff);
	ck_assert_uint_eq(fact.pnp_irq_count, 1);
	ck_assert_uint_eq(fact.pnp_irqs[0], 4);

	/* the keyboard's two ports, and the first DMA controller: %#llx of 0 has no prefix */
	parse("state = active\nio 0x60-0x60\nio 0x64-0x64\nirq 1\n");
	ck_assert_uint_eq(fact.pnp_io_count, 2);
	ck_assert_uint_eq(fact.pnp_io[1].first, 0x64);
	parse("state = active\nio 0-0x1f\ndma 4\n");
	ck_assert_uint_eq(fact.pnp_io_count, 1);
	ck_assert_uint_eq(fact.pnp_io[0].first, 0);
	ck_assert_uint_eq(fact.pnp_io[0].last, 0x1f);
	ck_assert_uint_eq(fact.pnp_irq_count, 0);
}
END_TEST

START_TEST(disabled)
{
	parse("state = disabled\nio disabled\nirq disabled\nmem disabled\n");
	ck_assert_str_eq(fact.pnp_state, "disabled");
	ck_assert_uint_eq(fact.pnp_io_count, 0);
	ck_assert_uint_eq(fact.pnp_irq_count, 0);
}
END_TEST

START_TEST(other_resources_are_left_out)
{
	parse("state = active\nmem 0xb0000000-0xbfffffff window\nbus 0-0xff\ndma 2\n"
	      "io 0xcf8-0xcff window\n");
	ck_assert_uint_eq(fact.pnp_io_count, 1);
	ck_assert_uint_eq(fact.pnp_io[0].last, 0xcff);
	ck_assert_uint_eq(fact.pnp_irq_count, 0);
}
END_TEST

START_TEST(cut_and_lying)
{
	static const char *const TEXTS[] = {"", "\n\n", "state", "state =", "io", "irq", "io ",
		"io 0x3f8", "io 0x3f8-", "io -0x3ff", "io -", "io 0x3fg-0x3ff", "io 0x3f8-0x3ff-1",
		"io 0x100000000-0x100000007", "io 0x3f8-0x100000000", "irq x", "irq -1", "irq 0x4",
		"irq 4294967296", "ioport 0x3f8-0x3ff", "IO 0x3f8-0x3ff",
		/* a range that ends before it begins */
		"io 0x3ff-0x3f8"};

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		parse(TEXTS[i]);
		ck_assert_msg(!fact.pnp_io_count && !fact.pnp_irq_count && !fact.pnp_state[0], "%s",
			TEXTS[i]);
	}
}
END_TEST

START_TEST(lists_are_bounded)
{
	parse("state = a_state_that_is_too_long\n"
	      "io 0x1-0x1\nio 0x2-0x2\nio 0x3-0x3\nio 0x4-0x4\nio 0x5-0x5\n"
	      "irq 1\nirq 2\nirq 3\nirq 4\nirq 5\n");
	ck_assert_uint_eq(strlen(fact.pnp_state), sizeof(fact.pnp_state) - 1);
	ck_assert_uint_eq(fact.pnp_io_count, ACPI_RANGES_MAX);
	ck_assert_uint_eq(fact.pnp_io[3].first, 4);
	ck_assert_uint_eq(fact.pnp_irq_count, ACPI_RANGES_MAX);
	ck_assert_uint_eq(fact.pnp_irqs[3], 4);
	ck_assert_str_eq(fact.driver, "");
}
END_TEST

UNIT_MAIN("pnp", good, disabled, other_resources_are_left_out, cut_and_lying, lists_are_bounded)
