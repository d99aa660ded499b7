/* SPDX-License-Identifier: MIT */
/* How far a driver has come. */
#ifndef BOOTPROBE_FACTS_DRIVER_H
#define BOOTPROBE_FACTS_DRIVER_H

#include "bootprobe/facts/fact.h"

enum driver_state {
	DRIVER_UNKNOWN = 0,
	DRIVER_BOUND,
	DRIVER_BUILT_IN,    /* in the kernel, not bound */
	DRIVER_LOADED,      /* module is in, not bound to this device */
	DRIVER_MODULE_FILE, /* a module file that nobody loaded */
	DRIVER_BLACKLISTED,
	DRIVER_FAILED,  /* loading it failed, or must fail: its file is damaged */
	DRIVER_MISSING, /* neither built in nor a module file in this root */
	DRIVER_COUNT
};

#endif
