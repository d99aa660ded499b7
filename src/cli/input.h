/* SPDX-License-Identifier: MIT */
/*
 * One report out of a file, for the verbs that take more than one or draw one.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "reader/reader.h"

/* path: a file, a socket, or "-". boot: see reader_report(); NULL: the newest. Both complain on
 * standard error in the name of the verb, and return a negative errno then. input_report() closes
 * the descriptor. */
int input_open(const char *verb, const char *path);
int input_report(const char *verb, const char *path, int fd, const char *boot,
	struct reader_report **ret_report);

/* "bootprobe VERB: PATH: WHY" on standard error, escaped. */
void input_complain(const char *verb, const char *path, const char *why);

/* Says why reader_report() failed with that error, and what there is instead of a report. */
void input_complain_absent(const char *verb, const char *path, const struct reader *reader,
	const char *boot, int error);

#endif
