/* SPDX-License-Identifier: MIT */
/*
 * Sends what is written to /dev/console to another tty (TIOCCONS), through descriptors that were
 * open before as well. The kernel keeps the other tty open: no process of ours needs to stay, but
 * for the one that reads the other end of a pty. When nobody has that end open any more, the kernel
 * takes the redirection back by itself (tty_io.c, __tty_hangup).
 */
#ifndef SOURCE_CONSOLE_REDIRECT_H
#define SOURCE_CONSOLE_REDIRECT_H

#include "source/sources.h"

#include <stdint.h>

/* Opens a tty that takes bytes, as a write of none shows, for all who write to the console. Returns
 * a descriptor or a negative errno; -EROFS on a captured machine. */
int console_target_open(const struct sources *sources, const char *name);
/* Opens /dev/console, to take a redirection back later, when no path may lead to it any more. */
int console_device_open(const struct sources *sources);

/* Both: 0 or a negative errno; -EBUSY when somebody has redirected the console already. */
int console_redirect(const struct sources *sources, const char *name);
int console_redirect_to(int target_fd);
/* From one target to another. The kernel cannot do that in one step: what is written in between
 * fails as it would without us, so this is made as short as can be. */
int console_redirect_move(int console_fd, int target_fd);
/* /dev/console leads to the kernel's console again. */
int console_redirect_undo(const struct sources *sources);

/* A terminal of our own, whose reader gets what is written to the console. */
struct console_pty {
	int master, slave;
};
#define CONSOLE_PTY_CLOSED ((struct console_pty){-1, -1})

/* Wants nothing mounted. The master does not block. */
int console_pty_open(struct console_pty *ret_pty);

/* For a process without standard input and output: a serial port that is live, else the screen. Not
 * close-on-exec. Opened by a child, since a tty may hold on to who opens it; it is given up after
 * timeout_us. Returns a descriptor or a negative errno. */
int console_open_live(uint64_t timeout_us);

#endif
