/* SPDX-License-Identifier: MIT */
#include "parse/mountinfo.h"

#include "unit.h"

#include <string.h>

static char text[4096];
static struct mountinfo mount;

static char *mounts(const char *lines)
{
	return strcpy(text, lines);
}

START_TEST(good)
{
	char *cursor = mounts("22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw\n"
			      "30 1 8:1 / /sysroot ro,relatime master:1 propagate_from:2 - ext4 "
			      "/dev/sda1 rw,errors=remount-ro\n");

	ck_assert(mountinfo_next(&cursor, &mount));
	ck_assert_str_eq(mount.mount_point, "/proc");
	ck_assert_uint_eq(mount.id, 22);
	ck_assert(mountinfo_next(&cursor, &mount));
	ck_assert_str_eq(mount.mount_point, "/sysroot");
	ck_assert_str_eq(mount.options, "ro,relatime");
	ck_assert_str_eq(mount.fstype, "ext4");
	ck_assert_str_eq(mount.source, "/dev/sda1");
	ck_assert_str_eq(mount.super_options, "rw,errors=remount-ro");
	ck_assert(!mountinfo_next(&cursor, &mount));
}
END_TEST

START_TEST(escapes_and_no_source)
{
	char *cursor = mounts("1 2 0:1 / /a\\040b\\134 rw - fuse.x my\\011tag rw\n"
			      "1 2 0:1 / /c rw -  tmpfs  rw\n");

	ck_assert(mountinfo_next(&cursor, &mount));
	ck_assert_str_eq(mount.mount_point, "/a b\\");
	ck_assert_str_eq(mount.source, "my\ttag");
	ck_assert(mountinfo_next(&cursor, &mount));
	ck_assert_str_eq(mount.source, "");
	ck_assert_str_eq(mount.super_options, "rw");
}
END_TEST

START_TEST(the_last_one_is_seen)
{
	ck_assert(mountinfo_find(mounts("1 2 0:1 / /x rw - autofs systemd-1 rw\n"
					"1 2 8:1 / /x rw - ext4 /dev/sda1 rw\n"
					"1 2 8:2 / /xy rw - xfs /dev/sda2 rw\n"),
		"/x", &mount));
	ck_assert_str_eq(mount.fstype, "ext4");
	ck_assert(!mountinfo_find(mounts("1 2 0:1 / /x rw - tmpfs t rw\n"), "/", &mount));
}
END_TEST

START_TEST(nonsense_is_passed_over)
{
	static const char *const LINES[] = {"", "\n\n", "1\n", "1 2 3 4 5 6 7 8 9\n",
		"1 2 3 4 5 6 -\n", "1 2 3 4 5 6 - ext4\n", "- - - - - - -\n"};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		char *cursor = mounts(LINES[i]);
		ck_assert(!mountinfo_next(&cursor, &mount));
	}
	ck_assert(mountinfo_find(mounts("4294967296 2 0:1 / /x rw - tmpfs t rw"), "/x", &mount));
	ck_assert_uint_eq(mount.id, 0);
	ck_assert(mountinfo_find(mounts("junk\n1 2 0:1 / /x rw - tmpfs t rw"), "/x", &mount));
	ck_assert(mountinfo_find(mounts("1 2 0:1 / /\\04 rw - tmpfs t rw"), "/\\04", &mount));
}
END_TEST

START_TEST(options)
{
	ck_assert(mountinfo_has_option("ro,relatime", "ro"));
	ck_assert(mountinfo_has_option("relatime,ro", "ro"));
	ck_assert(!mountinfo_has_option("rw,errors=remount-ro", "ro"));
	ck_assert(!mountinfo_has_option("rootcontext=x,rotation", "ro"));
	ck_assert(!mountinfo_has_option("", "ro"));
}
END_TEST

UNIT_MAIN("mountinfo", good, escapes_and_no_source, the_last_one_is_seen, nonsense_is_passed_over,
	options)
