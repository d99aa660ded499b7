/* SPDX-License-Identifier: MIT */
/*
 * Which hypervisor a machine runs on, what machine and firmware it shows: decided from strings that
 * were gathered before. The values are those that the makers document, that Linux tests for
 * (arch/x86/kernel/cpu/hypervisor.c and its friends), or that were seen on the machine.
 */
#ifndef PARSE_HYPERVISOR_H
#define PARSE_HYPERVISOR_H

#include "bootprobe/facts.h"
#include "parse/cpuid.h"

#include <stdbool.h>

/* What there is to judge by, beside the DMI strings in the fact itself. Zeroed where a machine does
 * not have it. */
struct platform_clues {
	struct cpuid_leaves cpuid;
	enum answer cpuinfo_hypervisor; /* the flag in /proc/cpuinfo */
	char xen_type[8];               /* /sys/hypervisor/type */
	char xen_guest_type[8];         /* /sys/hypervisor/guest_type: PV, HVM, PVH */
	bool is_xen_dom0;
	char acpi_oem_id[8]; /* of the FADT or DSDT, trimmed */
	/* /proc/device-tree; lists of strings with '\n' between them */
	char tree_model[64], tree_compatible[128], tree_hypervisor[64];
	bool has_device_tree;
};

/* Fills hypervisor, hypervisor_told_by and cpuid_signature. */
void hypervisor_decide(const struct platform_clues *clues, struct platform_fact *platform);

/* Fills is_nested and nested_because, after hypervisor_decide(). YES only on evidence that the
 * hypervisor has one below it; a virtualisation extension of the processor is none, since it only
 * says that one more could run on top. NO only without any hypervisor. */
void hypervisor_decide_nesting(const struct platform_clues *clues, struct platform_fact *platform);

/* Fills machine, firmware and firmware_version, after hypervisor_decide() and with is_efi set. */
void hypervisor_decide_machine(const struct platform_clues *clues, struct platform_fact *platform);

#endif
