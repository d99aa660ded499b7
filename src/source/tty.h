/* SPDX-License-Identifier: MIT */
/*
 * The one place that opens terminals and asks them. Nothing is ever printed: writes have no bytes.
 */
#ifndef SOURCE_TTY_H
#define SOURCE_TTY_H

#include "parse/tty_capture.h"
#include "source/sources.h"

/* Opens /dev/NAME with O_NONBLOCK and O_NOCTTY, asks everything in struct tty_state and closes it
 * again. No node is made where there is none: open is -ENOENT then. Opening a serial port that
 * nobody has open raises its modem lines (DTR, RTS), and closing drops them again: only for
 * consoles, and for ports of which sysfs does not tell the type.
 *
 * A captured machine answers from .devices/tty/NAME. */
void tty_examine(const struct sources *sources, const char *name, struct tty_state *ret_state);

/* Where a descriptor of PID 1 leads: the link's text, and the device's number if it is a character
 * device. Returns 0 or a negative errno; -ENOENT: it is closed; -ESRCH: there
 * is no /proc, or no PID 1 in it. */
struct tty_descriptor {
	char target[64];
	uint32_t major, minor;
};
int tty_pid1_descriptor(
	const struct sources *sources, unsigned number, struct tty_descriptor *ret_descriptor);

#endif
