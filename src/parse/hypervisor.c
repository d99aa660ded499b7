/* SPDX-License-Identifier: MIT */
#include "parse/hypervisor.h"

#include "base/text.h"

#include <string.h>

/* --------------------------------------------------------------------------------- signatures */

/* CPUID 0x40000000 (and above, in steps of 0x100), EBX ECX EDX. */
static const struct {
	const char *signature;
	enum hypervisor hypervisor;
} SIGNATURES[] = {
	{"KVMKVMKVM", HYPERVISOR_KVM},
	{"Linux KVM Hv", HYPERVISOR_KVM},
	{"TCGTCGTCGTCG", HYPERVISOR_QEMU_TCG},
	{"VMwareVMware", HYPERVISOR_VMWARE},
	{"VBoxVBoxVBox", HYPERVISOR_VIRTUALBOX},
	{"XenVMMXenVMM", HYPERVISOR_XEN_HVM},
	{"bhyve bhyve ", HYPERVISOR_BHYVE},
	{" lrpepyh vr", HYPERVISOR_PARALLELS},
	{"prl hyperv  ", HYPERVISOR_PARALLELS},
	{" prl hyperv ", HYPERVISOR_PARALLELS},
	{"HAXMHAXMHAXM", HYPERVISOR_QEMU},
	{"___ NVMM ___", HYPERVISOR_QEMU},
	/* Others show this one too, so that Windows is at ease; their own signature follows then.
	 */
	{"Microsoft Hv", HYPERVISOR_HYPERV},
};

static enum hypervisor signature_judge(const char *signature)
{
	for (size_t i = 0; i < ARRAY_SIZE(SIGNATURES); i++) {
		if (strcmp(signature, SIGNATURES[i].signature) == 0)
			return SIGNATURES[i].hypervisor;
	}
	return HYPERVISOR_UNKNOWN;
}

/* The hypervisor by all its signatures: a block of its own goes before Hyper-V's. */
static enum hypervisor cpuid_judge(const struct platform_clues *clues)
{
	enum hypervisor found = HYPERVISOR_UNKNOWN;

	for (unsigned block = 0; block < CPUID_HYPERVISOR_BLOCKS; block++) {
		char signature[CPUID_SIGNATURE_SIZE];
		enum hypervisor judged;

		cpuid_signature(&clues->cpuid, block, signature);
		judged = signature_judge(signature);
		if (judged != HYPERVISOR_UNKNOWN && judged != HYPERVISOR_HYPERV)
			return judged;
		if (judged == HYPERVISOR_HYPERV)
			found = judged;
	}
	return found;
}

/* ---------------------------------------------------------------------------------------- DMI */

enum dmi_field { SYS_VENDOR, PRODUCT, VERSION, BIOS_VENDOR, BOARD_VENDOR, CHASSIS_VENDOR };

/* The first match counts. Those that overrule are sure even where CPUID says KVM: VirtualBox and
 * Parallels show KVM's signature to Linux guests, and cloud-hypervisor runs on KVM. */
static const struct {
	enum dmi_field field;
	const char *prefix;
	enum hypervisor hypervisor;
	bool overrules_kvm;
} DMI[] = {
	{SYS_VENDOR, "innotek GmbH", HYPERVISOR_VIRTUALBOX, true},
	{PRODUCT, "VirtualBox", HYPERVISOR_VIRTUALBOX, true},
	{BIOS_VENDOR, "innotek GmbH", HYPERVISOR_VIRTUALBOX, true},
	{SYS_VENDOR, "Parallels", HYPERVISOR_PARALLELS, true},
	{PRODUCT, "Parallels", HYPERVISOR_PARALLELS, true},
	{SYS_VENDOR, "Cloud Hypervisor", HYPERVISOR_CLOUD_HYPERVISOR, true},
	{PRODUCT, "cloud-hypervisor", HYPERVISOR_CLOUD_HYPERVISOR, true},
	{SYS_VENDOR, "VMware", HYPERVISOR_VMWARE, false},
	{PRODUCT, "VMware", HYPERVISOR_VMWARE, false},
	{BIOS_VENDOR, "VMware", HYPERVISOR_VMWARE, false},
	{BIOS_VENDOR, "BHYVE", HYPERVISOR_BHYVE, false},
	{PRODUCT, "BHYVE", HYPERVISOR_BHYVE, false},
	{PRODUCT, "HVM domU", HYPERVISOR_XEN_HVM, false},
	{BIOS_VENDOR, "Xen", HYPERVISOR_XEN_HVM, false},
	{BIOS_VENDOR, "The Bochs Project", HYPERVISOR_BOCHS, false},
	{VERSION, "Hyper-V", HYPERVISOR_HYPERV, false},
	{PRODUCT, "Google Compute Engine", HYPERVISOR_KVM, false},
	{SYS_VENDOR, "Amazon EC2", HYPERVISOR_KVM, false},
	{PRODUCT, "KVM", HYPERVISOR_KVM, false},
	{PRODUCT, "OpenStack", HYPERVISOR_QEMU, false},
	{SYS_VENDOR, "QEMU", HYPERVISOR_QEMU, false},
	{BOARD_VENDOR, "QEMU", HYPERVISOR_QEMU, false},
	/* What is left of QEMU when the user has set the names of the system. */
	{CHASSIS_VENDOR, "QEMU", HYPERVISOR_QEMU, false},
	{SYS_VENDOR, "Bochs", HYPERVISOR_QEMU, false},
	{BIOS_VENDOR, "SeaBIOS", HYPERVISOR_QEMU, false},
};

static const char *dmi_string(const struct platform_fact *platform, enum dmi_field field)
{
	switch (field) {
	case SYS_VENDOR:
		return platform->dmi_sys_vendor;
	case PRODUCT:
		return platform->dmi_product_name;
	case VERSION:
		return platform->dmi_product_version;
	case BIOS_VENDOR:
		return platform->dmi_bios_vendor;
	case BOARD_VENDOR:
		return platform->dmi_board_vendor;
	case CHASSIS_VENDOR:
		return platform->dmi_chassis_vendor;
	}
	return "";
}

static bool has_dmi(const struct platform_fact *platform)
{
	return platform->dmi_sys_vendor[0] || platform->dmi_product_name[0] ||
	       platform->dmi_bios_vendor[0];
}

/* Gen 1 and gen 2 say no more than this; "Virtual Machine" alone would be too little. */
static bool is_hyperv_dmi(const struct platform_fact *platform)
{
	return strcmp(platform->dmi_sys_vendor, "Microsoft Corporation") == 0 &&
	       strcmp(platform->dmi_product_name, "Virtual Machine") == 0;
}

static enum hypervisor dmi_judge(const struct platform_fact *platform, bool *ret_overrules_kvm)
{
	*ret_overrules_kvm = false;
	if (is_hyperv_dmi(platform))
		return HYPERVISOR_HYPERV;
	/* Amazon's bare metal instances bear the same vendor. */
	if (text_ends_with(platform->dmi_product_name, ".metal"))
		return HYPERVISOR_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(DMI); i++) {
		if (!text_starts_with(dmi_string(platform, DMI[i].field), DMI[i].prefix))
			continue;
		*ret_overrules_kvm = DMI[i].overrules_kvm;
		return DMI[i].hypervisor;
	}
	return HYPERVISOR_UNKNOWN;
}

/* -------------------------------------------------------------------------- ACPI, device tree */

static const char QEMU_OEM_ID[] = "BOCHS";

static const struct {
	const char *oem_id;
	enum hypervisor hypervisor;
} ACPI_OEMS[] = {
	{"FIRECK", HYPERVISOR_FIRECRACKER},
	{"CLOUDH", HYPERVISOR_CLOUD_HYPERVISOR},
	{QEMU_OEM_ID, HYPERVISOR_QEMU}, /* QEMU's tables say BOCHS, Bochs' own say BXPC */
	{"BXPC", HYPERVISOR_BOCHS},
	{"VBOX", HYPERVISOR_VIRTUALBOX},
	{"VRTUAL", HYPERVISOR_HYPERV}, /* generation 1 */
	{"MSFTVM", HYPERVISOR_HYPERV}, /* generation 2 */
	{"Xen", HYPERVISOR_XEN_HVM},
	{"BHYVE", HYPERVISOR_BHYVE},
	{"PRLS", HYPERVISOR_PARALLELS},
	{"VMWARE", HYPERVISOR_VMWARE},
};

static enum hypervisor acpi_judge(const struct platform_clues *clues)
{
	for (size_t i = 0; i < ARRAY_SIZE(ACPI_OEMS); i++) {
		if (strcmp(clues->acpi_oem_id, ACPI_OEMS[i].oem_id) == 0)
			return ACPI_OEMS[i].hypervisor;
	}
	return HYPERVISOR_UNKNOWN;
}

/* Whole entries of /hypervisor/compatible, then of /compatible. */
static const struct {
	bool is_hypervisor_node;
	const char *compatible;
	enum hypervisor hypervisor;
} TREE[] = {
	{true, "linux,kvm", HYPERVISOR_KVM},
	{true, "xen,xen", HYPERVISOR_XEN_PVH},
	{true, "vmware", HYPERVISOR_VMWARE},
	{false, "linux,dummy-virt", HYPERVISOR_QEMU},
	{false, "qemu,pseries", HYPERVISOR_QEMU},
	{false, "riscv-virtio", HYPERVISOR_QEMU},
};

static bool list_has(const char *list, const char *entry)
{
	size_t length = strlen(entry);

	while (*list) {
		size_t item = strcspn(list, "\n");

		if (item == length && memcmp(list, entry, length) == 0)
			return true;
		list += item + (list[item] == '\n');
	}
	return false;
}

static enum hypervisor tree_judge(const struct platform_clues *clues)
{
	for (size_t i = 0; i < ARRAY_SIZE(TREE); i++) {
		if (list_has(TREE[i].is_hypervisor_node ? clues->tree_hypervisor
							: clues->tree_compatible,
			    TREE[i].compatible))
			return TREE[i].hypervisor;
	}
	return HYPERVISOR_UNKNOWN;
}

/* ------------------------------------------------------------------------------------ verdict */

static void tell(struct platform_fact *platform, enum hypervisor hypervisor, const char *told_by)
{
	platform->hypervisor = hypervisor;
	(void)text_copy(
		platform->hypervisor_told_by, sizeof(platform->hypervisor_told_by), told_by);
}

static bool is_hypervisor_there(const struct platform_clues *clues)
{
	enum answer bit = cpuid_hypervisor_bit(&clues->cpuid);

	return (bit != ANSWER_UNKNOWN ? bit : clues->cpuinfo_hypervisor) == ANSWER_YES;
}

static bool decide_by_xen(const struct platform_clues *clues, struct platform_fact *platform)
{
	enum hypervisor guest = HYPERVISOR_XEN_PV;

	if (strcmp(clues->xen_type, "xen") != 0)
		return false;
	if (clues->is_xen_dom0)
		guest = HYPERVISOR_XEN_DOM0;
	else if (strcmp(clues->xen_guest_type, "PVH") == 0)
		guest = HYPERVISOR_XEN_PVH;
	else if (strcmp(clues->xen_guest_type, "HVM") == 0)
		guest = HYPERVISOR_XEN_HVM;
	else if (!clues->xen_guest_type[0]) /* before Linux 4.14 */
		guest = has_dmi(platform) ? HYPERVISOR_XEN_HVM : HYPERVISOR_XEN_PV;
	tell(platform, guest, "sys-hypervisor");
	return true;
}

/* KVM says who uses it by its tables: microVMs have no DMI. */
static void decide_kvm(const struct platform_clues *clues, struct platform_fact *platform)
{
	bool overrules_kvm;
	enum hypervisor by_dmi = dmi_judge(platform, &overrules_kvm);
	enum hypervisor by_acpi = acpi_judge(clues);

	if (by_acpi == HYPERVISOR_FIRECRACKER || by_acpi == HYPERVISOR_CLOUD_HYPERVISOR)
		tell(platform, by_acpi, "acpi-oem");
	else if (overrules_kvm && by_acpi != HYPERVISOR_QEMU)
		tell(platform, by_dmi, "dmi");
	else
		tell(platform, HYPERVISOR_KVM, "cpuid");
}

static bool decide_by_cpuid(const struct platform_clues *clues, struct platform_fact *platform)
{
	enum hypervisor by_cpuid = cpuid_judge(clues);

	if (by_cpuid == HYPERVISOR_UNKNOWN)
		return false;
	if (by_cpuid == HYPERVISOR_KVM)
		decide_kvm(clues, platform);
	else if (by_cpuid == HYPERVISOR_XEN_HVM && !has_dmi(platform))
		tell(platform, HYPERVISOR_XEN_PVH, "cpuid");
	else
		tell(platform, by_cpuid, "cpuid");
	return true;
}

void hypervisor_decide(const struct platform_clues *clues, struct platform_fact *platform)
{
	enum hypervisor by_dmi, by_tree, by_acpi;
	bool overrules_kvm;

	cpuid_signature(&clues->cpuid, 0, platform->cpuid_signature);
	if (decide_by_xen(clues, platform) || decide_by_cpuid(clues, platform))
		return;

	by_dmi = dmi_judge(platform, &overrules_kvm);
	by_tree = tree_judge(clues);
	by_acpi = acpi_judge(clues);
	if (by_dmi != HYPERVISOR_UNKNOWN)
		tell(platform, by_dmi, "dmi");
	else if (by_tree != HYPERVISOR_UNKNOWN)
		tell(platform, by_tree, "device-tree");
	else if (by_acpi != HYPERVISOR_UNKNOWN)
		tell(platform, by_acpi, "acpi-oem");
	else if (is_hypervisor_there(clues))
		tell(platform, HYPERVISOR_OTHER, "cpuid");
	else if (cpuid_hypervisor_bit(&clues->cpuid) == ANSWER_NO)
		tell(platform, HYPERVISOR_NONE, "cpuid");
	else if (clues->cpuinfo_hypervisor == ANSWER_NO)
		tell(platform, HYPERVISOR_NONE, "cpuinfo");
}

/* ------------------------------------------------------------------------------------ nesting */

static bool is_xen(enum hypervisor hypervisor)
{
	return hypervisor == HYPERVISOR_XEN_HVM || hypervisor == HYPERVISOR_XEN_PVH ||
	       hypervisor == HYPERVISOR_XEN_PV || hypervisor == HYPERVISOR_XEN_DOM0;
}

/* Hyper-V's recommendations (Hypervisor Top-Level Functional Specification, leaf 0x40000004): EAX
 * bit 12 says that the hypervisor runs in a partition of another Hyper-V. */
static bool is_nested_hyperv(const struct platform_clues *clues)
{
	const struct cpuid_leaf *leaf = cpuid_find(&clues->cpuid, CPUID_HYPERVISOR_FIRST + 4);

	return leaf && leaf->eax & 1U << 12;
}

/* Processes of a PV guest and of dom0 meet the real CPUID unless Xen makes it fault, and dom0 sees
 * the real DMI and ACPI tables: what they name is below Xen. */
static const char *nested_xen(
	const struct platform_clues *clues, const struct platform_fact *platform)
{
	enum hypervisor by_cpuid = cpuid_judge(clues);
	bool overrules_kvm;

	if (platform->hypervisor != HYPERVISOR_XEN_DOM0 &&
		platform->hypervisor != HYPERVISOR_XEN_PV)
		return NULL;
	if (by_cpuid != HYPERVISOR_UNKNOWN && !is_xen(by_cpuid))
		return "Xen, but CPUID names another hypervisor below it";
	if (platform->hypervisor != HYPERVISOR_XEN_DOM0)
		return NULL;
	if (dmi_judge(platform, &overrules_kvm) != HYPERVISOR_UNKNOWN ||
		acpi_judge(clues) != HYPERVISOR_UNKNOWN)
		return "Xen dom0, but DMI and ACPI tables are those of a virtual machine";
	return NULL;
}

/* A processor that TCG emulates passes its name on to KVM guests. A QEMU guest with the DMI strings
 * of another hypervisor's machine has them from its host. */
static const char *nested_kvm(
	const struct platform_clues *clues, const struct platform_fact *platform)
{
	char brand[CPUID_BRAND_SIZE];
	bool overrules_kvm;
	enum hypervisor by_dmi;

	if (platform->hypervisor != HYPERVISOR_KVM)
		return NULL;
	cpuid_brand(&clues->cpuid, brand);
	if (text_starts_with(brand, "QEMU TCG CPU"))
		return "KVM on a processor that QEMU TCG emulates";
	by_dmi = dmi_judge(platform, &overrules_kvm);
	if (acpi_judge(clues) == HYPERVISOR_QEMU && by_dmi != HYPERVISOR_UNKNOWN &&
		by_dmi != HYPERVISOR_QEMU && by_dmi != HYPERVISOR_KVM)
		return "KVM with QEMU's ACPI tables, but DMI of another hypervisor's machine";
	return NULL;
}

void hypervisor_decide_nesting(const struct platform_clues *clues, struct platform_fact *platform)
{
	const char *because = NULL;

	if (platform->hypervisor == HYPERVISOR_NONE) {
		platform->is_nested = ANSWER_NO;
		return;
	}
	if (platform->hypervisor == HYPERVISOR_HYPERV && is_nested_hyperv(clues))
		because = "Hyper-V says that it runs inside Hyper-V (CPUID 0x40000004)";
	if (!because)
		because = nested_xen(clues, platform);
	if (!because)
		because = nested_kvm(clues, platform);
	if (!because)
		return;
	platform->is_nested = ANSWER_YES;
	(void)text_copy(platform->nested_because, sizeof(platform->nested_because), because);
}

/* ----------------------------------------------------------------------- machine and firmware */

static bool is_qemu(enum hypervisor hypervisor)
{
	return hypervisor == HYPERVISOR_KVM || hypervisor == HYPERVISOR_QEMU_TCG ||
	       hypervisor == HYPERVISOR_QEMU;
}

/* "pc-q35-7.2", "virt-7.2": QEMU puts the type where others put a revision. */
static bool is_machine_type(const char *version)
{
	return text_starts_with(version, "pc-") || text_starts_with(version, "virt-");
}

static const char *machine_name(
	const struct platform_clues *clues, const struct platform_fact *platform)
{
	if (is_machine_type(platform->dmi_product_version))
		return platform->dmi_product_version;
	if (strcmp(platform->dmi_sys_vendor, "LENOVO") == 0 && platform->dmi_product_version[0])
		return platform->dmi_product_version;
	if (platform->dmi_product_name[0])
		return platform->dmi_product_name;
	if (clues->tree_model[0])
		return clues->tree_model;
	/* QEMU's other x86 machines have DMI. */
	if (is_qemu(platform->hypervisor) && strcmp(clues->acpi_oem_id, QEMU_OEM_ID) == 0)
		return "microvm";
	return "";
}

/* Started by the hypervisor itself, or by a stub (qboot) that leaves no trace. */
static bool is_without_firmware(const struct platform_clues *clues, const struct platform_fact *p)
{
	if (p->hypervisor == HYPERVISOR_CLOUD_HYPERVISOR || p->hypervisor == HYPERVISOR_FIRECRACKER)
		return true;
	if (has_dmi(p) || clues->has_device_tree)
		return false;
	return is_qemu(p->hypervisor) || p->hypervisor == HYPERVISOR_XEN_PV ||
	       p->hypervisor == HYPERVISOR_XEN_PVH;
}

static enum firmware firmware_judge(
	const struct platform_clues *clues, const struct platform_fact *platform)
{
	const char *vendor = platform->dmi_bios_vendor;

	/* "EFI Development Kit II / OVMF", "Proxmox distribution of EDK II", "EDK II". */
	if (strstr(vendor, "EDK II") || text_starts_with(vendor, "EFI Development Kit"))
		return FIRMWARE_OVMF;
	if (platform->is_efi == ANSWER_YES)
		return FIRMWARE_UEFI;
	if (text_starts_with(vendor, "SeaBIOS"))
		return FIRMWARE_SEABIOS;
	if (is_without_firmware(clues, platform))
		return FIRMWARE_DIRECT;
	if (vendor[0])
		return FIRMWARE_BIOS;
	return clues->has_device_tree ? FIRMWARE_DEVICETREE : FIRMWARE_UNKNOWN;
}

void hypervisor_decide_machine(const struct platform_clues *clues, struct platform_fact *platform)
{
	(void)text_copy(
		platform->machine, sizeof(platform->machine), machine_name(clues, platform));
	platform->firmware = firmware_judge(clues, platform);
	if (platform->firmware != FIRMWARE_DIRECT)
		(void)text_copy(platform->firmware_version, sizeof(platform->firmware_version),
			platform->dmi_bios_version);
}
