/* SPDX-License-Identifier: MIT */
/* /proc/uptime (proc(5)): "12.34 40.56", seconds since the kernel started and seconds that all
 * processors together had nothing to do. */
#ifndef PARSE_UPTIME_H
#define PARSE_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

/* The second of the two, in microseconds. False for anything else. Uses the text up. */
bool uptime_idle_us(char *text, uint64_t *ret_idle_us);

#endif
