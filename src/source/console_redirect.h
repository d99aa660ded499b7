/* SPDX-License-Identifier: MIT */
/*
 * Sends what is written to /dev/console to another tty (TIOCCONS), through descriptors that were
 * open before as well. The kernel keeps the other tty open: no process of ours needs to stay.
 */
#ifndef SOURCE_CONSOLE_REDIRECT_H
#define SOURCE_CONSOLE_REDIRECT_H

#include "source/sources.h"

/* name: of a tty that takes bytes, as a write of none shows. Returns 0 or a negative errno: -EBUSY
 * when somebody has redirected the console already, -EROFS on a captured machine. */
int console_redirect(const struct sources *sources, const char *name);
/* For a process without standard input and output: a serial port that is live, else the screen. Not
 * close-on-exec. Returns a descriptor or -ENODEV. */
int console_open_live(void);
/* /dev/console leads to the kernel's console again. */
int console_redirect_undo(const struct sources *sources);

#endif
