/* SPDX-License-Identifier: MIT */
#include "report/driver_state.h"

static const char *const NAMES[DRIVER_COUNT] = {
	[DRIVER_BOUND] = "bound",
	[DRIVER_BUILT_IN] = "built-in",
	[DRIVER_LOADED] = "loaded",
	[DRIVER_MODULE_FILE] = "module-file",
	[DRIVER_BLACKLISTED] = "blacklisted",
	[DRIVER_FAILED] = "failed",
	[DRIVER_MISSING] = "missing",
};

const char *driver_state_name(enum driver_state state)
{
	return (unsigned)state < DRIVER_COUNT ? NAMES[state] : NULL;
}
