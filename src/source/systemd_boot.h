/* SPDX-License-Identifier: MIT */
/*
 * How far systemd as PID 1 is with the boot, and what of it took long. As systemd_jobs.h says: not
 * for the process that traces PID 1.
 */
#ifndef SOURCE_SYSTEMD_BOOT_H
#define SOURCE_SYSTEMD_BOOT_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

struct systemd_boot {
	uint64_t finished_us; /* no job of the boot was left; 0: some are */
	uint64_t began_us;    /* this systemd started, of stage 2 where it is that one */
	uint32_t jobs;        /* that are left */
};

/* Three properties of the manager. Returns 0 or what systemd_link_open() and _told() do. */
int systemd_boot_read(
	const struct sysroot *proc, uint64_t deadline_us, struct systemd_boot *ret_boot);

/* The units whose start took longest, among services, mounts and swaps that began between since_us
 * and until_us: what "systemd-analyze blame" asks, but for 256 units at most. Those that PID 1 has
 * told of by the deadline are looked at; returns 0 where these are all, or a negative errno. */
int systemd_boot_slowest(const struct sysroot *proc, uint64_t deadline_us, uint64_t since_us,
	uint64_t until_us, struct boot_end_fact *end);

#endif
