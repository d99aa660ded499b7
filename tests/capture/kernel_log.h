/* SPDX-License-Identifier: MIT */
/*
 * Secrets of the kernel command line in the kernel log, which repeats it whole and in parts.
 */
#ifndef CAPTURE_KERNEL_LOG_H
#define CAPTURE_KERNEL_LOG_H

#include "parse/kmsg.h"
#include "parse/redact.h"

struct kernel_log {
	char cmdline[4096 + 1];
	struct redacted known;
	bool is_in_list; /* of the arguments or the environment of init */
	char scratch[2 * KMSG_RECORD_MAX], word[2 * KMSG_RECORD_MAX];
};

/* Takes notice of what is secret on this command line. */
void kernel_log_begin(struct kernel_log *log, const char *cmdline);
/* Redacts a record as /dev/kmsg gives it, NUL-terminated, in place. Returns its length; 0 when it
 * does not fit into size, which is twice what a record takes. */
size_t kernel_log_redact(struct kernel_log *log, char *record, size_t size);

#endif
