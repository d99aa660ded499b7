/* SPDX-License-Identifier: MIT */
#include "parse/tty_capture.h"

#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct tty_state state;

static void parse(const char *lines)
{
	char text[1024];

	memset(&state, 0x55, sizeof(state));
	tty_capture_parse(strcpy(text, lines), &state);
}

START_TEST(live)
{
	parse("open=0\ntcgetattr=0\nwrite=0\npoll_out=1\ndev=4:64\nserial=0\ntype=4\n"
	      "port=0x3f8\niomem=0x0\nirq=4\nclock_hz=1843200\n");
	ck_assert_int_eq(state.open, OUTCOME_OK);
	ck_assert_int_eq(state.tcgetattr, OUTCOME_OK);
	ck_assert_int_eq(state.empty_write, OUTCOME_OK);
	ck_assert_int_eq(state.is_writable_now, ANSWER_YES);
	ck_assert(state.has_device);
	ck_assert_uint_eq(state.major, 4);
	ck_assert_uint_eq(state.minor, 64);
	ck_assert_int_eq(state.serial, OUTCOME_OK);
	ck_assert_int_eq(state.type, 4);
	ck_assert_uint_eq(state.port, 0x3f8);
	ck_assert_uint_eq(state.iomem, 0);
	ck_assert_uint_eq(state.irq, 4);
	ck_assert_uint_eq(state.clock_hz, 1843200);
}
END_TEST

START_TEST(phantom)
{
	parse("open=0\ntcgetattr=-5\nwrite=-5\npoll_out=0\ndev=4:64\nserial=0\ntype=0\n");
	ck_assert_int_eq(state.tcgetattr, -EIO);
	ck_assert_int_eq(state.empty_write, -EIO);
	ck_assert_int_eq(state.is_writable_now, ANSWER_NO);
	ck_assert_int_eq(state.serial, OUTCOME_OK);
	ck_assert_int_eq(state.type, 0);
}
END_TEST

START_TEST(no_serial_port)
{
	parse("open=0\nserial=-25\n");
	ck_assert_int_eq(state.serial, -ENOTTY);
	ck_assert_int_eq(state.type, -1);
	ck_assert(!state.has_device);
}
END_TEST

START_TEST(refused)
{
	parse("open=-6\n");
	ck_assert_int_eq(state.open, -ENXIO);
	ck_assert_int_eq(state.tcgetattr, OUTCOME_UNKNOWN);
}
END_TEST

static void assert_nothing_known(const char *text)
{
	ck_assert_msg(state.open == OUTCOME_UNKNOWN, "%s", text);
	ck_assert_msg(state.tcgetattr == OUTCOME_UNKNOWN, "%s", text);
	ck_assert_msg(state.empty_write == OUTCOME_UNKNOWN, "%s", text);
	ck_assert_msg(state.is_writable_now == ANSWER_UNKNOWN, "%s", text);
	ck_assert_msg(!state.has_device && !state.major && !state.minor, "%s", text);
	ck_assert_msg(state.serial == OUTCOME_UNKNOWN, "%s", text);
	ck_assert_msg(state.type == -1, "%s: type %d", text, state.type);
	ck_assert_msg(!state.port && !state.iomem && !state.irq && !state.clock_hz, "%s", text);
}

START_TEST(what_is_no_answer_says_nothing)
{
	static const char *const TEXTS[] = {
		"",
		"\n\n",
		"open",
		"=0",
		"open=",
		"open=yes",
		"open=--5",
		"open=-",
		"open=0x0",
		/* a descriptor, or how much was written: neither 0 nor an error */
		"open=3",
		"write=1",
		"open=-32769",
		"open=-99999999999999999999",
		"poll_out=2",
		"poll_out=",
		"poll_out=-1",
		"dev=4",
		"dev=4:",
		"dev=:64",
		"dev=4:x",
		"dev=4294967296:0",
		"type=-1",
		"type=32768",
		"type=4x",
		"type=99999999999999999999",
		"port=0x10000000000000000",
		"iomem=-1",
		"irq=4294967296",
		"irq=-1",
		"clock_hz=x",
		"OPEN=0",
		"opened=0",
		"colour=blue",
	};

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		parse(TEXTS[i]);
		assert_nothing_known(TEXTS[i]);
	}
}
END_TEST

START_TEST(spaces_and_a_cut_end)
{
	parse("  open = 0 \n\n# a remark = 0\nport=0xffffffffffffffff\ndev=22");
	ck_assert_int_eq(state.open, OUTCOME_OK);
	ck_assert_uint_eq(state.port, UINT64_MAX);
	ck_assert(!state.has_device);
	/* The last one counts. */
	parse("open=-5\nopen=0\ndev=4:64\ndev=5:1\n");
	ck_assert_int_eq(state.open, OUTCOME_OK);
	ck_assert_uint_eq(state.major, 5);
}
END_TEST

UNIT_MAIN("tty_capture", live, phantom, no_serial_port, refused, what_is_no_answer_says_nothing,
	spaces_and_a_cut_end)
