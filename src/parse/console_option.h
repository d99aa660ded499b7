/* SPDX-License-Identifier: MIT */
/*
 * The value of one console= parameter, read as the kernel does (kernel/printk/printk.c
 * console_setup(), drivers/tty/serial/serial_core.c uart_parse_options(), uart_parse_earlycon();
 * Documentation/admin-guide/serial-console.rst).
 */
#ifndef PARSE_CONSOLE_OPTION_H
#define PARSE_CONSOLE_OPTION_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_option {
	/* Always with a number, as the kernel counts: "tty" and "tty0" are both tty0; "1" is ttyS1;
	 * null and the empty value are ttynull0. A UART that is named by its address
	 * ("uart8250,io,0x3f8") is "uart". */
	char name[24];
	enum console_kind kind;
	char options[32]; /* behind the first comma, as written */
	uint32_t baud;    /* 0: not given */
	char parity;      /* n, o, e; 0: not given */
	uint32_t bits;
	bool has_flow_control;
	bool is_malformed; /* an option that the kernel ignores or takes for something else */
	bool has_address;
	bool is_mmio;
	uint64_t address;
};

/* For a parameter with a '=': the kernel ignores a bare "console". value may be NULL if length is
 * 0. */
void console_option_parse(const char *value, size_t length, struct console_option *ret_option);

/* By name: ttyS0, ttyAMA0 are UARTs, tty0 a VT, ttynull0 (or ttynull) the null console. */
enum console_kind console_kind_from_name(const char *name);

#endif
