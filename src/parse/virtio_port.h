/* SPDX-License-Identifier: MIT */
/*
 * The state of a virtio-serial port as debugfs has it (drivers/char/virtio_console.c
 * port_debugfs_show()): /sys/kernel/debug/virtio-ports/vport1p1, one "key: value" a line.
 */
#ifndef PARSE_VIRTIO_PORT_H
#define PARSE_VIRTIO_PORT_H

#include "bootprobe/facts.h"

struct virtio_port_state {
	enum answer is_console;
	enum answer is_host_connected; /* a reader on the host */
	enum answer is_guest_connected;
};

/* The text is changed. What is not there stays unknown. */
void virtio_port_parse(char *text, struct virtio_port_state *ret_state);

/* The port's number out of vport<device>p<port>: 0 or -EINVAL. */
int virtio_port_number(const char *name, uint32_t *ret_number);

#endif
