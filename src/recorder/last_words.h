/* SPDX-License-Identifier: MIT */
#ifndef RECORDER_LAST_WORDS_H
#define RECORDER_LAST_WORDS_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"
#include "source/trace.h"

/* What PID 1 was, held and had tried in vain, while it stands still at its end. proc: /proc itself.
 * What would take longer than until deadline_us is left out. */
void last_words_gather(const struct sysroot *proc, struct trace_source *trace,
	struct pid1_exit_fact *exit, uint64_t deadline_us);

#endif
