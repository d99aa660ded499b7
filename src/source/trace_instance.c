/* SPDX-License-Identifier: MIT */
#include "source/trace_instance.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "source/private_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int set(int folder, const char *name, const char *value, int flags)
{
	_cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

static int open_instance(const struct trace_instance *instance, const char *name)
{
	char path[64];
	int fd;

	(void)text_join(path, sizeof(path), "instances/", name, NULL);
	/* One that a process which was killed left behind is taken over. */
	if (mkdirat(instance->mount_fd, path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(instance->mount_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int trace_instance_open(struct trace_instance *instance, const char *name)
{
	*instance = TRACE_INSTANCE_CLOSED;
	instance->mount_fd = private_mount("tracefs");
	if (instance->mount_fd < 0)
		return instance->mount_fd;
	instance->instance_fd = open_instance(instance, name);
	return instance->instance_fd < 0 ? instance->instance_fd : 0;
}

int trace_instance_find(struct trace_instance *instance, const char *name)
{
	char path[64];

	if (instance->mount_fd < 0)
		instance->mount_fd = private_mount("tracefs");
	if (instance->mount_fd < 0)
		return instance->mount_fd;
	(void)text_join(path, sizeof(path), "instances/", name, NULL);
	if (instance->instance_fd < 0)
		instance->instance_fd =
			openat(instance->mount_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return instance->instance_fd < 0 ? -errno : 0;
}

void trace_instance_close(struct trace_instance *instance)
{
	if (instance->instance_fd >= 0)
		(void)close(instance->instance_fd);
	if (instance->mount_fd >= 0)
		(void)close(instance->mount_fd);
	*instance = TRACE_INSTANCE_CLOSED;
}

int trace_instance_define(
	const struct trace_instance *instance, const char *file, const char *definition)
{
	int r = set(instance->mount_fd, file, definition, O_APPEND);

	/* One that was left behind is the same. */
	return r == -EEXIST ? 0 : r;
}

int trace_instance_set(const struct trace_instance *instance, const char *file, const char *value)
{
	return set(instance->instance_fd, file, value, 0);
}

int trace_instance_add_probe(const struct trace_instance *instance, const char *definition)
{
	return trace_instance_define(instance, "kprobe_events", definition);
}

int trace_instance_clear(const struct trace_instance *instance)
{
	_cleanup_close_ int fd =
		openat(instance->instance_fd, "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

int trace_instance_read(const struct trace_instance *instance, const char *file,
	void (*take)(void *context, char *line), void *context, uint64_t deadline_us)
{
	static char buf[8192];
	_cleanup_close_ int fd = openat(instance->instance_fd, file, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (clock_now_us() < deadline_us &&
		(n = read(fd, buf + length, sizeof(buf) - 1 - length)) > 0) {
		char *line = buf, *end;

		length += (size_t)n;
		buf[length] = '\0';
		while ((end = memchr(line, '\n', length - (size_t)(line - buf)))) {
			*end = '\0';
			take(context, line);
			line = end + 1;
		}
		length -= (size_t)(line - buf);
		memmove(buf, line, length);
		/* A line that is longer than the buffer is none of ours. */
		if (length == sizeof(buf) - 1)
			length = 0;
	}
	return 0;
}

void trace_instance_remove(
	struct trace_instance *instance, const char *name, const char *const probes[])
{
	char text[64];

	(void)trace_instance_find(instance, name);
	(void)text_join(text, sizeof(text), "instances/", name, NULL);
	if (instance->instance_fd >= 0) {
		(void)set(instance->instance_fd, "events/enable", "0", 0);
		(void)close(instance->instance_fd);
	}
	if (instance->mount_fd >= 0) {
		(void)unlinkat(instance->mount_fd, text, AT_REMOVEDIR);
		for (; *probes; probes++) {
			(void)text_join(text, sizeof(text), "-:", *probes, NULL);
			(void)set(instance->mount_fd, "kprobe_events", text, O_APPEND);
		}
		(void)close(instance->mount_fd);
	}
	*instance = TRACE_INSTANCE_CLOSED;
}
