/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_CPUID_H
#define SOURCE_CPUID_H

#include "parse/cpuid.h"
#include "source/sources.h"

/* Asks the processor, or reads .devices/cpuid of a captured machine. 0, -EOPNOTSUPP on a processor
 * without CPUID, -ENOENT for a capture without it, -EINVAL for one that is malformed (what stood
 * before is kept). */
int cpuid_source_read(const struct sources *sources, struct cpuid_leaves *leaves);

#endif
