/* SPDX-License-Identifier: MIT */
#include "source/kmsg.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int kmsg_source_open(const struct sources *sources, struct kmsg_source *ret_source)
{
	int fd = sysroot_openat(&sources->root, "dev/kmsg", O_RDONLY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	ret_source->fd = fd;
	ret_source->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ret_source->is_end = false;
	ret_source->start = ret_source->length = 0;
	return 0;
}

static int source_fill(struct kmsg_source *source)
{
	ssize_t n;

	memmove(source->bytes, source->bytes + source->start, source->length);
	source->start = 0;
	do {
		n = read(source->fd, source->bytes + source->length,
			sizeof(source->bytes) - source->length);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		return -errno;
	source->is_end = n <= 0;
	source->length += n > 0 ? (size_t)n : 0;
	return 0;
}

static int file_next(struct kmsg_source *source, size_t *ret_length)
{
	for (;;) {
		size_t length = kmsg_record_length(
			source->bytes + source->start, source->length, source->is_end);

		if (length || source->is_end) {
			*ret_length = length;
			return 0;
		}
		if (source->length == sizeof(source->bytes))
			return -EBADMSG;
		if (source_fill(source) < 0)
			return -EIO;
	}
}

static int device_next(struct kmsg_source *source, size_t *ret_length)
{
	int r = source_fill(source);

	*ret_length = source->length;
	return r;
}

int kmsg_source_next(struct kmsg_source *source, const char **ret_bytes, size_t *ret_length)
{
	size_t length = 0;
	int r;

	r = source->is_file ? file_next(source, &length) : device_next(source, &length);
	if (r < 0)
		return r;
	*ret_bytes = source->bytes + source->start;
	*ret_length = length;
	source->start += length;
	source->length -= length;
	return 0;
}

void kmsg_source_close(struct kmsg_source *source)
{
	cleanup_close(&source->fd);
	source->fd = -1;
}
