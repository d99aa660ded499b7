/* SPDX-License-Identifier: MIT */
#include "parse/trace_line.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static struct trace_line line;

static bool parse(const char *text)
{
	static char buf[512];

	ck_assert(strlen(text) < sizeof(buf));
	strcpy(buf, text);
	return trace_line_parse(buf, &line);
}

START_TEST(what_tracefs_says)
{
	ck_assert(parse("            init-1       [000] .....     6.883900: sys_enter: "
			"NR 1 (2, fe7a6b0, 14, ffffffff, 12, 7ffc3f675277)"));
	ck_assert_int_eq(line.kind, TRACE_ENTER);
	ck_assert_uint_eq(line.pid, 1);
	ck_assert_str_eq(line.comm, "init");
	ck_assert_uint_eq(line.at_us, 6883900);
	ck_assert_uint_eq(line.number, 1);
	ck_assert_uint_eq(line.argument[0], 2);
	ck_assert_uint_eq(line.argument[1], 0xfe7a6b0);
	ck_assert_uint_eq(line.argument[3], 0xffffffff);

	ck_assert(parse("  (sd-pam) x-y-4711    [011] d..1.    16.000001: sys_exit: NR 257 = -2"));
	ck_assert_int_eq(line.kind, TRACE_EXIT);
	ck_assert_uint_eq(line.pid, 4711);
	ck_assert_str_eq(line.comm, "(sd-pam) x-y");
	ck_assert_int_eq(line.result, -2);

	ck_assert(parse("            init-1       [000] .....     6.888814: path: "
			"(getname+0x0/0x50) name=\"/a \"b\"/x\""));
	ck_assert_int_eq(line.kind, TRACE_PATH);
	ck_assert_str_eq(line.path, "/a \"b\"/x");
}
END_TEST

/* What the kernel makes of a call that fails, by src/source/trace.c. */
START_TEST(what_a_failed_call_was_given)
{
	ck_assert(parse("              sh-85      [000] ...3.     2.147040: bootprobe_write: "
			"fd=1 writer=85"));
	ck_assert_int_eq(line.kind, TRACE_ENTER);
	ck_assert_uint_eq(line.pid, 85);
	ck_assert_uint_eq(line.argument[0], 1);
	/* Another one has begun to write on that processor since: whose descriptor is it? */
	ck_assert(parse("sh-85 [000] ...3. 2.147040: bootprobe_write: fd=1 writer=86"));
	ck_assert_uint_eq(line.argument[0], UINT64_MAX);

	ck_assert(parse("            init-1       [000] ...2.     7.677900: bootprobe_path: "
			"name=/none/such file"));
	ck_assert_int_eq(line.kind, TRACE_PATH);
	ck_assert_str_eq(line.path, "/none/such file");
	ck_assert(parse("init-1 [000] ...2. 7.677900: bootprobe_path: name="));
	ck_assert_str_eq(line.path, "");
}
END_TEST

/* A name has 15 bytes at most. */
START_TEST(names_that_look_like_the_rest_of_a_line)
{
	static const char *const NAMES[] = {" [", "a [0] b", "x-1 [000] .", "-1 [0] . 1.00:", "[]",
		"a-1      [0] . ", " -7 [1] .. 1.2:", "sh-1 [000] 1.0"};
	char text[160];

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		char name[16], *trimmed = strcpy(name, NAMES[i]);

		while (*trimmed == ' ')
			trimmed++;
		(void)snprintf(text, sizeof(text),
			"%16s-%-7d [001] d..1. %12s: sys_exit: NR 1 = -5", NAMES[i], 4711,
			"16.000001");
		ck_assert_msg(parse(text), "%s", text);
		ck_assert_uint_eq(line.pid, 4711);
		ck_assert_str_eq(line.comm, trimmed);
		ck_assert_uint_eq(line.at_us, 16000001);
	}
}
END_TEST

START_TEST(what_is_none_of_it)
{
	static const char *const OTHERS[] = {"", "#", "# tracer: nop", " [", " [] . . .",
		"init-1 [000] ..... 6.88: sys_exit: NR 1 = -2",
		"init-1 [000] ..... 6.883900: sys_exit: NR 1",
		"init-1 [000] ..... 6.883900: sys_exit: NR 1 = x",
		"init-1 [000] ..... 6.883900: sys_exit: NR 99999999999 = -2",
		"init-1 [000] ..... 6.883900: sys_exit: NR 1 = -99999999999999999999",
		"init-1 [000] ..... 6.883900: sys_enter: NR 1 2, 3",
		"init-1 [000] ..... 6.883900: path: (getname+0x0/0x50) name=\"",
		"init-1 [000] ..... 6.883900: path:",
		"init-1 [000] ..... 6.883900: bootprobe_path: ",
		"init-1 [000] ..... 6.883900: bootprobe_write: fd=1",
		"init-1 [000] ..... 6.883900: bootprobe_write: fd=x writer=1",
		"init-1 [000] ..... 6.883900: bootprobe_write: writer=1 fd=1",
		"init-1 [000 ..... 6.883900: sys_exit: NR 1 = -2",
		" [000] ..... 6.883900: sys_exit", "init-1 [000]", "init-1 [", "init-1 [000] ",
		"init [000] ..... 6.883900: sys_exit: NR 1 = -2",
		"init-1 [000] ..... 6.883900: sched_switch: x",
		"init-1 [000] ..... 99999999999999999999.883900: sys_exit: NR 1 = -2"};

	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		ck_assert_msg(!parse(OTHERS[i]), "%s", OTHERS[i]);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char text[400];

	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 60, "-7 [000] ..... 1.000000: path: (g) name=\"/x\"", 45);
	ck_assert(trace_line_parse(text, &line));
	ck_assert_uint_eq(strlen(line.comm), sizeof(line.comm) - 1);

	strcpy(text, "init-1 [000] ..... 1.000000: path: (g) name=\"");
	memset(text + strlen(text), 'p', 340);
	strcpy(text + 385, "\"");
	ck_assert(trace_line_parse(text, &line));
	ck_assert_uint_eq(strlen(line.path), sizeof(line.path) - 1);
}
END_TEST

START_TEST(calls_have_names)
{
	ck_assert_str_eq(trace_call_name(SYS_write), "write");
	ck_assert_str_eq(trace_call_name(99999), "");
	ck_assert(trace_call_takes_path(SYS_openat) && !trace_call_takes_path(SYS_write));
}
END_TEST

UNIT_MAIN("trace_line", what_tracefs_says, what_a_failed_call_was_given,
	names_that_look_like_the_rest_of_a_line, what_is_none_of_it, what_is_too_long_is_cut,
	calls_have_names)
