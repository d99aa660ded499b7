/* SPDX-License-Identifier: MIT */
#include "parse/call_sample.h"

#include "unit.h"

UNIT_MAIN("call_sample")
