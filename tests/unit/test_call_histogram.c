/* SPDX-License-Identifier: MIT */
#include "parse/call_histogram.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static struct call_tally tally;

static void take(const char *text)
{
	static char buf[1 << 18];
	char *line = buf, *end;

	ck_assert(strlen(text) < sizeof(buf));
	strcpy(buf, text);
	memset(&tally, 0, sizeof(tally));
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		(void)call_tally_add(&tally, line);
	}
}

/* Debian's 6.12, with a process that opens, writes, syncs and closes a file. */
static const char CAPTURED[] =
	"# event histogram\n"
	"#\n"
	"# trigger info: hist:keys=common_pid,id:vals=hitcount:sort=hitcount.descending:size=1024"
	" if comm != \"init\" [active]\n"
	"#\n"
	"\n"
	"{ common_pid:        133, id:        257 } hitcount:       5091\n"
	"{ common_pid:        133, id:         74 } hitcount:       5091\n"
	"{ common_pid:        133, id:          3 } hitcount:       5091\n"
	"{ common_pid:        133, id:          1 } hitcount:       5090\n"
	"{ common_pid:         97, id:        232 } hitcount:         12\n"
	"{ common_pid:        133, id:         35 } hitcount:          2\n"
	"\n"
	"Totals:\n"
	"    Hits: 20377\n"
	"    Entries: 6\n"
	"    Dropped: 0\n";

START_TEST(what_the_kernel_counts)
{
	const struct call_tally_entry *entry;

	take(CAPTURED);
	ck_assert_uint_eq(tally.calls, 20377);
	entry = call_tally_next(&tally, NULL);
	ck_assert_uint_eq(entry->pid, 133);
	ck_assert_uint_eq(entry->calls, 20365);
	ck_assert_uint_eq(entry->different, 5);
	ck_assert_uint_eq(entry->most[0].number, 257);
	ck_assert_uint_eq(entry->most[0].calls, 5091);
	ck_assert_uint_eq(entry->most[3].number, 1);
	entry = call_tally_next(&tally, entry);
	ck_assert_uint_eq(entry->pid, 97);
	ck_assert_ptr_null(call_tally_next(&tally, entry));
}
END_TEST

/* Whose calls differ may have most of them. */
START_TEST(the_busiest_comes_first)
{
	const struct call_tally_entry *entry;

	take("{ common_pid: 5, id: 1 } hitcount: 100\n{ common_pid: 6, id: 1 } hitcount: 90\n"
	     "{ common_pid: 6, id: 2 } hitcount: 80\n{ common_pid: 7, id: 2 } hitcount: 100\n");
	entry = call_tally_next(&tally, NULL);
	ck_assert_uint_eq(entry->pid, 6);
	entry = call_tally_next(&tally, entry);
	ck_assert_uint_eq(entry->pid, 5);
	entry = call_tally_next(&tally, entry);
	ck_assert_uint_eq(entry->pid, 7);
}
END_TEST

START_TEST(what_is_no_count)
{
	static const char *const OTHERS[] = {"", "{", "{ common_pid:", "{ common_pid: 1",
		"{ common_pid: 1, id: 2 }", "{ common_pid: 1, id: 2 } hitcount:",
		"{ common_pid: x, id: 2 } hitcount: 3", "{ common_pid: 1, id: 2 hitcount: 3",
		"{ common_pid: 0, id: 2 } hitcount: 3", "{ common_pid: 1, id: -2 } hitcount: 3",
		"{ common_pid: 99999999999, id: 2 } hitcount: 3",
		"{ common_pid: 1, id: 4294967296 } hitcount: 3",
		"{ common_pid: 1, id: 2 } hitcount: 99999999999999999999",
		"{ pid: 1, id: 2 } hitcount: 3", "    Hits: 20377", "Totals:"};
	char buf[128];

	memset(&tally, 0, sizeof(tally));
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
		strcpy(buf, OTHERS[i]);
		ck_assert_msg(!call_tally_add(&tally, buf), "%s", OTHERS[i]);
	}
	ck_assert_uint_eq(tally.count, 0);
	ck_assert_uint_eq(tally.calls, 0);
	ck_assert_ptr_null(call_tally_next(&tally, NULL));
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
	char line[96];

	memset(&tally, 0, sizeof(tally));
	for (int i = 1; i <= 2 * CALL_TALLY_MAX; i++) {
		(void)snprintf(line, sizeof(line), "{ common_pid: %d, id: 1 } hitcount: 7", i);
		ck_assert(call_tally_add(&tally, line));
	}
	ck_assert_uint_eq(tally.count, CALL_TALLY_MAX);
	ck_assert_uint_eq(tally.calls, 14 * CALL_TALLY_MAX);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof(line),
			"{ common_pid: 1, id: %d } hitcount: 18446744073709551615", i);
		ck_assert(call_tally_add(&tally, line));
	}
	ck_assert_uint_eq(tally.calls, UINT64_MAX);
	ck_assert_uint_eq(call_tally_next(&tally, NULL)->pid, 1);
}
END_TEST

UNIT_MAIN("call_histogram", what_the_kernel_counts, the_busiest_comes_first, what_is_no_count,
	more_than_there_is_room_for)
