/* SPDX-License-Identifier: MIT */
#include "parse/virtio_port.h"

#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct virtio_port_state state;

static void parse(const char *lines)
{
	char text[1024];

	memset(&state, 0x55, sizeof(state));
	virtio_port_parse(strcpy(text, lines), &state);
}

START_TEST(good)
{
	parse("name: org.bootprobe.report.0\nguest_connected: 0\nhost_connected: 1\n"
	      "outvq_full: 0\nbytes_sent: 0\nbytes_received: 0\nbytes_discarded: 0\n"
	      "is_console: no\nconsole_vtermno: 0\n");
	ck_assert_int_eq(state.is_guest_connected, ANSWER_NO);
	ck_assert_int_eq(state.is_host_connected, ANSWER_YES);
	ck_assert_int_eq(state.is_console, ANSWER_NO);
	parse("name: \nguest_connected: 1\nhost_connected: 0\nis_console: yes\n");
	ck_assert_int_eq(state.is_guest_connected, ANSWER_YES);
	ck_assert_int_eq(state.is_host_connected, ANSWER_NO);
	ck_assert_int_eq(state.is_console, ANSWER_YES);
}
END_TEST

START_TEST(what_is_not_there_is_unknown)
{
	static const char *const TEXTS[] = {"", "\n", "host_connected",
		"host_connected:", "host_connected: ", "host_connected: 2", "host_connected: -1",
		"host_connected: 10", "host_connected: true", "is_console: y", "is_console: YES",
		" host_connected: 1", "the_host_connected: 1", "host_connected : 1",
		"host_connected=1", "name: host_connected: 1"};

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		parse(TEXTS[i]);
		ck_assert_msg(state.is_console == ANSWER_UNKNOWN, "%s", TEXTS[i]);
		ck_assert_msg(state.is_host_connected == ANSWER_UNKNOWN, "%s", TEXTS[i]);
		ck_assert_msg(state.is_guest_connected == ANSWER_UNKNOWN, "%s", TEXTS[i]);
	}
}
END_TEST

START_TEST(a_cut_text_says_what_it_has)
{
	parse("name: x\nguest_connected: 0\nhost_connected: 1\noutvq_full: 0\nbytes_s");
	ck_assert_int_eq(state.is_host_connected, ANSWER_YES);
	ck_assert_int_eq(state.is_console, ANSWER_UNKNOWN);
}
END_TEST

/* The name is the host's to choose, and stands before what the kernel says itself. */
START_TEST(a_name_does_not_lie)
{
	parse("name: x\nhost_connected: 1\nis_console: yes\n"
	      "guest_connected: 0\nhost_connected: 0\nis_console: no\n");
	ck_assert_int_eq(state.is_host_connected, ANSWER_NO);
	ck_assert_int_eq(state.is_console, ANSWER_NO);
}
END_TEST

START_TEST(ports_have_numbers)
{
	static const struct {
		const char *name;
		int result;
		uint32_t number;
	} CASES[] = {
		{"vport1p1", 0, 1},
		{"vport0p0", 0, 0},
		{"vport12p31", 0, 31},
		{"vport0p4294967295", 0, UINT32_MAX},
		{"", -EINVAL, 77},
		{"vport", -EINVAL, 77},
		{"vport1", -EINVAL, 77},
		{"vport1p", -EINVAL, 77},
		{"vportp1", -EINVAL, 77},
		{"vport1px", -EINVAL, 77},
		{"vport1p1 ", -EINVAL, 77},
		{"vport1p-1", -EINVAL, 77},
		{"vport1p1p2", -EINVAL, 77},
		{"vportxp1", -EINVAL, 77},
		{"vport1p0x1", -EINVAL, 77},
		{"xvport1p1", -EINVAL, 77},
		{"hvc0", -EINVAL, 77},
		{"vport0p4294967296", -EINVAL, 77},
		{"vport99999999999999999999p1", -EINVAL, 77},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		uint32_t number = 77;
		int r = virtio_port_number(CASES[i].name, &number);

		ck_assert_msg(r == CASES[i].result, "%s: %d", CASES[i].name, r);
		ck_assert_msg(number == CASES[i].number, "%s: %u", CASES[i].name, number);
	}
}
END_TEST

UNIT_MAIN("virtio_port", good, what_is_not_there_is_unknown, a_cut_text_says_what_it_has,
	a_name_does_not_lie, ports_have_numbers)
