/* SPDX-License-Identifier: MIT */
#include "source/trace.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSTANCE "instances/bootprobe"
#define PROBE_GROUP "bootprobe"

/* linux/mount.h, which older libcs do not go together with. */
enum { FSOPEN_CLOEXEC_ = 1, FSCONFIG_CMD_CREATE_ = 6, FSMOUNT_CLOEXEC_ = 1 };

/* Nobody can be led to this mount by a path, and it goes with the last descriptor. */
static int mount_tracefs(void)
{
	_cleanup_close_ int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC_);
	long mounted;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE_, NULL, NULL, 0) < 0)
		return -errno;
	mounted = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC_, 0);
	return mounted < 0 ? -errno : (int)mounted;
}

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
#define FAILS_FOR_GOOD "(ret == -5 || ret == -28 || ret == -30)"
#define FAILS_OF_OTHERS "((id == " WRITE " || id == " WRITEV ") && " FAILS_FOR_GOOD ")"

static const struct setting {
	const char *name, *value;
} SETTINGS[] = {
	{"tracing_on", "0"},
	{"buffer_size_kb", "128"},
	{"trace_clock", "mono"},
	{"options/event-fork", "1"},
	{"set_event_pid", "1"},
};

static const struct setting FAILURES[] = {
	{"events/raw_syscalls/sys_exit/filter", FAILS_OF_PID1 " || " FAILS_OF_OTHERS},
	{"events/raw_syscalls/sys_exit/enable", "1"},
};

static int apply(int folder, const struct setting *setting, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = set(folder, setting[i].name, setting[i].value, 0);
	return r;
}

/* ------------------------------------------------------------------- what a failed call was given
 *
 * The descriptor of a write and the path of a call are seen when it begins, and whether they matter
 * when it ends. The kernel remembers them in between (Documentation/trace/histogram.rst, variables
 * and synthetic events), so that the buffer holds failures alone, however much is written.
 *
 * A descriptor is remembered for each processor, with whose it is: a table of processes would fill.
 */
struct memory {
	const char *event, *definition; /* the synthetic event that tells */
	struct setting trigger[4];
	size_t triggers;
};

/* 128 is the smallest table that there is. */
#define REMEMBER_DESCRIPTOR "hist:keys=common_cpu:fd=fd,writer=common_pid:size=128"
#define TELL_DESCRIPTOR(call)                                                                \
	"hist:keys=common_cpu:size=128:onmatch(syscalls.sys_enter_" call ").bootprobe_write" \
	"($fd,$writer) if " FAILS_OF_PID1 " || " FAILS_FOR_GOOD

static const struct memory DESCRIPTORS = {
	.event = "bootprobe_write",
	.definition = "bootprobe_write u64 fd; pid_t writer",
	.trigger = {{"events/syscalls/sys_enter_write/trigger", REMEMBER_DESCRIPTOR},
		{"events/syscalls/sys_exit_write/trigger", TELL_DESCRIPTOR("write")},
		{"events/syscalls/sys_enter_writev/trigger", REMEMBER_DESCRIPTOR},
		{"events/syscalls/sys_exit_writev/trigger", TELL_DESCRIPTOR("writev")}},
	.triggers = 4,
};

static const struct memory PATHS = {
	.event = "bootprobe_path",
	.definition = "bootprobe_path char name[]",
	.trigger = {{"events/" PROBE_GROUP "/path/trigger",
			    "hist:keys=common_pid:path=name:size=128 if common_pid == 1"},
		{"events/raw_syscalls/sys_exit/trigger",
			"hist:keys=common_pid:size=128:onmatch(" PROBE_GROUP
			".path).bootprobe_path($path) if " FAILS_OF_PID1}},
	.triggers = 2,
};

/* In the reverse order: what is referred to stays. */
static void forget(const struct trace_source *source, const struct memory *memory)
{
	char removal[512];

	for (size_t i = memory->triggers; i-- > 0;) {
		if (text_join(removal, sizeof(removal), "!", memory->trigger[i].value, NULL))
			(void)set(source->instance_fd, memory->trigger[i].name, removal, 0);
	}
	(void)text_join(
		removal, sizeof(removal), "events/synthetic/", memory->event, "/enable", NULL);
	(void)set(source->instance_fd, removal, "0", 0);
}

static int remember(const struct trace_source *source, const struct memory *memory)
{
	char enable[64];
	int r = set(source->mount_fd, "synthetic_events", memory->definition, O_APPEND);

	(void)text_join(
		enable, sizeof(enable), "events/synthetic/", memory->event, "/enable", NULL);
	/* One that a killed recorder left behind is the same. */
	if (r == 0 || r == -EEXIST)
		r = apply(source->instance_fd, memory->trigger, memory->triggers);
	if (r == 0)
		r = set(source->instance_fd, enable, "1", 0);
	if (r < 0)
		forget(source, memory);
	return r;
}

/* Where the kernel cannot remember (CONFIG_SYNTH_EVENTS, CONFIG_FTRACE_SYSCALLS): every write that
 * begins goes into the buffer. */
static const struct setting EVERY_WRITE[] = {
	{"events/raw_syscalls/sys_enter/filter", "id == " WRITE " || id == " WRITEV},
	{"events/raw_syscalls/sys_enter/enable", "1"},
};

/* The same, for every path that PID 1 looks up. */
static const struct setting EVERY_PATH[] = {
	{"events/" PROBE_GROUP "/path/filter", "common_pid == 1"},
	{"events/" PROBE_GROUP "/path/enable", "1"},
};

/* What every call that takes a path begins with. Which of the two, the compiler has decided. */
static int watch_paths(const struct trace_source *source)
{
	static const char *const PROBES[] = {"p:" PROBE_GROUP
					     "/path getname name=+0($arg1):ustring",
		"p:" PROBE_GROUP "/path getname_flags name=+0($arg1):ustring"};
	bool is_there = false;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(PROBES); i++) {
		int added = set(source->mount_fd, "kprobe_events", PROBES[i], O_APPEND);

		is_there |= added == 0 || added == -EEXIST;
		r = added;
	}
	if (!is_there)
		return r;
	return remember(source, &PATHS) == 0
		       ? 0
		       : apply(source->instance_fd, EVERY_PATH, ARRAY_SIZE(EVERY_PATH));
}

/* The order counts: what a call was given is told before that it failed. */
static int begin(const struct trace_source *source, outcome_t *ret_paths)
{
	int r = apply(source->instance_fd, SETTINGS, ARRAY_SIZE(SETTINGS));

	if (r < 0)
		return r;
	if (remember(source, &DESCRIPTORS) < 0)
		(void)apply(source->instance_fd, EVERY_WRITE, ARRAY_SIZE(EVERY_WRITE));
	*ret_paths = outcome_from(watch_paths(source));
	r = apply(source->instance_fd, FAILURES, ARRAY_SIZE(FAILURES));
	return r < 0 ? r : set(source->instance_fd, "tracing_on", "1", 0);
}

static int open_instance(struct trace_source *source)
{
	source->instance_fd =
		openat(source->mount_fd, INSTANCE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return source->instance_fd < 0 ? -errno : 0;
}

/* What refers to something else goes first, or neither goes. */
static void remove_instance(struct trace_source *source)
{
	if (source->instance_fd < 0 && open_instance(source) < 0)
		return;
	(void)set(source->instance_fd, "events/enable", "0", 0);
	forget(source, &PATHS);
	forget(source, &DESCRIPTORS);
	(void)close(source->instance_fd);
	source->instance_fd = -1;
	(void)unlinkat(source->mount_fd, INSTANCE, AT_REMOVEDIR);
}

static int make_instance(struct trace_source *source)
{
	/* One that a killed recorder left behind. */
	remove_instance(source);
	return mkdirat(source->mount_fd, INSTANCE, 0700) < 0 ? -errno : open_instance(source);
}

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	int r;

	*source = TRACE_SOURCE_CLOSED;
	source->mount_fd = mount_tracefs();
	if (source->mount_fd < 0)
		return source->mount_fd;
	r = make_instance(source);
	if (r == 0)
		r = begin(source, ret_paths);
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

static void remove_definition(const struct trace_source *source, const struct memory *memory)
{
	char removal[64];

	if (text_join(removal, sizeof(removal), "!", memory->event, NULL))
		(void)set(source->mount_fd, "synthetic_events", removal, O_APPEND);
}

void trace_source_close(struct trace_source *source)
{
	if (source->mount_fd < 0)
		source->mount_fd = mount_tracefs();
	if (source->mount_fd >= 0) {
		remove_instance(source);
		remove_definition(source, &PATHS);
		remove_definition(source, &DESCRIPTORS);
		(void)set(source->mount_fd, "kprobe_events", "-:" PROBE_GROUP "/path", O_APPEND);
		(void)close(source->mount_fd);
	}
	*source = TRACE_SOURCE_CLOSED;
}
