/* SPDX-License-Identifier: MIT */
/*
 * What systemd as PID 1 has to do yet: its jobs, asked for by one call (ListJobs) over the socket
 * that systemctl uses as root, which needs no dbus-daemon.
 */
#ifndef SOURCE_SYSTEMD_JOBS_H
#define SOURCE_SYSTEMD_JOBS_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

/* Fills jobs (running ones first), job_count and jobs_read of stall, whose jobs may be those of
 * before. proc: /proc itself. jobs_read is then OUTCOME_OK; -ENOENT: PID 1 is no systemd, or has no
 * socket yet; -ETIMEDOUT: it has not answered until deadline_us (CLOCK_MONOTONIC; jobs that had
 * come by then are kept); -EPROTO: the answer is none; or what connect(2) says.
 *
 * Not for the process that traces PID 1: a PID 1 that stops for its tracer does not answer. PID 1
 * works for this answer, so it is for who has something to tell: a stall, a boot that is up. */
void systemd_jobs_read(const struct sysroot *proc, uint64_t deadline_us, struct stall_fact *stall);

#endif
