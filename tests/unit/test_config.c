/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "parse/config.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct config config;

static void parse(const char *text)
{
	config_init(&config);
	config_parse(&config, text);
}

START_TEST(off_unless_asked_for)
{
	static const struct {
		const char *text;
		bool is_on;
	} CASES[] = {
		{"", false},
		{"root=/dev/sda1 quiet", false},
		{"bootprobe", true},
		{"bootprobe=1", true},
		{"bootprobe=on", true},
		{"bootprobe=yes", true},
		{"bootprobe=0", false},
		{"bootprobe=off", false},
		{"bootprobe=no", false},
		{"bootprobe bootprobe=0", false},
		{"bootprobe=0 bootprobe", true},
		{"bootprobe=maybe", false},
		{"notbootprobe", false},
		{"bootprobed", false},
		{"bootprobe.stall=5", false},
		{"quiet -- bootprobe", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		parse(CASES[i].text);
		ck_assert_msg(config.is_on == CASES[i].is_on, "%s", CASES[i].text);
	}
}
END_TEST

START_TEST(durations_have_units)
{
	static const struct {
		const char *text;
		uint64_t stall_us;
	} CASES[] = {
		{"bootprobe.stall=5", 5000000},
		{"bootprobe.stall=1500ms", 1500000},
		{"bootprobe.stall=7s", 7000000},
		{"bootprobe.stall=2min", 120000000},
		/* Bad values leave the default. */
		{"bootprobe.stall=", 30000000},
		{"bootprobe.stall=soon", 30000000},
		{"bootprobe.stall=-1", 30000000},
		{"bootprobe.stall=10ms", 30000000},
		{"bootprobe.stall=99999999999999999999999", 30000000},
		{"bootprobe.stall=18446744073709551615min", 30000000},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		parse(CASES[i].text);
		ck_assert_msg(config.stall_us == CASES[i].stall_us, "%s", CASES[i].text);
		ck_assert_uint_eq(config.problem_count, CASES[i].stall_us == 30000000);
	}
}
END_TEST

START_TEST(sinks_are_a_list)
{
	parse("bootprobe.sinks=kmsg,console-records");
	ck_assert_uint_eq(config.sinks, 1U << SINK_KMSG | 1U << SINK_CONSOLE_RECORDS);
	ck_assert_uint_eq(config.problem_count, 0);
	parse("bootprobe.sinks=run,floppy");
	ck_assert_uint_eq(config.sinks, 1U << SINK_RUN);
	ck_assert_str_eq(config.problem[0], "bootprobe.sinks: a sink that is not known");
	parse("bootprobe.sinks=");
	ck_assert_uint_ne(config.sinks, 0);
	ck_assert_uint_eq(config.problem_count, 1);
}
END_TEST

START_TEST(problems_are_bounded)
{
	parse("bootprobe.a bootprobe.b bootprobe.c bootprobe.d bootprobe.e bootprobe.f bootprobe.g "
	      "bootprobe.h bootprobe.i bootprobe.j=1");
	ck_assert_uint_eq(config.problem_count, 10);
	ck_assert_str_eq(config.problem[0], "bootprobe.a: not known");
}
END_TEST

START_TEST(consoles_are_healed_for_who_asks)
{
	parse("bootprobe");
	ck_assert(!config.may_heal_console);
	parse("bootprobe bootprobe.heal=console");
	ck_assert(config.may_heal_console);
	ck_assert_uint_eq(config.problem_count, 0);
	parse("bootprobe bootprobe.heal=console bootprobe.heal=off");
	ck_assert(!config.may_heal_console);
	parse("bootprobe bootprobe.heal=everything");
	ck_assert(!config.may_heal_console);
	ck_assert_str_eq(config.problem[0], "bootprobe.heal: neither off nor console");
}
END_TEST

START_TEST(the_recorder_runs_for_who_asks)
{
	parse("bootprobe");
	ck_assert(!config.is_recording);
	parse("bootprobe bootprobe.record=exit bootprobe.record-for=90");
	ck_assert(config.is_recording);
	ck_assert_uint_eq(config.record_us, 90 * US_PER_S);
	parse("bootprobe bootprobe.record=exit bootprobe.record=off bootprobe.record-for=0");
	ck_assert(!config.is_recording);
	ck_assert_uint_eq(config.record_us, 600 * US_PER_S);
	ck_assert_uint_eq(config.problem_count, 1);
	ck_assert(!config.is_recording_full);
	parse("bootprobe bootprobe.record=full");
	ck_assert(config.is_recording && config.is_recording_full);
	parse("bootprobe bootprobe.record=full bootprobe.record=exit");
	ck_assert(config.is_recording && !config.is_recording_full);
	parse("bootprobe.record=loud");
	ck_assert_str_eq(config.problem[0], "bootprobe.record: neither off nor exit nor full");
}
END_TEST

UNIT_MAIN("config", the_recorder_runs_for_who_asks, consoles_are_healed_for_who_asks,
	off_unless_asked_for, durations_have_units, sinks_are_a_list, problems_are_bounded)
