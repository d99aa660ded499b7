/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <string.h>

static const char *const HYPERVISORS[HYPERVISOR_COUNT] = {
	[HYPERVISOR_NONE] = "none",
	[HYPERVISOR_OTHER] = "other",
	[HYPERVISOR_KVM] = "kvm",
	[HYPERVISOR_QEMU_TCG] = "qemu-tcg",
	[HYPERVISOR_QEMU] = "qemu",
	[HYPERVISOR_VMWARE] = "vmware",
	[HYPERVISOR_VIRTUALBOX] = "virtualbox",
	[HYPERVISOR_HYPERV] = "hyper-v",
	[HYPERVISOR_XEN_HVM] = "xen-hvm",
	[HYPERVISOR_XEN_PVH] = "xen-pvh",
	[HYPERVISOR_XEN_PV] = "xen-pv",
	[HYPERVISOR_XEN_DOM0] = "xen-dom0",
	[HYPERVISOR_BOCHS] = "bochs",
	[HYPERVISOR_BHYVE] = "bhyve",
	[HYPERVISOR_PARALLELS] = "parallels",
	[HYPERVISOR_FIRECRACKER] = "firecracker",
	[HYPERVISOR_CLOUD_HYPERVISOR] = "cloud-hypervisor",
};

static const char *const FIRMWARES[FIRMWARE_COUNT] = {
	[FIRMWARE_SEABIOS] = "seabios",
	[FIRMWARE_OVMF] = "ovmf",
	[FIRMWARE_UEFI] = "uefi",
	[FIRMWARE_BIOS] = "bios",
	[FIRMWARE_DIRECT] = "direct",
	[FIRMWARE_DEVICETREE] = "device-tree",
};

static const char *const INITRDS[INITRD_COUNT] = {
	[INITRD_NIXOS_SCRIPTED] = "nixos-scripted",
	[INITRD_NIXOS_SYSTEMD] = "nixos-systemd",
	[INITRD_DRACUT] = "dracut",
	[INITRD_DRACUT_SYSTEMD] = "dracut-systemd",
	[INITRD_INITRAMFS_TOOLS] = "initramfs-tools",
	[INITRD_MKINITCPIO] = "mkinitcpio",
	[INITRD_MKINITCPIO_SYSTEMD] = "mkinitcpio-systemd",
	[INITRD_NONE] = "none",
};

/* The name of a value that a child wrote, or NULL. */
#define name_of(names, value) ((size_t)(value) < ARRAY_SIZE(names) ? (names)[value] : NULL)

/* Two DMI strings; all of them have one size, and a child may have left them unterminated. */
static bool is_same(const char first[64], const char second[64])
{
	return strncmp(first, second, 64) == 0;
}

static void encode_machine(struct record *record, const struct platform_fact *platform)
{
	record_string(record, "hypervisor",
		platform->hypervisor == HYPERVISOR_UNKNOWN
			? "unknown"
			: name_of(HYPERVISORS, platform->hypervisor));
	record_text(record, "told_by", platform->hypervisor_told_by);
	record_text(record, "cpuid_signature", platform->cpuid_signature);
	record_answer(record, "is_nested", platform->is_nested);
	record_text(record, "nested_because", platform->nested_because);
	record_text(record, "machine", platform->machine);
	record_text(record, "sys_vendor", platform->dmi_sys_vendor);
	if (!is_same(platform->dmi_product_name, platform->machine))
		record_text(record, "product", platform->dmi_product_name);
	if (platform->hypervisor == HYPERVISOR_NONE &&
		!is_same(platform->dmi_board_name, platform->dmi_product_name))
		record_text(record, "board", platform->dmi_board_name);
}

static void encode_firmware(struct record *record, const struct platform_fact *platform)
{
	record_string(record, "firmware", name_of(FIRMWARES, platform->firmware));
	record_text(record, "firmware_version", platform->firmware_version);
	if (platform->firmware != FIRMWARE_SEABIOS &&
		!is_same(platform->dmi_bios_vendor, platform->dmi_sys_vendor))
		record_text(record, "firmware_vendor", platform->dmi_bios_vendor);
	record_text(record, "firmware_date", platform->dmi_bios_date);
	record_answer(record, "is_efi", platform->is_efi);
	record_nonzero(record, "efi_bits", platform->efi_bits);
}

static void encode_boot(struct record *record, const struct platform_fact *platform)
{
	record_text(record, "boot_loader", platform->boot_loader);
	record_answer(record, "is_kexec", platform->is_kexec);
	record_text(record, "kexec_because", platform->kexec_because);
	record_answer(record, "is_network_boot", platform->is_network_boot);
	record_text(record, "network_boot_because", platform->network_boot_because);
	record_string(record, "initrd",
		platform->initrd == INITRD_UNKNOWN ? "unknown"
						   : name_of(INITRDS, platform->initrd));
	record_text(record, "initrd_because", platform->initrd_because);
}

void encode_platform(struct encoding *encoding)
{
	const struct platform_fact *platform = &encoding->facts->platform;
	struct record *record = encoding->record;

	if (!fact_is_known(&platform->once))
		return;
	record_begin(record, encoding->report, "platform");
	record_subject(record);
	encode_machine(record, platform);
	encode_firmware(record, platform);
	record_text(record, "kernel", platform->kernel_release);
	record_text(record, "architecture", platform->architecture);
	record_nonzero(record, "memory_kib", platform->memory_kib);
	record_nonzero(record, "cpus", platform->cpus);
	record_text(record, "clocksource", platform->clocksource);
	encode_boot(record, platform);
	encoding_end(encoding, &encoding->facts->platform);
}

static void encode_parameters(struct record *record, const char *text)
{
	struct cmdline_parameter parameter;
	char token[RECORD_PAYLOAD_SIZE];

	record_array_begin(record, "parameters");
	while (cmdline_next_token(&text, &parameter)) {
		(void)text_copy_bytes(
			token, sizeof(token), parameter.token, parameter.token_length);
		record_array_string(record, token);
	}
	record_array_end(record);
}

void encode_cmdline(struct encoding *encoding)
{
	const struct cmdline_fact *cmdline = &encoding->facts->cmdline;
	struct record *record = encoding->record;
	char text[sizeof(cmdline->text)];

	if (!fact_is_known(&cmdline->once))
		return;
	(void)text_copy_bytes(
		text, sizeof(text), cmdline->text, strnlen(cmdline->text, sizeof(cmdline->text)));
	record_begin(record, encoding->report, "cmdline");
	record_subject(record);
	record_outcome(
		record, "read", cmdline->read == OUTCOME_OK ? OUTCOME_UNKNOWN : cmdline->read);
	record_nonzero(record, "length_bytes", cmdline->length_bytes);
	record_nonzero(record, "redacted", cmdline->redacted_count);
	record_flag(record, "is_cut", cmdline->is_cut);
	encode_parameters(record, text);
	encoding_end(encoding, &encoding->facts->cmdline);
}

const char *platform_hypervisor_name(const struct platform_fact *platform)
{
	return name_of(HYPERVISORS, platform->hypervisor);
}

const char *platform_firmware_name(const struct platform_fact *platform)
{
	return name_of(FIRMWARES, platform->firmware);
}
