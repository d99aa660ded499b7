/* SPDX-License-Identifier: MIT */
/* What machine this is, and what the kernel was told. */
#ifndef BOOTPROBE_FACTS_PLATFORM_H
#define BOOTPROBE_FACTS_PLATFORM_H

#include "bootprobe/facts/fact.h"

enum hypervisor {
	HYPERVISOR_UNKNOWN = 0, /* not determined */
	HYPERVISOR_NONE,        /* bare metal, as far as can be told */
	HYPERVISOR_OTHER,       /* a hypervisor is there, but not one we know */
	HYPERVISOR_KVM,
	HYPERVISOR_QEMU_TCG,
	HYPERVISOR_QEMU, /* QEMU, and no word about its accelerator */
	HYPERVISOR_VMWARE,
	HYPERVISOR_VIRTUALBOX,
	HYPERVISOR_HYPERV,
	HYPERVISOR_XEN_HVM,
	HYPERVISOR_XEN_PVH,
	HYPERVISOR_XEN_PV,
	HYPERVISOR_XEN_DOM0,
	HYPERVISOR_BOCHS,
	HYPERVISOR_BHYVE,
	HYPERVISOR_PARALLELS,
	HYPERVISOR_FIRECRACKER,
	HYPERVISOR_CLOUD_HYPERVISOR,
	HYPERVISOR_COUNT
};

enum firmware {
	FIRMWARE_UNKNOWN = 0,
	FIRMWARE_SEABIOS,
	FIRMWARE_OVMF,   /* UEFI built from EDK II for virtual machines */
	FIRMWARE_UEFI,   /* any other UEFI */
	FIRMWARE_BIOS,   /* any other PC BIOS */
	FIRMWARE_DIRECT, /* none ran: direct kernel boot (PVH, microvm, Firecracker, Xen PV) */
	FIRMWARE_DEVICETREE,
	FIRMWARE_COUNT
};

enum initrd_kind {
	INITRD_UNKNOWN = 0,
	INITRD_NIXOS_SCRIPTED,
	INITRD_NIXOS_SYSTEMD,
	INITRD_DRACUT,
	INITRD_DRACUT_SYSTEMD,
	INITRD_INITRAMFS_TOOLS,
	INITRD_MKINITCPIO,
	INITRD_MKINITCPIO_SYSTEMD,
	INITRD_NONE, /* the running root is no initrd */
	INITRD_COUNT
};

struct platform_fact {
	struct fact_once once;
	enum hypervisor hypervisor;
	char hypervisor_told_by[48]; /* cpuid, dmi, sys-hypervisor, acpi-oem, device-tree */
	char cpuid_signature[16];    /* of leaf 0x40000000, empty without the hypervisor bit */
	enum answer is_nested;
	char nested_because[96];
	char machine[64]; /* QEMU machine type or DMI product as users know it */
	char dmi_sys_vendor[64], dmi_product_name[64], dmi_product_version[64];
	char dmi_bios_vendor[64], dmi_bios_version[64], dmi_bios_date[16];
	char dmi_board_vendor[64], dmi_board_name[64], dmi_chassis_vendor[64];
	enum firmware firmware;
	char firmware_version[64];
	enum answer is_efi;
	uint32_t efi_bits; /* 32 or 64, 0 unknown */
	char kernel_release[72];
	char architecture[24];
	uint64_t memory_kib;
	uint32_t cpus;
	char clocksource[40];
	char boot_loader[24]; /* as it told an x86 kernel: "grub", "qemu", "kexec" */
	enum answer is_kexec;
	char kexec_because[48];
	enum answer is_network_boot;
	char network_boot_because[96];
	enum initrd_kind initrd;
	char initrd_because[64];
	bool is_initramfs_system; /* the initramfs is the whole system: no stage 2 follows */
};

struct cmdline_fact {
	struct fact_once once;
	outcome_t read;
	uint32_t length_bytes;   /* as the kernel reports it */
	uint32_t redacted_count; /* values replaced by *** */
	bool is_cut;
	char text[4096]; /* redacted; never the original */
};

#endif
