/* SPDX-License-Identifier: MIT */
#include "parse/module_list.h"

#include "base/text.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

START_TEST(names_are_compared_as_the_kernel_does)
{
	static const struct {
		const char *name, *other;
		bool is_same;
	} CASES[] = {
		{"virtio_blk", "virtio_blk", true},
		{"virtio_blk", "virtio-blk", true},
		{"qemu-fw_cfg", "qemu_fw-cfg", true},
		{"virtio_blk", "virtio_bl", false},
		{"virtio_blk", "virtio_blk2", false},
		{"virtio_blk", "Virtio_blk", false},
		{"virtio_blk", "virtio.blk", false},
		{"virtio_blk", "", false},
		{"", "virtio_blk", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_msg(module_name_is(CASES[i].name, CASES[i].other,
				      strlen(CASES[i].other)) == CASES[i].is_same,
			"%s %s", CASES[i].name, CASES[i].other);
	/* The second name ends where its length says. */
	ck_assert(module_name_is("sd_mod", "sd_mod,sr_mod", 6));
	ck_assert(!module_name_is("sd_mod", "sd_mod,sr_mod", 5));
	ck_assert(!module_name_is("sd_mod", "sd_mod\0x", 8));
}
END_TEST

START_TEST(three_parameters_keep_modules_out)
{
	static const struct {
		const char *cmdline;
		bool is_blacklisted;
	} CASES[] = {
		{"", false},
		{"root=/dev/vda1 quiet", false},
		{"modprobe.blacklist=virtio_blk", true},
		{"module_blacklist=virtio_blk", true},
		{"rd.driver.blacklist=virtio_blk", true},
		{"modprobe.blacklist=virtio-blk", true},
		{"module-blacklist=virtio_blk", true},
		{"modprobe.blacklist=floppy,virtio_blk,pcspkr", true},
		{"modprobe.blacklist=virtio_blk,floppy", true},
		{"modprobe.blacklist=floppy,virtio_blk", true},
		{"modprobe.blacklist=\"floppy,virtio_blk\"", true},
		{"modprobe.blacklist=,,virtio_blk,", true},
		/* each one counts, not the last */
		{"modprobe.blacklist=virtio_blk modprobe.blacklist=floppy", true},
		{"module_blacklist=floppy rd.driver.blacklist=virtio_blk", true},
		{"modprobe.blacklist", false},
		{"modprobe.blacklist=", false},
		{"modprobe.blacklist=,,,", false},
		{"modprobe.blacklist=virtio_bl", false},
		{"modprobe.blacklist=virtio_blk2", false},
		{"modprobe.blacklist=virtio", false},
		{"modprobe.blacklist=floppy virtio_blk", false},
		{"modprobe.blacklists=virtio_blk", false},
		{"blacklist=virtio_blk", false},
		{"rd.driver.pre=virtio_blk", false},
		/* init's own */
		{"quiet -- modprobe.blacklist=virtio_blk", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_msg(module_list_is_blacklisted(CASES[i].cmdline, "virtio_blk") ==
				      CASES[i].is_blacklisted,
			"%s", CASES[i].cmdline);
}
END_TEST

START_TEST(no_name_is_in_no_list)
{
	ck_assert(!module_list_is_blacklisted("modprobe.blacklist=", ""));
	ck_assert(!module_list_is_blacklisted("modprobe.blacklist=a,,b", ""));
}
END_TEST

START_TEST(long_lists)
{
	static char cmdline[4096];
	struct text text;

	text_init(&text, cmdline, sizeof(cmdline));
	text_append(&text, "modprobe.blacklist=");
	for (unsigned i = 0; i < 400; i++) {
		text_append(&text, "mod");
		text_append_u64(&text, i);
		text_append_char(&text, ',');
	}
	text_append(&text, "last");
	ck_assert(!text.is_cut);
	ck_assert(module_list_is_blacklisted(cmdline, "mod0"));
	ck_assert(module_list_is_blacklisted(cmdline, "mod399"));
	ck_assert(module_list_is_blacklisted(cmdline, "last"));
	ck_assert(!module_list_is_blacklisted(cmdline, "mod400"));
	ck_assert(!module_list_is_blacklisted(cmdline, "mod"));
}
END_TEST

UNIT_MAIN("module_list", names_are_compared_as_the_kernel_does, three_parameters_keep_modules_out,
	no_name_is_in_no_list, long_lists)
