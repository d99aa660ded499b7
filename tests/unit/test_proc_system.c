/* SPDX-License-Identifier: MIT */
#include "parse/proc_system.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static char text[1024];

static char *copy(const char *string)
{
	ck_assert(text_copy(text, sizeof(text), string));
	return text;
}

START_TEST(totals_of_stat)
{
	static const char *const OTHERS[] = {"", "processes 5\n", "cpu  1 2 3 4 5 6 7 8\n",
		"cpu  1 2 3 4 5 6\nprocesses 5\n", "cpu  1 2 3 4 5 6 7 8\nprocesses x\n",
		"cpu0 1 2 3 4 5 6 7 8\nprocesses 5\n",
		"cpu  18446744073709551615 2 3 4 5 6 7 8\nprocesses 5\n"};
	struct proc_stat_totals totals;

	ck_assert(proc_stat_totals_parse(
		copy("cpu  1 2 4 800 1600 8 16 3200 1 1\ncpu0 9 9 9 9 9 9 9 9 9 9\nintr 5 6\n"
		     "ctxt 7\nprocesses 192\nprocs_running 1\n"),
		&totals));
	ck_assert_uint_eq(totals.busy_ticks, 31);
	ck_assert_uint_eq(totals.processes, 192);
	for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++)
		ck_assert_msg(!proc_stat_totals_parse(copy(OTHERS[i]), &totals), "%s", OTHERS[i]);
}
END_TEST

START_TEST(values_of_meminfo)
{
	static const char MEMINFO[] = "MemTotal:        494344 kB\nMemFree: 1 kB\n"
				      "MemAvailable:    301234 kB\n";
	uint64_t bytes = 7;

	ck_assert(meminfo_bytes(copy(MEMINFO), "MemAvailable:", &bytes));
	ck_assert_uint_eq(bytes, UINT64_C(301234) * 1024);
	ck_assert(!meminfo_bytes(copy(MEMINFO), "Mem:", &bytes));
	ck_assert(!meminfo_bytes(copy("MemAvailable:"), "MemAvailable:", &bytes));
	ck_assert(!meminfo_bytes(
		copy("MemAvailable: 18446744073709551615 kB"), "MemAvailable:", &bytes));
}
END_TEST

START_TEST(lines_of_diskstats)
{
	char *cursor = copy("   8       0 sda 10 1 100 5 20 2 200 6 3 9 11\n"
			    " 254 1 vda1 1 2\n\n 254 2 x 1 2 3 4 5 6 7 8 y\n"
			    " 254 3 z 1 2 99999999999999999999 4 5 6 7 8 9\n"
			    " 254 1 vda1 1 0 8 0 0 0 0 0 0 4 5 0 0 0 0\n"
			    " 254 0 vdb 1 0 8 0 2 0 16 0 1 4 5 100 0 800 6 7 8\n");
	struct disk_stats disk;

	ck_assert(disk_stats_next(&cursor, &disk));
	ck_assert_str_eq(disk.name, "sda");
	ck_assert_uint_eq(disk.ended, 30);
	ck_assert_uint_eq(disk.bytes, 300 * 512);
	ck_assert_uint_eq(disk.requests, 3);
	ck_assert(disk_stats_next(&cursor, &disk));
	ck_assert_str_eq(disk.name, "vda1");
	ck_assert_uint_eq(disk.requests, 0);
	/* Discards and flushes end as well. */
	ck_assert(disk_stats_next(&cursor, &disk));
	ck_assert_uint_eq(disk.ended, 1 + 2 + 100 + 7);
	ck_assert(!disk_stats_next(&cursor, &disk));
}
END_TEST

START_TEST(shares_of_pressure)
{
	static const char *const OTHERS[] = {"", "some", "some avg10=\n", "some avg10=1\n",
		"some avg10=1.2 avg60=0.00\n", "some avg10=101.00\n", "some avg10=x.00\n",
		"full avg10=1.00\n"};
	uint32_t some = 0, full = 0;

	ck_assert(pressure_parse(copy("some avg10=12.34 avg60=5.00 avg300=1.00 total=99\n"
				      "full avg10=100.00 avg60=0.00 avg300=0.00 total=7\n"),
		&some, &full));
	ck_assert_uint_eq(some, 1234);
	ck_assert_uint_eq(full, 10000);
	ck_assert(
		pressure_parse(copy("some avg10=0.05 avg60=5.00\nfull avg10=3.00\n"), &some, NULL));
	ck_assert_uint_eq(some, 5);
	for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++)
		ck_assert_msg(!pressure_parse(copy(OTHERS[i]), &some, &full), "%s", OTHERS[i]);
}
END_TEST

UNIT_MAIN("proc_system", totals_of_stat, values_of_meminfo, lines_of_diskstats, shares_of_pressure)
