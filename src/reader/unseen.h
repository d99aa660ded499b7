/* SPDX-License-Identifier: MIT */
/*
 * Whole subjects that the guest could not look at.
 */
#ifndef READER_UNSEEN_H
#define READER_UNSEEN_H

#include "base/text.h"
#include "reader/report.h"

/* Appends their names, "ACPI, disks": those that the guest's own page names. */
void unseen_list(const struct reader_report *report, struct text *text);
bool unseen_is_any(const struct reader_report *report);

#endif
