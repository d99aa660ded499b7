/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "bootprobe/config.h"
#include "bootprobe/facts.h"
#include "rule/rule.h"

#include <stddef.h>

/* Of at most 79 columns. */
enum { SUMMARY_LINES_MAX = 14, SUMMARY_SIZE = SUMMARY_LINES_MAX * 80 + 1 };

/* What a person at a console wants to know first: the verdict and why, what to change, and six
 * lines of what the machine is; and which parameters of ours were not understood. boot: as in the
 * records. Printable ASCII and newlines only: what a disk or a table says about itself is hostile
 * to terminals. */
void summary_write(const struct facts *facts, const struct config *config,
	const struct findings *findings, const char *phase, const char *boot, char *buf,
	size_t size);

#endif
