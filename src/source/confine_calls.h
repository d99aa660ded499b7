/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_CONFINE_CALLS_H
#define SOURCE_CONFINE_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of system calls, requests of ioctl(2). What is on none of the lists fails. */
extern const uint16_t CONFINE_ALLOWED[], CONFINE_FORBIDDEN[];
extern const uint32_t CONFINE_QUESTIONS[], CONFINE_ORDERS[];
extern const size_t CONFINE_ALLOWED_COUNT, CONFINE_FORBIDDEN_COUNT;
extern const size_t CONFINE_QUESTIONS_COUNT, CONFINE_ORDERS_COUNT;

#endif
