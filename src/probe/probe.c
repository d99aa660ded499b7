/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/clock.h"
#include "base/text.h"

/* The order is the order of the records: what a reader wants to know first. A deadline bounds one
 * child; the phase as a whole is bounded by the budget of the hook. The last column says what the
 * child may do (confine.h). acpi, fwcfg and disk give up more by themselves, before they look into
 * bytes that others wrote; fwcfg has loaded its driver by then. */
const struct probe PROBES[] = {
	{"platform", PHASE_START, 500 * US_PER_MS, platform_run, CONFINE_FILES},
	{"cmdline", PHASE_START, 500 * US_PER_MS, cmdline_run, CONFINE_FILES},
	{"acpi", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, acpi_run, CONFINE_FILES},
	{"fwcfg", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, fwcfg_run, CONFINE_MODULES},
	{"console", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, console_run, CONFINE_TTY},
	{"uart", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, uart_run, CONFINE_PORTS},
	{"virtio", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, virtio_run, CONFINE_FILES},
	{"driver", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, driver_run, CONFINE_FILES},
	{"block", PHASE_START | PHASE_FOLLOW, 900 * US_PER_MS, block_run, CONFINE_FILES},
	{"disk", PHASE_DISK, 5 * US_PER_S, disk_run, CONFINE_DISK},
	{"grower", PHASE_RESOLVE, 900 * US_PER_MS, grower_run, CONFINE_NEW_ROOT},
	{"layout", PHASE_RESOLVE, 900 * US_PER_MS, layout_run, CONFINE_FILES},
	{"root", PHASE_RESOLVE, 900 * US_PER_MS, root_run, CONFINE_FILES},
	{"handoff", PHASE_FINISH | PHASE_ROOT, 900 * US_PER_MS, handoff_run, CONFINE_NEW_ROOT},
	{"timeline", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, timeline_run, CONFINE_LOG},
};
const size_t PROBES_COUNT = ARRAY_SIZE(PROBES);
