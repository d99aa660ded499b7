/* SPDX-License-Identifier: MIT */
/*
 * Where a boot came from: its loader, a kernel before it, the network.
 */
#ifndef PARSE_BOOT_ORIGIN_H
#define PARSE_BOOT_ORIGIN_H

#include "bootprobe/facts.h"

#include <stdbool.h>

struct boot_clues {
	/* /proc/sys/kernel/bootloader_type (x86: Documentation/arch/x86/boot.rst, type_of_loader):
	 * the loader's number in the bits from 4 up. */
	bool has_loader_type;
	uint64_t loader_type;
	bool has_vmcore;       /* /proc/vmcore: a crash kernel */
	bool is_tree_of_kexec; /* /proc/device-tree/chosen/linux,booted-from-kexec */
	const char *cmdline;   /* "" when it could not be read */
};

/* Fills boot_loader, is_kexec with kexec_because, and is_network_boot with network_boot_because.
 * Network: YES when the root or the loader is on the network; unknown, with the reason, when the
 * network is only set up (ip=), or UEFI started the kernel, be it for iPXE; NO when neither command
 * line nor loader say anything of it. */
void boot_origin_decide(const struct boot_clues *clues, struct platform_fact *platform);

#endif
