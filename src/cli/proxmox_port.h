/* SPDX-License-Identifier: MIT */
/*
 * A report port in the arguments of a VM that `bootprobe proxmox` did not make: where it leads.
 */
#ifndef CLI_PROXMOX_PORT_H
#define CLI_PROXMOX_PORT_H

#include <limits.h>
#include <stdbool.h>

struct proxmox_port {
	char chardev[64];
	char path[PATH_MAX];
	bool is_socket;
};

/* Returns whether args say where the port leads. */
bool proxmox_port_find(const char *args, struct proxmox_port *ret_port);

/* Takes the port out of args, and its bus where nothing else can be on that. Returns false, and
 * changes nothing, where that would be a guess: words in quotes, or a second port. */
bool proxmox_port_remove(char *args, const struct proxmox_port *port);

#endif
