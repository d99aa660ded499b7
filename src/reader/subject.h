/* SPDX-License-Identifier: MIT */
/*
 * "The newest record of the same type and subject wins": which members are the subject of a type.
 */
#ifndef READER_SUBJECT_H
#define READER_SUBJECT_H

#include "reader/report.h"

/* Sets is_superseded of all records. -ENOMEM. */
int subject_mark_superseded(struct reader_report *report);

#endif
