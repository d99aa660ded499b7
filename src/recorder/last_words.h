/* SPDX-License-Identifier: MIT */
#ifndef RECORDER_LAST_WORDS_H
#define RECORDER_LAST_WORDS_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"
#include "source/trace.h"

/* What PID 1 was, held and had tried in vain, while it stands still at its end. proc: /proc itself.
 */
void last_words_gather(
	const struct sysroot *proc, struct trace_source *trace, struct pid1_exit_fact *exit);

#endif
