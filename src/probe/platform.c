/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/text.h"
#include "parse/boot_origin.h"
#include "parse/hypervisor.h"
#include "parse/initrd.h"
#include "parse/machine.h"
#include "parse/root_param.h"
#include "source/cmdline.h"
#include "source/cpuid.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

/* ----------------------------------------------------------------------------------- gathering */

static const struct {
	const char *file;
	size_t offset, size;
} DMI[] = {
#define DMI_STRING(name)                                                               \
	{                                                                              \
		"sys/class/dmi/id/" #name, offsetof(struct platform_fact, dmi_##name), \
			sizeof(((struct platform_fact *)0)->dmi_##name)                \
	}
	DMI_STRING(sys_vendor),
	DMI_STRING(product_name),
	DMI_STRING(product_version),
	DMI_STRING(bios_vendor),
	DMI_STRING(bios_version),
	DMI_STRING(bios_date),
	DMI_STRING(board_vendor),
	DMI_STRING(board_name),
	DMI_STRING(chassis_vendor),
};

static void gather_dmi(const struct sysroot *root, struct platform_fact *platform)
{
	for (size_t i = 0; i < ARRAY_SIZE(DMI); i++) {
		char *value = (char *)platform + DMI[i].offset;

		(void)sysroot_attribute(root, value, DMI[i].size, DMI[i].file, NULL);
		dmi_clean(value);
	}
}

/* The OEM id stands at offset 10 of a table's header (ACPI 6.5, section 5.2.6). */
static void gather_acpi_oem(const struct sysroot *root, struct platform_clues *clues)
{
	static const char *const TABLES[] = {
		"sys/firmware/acpi/tables/FACP", "sys/firmware/acpi/tables/DSDT"};
	enum { HEADER_SIZE = 36, OEM_ID_OFFSET = 10, OEM_ID_LENGTH = 6 };

	for (size_t i = 0; i < ARRAY_SIZE(TABLES) && !clues->acpi_oem_id[0]; i++) {
		char header[HEADER_SIZE + 1] = "";
		ssize_t n = sysroot_read(root, TABLES[i], header, sizeof(header));

		if (n == -EFBIG || n >= OEM_ID_OFFSET + OEM_ID_LENGTH)
			(void)text_copy_bytes(clues->acpi_oem_id, sizeof(clues->acpi_oem_id),
				header + OEM_ID_OFFSET, OEM_ID_LENGTH);
		text_trim(clues->acpi_oem_id);
	}
}

/* Strings of the device tree end in NUL; a list of them is joined by newlines. */
static void tree_strings(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	ssize_t n = sysroot_read(root, path, buf, size);

	if (n == -EFBIG)
		n = (ssize_t)size - 1;
	for (ssize_t i = 0; i + 1 < n; i++) {
		if (!buf[i])
			buf[i] = '\n';
	}
	text_trim(buf);
}

static void gather_tree(const struct sysroot *root, struct platform_clues *clues)
{
	clues->has_device_tree = sysroot_exists(root, "proc/device-tree/compatible");
	tree_strings(root, "proc/device-tree/model", clues->tree_model, sizeof(clues->tree_model));
	tree_strings(root, "proc/device-tree/compatible", clues->tree_compatible,
		sizeof(clues->tree_compatible));
	tree_strings(root, "proc/device-tree/hypervisor/compatible", clues->tree_hypervisor,
		sizeof(clues->tree_hypervisor));
}

/* XENFEAT_dom0, include/xen/interface/features.h. */
#define XEN_FEATURE_DOM0 (1ULL << 11)

static void gather_xen(const struct sysroot *root, struct platform_clues *clues)
{
	unsigned long long features = 0;
	char capabilities[64];

	(void)sysroot_attribute(
		root, clues->xen_type, sizeof(clues->xen_type), "sys/hypervisor/type", NULL);
	(void)sysroot_attribute(root, clues->xen_guest_type, sizeof(clues->xen_guest_type),
		"sys/hypervisor/guest_type", NULL);
	(void)sysroot_attribute(
		root, capabilities, sizeof(capabilities), "proc/xen/capabilities", NULL);
	(void)sysroot_number(root, 16, &features, "sys/hypervisor/properties/features", NULL);
	clues->is_xen_dom0 = strstr(capabilities, "control_d") || features & XEN_FEATURE_DOM0;
}

static void gather_cpuinfo(const struct sysroot *root, struct platform_clues *clues)
{
	char text[8192];
	int flag;

	(void)sysroot_read(root, "proc/cpuinfo", text, sizeof(text));
	flag = cpuinfo_has_flag(text, "hypervisor");
	if (flag >= 0)
		clues->cpuinfo_hypervisor = answer_from(flag);
}

/* ------------------------------------------------------------------------------------ subjects */

static void find_hypervisor(const struct sources *sources, struct platform_fact *platform)
{
	struct platform_clues clues = {0};
	unsigned long long bits;

	gather_dmi(&sources->root, platform);
	gather_acpi_oem(&sources->root, &clues);
	gather_tree(&sources->root, &clues);
	gather_xen(&sources->root, &clues);
	gather_cpuinfo(&sources->root, &clues);
	(void)cpuid_source_read(sources, &clues.cpuid);
	if (sysroot_exists(&sources->root, "sys/firmware"))
		platform->is_efi = answer_from(sysroot_exists(&sources->root, "sys/firmware/efi"));
	if (sysroot_number(&sources->root, 10, &bits, "sys/firmware/efi/fw_platform_size", NULL) ==
			0 &&
		(bits == 32 || bits == 64))
		platform->efi_bits = (uint32_t)bits;

	hypervisor_decide(&clues, platform);
	hypervisor_decide_nesting(&clues, platform);
	hypervisor_decide_machine(&clues, platform);
}

static void find_kernel(const struct sources *sources, struct platform_fact *platform)
{
	const struct sysroot *root = &sources->root;
	struct utsname name;

	(void)sysroot_attribute(root, platform->kernel_release, sizeof(platform->kernel_release),
		"proc/sys/kernel/osrelease", NULL);
	/* Since Linux 6.1. */
	(void)sysroot_attribute(root, platform->architecture, sizeof(platform->architecture),
		"proc/sys/kernel/arch", NULL);
	(void)sysroot_attribute(root, platform->clocksource, sizeof(platform->clocksource),
		"sys/devices/system/clocksource/clocksource0/current_clocksource", NULL);
	if (root->is_fixture || uname(&name) < 0)
		return;
	(void)text_copy(platform->kernel_release, sizeof(platform->kernel_release), name.release);
	(void)text_copy(platform->architecture, sizeof(platform->architecture), name.machine);
}

static void find_size(const struct sources *sources, struct platform_fact *platform)
{
	char text[4096], list[1024];

	if (sysroot_read(&sources->root, "proc/meminfo", text, sizeof(text)) > 0)
		platform->memory_kib = meminfo_total_kib(text);
	if (sysroot_attribute(
		    &sources->root, list, sizeof(list), "sys/devices/system/cpu/online", NULL) == 0)
		platform->cpus = cpu_list_count(list);
}

static void find_origin(const struct sources *sources, struct platform_fact *platform)
{
	const struct sysroot *root = &sources->root;
	struct boot_clues clues = {0};
	unsigned long long type;
	static char cmdline[CMDLINE_SIZE];

	(void)cmdline_source_read(root, cmdline, sizeof(cmdline));
	clues.cmdline = cmdline;
	clues.has_vmcore = sysroot_exists(root, "proc/vmcore");
	clues.is_tree_of_kexec =
		sysroot_exists(root, "proc/device-tree/chosen/linux,booted-from-kexec");
	if (sysroot_number(root, 10, &type, "proc/sys/kernel/bootloader_type", NULL) == 0) {
		clues.has_loader_type = true;
		clues.loader_type = type;
	}
	boot_origin_decide(&clues, platform);
}

static void find_initrd(const struct sources *sources, struct platform_fact *platform)
{
	const struct sysroot *root = &sources->root;
	struct initrd_clues clues = {0};
	static char cmdline[CMDLINE_SIZE];
	char mounts[8192];

	(void)cmdline_source_read(root, cmdline, sizeof(cmdline));
	clues.is_root_wanted = root_param_is_wanted(cmdline);
	for (unsigned i = 0; i < INITRD_MARKS_COUNT; i++)
		clues.marks |= (uint32_t)sysroot_exists(root, INITRD_MARKS[i]) << i;
	if (sysroot_read(root, "proc/mounts", mounts, sizeof(mounts)) != 0)
		(void)initrd_root_fstype(mounts, clues.root_fstype, sizeof(clues.root_fstype));
	clues.has_os_release = sysroot_exists(root, "etc/os-release") ||
			       sysroot_exists(root, "usr/lib/os-release");
	clues.has_release = sysroot_exists(root, "etc/initrd-release");
	(void)sysroot_read(root, "etc/initrd-release", clues.release, sizeof(clues.release));
	if (sysroot_readlink(root, "init", clues.init_link, sizeof(clues.init_link)) < 0)
		clues.init_link[0] = '\0';
	(void)sysroot_read(root, "init", clues.init_head, sizeof(clues.init_head));
	initrd_decide(&clues, platform);
}

int platform_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct platform_fact *platform = &facts->platform;

	(void)subject;
	find_kernel(sources, platform);
	find_hypervisor(sources, platform);
	find_size(sources, platform);
	find_origin(sources, platform);
	find_initrd(sources, platform);
	fact_publish(&platform->once);
	return 0;
}
