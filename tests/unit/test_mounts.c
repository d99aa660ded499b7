/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "hook/mounts.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct facts facts;

/* A file stands in for the table: what counts is what is read from its start. */
static void look(const char *table, uint64_t now_us)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(table, file), 0);
	ck_assert_int_eq(fflush(file), 0);
	mounts_look(fileno(file), &facts, now_us);
	(void)fclose(file);
}

static const struct mount_fact *mount_of(uint32_t id)
{
	fact_foreach (mount, facts.mounts) {
		if (mount->id == id)
			return mount;
	}
	return NULL;
}

static uint32_t mounted_count(void)
{
	uint32_t count = 0;

	fact_foreach (mount, facts.mounts)
		count += mount->id != 0;
	return count;
}

#define PROC "22 1 0:21 / /proc rw - proc proc rw\n"
#define SHARE "40 1 0:30 / /sysroot ro - virtiofs rootfs rw\n"

static void reset(void)
{
	memset(&facts, 0, sizeof(facts));
}

START_TEST(what_is_new_was_seen_now)
{
	reset();
	look(PROC, 0);
	look(PROC SHARE, 5000);
	look(PROC SHARE, 9000);
	ck_assert_uint_eq(mounted_count(), 2);
	ck_assert_uint_eq(mount_of(22)->seen_us, 0);
	ck_assert_uint_eq(mount_of(40)->seen_us, 5000);
	ck_assert_str_eq(mount_of(40)->fstype, "virtiofs");
	ck_assert_str_eq(mount_of(40)->source, "rootfs");
	/* Moved to the root, by the switch to it. */
	look("40 1 0:30 / / ro - virtiofs rootfs rw\n", 12000);
	ck_assert_uint_eq(mount_of(40)->seen_us, 5000);
}
END_TEST

START_TEST(a_number_that_is_given_again_is_another_mount)
{
	reset();
	look(PROC SHARE, 5000);
	look(PROC, 6000);
	ck_assert_ptr_null(mount_of(40));
	look(PROC "40 1 8:1 / /sysroot ro - ext4 /dev/sda1 rw\n", 7000);
	ck_assert_uint_eq(mount_of(40)->seen_us, 7000);
	ck_assert_str_eq(mount_of(40)->fstype, "ext4");
	ck_assert_uint_eq(fact_count(facts.mounts), 2);
}
END_TEST

START_TEST(nonsense_is_passed_over)
{
	reset();
	look("", 1000);
	look("junk\n0 1 0:1 / /x rw - tmpfs t rw\n-1 1 0:1 / /x rw - tmpfs t rw\n", 1000);
	ck_assert_uint_eq(mounted_count(), 0);
	mounts_look(-1, &facts, 1000);
	ck_assert_uint_eq(mounted_count(), 0);
	/* Nothing is forgotten because a table could not be read. */
	look(PROC, 1000);
	mounts_look(-1, &facts, 2000);
	ck_assert_uint_eq(mounted_count(), 1);
}
END_TEST

START_TEST(there_is_an_end)
{
	static char table[200000];
	size_t length = 0;

	reset();
	for (int i = 1; i < 3000; i++)
		length += (size_t)snprintf(table + length, sizeof(table) - length,
			"%d 1 0:%d / /m%d rw - tmpfs t%d rw\n", i, i, i, i);
	look(table, 1000);
	ck_assert_uint_eq(mounted_count(), MOUNTS_MAX);
	look(PROC, 2000);
	ck_assert_uint_eq(mounted_count(), 1);
}
END_TEST

UNIT_MAIN("mounts", what_is_new_was_seen_now, a_number_that_is_given_again_is_another_mount,
	nonsense_is_passed_over, there_is_an_end)
