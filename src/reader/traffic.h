/* SPDX-License-Identifier: MIT */
#ifndef READER_TRAFFIC_H
#define READER_TRAFFIC_H

#include "reader/report.h"

/* Puts the counters and moments of "traffic" records into the records of the disks, partitions and
 * serial ports that they are about, where those do not have them. -ENOMEM. */
int traffic_spread(struct reader_report *report);

#endif
