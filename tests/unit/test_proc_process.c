/* SPDX-License-Identifier: MIT */
#include "parse/proc_process.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static char text[1024];

static char *copy(const char *string)
{
	ck_assert(text_copy(text, sizeof(text), string));
	return text;
}

#define REST " S 1 185 185 0 -1 4194560 100 0 0 0 12 30 5 6 20 0 1 0 4711 2760704 300 1844"

START_TEST(a_line_of_stat)
{
	struct proc_stat_line line;

	ck_assert(proc_stat_line_parse(copy("185 (dd)" REST), &line));
	ck_assert_uint_eq(line.pid, 185);
	ck_assert_uint_eq(line.parent, 1);
	ck_assert_str_eq(line.comm, "dd");
	ck_assert_int_eq(line.state, 'S');
	ck_assert_uint_eq(line.cpu_ticks, 42);
	ck_assert_uint_eq(line.start_ticks, 4711);

	/* A name is what its process says. */
	ck_assert(proc_stat_line_parse(copy("7 () D 9 (x)" REST), &line));
	ck_assert_str_eq(line.comm, ") D 9 (x");
	ck_assert_int_eq(line.state, 'S');
	ck_assert(proc_stat_line_parse(copy("7 (0123456789abcdefgh)" REST), &line));
	ck_assert_str_eq(line.comm, "0123456789abcde");
}
END_TEST

START_TEST(lines_that_are_none)
{
	static const char *const TEXTS[] = {"", "7", "7 (", "7 )(" REST, "7 (x)", "7 (x) S 1",
		"x (x)" REST, "-1 (x)" REST,
		"7 (x) S y 185 185 0 -1 4194560 100 0 0 0 12 30 5 6 20 0 1 0 4711 1",
		"7 (x) S 1 185 185 0 -1 4194560 100 0 0 0 18446744073709551615 1 5 6 20 0 1 0 4 1"};
	struct proc_stat_line line;

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++)
		ck_assert_msg(!proc_stat_line_parse(copy(TEXTS[i]), &line), "%s", TEXTS[i]);
}
END_TEST

START_TEST(bytes_of_io)
{
	uint64_t read_bytes = 0, written_bytes = 0;

	ck_assert(proc_io_parse(copy("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\n"
				     "write_bytes: 8192\ncancelled_write_bytes: 1\n"),
		&read_bytes, &written_bytes));
	ck_assert_uint_eq(read_bytes, 4096);
	ck_assert_uint_eq(written_bytes, 8192);
	ck_assert(!proc_io_parse(copy("read_bytes: 4096\n"), &read_bytes, &written_bytes));
	ck_assert(!proc_io_parse(
		copy("read_bytes: \nwrite_bytes: 1\n"), &read_bytes, &written_bytes));
	ck_assert(!proc_io_parse(copy(""), &read_bytes, &written_bytes));
}
END_TEST

START_TEST(a_call_and_none)
{
	static const char *const NONE[] = {"", "running\n", "-1 0x7ffd 0x7f01\n", "0\n", "0 x\n",
		"99999999999 0x3 0x1\n", "0 0xfffffffffffffffff 0x1\n"};
	struct proc_call call;

	ck_assert(proc_call_parse("17 0x3 0x55d0 0x1000 0x0 0x0 0x0 0x7ffd 0x7f01\n", &call));
	ck_assert_uint_eq(call.number, 17);
	ck_assert_uint_eq(call.argument, 3);
	for (size_t i = 0; i < ARRAY_SIZE(NONE); i++)
		ck_assert_msg(!proc_call_parse(NONE[i], &call), "%s", NONE[i]);
}
END_TEST

START_TEST(functions_of_a_stack)
{
	char functions[64];

	proc_stack_parse(copy("[<0>] io_schedule+0x42/0x70\n[<0>] wait_on_page_bit+0x1/0x2\n"
			      "[<0>] ext4_readpage+0x1/0x2 [ext4]\nnonsense\n"),
		functions, sizeof(functions));
	ck_assert_str_eq(functions, "io_schedule wait_on_page_bit ext4_readpage");
	/* A name is there as a whole or not at all. */
	proc_stack_parse(copy("[<0>] io_schedule+0x42/0x70\n[<0>] wait_on_page_bit+0x1/0x2\n"),
		functions, 28);
	ck_assert_str_eq(functions, "io_schedule");
	proc_stack_parse(copy("[<0>] io_schedule+0x42/0x70\n[<0>] wait_on_page_bit+0x1/0x2\n"),
		functions, 29);
	ck_assert_str_eq(functions, "io_schedule wait_on_page_bit");
	proc_stack_parse(copy(""), functions, sizeof(functions));
	ck_assert_str_eq(functions, "");
}
END_TEST

START_TEST(the_mount_of_a_file)
{
	uint32_t mount;

	ck_assert(proc_fdinfo_mount(
		copy("pos:\t0\nflags:\t0100000\nmnt_id:\t29\nino:\t12\n"), &mount));
	ck_assert_uint_eq(mount, 29);
	ck_assert(!proc_fdinfo_mount(copy("pos:\t0\n"), &mount));
	ck_assert(!proc_fdinfo_mount(copy("mnt_id:\t\n"), &mount));
	ck_assert(!proc_fdinfo_mount(copy("mnt_id:\tx\n"), &mount));
}
END_TEST

UNIT_MAIN("proc_process", a_line_of_stat, lines_that_are_none, bytes_of_io, a_call_and_none,
	functions_of_a_stack, the_mount_of_a_file)
