/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

/* 1 ms rounded up, so that a deadline never becomes a busy loop. */
static int left_ms(uint64_t deadline_us)
{
	uint64_t now = clock_now_us();

	return now >= deadline_us ? 0 : (int)((deadline_us - now) / US_PER_MS + 1);
}

ssize_t console_write(const struct sources *sources, const char *console, const char *text,
	size_t length, uint64_t deadline_us)
{
	_cleanup_close_ int fd = -1;
	size_t written = 0;
	char path[48];

	if (!text_join(path, sizeof(path), "dev/", console, NULL))
		return -ENAMETOOLONG;
	fd = sysroot_openat(&sources->root, path, O_WRONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;

	while (written < length) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		ssize_t n = write(fd, text + written, length - written);

		if (n > 0) {
			written += (size_t)n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return written ? (ssize_t)written : -errno;
		if (poll(&ready, 1, left_ms(deadline_us)) <= 0)
			break;
	}
	/* A slow line has taken a part; one that is stopped has taken nothing. */
	return written || !length ? (ssize_t)written : -ETIMEDOUT;
}
