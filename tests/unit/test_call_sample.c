/* SPDX-License-Identifier: MIT */
#include "parse/call_sample.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static struct call_sample sample;
static struct caller_fact caller;

static void begin(uint32_t pid)
{
	memset(&sample, 0, sizeof(sample));
	memset(&caller, 0, sizeof(caller));
	sample.pid = pid;
	call_sample_begin(&sample);
}

static void take(const char *text)
{
	struct trace_line line;
	char buf[256];

	ck_assert(strlen(text) < sizeof(buf));
	strcpy(buf, text);
	ck_assert_msg(trace_line_parse(buf, &line), "%s", text);
	call_sample_add(&sample, &line);
}

static uint64_t clock_us;

static void take_event(const char *event)
{
	char buf[256];

	(void)snprintf(buf, sizeof(buf), "x-9 [000] ..... %u.%06u: %s",
		(unsigned)(clock_us / 1000000), (unsigned)(clock_us % 1000000), event);
	take(buf);
	clock_us += 10;
}

/* A call and its result; path: what it looks up, or NULL. */
static void call(uint32_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth,
	const char *path, long result)
{
	char buf[200];

	(void)snprintf(buf, sizeof(buf), "sys_enter: NR %u (%lx, %lx, %lx, %lx, 0, 0)", number,
		(unsigned long)first, (unsigned long)second, (unsigned long)third,
		(unsigned long)fourth);
	take_event(buf);
	if (path) {
		(void)snprintf(buf, sizeof(buf), "path: (getname+0x0/0x50) name=\"%s\"", path);
		take_event(buf);
	}
	(void)snprintf(buf, sizeof(buf), "sys_exit: NR %u = %ld", number, result);
	take_event(buf);
}

static void call_on(uint32_t number, uint64_t descriptor, long result)
{
	call(number, descriptor, 0, 0, 0, NULL, result);
}

static void open_file(const char *path, uint64_t flags, long result)
{
	call(SYS_openat, 0xffffff9c, 0x1000, flags, 0, path, result);
}

static void tell(void)
{
	call_sample_tell(&sample, &caller);
}

/* Debian's 6.1, where both probes tell of some paths; the sample begins within a call. */
#ifdef __x86_64__
static const char *const CAPTURED_LOOKS[] = {
	"            stat-78      [000] .....    12.579532: sys_exit: NR 262 = 0",
	"            stat-78      [000] .....    12.579736: sys_enter: NR 262 (ffffff9c, 48001a, "
	"7ffe40389b90, 0, 0, cca7a0)",
	"            stat-78      [000] .....    12.579810: path: (getname_flags+0x0/0x50) "
	"name=\"/a/b\"",
	"            stat-78      [000] .....    12.579974: sys_exit: NR 262 = -2",
	"            stat-78      [000] .....    12.579982: sys_enter: NR 262 (ffffff9c, 48001f, "
	"7ffe40389b90, 0, 0, cca7a0)",
	"            stat-78      [000] .....    12.579989: path: (getname_flags+0x0/0x50) "
	"name=\"/proc/self/status\"",
	"            stat-78      [000] .....    12.583275: sys_exit: NR 262 = 0",
};

START_TEST(what_a_process_looks_up)
{
	begin(78);
	for (size_t i = 0; i < sizeof(CAPTURED_LOOKS) / sizeof(CAPTURED_LOOKS[0]); i++)
		take(CAPTURED_LOOKS[i]);
	tell();
	ck_assert_uint_eq(caller.sampled, 2);
	ck_assert_uint_eq(caller.failed, 1);
	ck_assert_uint_eq(caller.lookups, 2);
	ck_assert_uint_eq(caller.different_paths, 2);
	ck_assert_uint_eq(caller.main_lookups, 2);
	ck_assert_uint_eq(caller.seen_us, 12583275 - 12579532);
	ck_assert_uint_eq(caller.bytes, 0);
	ck_assert_uint_eq(fact_count(caller.paths), 2);
	ck_assert_str_eq(caller.paths.item[0].path, "/a/b");
	ck_assert_uint_eq(caller.paths.item[0].share, 5000);
	ck_assert_uint_eq(fact_count(caller.files), 0);
}
END_TEST

/* Debian's 6.12: opened without O_APPEND, written, synced, closed; and the same again. */
static const char *const CAPTURED_WRITES[] = {
	"         rewrite-133     [000] .....    41.670045: sys_exit: NR 3 = 0",
	"         rewrite-133     [000] .....    41.670072: sys_enter: NR 257 (ffffff9c, 48003e, "
	"241, 180, 0, cca7a0)",
	"         rewrite-133     [000] .....    41.670088: path: (getname+0x4/0x50) name=\"/h\"",
	"         rewrite-133     [000] .....    41.670288: sys_exit: NR 257 = 5",
	"         rewrite-133     [000] .....    41.670292: sys_enter: NR 1 (5, 480041, b, 180, 0, "
	"cca7a0)",
	"         rewrite-133     [000] .....    41.670418: sys_exit: NR 1 = 11",
	"         rewrite-133     [000] .....    41.670422: sys_enter: NR 74 (5, 480041, b, 180, "
	"0, "
	"cca7a0)",
	"         rewrite-133     [000] .....    41.670430: sys_exit: NR 74 = 0",
	"         rewrite-133     [000] .....    41.670433: sys_enter: NR 3 (5, 480041, b, 180, 0, "
	"cca7a0)",
	"         rewrite-133     [000] .....    41.670439: sys_exit: NR 3 = 0",
};

START_TEST(what_a_process_writes)
{
	begin(133);
	for (int times = 0; times < 5; times++) {
		for (size_t i = 0; i < sizeof(CAPTURED_WRITES) / sizeof(CAPTURED_WRITES[0]); i++)
			take(CAPTURED_WRITES[i]);
	}
	tell();
	ck_assert_uint_eq(caller.sampled, 20);
	ck_assert_uint_eq(caller.bytes, 55);
	ck_assert_uint_eq(caller.fresh_bytes, 11);
	ck_assert_uint_eq(caller.different_files, 1);
	ck_assert_str_eq(caller.files.item[0].file, "/h");
	ck_assert_int_eq(caller.files.item[0].descriptor, 5);
	ck_assert_uint_eq(caller.files.item[0].calls, 15);
	ck_assert_uint_eq(caller.files.item[0].writes, 5);
	ck_assert_uint_eq(caller.files.item[0].syncs, 5);
	ck_assert_uint_eq(caller.files.item[0].bytes, 55);
	ck_assert_uint_eq(caller.files.item[0].fresh_bytes, 11);
}
END_TEST
#endif

START_TEST(bytes_that_follow_are_fresh)
{
	begin(9);
	for (int i = 0; i < 50; i++) {
		call_on(SYS_read, 0, 4096);
		call_on(SYS_write, 1, 4096);
	}
	tell();
	ck_assert_uint_eq(caller.bytes, 2 * 50 * 4096);
	ck_assert_uint_eq(caller.fresh_bytes, caller.bytes);
	ck_assert_uint_eq(caller.opened_bytes, 0);
	ck_assert_uint_eq(caller.different_files, 2);
}
END_TEST

START_TEST(bytes_of_a_log_are_fresh)
{
	begin(9);
	for (int i = 0; i < 10; i++) {
		open_file("/log", 02000 | 1, 4);
		call_on(SYS_write, 4, 30);
		call_on(SYS_close, 4, 0);
	}
	tell();
	ck_assert_uint_eq(caller.fresh_bytes, 300);
	ck_assert_uint_eq(caller.opened_bytes, 300);
	/* Until it is cut off each time. */
	for (int i = 0; i < 10; i++) {
		open_file("/log", 02000 | 1, 4);
		call_on(SYS_write, 4, 30);
		call(SYS_ftruncate, 4, 0, 0, 0, NULL, 0);
	}
	tell();
	ck_assert_uint_eq(caller.bytes, 600);
	ck_assert_uint_eq(caller.fresh_bytes, 330);
}
END_TEST

START_TEST(bytes_of_the_same_place_are_not)
{
	begin(9);
	for (int i = 0; i < 20; i++) {
		call(SYS_pwrite64, 3, 0, 512, 1 << 20, NULL, 512);
		call(SYS_pwrite64, 3, 0, 512, (1 << 20) + 256, NULL, 512);
		call_on(SYS_lseek, 4, 4096);
		call_on(SYS_read, 4, 100);
	}
	tell();
	ck_assert_uint_eq(caller.bytes, 20 * 1124);
	ck_assert_uint_eq(caller.fresh_bytes, 768 + 100);
	ck_assert_uint_eq(caller.files.item[0].fresh_bytes, 768);
}
END_TEST

START_TEST(parts_of_a_file_become_one)
{
	begin(9);
	call(SYS_pwrite64, 3, 0, 0, 0, NULL, 10);
	call(SYS_pwrite64, 3, 0, 0, 20, NULL, 10);
	call(SYS_pwrite64, 3, 0, 0, 5, NULL, 20);
	ck_assert_uint_eq(sample.fresh_bytes, 30);
	ck_assert_uint_eq(sample.file[0].span_count, 1);
	call(SYS_pwrite64, 3, 0, 0, 0, NULL, 30);
	ck_assert_uint_eq(sample.fresh_bytes, 30);
}
END_TEST

/* Who jumps about is not said to be in one place. */
START_TEST(too_many_places_are_all_fresh)
{
	begin(9);
	for (int times = 0; times < 5; times++) {
		for (uint64_t i = 0; i < 2 * SAMPLE_SPANS_MAX; i++)
			call(SYS_pread64, 3, 0, 0, i << 20, NULL, 512);
	}
	tell();
	ck_assert(sample.file[0].is_scattered);
	ck_assert_uint_ge(caller.fresh_bytes, caller.bytes * 4 / 5);
}
END_TEST

START_TEST(what_waits_and_what_asks_in_vain)
{
	begin(9);
	take_event("sys_enter: NR 7 (7ffc, 1, ffffffff, 0, 0, 0)");
	clock_us += 5000;
	take_event("sys_exit: NR 7 = 1");
	take_event("sys_enter: NR 7 (7ffc, 1, ffffffff, 0, 0, 0)");
	take_event("sys_exit: NR 7 = 1");
	call_on(SYS_read, 5, 0);
	call_on(SYS_read, 5, -11);
	call_on(SYS_ioctl, 5, 0);
	take_event("sys_enter: NR 230 (0, 0, 7ffc, 0, 0, 0)");
	clock_us += 990;
	take_event("sys_exit: NR 230 = 0");
	tell();
	ck_assert_uint_eq(caller.sampled, 6);
	ck_assert_uint_eq(caller.empty, 3);
	ck_assert_uint_eq(caller.failed, 1);
	ck_assert_uint_eq(caller.others, 1);
	ck_assert_uint_eq(caller.waited_us, 5010 + 1000);
	ck_assert_uint_eq(caller.different_files, 1);
}
END_TEST

START_TEST(what_both_probes_tell_is_one_look_up)
{
	begin(9);
	for (int i = 0; i < 2; i++) {
		take_event("sys_enter: NR 257 (ffffff9c, 0, 0, 0, 0, 0)");
		take_event("path: (getname+0x0/0x50) name=\"/a\"");
		take_event("path: (getname_flags+0x0/0x50) name=\"/a\"");
		take_event("sys_exit: NR 257 = -2");
	}
	ck_assert_uint_eq(sample.lookups, 2);
	/* Of a renaming. */
	take_event("sys_enter: NR 82 (0, 0, 0, 0, 0, 0)");
	take_event("path: (getname+0x0/0x50) name=\"/a\"");
	take_event("path: (getname+0x0/0x50) name=\"/b\"");
	ck_assert_uint_eq(sample.lookups, 4);
	ck_assert_uint_eq(sample.different_paths, 2);
}
END_TEST

START_TEST(samples_add_up)
{
	begin(9);
	open_file("/one", 0, 3);
	call_sample_begin(&sample);
	clock_us += 10000000;
	/* Of a call that began before. */
	take_event("sys_exit: NR 1 = 11");
	open_file("/two", 0, 3);
	tell();
	ck_assert_uint_eq(caller.sampled, 2);
	ck_assert_uint_eq(caller.different_paths, 2);
	ck_assert_uint_eq(caller.bytes, 0);
	/* What was between the samples is none of them. */
	ck_assert_uint_lt(caller.seen_us, 1000);
}
END_TEST

START_TEST(what_is_of_others_or_does_not_fit)
{
	begin(9);
	take("y-8 [000] ..... 1.000000: path: (getname+0x0/0x50) name=\"/x\"");
	take_event("sys_enter: NR 0 (3, 0, 0, 0, 0, 0)");
	take_event("sys_exit: NR 1 = 5");
	take_event("sys_exit: NR 0 = 5");
	ck_assert_uint_eq(sample.sampled + sample.lookups, 0);
	/* Descriptors and offsets that are none. */
	call_on(SYS_read, 0xffffffffffffffff, -9);
	call_on(SYS_read, 100000, 50);
	call(SYS_pread64, 3, 0, 0, UINT64_MAX - 1, NULL, 512);
	open_file("/far", 0, 100000);
	ck_assert_uint_eq(sample.sampled, 4);
	ck_assert_uint_eq(sample.bytes, 562);
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
	char path[100];

	begin(9);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(path, sizeof(path), "/%05d%080d", i % 900, 0);
		open_file(path, 0, 3 + i % 90);
		call_on(SYS_read, 3 + (uint64_t)i % 90, 10);
	}
	tell();
	/* Of those that there is no room for, it is not known whether they were there before. */
	ck_assert_uint_ge(caller.different_paths, 900);
	ck_assert_uint_le(caller.different_paths, 1000);
	ck_assert_uint_eq(sample.path_count, SAMPLE_PATHS_MAX);
	/* Of these, the first hundred came twice. */
	ck_assert_uint_eq(caller.main_lookups, 16);
	ck_assert_uint_eq(sample.file_count, SAMPLE_FILES_MAX);
	ck_assert_uint_eq(fact_count(caller.paths), CALL_PATHS_MAX);
	ck_assert_uint_eq(fact_count(caller.files), CALL_FILES_MAX);
	ck_assert_uint_eq(caller.bytes, 10000);
}
END_TEST

#ifdef __x86_64__
#define CAPTURES what_a_process_looks_up, what_a_process_writes,
#else
#define CAPTURES
#endif

UNIT_MAIN("call_sample", CAPTURES bytes_that_follow_are_fresh, bytes_of_a_log_are_fresh,
	bytes_of_the_same_place_are_not, parts_of_a_file_become_one, too_many_places_are_all_fresh,
	what_waits_and_what_asks_in_vain, what_both_probes_tell_is_one_look_up, samples_add_up,
	what_is_of_others_or_does_not_fit, more_than_there_is_room_for)
