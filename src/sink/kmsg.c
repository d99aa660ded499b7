/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Facility daemon (3), level debug (7): in the log for everybody who reads it, and on no console
 * that did not ask for debug messages, where a slow serial line would hold up the boot. */
#define KMSG_PREFIX "<31>bootprobe: "

static int kmsg_open(struct sink *sink)
{
	int fd = sysroot_openat(&sink->dev, "kmsg", O_WRONLY | O_NONBLOCK);

	if (fd < 0)
		return fd;
	text_copy(sink->account.target, sizeof(sink->account.target), "/dev/kmsg");
	sink->fd = fd;
	return 0;
}

/* The kernel lets ten records in five seconds through for each open file and drops the rest
 * without an error (printk_devkmsg=ratelimit), so each record gets an open file of its own. */
static ssize_t kmsg_write(struct sink *sink, const char *bytes, size_t length)
{
	_cleanup_close_ int fresh = sysroot_openat(&sink->dev, "kmsg", O_WRONLY | O_NONBLOCK);
	const char *end = memchr(bytes, '\n', length);
	char line[sizeof(KMSG_PREFIX) + RECORD_SIZE + 1];
	struct text text;
	ssize_t n;

	if (!end)
		return -EAGAIN;
	text_init(&text, line, sizeof(line));
	text_append(&text, KMSG_PREFIX);
	/* With its newline: the kernel shows nobody a text that might go on. */
	text_append_bytes(&text, bytes, (size_t)(end - bytes) + 1);
	n = write(fresh >= 0 ? fresh : sink->fd, text.data, text.length);
	if (n < 0)
		return -errno;
	return end - bytes + 1;
}

const struct sink_operations SINK_KMSG_OPERATIONS = {
	.kind = SINK_KMSG, .is_spared = true, .open = kmsg_open, .write = kmsg_write};
