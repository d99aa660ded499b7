/* SPDX-License-Identifier: MIT */
/*
 * /proc/tty/driver/serial and its like (drivers/tty/serial/serial_core.c uart_line_info()): one
 * line a port.
 *
 *   serinfo:1.0 driver revision:
 *   0: uart:16550A port:000003F8 irq:4 tx:1538 rx:0 RTS|CTS|DTR|DSR|CD
 *   1: uart:unknown port:000002F8 irq:3
 */
#ifndef PARSE_PROC_SERIAL_H
#define PARSE_PROC_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

struct proc_serial {
	uint32_t number;   /* of ttyS<number> */
	char type[16];     /* "16550A", "unknown", "PL011 rev1" */
	bool has_counters; /* only readers with CAP_SYS_ADMIN see the rest, and only of live ports
			    */
	uint64_t tx_bytes, rx_bytes;
	char lines[40]; /* modem lines that are on, as written: "RTS|CTS|DTR" */
};

/* Takes the next port off *cursor; other lines are skipped. The text is changed. */
bool proc_serial_next(char **cursor, struct proc_serial *ret_serial);

/* The name of a type as the kernel's 8250 and PL011 drivers write it, or NULL. */
const char *serial_type_name(int32_t type);

#endif
