/* SPDX-License-Identifier: MIT */
#include "parse/boot_origin.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <string.h>

enum { LOADER_EFI_STUB = 0x2, LOADER_IPXE = 0x4, LOADER_KEXEC = 0xd };

static const char *const LOADERS[] = {
	[0x1] = "loadlin",
	/* "bootsector" by the document; the kernel's EFI stub since uses it */
	[LOADER_EFI_STUB] = "efi-stub",
	[0x3] = "syslinux",
	[LOADER_IPXE] = "ipxe",
	[0x5] = "elilo",
	[0x7] = "grub",
	[0x8] = "u-boot",
	[0x9] = "xen",
	[0xa] = "gujin",
	[0xb] = "qemu",
	[LOADER_KEXEC] = "kexec",
	[0x11] = "minimal-linux-bootloader",
	[0x12] = "ovmf",
	[0x13] = "barebox",
};

/* 0 is LILO and nobody, 0xf is "undefined". */
static bool is_loader_known(const struct boot_clues *clues)
{
	uint64_t type = clues->loader_type >> 4;

	return clues->has_loader_type && type < ARRAY_SIZE(LOADERS) && LOADERS[type];
}

static bool is_loader(const struct boot_clues *clues, uint64_t type)
{
	return clues->has_loader_type && clues->loader_type >> 4 == type;
}

static bool has_parameter(const char *cmdline, const char *name)
{
	char ignored[1];

	return cmdline_get(cmdline, name, ignored, sizeof(ignored));
}

static const char *kexec_evidence(const struct boot_clues *clues)
{
	if (is_loader(clues, LOADER_KEXEC))
		return "bootloader_type";
	if (clues->has_vmcore)
		return "/proc/vmcore";
	if (has_parameter(clues->cmdline, "elfcorehdr"))
		return "elfcorehdr=";
	if (clues->is_tree_of_kexec)
		return "linux,booted-from-kexec";
	return NULL;
}

static void decide_kexec(const struct boot_clues *clues, struct platform_fact *platform)
{
	const char *evidence = kexec_evidence(clues);

	if (evidence) {
		platform->is_kexec = ANSWER_YES;
		(void)text_copy(platform->kexec_because, sizeof(platform->kexec_because), evidence);
	} else if (is_loader_known(clues)) {
		platform->is_kexec = ANSWER_NO;
	}
}

/* Each of them means that something of the boot came over the network (is_sure), or that the
 * initrd brings the network up. A value of NULL: any but off, none and the empty one. */
static const struct {
	const char *name;
	const char *value; /* prefix */
	bool is_sure;
} NETWORK[] = {
	{"BOOTIF", NULL, true},
	{"netroot", NULL, true},
	{"nfsroot", NULL, true},
	{"netboot", NULL, true},
	{"root", "nfs", true},
	{"root", "/dev/nfs", true},
	{"root", "dhcp", true},
	{"root", "iscsi:", true},
	{"root", "nbd:", true},
	{"root", "cifs:", true},
	{"root", "fcoe:", true},
	{"root", "live:http", true},
	{"root", "live:nfs", true},
	{"root", "live:ftp", true},
	{"root", "http", true},
	{"boot", "nfs", true},
	{"fetch", NULL, true},
	{"archiso_http_srv", NULL, true},
	{"ip", NULL, false},
	{"rd.neednet", NULL, false},
};

static bool is_off(const char *value)
{
	static const char *const OFF[] = {"", "off", "none", "no", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(OFF); i++) {
		if (strcmp(value, OFF[i]) == 0)
			return true;
	}
	return false;
}

static bool is_network_evidence(const char *cmdline, size_t row)
{
	const char *expected = NETWORK[row].value;
	char value[64];

	if (!cmdline_get(cmdline, NETWORK[row].name, value, sizeof(value)))
		return false;
	return expected ? text_starts_with(value, expected) : !is_off(value);
}

static void decide_network(const struct boot_clues *clues, struct platform_fact *platform)
{
	bool is_sure = is_loader(clues, LOADER_IPXE);
	struct text because;

	text_init(&because, platform->network_boot_because, sizeof(platform->network_boot_because));
	if (is_sure)
		text_append(&because, "loader ipxe");
	for (size_t i = 0; i < ARRAY_SIZE(NETWORK); i++) {
		if (!is_network_evidence(clues->cmdline, i))
			continue;
		is_sure = is_sure || NETWORK[i].is_sure;
		if (because.length)
			text_append(&because, ", ");
		text_append(&because, NETWORK[i].name);
		text_append_char(&because, '=');
		text_append(&because, NETWORK[i].value ? NETWORK[i].value : "");
	}
	/* Started as a program of UEFI, a kernel cannot tell whether that came from a disk. */
	if (is_sure)
		platform->is_network_boot = ANSWER_YES;
	else if (!because.length && clues->cmdline[0] && !is_loader(clues, LOADER_EFI_STUB))
		platform->is_network_boot = ANSWER_NO;
}

void boot_origin_decide(const struct boot_clues *clues, struct platform_fact *platform)
{
	if (is_loader_known(clues))
		(void)text_copy(platform->boot_loader, sizeof(platform->boot_loader),
			LOADERS[clues->loader_type >> 4]);
	decide_kexec(clues, platform);
	decide_network(clues, platform);
}
