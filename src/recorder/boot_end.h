/* SPDX-License-Identifier: MIT */
#ifndef RECORDER_BOOT_END_H
#define RECORDER_BOOT_END_H

#include "recorder/boot_watch.h"
#include "source/systemd_boot.h"

/* How a boot ended that is up: when, how that is known, and what took long. What systemd knows
 * counts more than what was seen; it is asked for a bounded time, so PID 1 must not be traced by
 * this process any more. boot: what it has said before, by_systemd: the outcome of that. Fills all
 * but the publication. */
void boot_end_gather(const struct sysroot *proc, const struct boot_watch *watch,
	const struct systemd_boot *boot, outcome_t by_systemd, struct boot_end_fact *end);

#endif
