/* SPDX-License-Identifier: MIT */
#include "parse/hypervisor.h"

#include "base/text.h"
#include "parse/cpuid.h"
#include "unit.h"

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

/* Strings of a host are what it likes; none runs over. */
START_TEST(nothing_runs_over)
{
	memset(&clues, 0, sizeof(clues));
	memset(&platform, 0, sizeof(platform));
	add_hypervisor_bit(true);
	add_signature(0x40000000, "abcdefghijkl");
	memset(platform.dmi_product_name, 'x', sizeof(platform.dmi_product_name) - 1);
	memset(platform.dmi_bios_version, 'y', sizeof(platform.dmi_bios_version) - 1);
	memset(platform.dmi_bios_vendor, 'z', sizeof(platform.dmi_bios_vendor) - 1);
	memset(clues.tree_compatible, '\n', sizeof(clues.tree_compatible) - 1);
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_OTHER);
	ck_assert_str_eq(platform.cpuid_signature, "abcdefghijkl");
	ck_assert_str_eq(platform.machine, platform.dmi_product_name);
	ck_assert_str_eq(platform.firmware_version, platform.dmi_bios_version);
}
END_TEST

/* A prefix or a longer name is another one. */
START_TEST(names_are_compared_whole)
{
	static const char *const COMPATIBLES[] = {
		"linux,dummy-virt2", "linux,dummy", "x linux,dummy-virt", "\n\n"};

	for (size_t i = 0; i < ARRAY_SIZE(COMPATIBLES); i++) {
		memset(&clues, 0, sizeof(clues));
		memset(&platform, 0, sizeof(platform));
		copy(clues.tree_compatible, sizeof(clues.tree_compatible), COMPATIBLES[i]);
		decide();
		ck_assert_msg(platform.hypervisor == HYPERVISOR_UNKNOWN, "%s", COMPATIBLES[i]);
	}
	memset(&clues, 0, sizeof(clues));
	add_hypervisor_bit(true);
	add_signature(0x40000000, "KVMKVMKVMKVM");
	decide();
	ck_assert_int_eq(platform.hypervisor, HYPERVISOR_OTHER);
}
END_TEST

UNIT_MAIN("hypervisor", machines_are_told_apart, device_trees_tell, cpuinfo_stands_in_for_cpuid,
	nesting_needs_evidence, nothing_runs_over, names_are_compared_whole)
