/* SPDX-License-Identifier: MIT */
/*
 * Commands for a Proxmox host that give a VM a port for its report and take it away again. `qm set
 * --args` replaces all arguments of a VM: what is there already is part of every line.
 */
#ifndef CLI_PROXMOX_LINES_H
#define CLI_PROXMOX_LINES_H

#include "parse/qm_config.h"

enum proxmox_switch { SWITCH_SMBIOS, SWITCH_FWCFG, SWITCH_CMDLINE, SWITCH_COUNT };
extern const char *const SWITCH_NAMES[SWITCH_COUNT];

/* All of them are for a shell, in printable ASCII, whatever the arguments of the VM are. */
struct proxmox_lines {
	char *give[SWITCH_COUNT]; /* NULL where somebody else gave the VM a report port */
	char *cmdline;            /* what the third of them needs on the kernel command line */
	char *take_away;          /* NULL: nobody can tell what of the args belongs to that port */
	char *restart;
	/* report: its path as it is. NULL: nobody can tell where the port leads. read is NULL for
	 * a socket, too. */
	char *report, *follow, *read;
	bool is_socket;
	/* Another way, without args. NULL: no port is free behind those that are there. */
	char *serial_give, *serial_words, *serial_follow, *serial_take_away;
	/* The VM has a report port: the one that these lines give, or another one. */
	bool has_ours, has_other;
};

/* Whether these are parameters of the hook, with a space between two of them, which neither a shell
 * nor QEMU take for something else. */
bool proxmox_lines_take(const char *parameters);

/* vmid: digits. config: of that VM, or zero for one that nothing is known of. parameters: "" or
 * what proxmox_lines_take() takes. Returns 0 or -ENOMEM; free with proxmox_lines_free() in both
 * cases. */
int proxmox_lines_make(const char *vmid, const struct qm_config *config, const char *parameters,
	struct proxmox_lines *ret_lines);
void proxmox_lines_free(struct proxmox_lines *lines);

#endif
