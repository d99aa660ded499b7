/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds of CLOCK_MONOTONIC: what udev stamps with, and within milliseconds of the stamps in
 * the kernel log. */
uint64_t clock_now_us(void);

#define US_PER_MS UINT64_C(1000)
#define US_PER_S UINT64_C(1000000)

#endif
