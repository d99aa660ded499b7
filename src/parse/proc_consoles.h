/* SPDX-License-Identifier: MIT */
/*
 * /proc/consoles (fs/proc/consoles.c): the consoles that the kernel registered, one a line, the
 * preferred one first:
 *
 *   ttyS0                -W- (EC p a)    4:64
 */
#ifndef PARSE_PROC_CONSOLES_H
#define PARSE_PROC_CONSOLES_H

#include <stdbool.h>
#include <stdint.h>

struct proc_console {
	char name[24];
	char flags[16];    /* between the parentheses, inner spaces kept: "EC p a" */
	bool is_enabled;   /* E */
	bool is_preferred; /* C: the one that /dev/console leads to */
	bool has_device;   /* a console without a tty (netconsole) has none */
	uint32_t major, minor;
};

/* Takes the next line that makes sense off *cursor; others are skipped. The text is changed. */
bool proc_consoles_next(char **cursor, struct proc_console *ret_console);

#endif
