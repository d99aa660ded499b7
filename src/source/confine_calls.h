/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_CONFINE_CALLS_H
#define SOURCE_CONFINE_CALLS_H

#include <stddef.h>
#include <stdint.h>

extern const uint16_t CONFINE_ALLOWED[], CONFINE_FORBIDDEN[], CONFINE_ALLOWED_READER[];
extern const size_t CONFINE_ALLOWED_COUNT, CONFINE_FORBIDDEN_COUNT, CONFINE_ALLOWED_READER_COUNT;

#endif
