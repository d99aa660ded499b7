/* SPDX-License-Identifier: MIT */
/*
 * The configuration of a VM in Proxmox VE (/etc/pve/qemu-server/VMID.conf): as much as is needed to
 * give it a port and to take it away again. The format is that of PVE::QemuServer::parse_vm_config.
 */
#ifndef PARSE_QM_CONFIG_H
#define PARSE_QM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QM_SERIAL_PORTS = 4, QM_ARGS_SIZE = 16384 };

/* What the next start of the VM will use: changes that are pending included. */
struct qm_config {
	char name[64];           /* "" for none */
	char args[QM_ARGS_SIZE]; /* "" for none */
	bool is_args_cut;
	uint32_t serial_ports; /* bit N: serialN is set */
	bool has_known_key;    /* there is a line that a VM's configuration has, in any section */
	bool is_container;     /* ... a line that that of a container has, and no VM's */
	bool is_pending;       /* args or a serial port differ from what the running VM has */
};

/* text is changed. */
void qm_config_parse(char *text, size_t length, struct qm_config *ret_config);

#endif
