/* SPDX-License-Identifier: MIT */
#include "parse/initrd.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct platform_fact platform;

static void copy(char *to, size_t size, const char *from)
{
	(void)text_copy(to, size, from);
}

static uint32_t mark(const char *path)
{
	for (unsigned i = 0; i < INITRD_MARKS_COUNT; i++) {
		if (strcmp(INITRD_MARKS[i], path) == 0)
			return 1U << i;
	}
	ck_abort_msg("no mark %s", path);
	return 0;
}

static enum initrd_kind initrd_of(const struct initrd_clues *initrd)
{
	memset(&platform, 0, sizeof(platform));
	initrd_decide(initrd, &platform);
	return platform.initrd;
}

START_TEST(initrds_are_told_apart)
{
	static const char SYSTEMD[] = "usr/lib/systemd/systemd";
	static const char NIXOS[] = "#! /nix/store/x-extra-utils/bin/ash\n\ntargetRoot=/mnt-root\n";
	static const char DRACUT[] = "NAME=Debian\nVERSION=\"12 dracut-059-4\"\n";
	static struct initrd_clues c;

	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	copy(c.root_fstype, sizeof(c.root_fstype), "ext4");
	c.marks = mark("usr/lib/dracut/hooks");
	ck_assert_int_eq(initrd_of(&c), INITRD_NONE);
	ck_assert_str_eq(platform.initrd_because, "the root is ext4");
	copy(c.root_fstype, sizeof(c.root_fstype), "rootfs");
	ck_assert_int_eq(initrd_of(&c), INITRD_DRACUT);

	memset(&c, 0, sizeof(c));
	c.has_release = true;
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	copy(c.release, sizeof(c.release), DRACUT);
	ck_assert_int_eq(initrd_of(&c), INITRD_DRACUT);
	copy(c.init_link, sizeof(c.init_link), SYSTEMD);
	ck_assert_int_eq(initrd_of(&c), INITRD_DRACUT_SYSTEMD);
	copy(c.release, sizeof(c.release), "ID=nixos\n");
	ck_assert_int_eq(initrd_of(&c), INITRD_NIXOS_SYSTEMD);

	memset(&c, 0, sizeof(c));
	copy(c.root_fstype, sizeof(c.root_fstype), "rootfs");
	copy(c.init_head, sizeof(c.init_head), NIXOS);
	ck_assert_int_eq(initrd_of(&c), INITRD_NIXOS_SCRIPTED);
	copy(c.init_head, sizeof(c.init_head), "");
	copy(c.init_link, sizeof(c.init_link), "/nix/store/x-systemd-256/lib/systemd/systemd");
	ck_assert_int_eq(initrd_of(&c), INITRD_NIXOS_SYSTEMD);

	memset(&c, 0, sizeof(c));
	copy(c.root_fstype, sizeof(c.root_fstype), "tmpfs");
	c.marks = mark("conf/initramfs.conf") | mark("scripts/init-top");
	ck_assert_int_eq(initrd_of(&c), INITRD_INITRAMFS_TOOLS);
	c.marks = mark("init_functions");
	ck_assert_int_eq(initrd_of(&c), INITRD_MKINITCPIO);
	copy(c.init_link, sizeof(c.init_link), SYSTEMD);
	c.marks = mark("buildconfig");
	ck_assert_int_eq(initrd_of(&c), INITRD_MKINITCPIO_SYSTEMD);
}
END_TEST

/* Nothing follows on a system that is in memory; on an initrd of a kind that is not known,
 * something may. */
START_TEST(systems_in_memory_are_no_initrds)
{
	static struct initrd_clues c;

	memset(&c, 0, sizeof(c));
	c.has_os_release = true;
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	copy(c.root_fstype, sizeof(c.root_fstype), "rootfs");
	ck_assert_int_eq(initrd_of(&c), INITRD_NONE);
	ck_assert_str_eq(platform.initrd_because, "the root is the initramfs, with an os-release");
	ck_assert(platform.is_initramfs_system);
	c.is_root_wanted = true;
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	copy(c.root_fstype, sizeof(c.root_fstype), "tmpfs");
	ck_assert_int_eq(initrd_of(&c), INITRD_NONE);
	ck_assert_str_eq(platform.initrd_because, "the root is tmpfs, with an os-release");
	ck_assert(!platform.is_initramfs_system);
	c.is_root_wanted = false;
	c.has_os_release = false;
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);

	c.has_os_release = true;
	copy(c.root_fstype, sizeof(c.root_fstype), "rootfs");
	c.has_release = true;
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	c.has_release = false;
	c.marks = mark("conf/initramfs.conf");
	ck_assert_int_eq(initrd_of(&c), INITRD_INITRAMFS_TOOLS);
}
END_TEST

START_TEST(the_last_root_mount_counts)
{
	char text[] =
		"rootfs / rootfs rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\nbad\n";
	char none[] = "proc /proc proc rw 0 0\n\n", cut[] = "rootfs / ";
	char fstype[8] = "";

	ck_assert(initrd_root_fstype(text, fstype, sizeof(fstype)));
	ck_assert_str_eq(fstype, "ext4");
	ck_assert(!initrd_root_fstype(none, fstype, sizeof(fstype)));
	ck_assert(!initrd_root_fstype(cut, fstype, sizeof(fstype)));
}
END_TEST

START_TEST(mounts_may_be_cut_or_long)
{
	char text[] = "a_file_system_type / a_file_system_type rw 0 0\n", empty[] = "";
	char other[] = "tmpfs /sysroot tmpfs rw 0 0\ntmpfs // tmpfs rw 0 0\n/ /\n";
	char fstype[8] = "before";

	ck_assert(!initrd_root_fstype(empty, fstype, sizeof(fstype)));
	ck_assert(!initrd_root_fstype(other, fstype, sizeof(fstype)));
	ck_assert_str_eq(fstype, "before");
	ck_assert(initrd_root_fstype(text, fstype, sizeof(fstype)));
	ck_assert_str_eq(fstype, "a_file_");
}
END_TEST

/* Bits that stand for no mark, a release and a head that fill their buffers. */
START_TEST(clues_may_be_nonsense)
{
	static struct initrd_clues c;

	memset(&c, 0, sizeof(c));
	c.marks = ~((1U << INITRD_MARKS_COUNT) - 1);
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	memset(c.release, 'x', sizeof(c.release) - 1);
	memset(c.init_head, 'x', sizeof(c.init_head) - 1);
	memset(c.init_link, 'x', sizeof(c.init_link) - 1);
	ck_assert_int_eq(initrd_of(&c), INITRD_UNKNOWN);
	ck_assert_str_eq(platform.initrd_because, "");
	memcpy(c.release + sizeof(c.release) - 7, "dracut", 6);
	ck_assert_int_eq(initrd_of(&c), INITRD_DRACUT);
}
END_TEST

UNIT_MAIN("initrd", initrds_are_told_apart, systems_in_memory_are_no_initrds,
	the_last_root_mount_counts, mounts_may_be_cut_or_long, clues_may_be_nonsense)
