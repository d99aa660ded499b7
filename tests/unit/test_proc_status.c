/* SPDX-License-Identifier: MIT */
#include "parse/proc_status.h"

#include "unit.h"

#include <string.h>

static uint64_t caught;

static bool parse(const char *text)
{
	static char buf[256];

	ck_assert(strlen(text) < sizeof(buf));
	caught = 4711;
	return proc_status_caught(strcpy(buf, text), &caught);
}

START_TEST(what_is_caught)
{
	ck_assert(parse("Name:\tsystemd\nSigIgn:\t0000000000001000\nSigCgt:\t00000001000004ec\n"
			"CapInh:\t0\n"));
	ck_assert_uint_eq(caught, 0x1000004ec);
	ck_assert(parse("SigCgt:\t0"));
	ck_assert_uint_eq(caught, 0);
	/* A name cannot hold a line's end: it is escaped. */
	ck_assert(parse("Name:\tSigCgt: 1\nSigCgt:\tffffffffffffffff\n"));
	ck_assert_uint_eq(caught, UINT64_MAX);
}
END_TEST

START_TEST(what_says_nothing)
{
	static const char *const TEXTS[] = {"", "\n", "SigCgt:", "SigCgt:\n", "SigCgt:\tx\n",
		"SigCgt:\t1 2\n", "SigCgt:\t10000000000000000\n", "SigIgn:\t1\n", "SigCg"};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		ck_assert_msg(!parse(TEXTS[i]), "%s", TEXTS[i]);
		ck_assert_uint_eq(caught, 4711);
	}
}
END_TEST

UNIT_MAIN("proc_status", what_is_caught, what_says_nothing)
