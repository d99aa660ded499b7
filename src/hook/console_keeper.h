/* SPDX-License-Identifier: MIT */
/*
 * Beside the collector that forwards the console: who writes to a pty that nobody reads waits for
 * ever, and the kernel takes the console back when nobody has the pty's other end open. So two
 * processes have it open, and the one that is left sends the console to the next best.
 */
#ifndef HOOK_CONSOLE_KEEPER_H
#define HOOK_CONSOLE_KEEPER_H

#include "bootprobe/facts.h"

#include <sys/types.h>

struct console_keeper {
	int master, console_fd, fallback_fd;
	struct console_redirect_fact *fact; /* shared */
};

/* What the collector says when the keeper is not needed any more; its death says nothing. */
enum { KEEPER_LEAVE = 'l' };

/* Forks it. Returns its process, or a negative errno; ret_fd: the collector's end of a socket that
 * is closed when the keeper has ended. */
pid_t console_keeper_start(const struct console_keeper *keeper, int *ret_fd);

#endif
