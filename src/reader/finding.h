/* SPDX-License-Identifier: MIT */
/*
 * What the guest made of its facts: the findings that hold, and the verdict.
 */
#ifndef READER_FINDING_H
#define READER_FINDING_H

#include "reader/report.h"

/* Fills in end, phase, findings, their counts and the verdict. -ENOMEM. */
int finding_collect(struct reader_report *report);

#endif
