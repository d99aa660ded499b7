/* SPDX-License-Identifier: MIT */
#ifndef PARSE_KERNEL_MESSAGE_H
#define PARSE_KERNEL_MESSAGE_H

#include <stddef.h>

/* What PID 1 complained of last in a piece of the kernel log, as syslog(2) gives it, the first line
 * of which may be cut: "<27>[   12.976040] systemd[1]: Unit rescue.target not found." Errors and
 * worse; that it freezes is none. "" where there is no such line. Uses the text up. */
void kernel_message_of_pid1(char *text, char *ret_message, size_t size);

#endif
