/* SPDX-License-Identifier: MIT */
/*
 * A look at processes that the kernel may not give back: some files of /proc/PID wait for a process
 * that is starting a program, and that one may wait for a disk. So it is taken by a child, which is
 * left behind.
 */
#ifndef RECORDER_CAREFUL_H
#define RECORDER_CAREFUL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* So many that hang are enough: each leaves a child behind. */
enum { CAREFUL_HUNG_MAX = 3 };

/* Runs look(context), which writes to shared memory alone, in a child, for so long at most. False
 * where it did not come to its end; then what it has written is not whole. started counts it. */
/* Of the one that looks alone: no child keeps it open. */
void careful_keep_out(int fd);

bool careful_look(
	void (*look)(void *context), void *context, uint64_t budget_us, _Atomic uint64_t *started);

#endif
