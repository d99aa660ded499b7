/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "parse/boot_origin.h"
#include "parse/cpuid.h"
#include "parse/hypervisor.h"
#include "parse/initrd.h"
#include "parse/machine.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct platform_fact platform;
static struct platform_clues clues;

/* A leaf whose EBX, ECX, EDX spell a text of up to 12 bytes. */
static void add_signature(uint32_t leaf, const char *signature)
{
	struct cpuid_leaf spelled = {.leaf = leaf};
	char bytes[12] = "";

	memcpy(bytes, signature, strlen(signature));
	memcpy(&spelled.ebx, bytes, 4);
	memcpy(&spelled.ecx, bytes + 4, 4);
	memcpy(&spelled.edx, bytes + 8, 4);
	cpuid_add(&clues.cpuid, &spelled);
}

static void add_brand(const char *brand)
{
	char bytes[48] = "";

	memcpy(bytes, brand, strlen(brand));
	for (uint32_t i = 0; i < 3; i++) {
		struct cpuid_leaf leaf = {.leaf = 0x80000002 + i};
		memcpy(&leaf.eax, bytes + i * 16, 16);
		cpuid_add(&clues.cpuid, &leaf);
	}
}

static void add_hypervisor_bit(bool value)
{
	cpuid_add(&clues.cpuid, &(struct cpuid_leaf){.leaf = 1, .ecx = value ? 1U << 31 : 0});
}

struct machine {
	const char *signature, *second_signature; /* NULL: no hypervisor bit */
	const char *sys_vendor, *product, *version, *bios, *chassis;
	const char *acpi, *xen_type, *xen_guest;
	bool is_dom0, is_efi, has_no_cpuid;
	enum hypervisor hypervisor;
	const char *told_by;
	enum firmware firmware;
	const char *machine;
};

static void copy(char *to, size_t size, const char *from)
{
	(void)text_copy(to, size, from ? from : "");
}

static void gather(const struct machine *m)
{
	memset(&platform, 0, sizeof(platform));
	memset(&clues, 0, sizeof(clues));
	if (!m->has_no_cpuid)
		add_hypervisor_bit(m->signature);
	if (m->signature)
		add_signature(0x40000000, m->signature);
	if (m->second_signature)
		add_signature(0x40000100, m->second_signature);
	copy(platform.dmi_sys_vendor, 64, m->sys_vendor);
	copy(platform.dmi_product_name, 64, m->product);
	copy(platform.dmi_product_version, 64, m->version);
	copy(platform.dmi_bios_vendor, 64, m->bios);
	copy(platform.dmi_chassis_vendor, 64, m->chassis);
	copy(clues.acpi_oem_id, 8, m->acpi);
	copy(clues.xen_type, 8, m->xen_type);
	copy(clues.xen_guest_type, 8, m->xen_guest);
	clues.is_xen_dom0 = m->is_dom0;
	platform.is_efi = answer_from(m->is_efi);
}

static void decide(void)
{
	hypervisor_decide(&clues, &platform);
	hypervisor_decide_nesting(&clues, &platform);
	hypervisor_decide_machine(&clues, &platform);
}

#define QEMU_DMI                                                              \
	.sys_vendor = "QEMU", .product = "Standard PC (i440FX + PIIX, 1996)", \
	.version = "pc-i440fx-9.0", .bios = "SeaBIOS", .chassis = "QEMU", .acpi = "BOCHS"

static const struct machine MACHINES[] = {
	/* QEMU and KVM */
	{.signature = "KVMKVMKVM",
		QEMU_DMI,
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_SEABIOS,
		.machine = "pc-i440fx-9.0"},
	{.signature = "TCGTCGTCGTCG",
		QEMU_DMI,
		.hypervisor = HYPERVISOR_QEMU_TCG,
		.told_by = "cpuid",
		.firmware = FIRMWARE_SEABIOS,
		.machine = "pc-i440fx-9.0"},
	{.signature = "Microsoft Hv",
		.second_signature = "KVMKVMKVM",
		QEMU_DMI,
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_SEABIOS,
		.machine = "pc-i440fx-9.0"},
	{.signature = "",
		QEMU_DMI,
		.hypervisor = HYPERVISOR_QEMU,
		.told_by = "dmi",
		.firmware = FIRMWARE_SEABIOS,
		.machine = "pc-i440fx-9.0"},
	{.has_no_cpuid = true,
		.sys_vendor = "QEMU",
		.product = "QEMU Virtual Machine",
		.version = "virt-9.0",
		.bios = "EFI Development Kit II / OVMF",
		.is_efi = true,
		.hypervisor = HYPERVISOR_QEMU,
		.told_by = "dmi",
		.firmware = FIRMWARE_OVMF,
		.machine = "virt-9.0"},
	{.has_no_cpuid = true,
		.sys_vendor = "QEMU",
		.product = "KVM Virtual Machine",
		.version = "virt-9.0",
		.bios = "EFI Development Kit II / OVMF",
		.is_efi = true,
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "dmi",
		.firmware = FIRMWARE_OVMF,
		.machine = "virt-9.0"},
	{.signature = "KVMKVMKVM",
		.sys_vendor = "QEMU",
		.version = "pc-q35-9.0",
		.bios = "Proxmox distribution of EDK II",
		.is_efi = true,
		.acpi = "BOCHS",
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_OVMF,
		.machine = "pc-q35-9.0"},
	/* names of the system set by the user */
	{.signature = "",
		.sys_vendor = "ACME",
		.product = "Box",
		.bios = "Acme BIOS",
		.chassis = "QEMU",
		.hypervisor = HYPERVISOR_QEMU,
		.told_by = "dmi",
		.firmware = FIRMWARE_BIOS,
		.machine = "Box"},
	{.signature = "KVMKVMKVM",
		.sys_vendor = "Amazon EC2",
		.product = "m5.large",
		.bios = "Amazon EC2",
		.is_efi = true,
		.acpi = "AMAZON",
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "m5.large"},
	{.signature = "KVMKVMKVM",
		.sys_vendor = "Google",
		.product = "Google Compute Engine",
		.bios = "Google",
		.is_efi = true,
		.acpi = "Google",
		.hypervisor = HYPERVISOR_KVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "Google Compute Engine"},
	{.signature = "TCGTCGTCGTCG",
		.acpi = "BOCHS",
		.hypervisor = HYPERVISOR_QEMU_TCG,
		.told_by = "cpuid",
		.firmware = FIRMWARE_DIRECT,
		.machine = "microvm"},
	{.signature = "KVMKVMKVM",
		.acpi = "FIRECK",
		.hypervisor = HYPERVISOR_FIRECRACKER,
		.told_by = "acpi-oem",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	{.signature = "KVMKVMKVM",
		.acpi = "CLOUDH",
		.sys_vendor = "Cloud Hypervisor",
		.product = "cloud-hypervisor",
		.bios = "cloud-hypervisor",
		.hypervisor = HYPERVISOR_CLOUD_HYPERVISOR,
		.told_by = "acpi-oem",
		.firmware = FIRMWARE_DIRECT,
		.machine = "cloud-hypervisor"},
	{.signature = "Microsoft Hv",
		.acpi = "CLOUDH",
		.second_signature = "KVMKVMKVM",
		.hypervisor = HYPERVISOR_CLOUD_HYPERVISOR,
		.told_by = "acpi-oem",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	/* others */
	{.signature = "VMwareVMware",
		.sys_vendor = "VMware, Inc.",
		.product = "VMware Virtual Platform",
		.bios = "Phoenix Technologies LTD",
		.acpi = "PTLTD",
		.hypervisor = HYPERVISOR_VMWARE,
		.told_by = "cpuid",
		.firmware = FIRMWARE_BIOS,
		.machine = "VMware Virtual Platform"},
	{.signature = "VBoxVBoxVBox",
		.sys_vendor = "innotek GmbH",
		.product = "VirtualBox",
		.bios = "innotek GmbH",
		.acpi = "VBOX",
		.hypervisor = HYPERVISOR_VIRTUALBOX,
		.told_by = "cpuid",
		.firmware = FIRMWARE_BIOS,
		.machine = "VirtualBox"},
	{.signature = "KVMKVMKVM",
		.sys_vendor = "innotek GmbH",
		.product = "VirtualBox",
		.bios = "innotek GmbH",
		.acpi = "VBOX",
		.hypervisor = HYPERVISOR_VIRTUALBOX,
		.told_by = "dmi",
		.firmware = FIRMWARE_BIOS,
		.machine = "VirtualBox"},
	{.signature = "Microsoft Hv",
		.sys_vendor = "Microsoft Corporation",
		.product = "Virtual Machine",
		.version = "Hyper-V UEFI Release v4.1",
		.bios = "Microsoft Corporation",
		.is_efi = true,
		.acpi = "MSFTVM",
		.hypervisor = HYPERVISOR_HYPERV,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "Virtual Machine"},
	{.signature = "XenVMMXenVMM",
		.sys_vendor = "Xen",
		.product = "HVM domU",
		.bios = "Xen",
		.xen_type = "xen",
		.xen_guest = "HVM",
		.hypervisor = HYPERVISOR_XEN_HVM,
		.told_by = "sys-hypervisor",
		.firmware = FIRMWARE_BIOS,
		.machine = "HVM domU"},
	{.signature = "Microsoft Hv",
		.second_signature = "XenVMMXenVMM",
		.sys_vendor = "Xen",
		.product = "HVM domU",
		.bios = "Xen",
		.hypervisor = HYPERVISOR_XEN_HVM,
		.told_by = "cpuid",
		.firmware = FIRMWARE_BIOS,
		.machine = "HVM domU"},
	{.signature = "XenVMMXenVMM",
		.hypervisor = HYPERVISOR_XEN_PVH,
		.told_by = "cpuid",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	{.signature = "XenVMMXenVMM",
		.xen_type = "xen",
		.xen_guest = "PVH",
		.hypervisor = HYPERVISOR_XEN_PVH,
		.told_by = "sys-hypervisor",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	{.xen_type = "xen",
		.xen_guest = "PV",
		.hypervisor = HYPERVISOR_XEN_PV,
		.told_by = "sys-hypervisor",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	{.xen_type = "xen",
		.hypervisor = HYPERVISOR_XEN_PV,
		.told_by = "sys-hypervisor",
		.firmware = FIRMWARE_DIRECT,
		.machine = ""},
	{.xen_type = "xen",
		.xen_guest = "PV",
		.is_dom0 = true,
		.sys_vendor = "Dell Inc.",
		.product = "PowerEdge R640",
		.bios = "Dell Inc.",
		.hypervisor = HYPERVISOR_XEN_DOM0,
		.told_by = "sys-hypervisor",
		.firmware = FIRMWARE_BIOS,
		.machine = "PowerEdge R640"},
	{.bios = "The Bochs Project",
		.acpi = "BXPC",
		.hypervisor = HYPERVISOR_BOCHS,
		.told_by = "dmi",
		.firmware = FIRMWARE_BIOS,
		.machine = ""},
	{.acpi = "BXPC", .hypervisor = HYPERVISOR_BOCHS, .told_by = "acpi-oem", .machine = ""},
	{.signature = "bhyve bhyve ",
		.sys_vendor = "BHYVE",
		.product = "BHYVE",
		.bios = "BHYVE",
		.is_efi = true,
		.acpi = "BHYVE",
		.hypervisor = HYPERVISOR_BHYVE,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "BHYVE"},
	{.signature = " lrpepyh vr",
		.sys_vendor = "Parallels International GmbH.",
		.product = "Parallels Virtual Platform",
		.bios = "Parallels International GmbH.",
		.hypervisor = HYPERVISOR_PARALLELS,
		.told_by = "cpuid",
		.firmware = FIRMWARE_BIOS,
		.machine = "Parallels Virtual Platform"},
	{.signature = "prl hyperv  ",
		.hypervisor = HYPERVISOR_PARALLELS,
		.told_by = "cpuid",
		.machine = ""},
	{.signature = "ACRNACRNACRN",
		.hypervisor = HYPERVISOR_OTHER,
		.told_by = "cpuid",
		.machine = ""},
	/* no hypervisor */
	{.sys_vendor = "LENOVO",
		.product = "20XW00ABGE",
		.version = "ThinkPad X1 Carbon Gen 9",
		.bios = "LENOVO",
		.is_efi = true,
		.acpi = "LENOVO",
		.hypervisor = HYPERVISOR_NONE,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "ThinkPad X1 Carbon Gen 9"},
	{.sys_vendor = "Amazon EC2",
		.product = "m5.metal",
		.bios = "Amazon EC2",
		.is_efi = true,
		.hypervisor = HYPERVISOR_NONE,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "m5.metal"},
	{.sys_vendor = "Microsoft Corporation",
		.product = "Surface Pro",
		.is_efi = true,
		.bios = "Microsoft Corporation",
		.hypervisor = HYPERVISOR_NONE,
		.told_by = "cpuid",
		.firmware = FIRMWARE_UEFI,
		.machine = "Surface Pro"},
	/* nothing to go by */
	{.has_no_cpuid = true, .hypervisor = HYPERVISOR_UNKNOWN, .told_by = "", .machine = ""},
	{.has_no_cpuid = true,
		.sys_vendor = "Ampere",
		.product = "Altra",
		.is_efi = true,
		.hypervisor = HYPERVISOR_UNKNOWN,
		.told_by = "",
		.firmware = FIRMWARE_UEFI,
		.machine = "Altra"},
};

START_TEST(machines_are_told_apart)
{
	for (size_t i = 0; i < ARRAY_SIZE(MACHINES); i++) {
		const struct machine *m = &MACHINES[i];

		gather(m);
		decide();
		ck_assert_msg(platform.hypervisor == m->hypervisor, "case %zu: hypervisor %d", i,
			(int)platform.hypervisor);
		ck_assert_msg(strcmp(platform.hypervisor_told_by, m->told_by) == 0, "case %zu: %s",
			i, platform.hypervisor_told_by);
		ck_assert_msg(platform.firmware == m->firmware, "case %zu: firmware %d", i,
			(int)platform.firmware);
		ck_assert_msg(strcmp(platform.machine, m->machine) == 0, "case %zu: machine %s", i,
			platform.machine);
		ck_assert_msg(
			platform.is_nested ==
				(m->hypervisor == HYPERVISOR_NONE ? ANSWER_NO : ANSWER_UNKNOWN),
			"case %zu: nested %d %s", i, (int)platform.is_nested,
			platform.nested_because);
	}
}
END_TEST

START_TEST(device_trees_tell)
{
	memset(&clues, 0, sizeof(clues));
	memset(&platform, 0, sizeof(platform));
	clues.has_device_tree = true;
	copy(clues.tree_compatible, sizeof(clues.tree_compatible), "other\nlinux,dummy-virt");
	copy(clues.tree_model, sizeof(clues.tree_model), "linux,dummy-virt");
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_QEMU);
	ck_assert_str_eq(platform.hypervisor_told_by, "device-tree");
	ck_assert_int_eq(platform.firmware, FIRMWARE_DEVICETREE);
	ck_assert_str_eq(platform.machine, "linux,dummy-virt");

	copy(clues.tree_hypervisor, sizeof(clues.tree_hypervisor), "xen,xen-4.17\nxen,xen");
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_XEN_PVH);

	memset(&platform, 0, sizeof(platform));
	copy(clues.tree_hypervisor, sizeof(clues.tree_hypervisor), "");
	copy(clues.tree_compatible, sizeof(clues.tree_compatible), "raspberrypi,4-model-b");
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_UNKNOWN);
}
END_TEST

START_TEST(cpuinfo_stands_in_for_cpuid)
{
	memset(&clues, 0, sizeof(clues));
	memset(&platform, 0, sizeof(platform));
	clues.cpuinfo_hypervisor = ANSWER_NO;
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_NONE);
	ck_assert_str_eq(platform.hypervisor_told_by, "cpuinfo");
	clues.cpuinfo_hypervisor = ANSWER_YES;
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_OTHER);
}
END_TEST

START_TEST(nesting_needs_evidence)
{
	static const struct machine DOM0 = {
		.signature = "TCGTCGTCGTCG", .xen_type = "xen", .xen_guest = "PV", .is_dom0 = true};
	static const struct machine DOM0_ON_QEMU = {
		QEMU_DMI, .xen_type = "xen", .xen_guest = "PV", .is_dom0 = true};
	static const struct machine DOM0_FAULTING = {.signature = "XenVMMXenVMM",
		.xen_type = "xen",
		.xen_guest = "PV",
		.is_dom0 = true,
		.sys_vendor = "Dell Inc."};
	static const struct machine KVM = {.signature = "KVMKVMKVM", QEMU_DMI};
	static const struct machine KVM_HOST_DMI = {.signature = "KVMKVMKVM",
		.acpi = "BOCHS",
		.sys_vendor = "VMware, Inc.",
		.product = "VMware7,1"};
	static const struct machine HYPERV = {.signature = "Microsoft Hv"};
	struct cpuid_leaf recommendations = {.leaf = 0x40000004, .eax = 1U << 12};

	gather(&DOM0);
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_XEN_DOM0);
	ck_assert_int_eq(platform.is_nested, ANSWER_YES);
	ck_assert_str_ne(platform.nested_because, "");
	gather(&DOM0_ON_QEMU);
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_YES);
	gather(&DOM0_FAULTING);
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_UNKNOWN);

	gather(&KVM);
	add_brand("Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz");
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_UNKNOWN);
	gather(&KVM);
	add_brand("QEMU Virtual CPU version 2.5+");
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_UNKNOWN);
	gather(&KVM);
	add_brand("QEMU TCG CPU version 2.5+");
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_YES);
	gather(&KVM_HOST_DMI);
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_KVM);
	ck_assert_int_eq(platform.is_nested, ANSWER_YES);

	gather(&HYPERV);
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_UNKNOWN);
	gather(&HYPERV);
	cpuid_add(&clues.cpuid, &recommendations);
	decide();
	ck_assert_int_eq(platform.is_nested, ANSWER_YES);
}
END_TEST

START_TEST(cpuid_captures_are_read)
{
	char good[] = "# leaf eax ebx ecx edx\n\n00000001 000306c3 0 80000000 0\n"
		      "40000000 40000001 4b4d564b 564b4d56 0000004d\n";
	char cut[] = "1 2 3\n", many[] = "1 2 3 4 5 6\n", lie[] = "1 2 3 4 123456789\n";
	struct cpuid_leaves leaves = {0};
	char signature[CPUID_SIGNATURE_SIZE];

	ck_assert_int_eq(cpuid_parse(good, &leaves), 0);
	ck_assert_uint_eq(leaves.count, 2);
	cpuid_signature(&leaves, 0, signature);
	ck_assert_str_eq(signature, "KVMKVMKVM");
	cpuid_signature(&leaves, 1, signature);
	ck_assert_str_eq(signature, "");
	ck_assert_int_eq(cpuid_parse(cut, &leaves), -EINVAL);
	ck_assert_int_eq(cpuid_parse(many, &leaves), -EINVAL);
	ck_assert_int_eq(cpuid_parse(lie, &leaves), -EINVAL);
	for (int i = 0; i < 100; i++)
		cpuid_add(&leaves, &(struct cpuid_leaf){.leaf = 7});
	ck_assert_uint_eq(leaves.count, CPUID_LEAVES_MAX);
	leaves.count = UINT32_MAX;
	ck_assert_ptr_null(cpuid_find(&leaves, 9));
}
END_TEST

START_TEST(signatures_are_printable_and_need_the_bit)
{
	char signature[CPUID_SIGNATURE_SIZE], brand[CPUID_BRAND_SIZE];

	memset(&clues, 0, sizeof(clues));
	add_hypervisor_bit(false);
	add_signature(0x40000000, "KVMKVMKVM");
	cpuid_signature(&clues.cpuid, 0, signature);
	ck_assert_str_eq(signature, "");
	memset(&clues, 0, sizeof(clues));
	add_hypervisor_bit(true);
	add_signature(0x40000000, "a\x01\xff\x1b[31mbcde");
	cpuid_signature(&clues.cpuid, 0, signature);
	ck_assert_str_eq(signature, "a???[31mbcde");
	cpuid_brand(&clues.cpuid, brand);
	ck_assert_str_eq(brand, "");
	add_brand("  0123456789012345678901234567890123456789012345");
	cpuid_brand(&clues.cpuid, brand);
	ck_assert_str_eq(brand, "0123456789012345678901234567890123456789012345");
}
END_TEST

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

START_TEST(sizes_are_read)
{
	char good[] = "MemTotal:       24684084 kB\nMemFree: 1 kB\n", cut[] = "MemTotal:";
	char lie[] = "MemTotal: 99999999999999999999999 kB\n", other[] = "MemFree: 5 kB\n";
	char flags[] = "processor\t: 0\nflags\t\t: fpu vmx hypervisor\n";
	char no_flags[] = "processor\t: 0\nflags\t\t: fpu hypervisors\n", arm[] = "Features : fp\n";

	ck_assert_uint_eq(meminfo_total_kib(good), 24684084);
	ck_assert_uint_eq(meminfo_total_kib(cut), 0);
	ck_assert_uint_eq(meminfo_total_kib(lie), 0);
	ck_assert_uint_eq(meminfo_total_kib(other), 0);
	ck_assert_uint_eq(cpu_list_count("0"), 1);
	ck_assert_uint_eq(cpu_list_count("0-3,8,10-11"), 7);
	ck_assert_uint_eq(cpu_list_count(""), 0);
	ck_assert_uint_eq(cpu_list_count("3-0"), 0);
	ck_assert_uint_eq(cpu_list_count("0-"), 0);
	ck_assert_uint_eq(cpu_list_count("0-4294967295,0-9"), 0);
	ck_assert_uint_eq(cpu_list_count("0-99999999999999999999"), 0);
	ck_assert_uint_eq(cpu_list_count("0 1"), 0);
	ck_assert_int_eq(cpuinfo_has_flag(flags, "hypervisor"), 1);
	ck_assert_int_eq(cpuinfo_has_flag(no_flags, "hypervisor"), 0);
	ck_assert_int_eq(cpuinfo_has_flag(arm, "hypervisor"), -1);
}
END_TEST

START_TEST(phrases_are_no_names)
{
	char phrase[] = " To Be Filled By O.E.M. ", name[] = " QEMU ";

	dmi_clean(phrase);
	ck_assert_str_eq(phrase, "");
	dmi_clean(name);
	ck_assert_str_eq(name, "QEMU");
}
END_TEST

UNIT_MAIN("platform", machines_are_told_apart, device_trees_tell, cpuinfo_stands_in_for_cpuid,
	nesting_needs_evidence, cpuid_captures_are_read, signatures_are_printable_and_need_the_bit,
	kexec_is_told_by_evidence, network_boots_are_told_by_evidence, initrds_are_told_apart,
	the_last_root_mount_counts, sizes_are_read, phrases_are_no_names)
