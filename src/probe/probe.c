/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/clock.h"
#include "base/text.h"

/* The order is the order of the records: what a reader wants to know first. A deadline bounds one
 * child; the phase as a whole is bounded by the budget of the hook. */
const struct probe PROBES[] = {
	{"platform", PHASE_START, 500 * US_PER_MS, platform_run},
	{"cmdline", PHASE_START, 500 * US_PER_MS, cmdline_run},
	{"acpi", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, acpi_run},
	{"fwcfg", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, fwcfg_run},
	{"console", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, console_run},
	{"uart", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, uart_run},
	{"virtio", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, virtio_run},
	{"driver", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, driver_run},
	{"block", PHASE_START | PHASE_FOLLOW, 900 * US_PER_MS, block_run},
	{"disk", PHASE_DISK, 5 * US_PER_S, disk_run},
	{"grower", PHASE_RESOLVE, 900 * US_PER_MS, grower_run},
	{"layout", PHASE_RESOLVE, 900 * US_PER_MS, layout_run},
	{"root", PHASE_RESOLVE, 900 * US_PER_MS, root_run},
	{"handoff", PHASE_FINISH | PHASE_ROOT, 900 * US_PER_MS, handoff_run},
	{"timeline", PHASE_START | PHASE_FINISH, 900 * US_PER_MS, timeline_run},
};
const size_t PROBES_COUNT = ARRAY_SIZE(PROBES);
