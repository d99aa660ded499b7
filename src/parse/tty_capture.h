/* SPDX-License-Identifier: MIT */
/*
 * What a tty said when it was opened and asked, and the text in which a captured machine keeps it
 * (.devices/tty/NAME, docs/fixtures.md): one "key=value" a line.
 */
#ifndef PARSE_TTY_CAPTURE_H
#define PARSE_TTY_CAPTURE_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stdint.h>

struct tty_state {
	outcome_t open;
	outcome_t tcgetattr;
	outcome_t empty_write;       /* of no bytes: shows EIO where a real write would */
	enum answer is_writable_now; /* poll(2) says POLLOUT */
	/* The tty behind it (TIOCGDEV): for /dev/console the one it leads to. */
	bool has_device;
	uint32_t major, minor;
	/* TIOCGSERIAL; -ENOTTY from what is no serial port */
	outcome_t serial;
	int32_t type; /* PORT_* of linux/serial_core.h, 0 no hardware; -1 unknown */
	uint64_t port, iomem;
	uint32_t irq;
	uint32_t clock_hz;
};

/* Nothing is known yet. */
#define TTY_STATE_UNKNOWN ((struct tty_state){.type = -1})

/* Reads the captured text, which it changes. Unknown keys and values that are no numbers are
 * skipped; what is not named stays unknown. */
void tty_capture_parse(char *text, struct tty_state *ret_state);

#endif
