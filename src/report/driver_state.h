/* SPDX-License-Identifier: MIT */
#ifndef REPORT_DRIVER_STATE_H
#define REPORT_DRIVER_STATE_H

#include "bootprobe/facts.h"

/* The word for a driver's state, or NULL for what is not known: an unknown state, or a value that
 * no state has. */
const char *driver_state_name(enum driver_state state);

#endif
