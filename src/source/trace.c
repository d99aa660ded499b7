/* SPDX-License-Identifier: MIT */
#include "source/trace.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "source/private_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSTANCE "instances/bootprobe"
#define PROBE_GROUP "bootprobe"

static int set(int folder, const char *name, const char *value, int flags)
{
	_cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

#define STRING_OF(number) #number
#define NUMBER(number) STRING_OF(number)
#define WRITE NUMBER(__NR_write)
#define WRITEV NUMBER(__NR_writev)

/* What a loop does on purpose is no trouble: EAGAIN, EINTR, ECHILD, ENOTTY (isatty). Of what PID 1
 * has started, only writes that fail for good: EIO, ENOSPC, EROFS. */
#define FAILS_OF_PID1                                                                         \
	"(common_pid == 1 && ret < 0 && ret > -512 && ret != -11 && ret != -4 && ret != -10 " \
	"&& ret != -25)"
#define FAILS_OF_OTHERS \
	"((id == " WRITE " || id == " WRITEV ") && (ret == -5 || ret == -28 || ret == -30))"

static const struct {
	const char *name, *value;
} SETTINGS[] = {
	{"tracing_on", "0"},
	{"buffer_size_kb", "128"},
	{"trace_clock", "mono"},
	{"options/event-fork", "1"},
	{"set_event_pid", "1"},
	{"events/raw_syscalls/sys_exit/filter", FAILS_OF_PID1 " || " FAILS_OF_OTHERS},
	{"events/raw_syscalls/sys_exit/enable", "1"},
	/* Which descriptor a write goes to. */
	{"events/raw_syscalls/sys_enter/filter", "id == " WRITE " || id == " WRITEV},
	{"events/raw_syscalls/sys_enter/enable", "1"},
};

/* getname() is what every call that takes a path begins with. */
static int watch_paths(const struct trace_source *source)
{
	int r = set(source->mount_fd, "kprobe_events",
		"p:" PROBE_GROUP "/path getname name=+0($arg1):ustring", O_APPEND);

	/* One that a killed recorder left behind is the same. */
	if (r < 0 && r != -EEXIST)
		return r;
	r = set(source->instance_fd, "events/" PROBE_GROUP "/path/filter", "common_pid == 1", 0);
	return r < 0 ? r : set(source->instance_fd, "events/" PROBE_GROUP "/path/enable", "1", 0);
}

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	int r = 0;

	*source = TRACE_SOURCE_CLOSED;
	source->mount_fd = private_mount("tracefs");
	if (source->mount_fd < 0)
		return source->mount_fd;
	/* One that a killed recorder left behind is taken over. */
	if (mkdirat(source->mount_fd, INSTANCE, 0700) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0) {
		source->instance_fd =
			openat(source->mount_fd, INSTANCE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = source->instance_fd < 0 ? -errno : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(SETTINGS) && r == 0; i++)
		r = set(source->instance_fd, SETTINGS[i].name, SETTINGS[i].value, 0);
	if (r == 0) {
		*ret_paths = outcome_from(watch_paths(source));
		r = set(source->instance_fd, "tracing_on", "1", 0);
	}
	if (r < 0)
		trace_source_close(source);
	return r;
}

void trace_source_read(struct trace_source *source, void (*take)(void *context, char *line),
	void *context, uint64_t deadline_us)
{
	static char buf[8192];
	_cleanup_close_ int fd = -1;
	size_t length = 0;
	ssize_t n;

	if (source->instance_fd < 0)
		return;
	(void)set(source->instance_fd, "tracing_on", "0", 0);
	fd = openat(source->instance_fd, "trace", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && clock_now_us() < deadline_us &&
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
}

void trace_source_close(struct trace_source *source)
{
	if (source->mount_fd < 0)
		source->mount_fd = private_mount("tracefs");
	if (source->mount_fd >= 0 && source->instance_fd < 0)
		source->instance_fd =
			openat(source->mount_fd, INSTANCE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source->instance_fd >= 0) {
		(void)set(source->instance_fd, "events/enable", "0", 0);
		(void)close(source->instance_fd);
	}
	if (source->mount_fd >= 0) {
		(void)unlinkat(source->mount_fd, INSTANCE, AT_REMOVEDIR);
		(void)set(source->mount_fd, "kprobe_events", "-:" PROBE_GROUP "/path", O_APPEND);
		(void)close(source->mount_fd);
	}
	*source = TRACE_SOURCE_CLOSED;
}
