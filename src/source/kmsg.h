/* SPDX-License-Identifier: MIT */
/*
 * The kernel log from its start, record by record. In a captured machine dev/kmsg is a file of
 * records, one after another.
 */
#ifndef SOURCE_KMSG_H
#define SOURCE_KMSG_H

#include "parse/kmsg.h"
#include "source/sources.h"

struct kmsg_source {
	int fd;
	bool is_file;
	bool is_end;
	/* What was read and not yet taken: for a device one record, for a file any number. */
	char bytes[KMSG_RECORD_MAX];
	size_t start, length;
};

/* The struct is large: keep it static. 0 or a negative errno. */
int kmsg_source_open(const struct sources *sources, struct kmsg_source *ret_source);
/* The next record, borrowed until the next call; *ret_length 0 at the end of the log. Never waits.
 * -EPIPE: records were overwritten in between, go on; -EBADMSG: one in a file is too long. */
int kmsg_source_next(struct kmsg_source *source, const char **ret_bytes, size_t *ret_length);
void kmsg_source_close(struct kmsg_source *source);

#endif
