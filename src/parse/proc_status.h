/* SPDX-License-Identifier: MIT */
#ifndef PARSE_PROC_STATUS_H
#define PARSE_PROC_STATUS_H

#include <stdbool.h>
#include <stdint.h>

/* The signals that a process catches, of /proc/PID/status (proc(5), SigCgt): bit 0 is signal 1.
 * False where that is not said. Uses the text up. */
bool proc_status_caught(char *text, uint64_t *ret_signals);

#endif
