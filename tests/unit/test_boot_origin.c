/* SPDX-License-Identifier: MIT */
#include "parse/boot_origin.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct platform_fact platform;

START_TEST(kexec_is_told_by_evidence)
{
	static const struct {
		struct boot_clues clues;
		enum answer is_kexec;
		const char *because, *loader;
	} CASES[] = {
		{{.cmdline = ""}, ANSWER_UNKNOWN, "", ""},
		{{.has_loader_type = true, .loader_type = 0x72, .cmdline = ""}, ANSWER_NO, "",
			"grub"},
		{{.has_loader_type = true, .loader_type = 0xb0, .cmdline = ""}, ANSWER_NO, "",
			"qemu"},
		{{.has_loader_type = true, .loader_type = 0xd0, .cmdline = ""}, ANSWER_YES,
			"bootloader_type", "kexec"},
		{{.has_loader_type = true, .loader_type = 0xff, .cmdline = ""}, ANSWER_UNKNOWN, "",
			""},
		{{.has_loader_type = true, .loader_type = 0, .cmdline = ""}, ANSWER_UNKNOWN, "",
			""},
		{{.has_loader_type = true, .loader_type = UINT64_MAX, .cmdline = ""},
			ANSWER_UNKNOWN, "", ""},
		{{.cmdline = "quiet elfcorehdr=0x3f000000"}, ANSWER_YES, "elfcorehdr=", ""},
		{{.has_vmcore = true, .cmdline = ""}, ANSWER_YES, "/proc/vmcore", ""},
		{{.is_tree_of_kexec = true, .cmdline = ""}, ANSWER_YES, "linux,booted-from-kexec",
			""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		memset(&platform, 0, sizeof(platform));
		boot_origin_decide(&CASES[i].clues, &platform);
		ck_assert_msg(platform.is_kexec == CASES[i].is_kexec, "case %zu", i);
		ck_assert_str_eq(platform.kexec_because, CASES[i].because);
		ck_assert_str_eq(platform.boot_loader, CASES[i].loader);
	}
}
END_TEST

START_TEST(network_boots_are_told_by_evidence)
{
	static const struct {
		const char *cmdline;
		uint64_t loader;
		enum answer is_network_boot;
		const char *because;
	} CASES[] = {
		{"", 0, ANSWER_UNKNOWN, ""},
		{"root=UUID=1 quiet", 0, ANSWER_NO, ""},
		{"root=/dev/vda1 ip=dhcp", 0, ANSWER_UNKNOWN, "ip="},
		{"root=/dev/vda1 ip=off", 0, ANSWER_NO, ""},
		{"root=/dev/vda1 rd.neednet=1 BOOTIF=01-52-54-00-12-34-56", 0, ANSWER_YES,
			"BOOTIF=, rd.neednet="},
		{"root=/dev/nfs nfsroot=10.0.0.1:/srv ip=dhcp", 0, ANSWER_YES,
			"nfsroot=, root=/dev/nfs, ip="},
		{"root=nfs4:10.0.0.1:/srv", 0, ANSWER_YES, "root=nfs"},
		{"netroot=iscsi:10.0.0.1::::iqn.x", 0, ANSWER_YES, "netroot="},
		{"root=live:http://10.0.0.1/x.img", 0, ANSWER_YES, "root=live:http"},
		{"root=live:CDLABEL=X", 0, ANSWER_NO, ""},
		{"quiet", 0x40, ANSWER_YES, "loader ipxe"},
		{"quiet", 0x70, ANSWER_NO, ""},
		{"vmlinuz quiet initrd=initrd", 0x21, ANSWER_UNKNOWN, ""},
		{"quiet BOOTIF=1", 0x21, ANSWER_YES, "BOOTIF="},
		{"quiet -- BOOTIF=1", 0, ANSWER_NO, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		struct boot_clues boot = {.cmdline = CASES[i].cmdline,
			.has_loader_type = CASES[i].loader > 0,
			.loader_type = CASES[i].loader};

		memset(&platform, 0, sizeof(platform));
		boot_origin_decide(&boot, &platform);
		ck_assert_msg(platform.is_network_boot == CASES[i].is_network_boot, "%s",
			CASES[i].cmdline);
		ck_assert_str_eq(platform.network_boot_because, CASES[i].because);
	}
}
END_TEST

START_TEST(loaders_have_names)
{
	/* Documentation/arch/x86/boot.rst; what stands there as reserved or undefined has none. */
	static const struct {
		uint64_t type;
		const char *name;
	} CASES[] = {
		{0x21, "efi-stub"},
		{0x3f, "syslinux"},
		{0x41, "ipxe"},
		{0x72, "grub"},
		{0x80, "u-boot"},
		{0xb0, "qemu"},
		{0x120, "ovmf"},
		{0x130, "barebox"},
		{0x60, ""},
		{0xc0, ""},
		{0xe0, ""},
		{0x100, ""},
		{0x140, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		const struct boot_clues boot = {
			.has_loader_type = true, .loader_type = CASES[i].type, .cmdline = ""};

		memset(&platform, 0, sizeof(platform));
		boot_origin_decide(&boot, &platform);
		ck_assert_str_eq(platform.boot_loader, CASES[i].name);
	}
}
END_TEST

/* More evidence than there is room for is cut, and counts as it would. */
START_TEST(reasons_are_bounded)
{
	static const struct boot_clues BOOT = {.has_loader_type = true,
		.loader_type = 0x40,
		.cmdline = "BOOTIF=1 netroot=nfs nfsroot=1 netboot=1 root=/dev/nfs boot=nfs "
			   "fetch=http://x archiso_http_srv=http://x ip=dhcp rd.neednet=1"};

	memset(&platform, 0, sizeof(platform));
	boot_origin_decide(&BOOT, &platform);
	ck_assert_int_eq(platform.is_network_boot, ANSWER_YES);
	ck_assert_uint_eq(
		strlen(platform.network_boot_because), sizeof(platform.network_boot_because) - 1);
	ck_assert_int_eq(strncmp(platform.network_boot_because, "loader ipxe, BOOTIF=, ", 22), 0);
}
END_TEST

UNIT_MAIN("boot_origin", kexec_is_told_by_evidence, network_boots_are_told_by_evidence,
	loaders_have_names, reasons_are_bounded)
