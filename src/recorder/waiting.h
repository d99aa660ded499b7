/* SPDX-License-Identifier: MIT */
/*
 * What a boot waits for that does not get on: who waits in the kernel and for which file and disk,
 * what processors and disks do meanwhile, systemd's jobs, whether memory is short.
 */
#ifndef RECORDER_WAITING_H
#define RECORDER_WAITING_H

#include "bootprobe/facts.h"
#include "recorder/busy.h"
#include "source/sysroot.h"

enum { DISKS_WATCHED_MAX = 64 };

/* What processors and disks had done at some moment. */
struct machine_work {
	uint64_t at_us, cpu_us, disk_bytes;
	struct disk_work {
		char name[32];
		uint64_t ended, requests;
	} disk[DISKS_WATCHED_MAX];
	uint32_t disks;
};

struct stall_watch {
	bool is_told;      /* of the stall that there is now */
	uint64_t since_us; /* nothing has gone on */
	uint64_t next_us;  /* when it is told, again */
	bool is_marked;    /* before holds the beginning of the window that is looked at */
	struct machine_work before;
	uint32_t hung; /* looks that hung */
};

void machine_work_look(const struct sysroot *proc, struct machine_work *ret, uint64_t now_us);
/* MemAvailable; 0: not known. */
uint64_t waiting_available_bytes(const struct sysroot *proc);
/* Fills all of stall but number, since_us and ended_us. sys: /sys. */
void waiting_gather(struct stall_watch *watch, struct busy *busy, const struct sysroot *proc,
	const struct sysroot *sys, struct facts *facts, uint64_t now_us);

#endif
