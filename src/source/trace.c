/* SPDX-License-Identifier: MIT */
#include "source/trace.h"

#include "base/text.h"

#include <sys/syscall.h>

#define INSTANCE "bootprobe"
#define PATH_PROBE "bootprobe/path"

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

/* getname() is what every call that opens a path begins with. */
static int watch_paths(const struct trace_source *source)
{
	int r = trace_instance_add_probe(
		&source->instance, "p:" PATH_PROBE " getname name=+0($arg1):ustring");

	if (r == 0)
		r = trace_instance_set(
			&source->instance, "events/" PATH_PROBE "/filter", "common_pid == 1");
	return r < 0 ? r
		     : trace_instance_set(&source->instance, "events/" PATH_PROBE "/enable", "1");
}

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	int r = trace_instance_open(&source->instance, INSTANCE);

	for (size_t i = 0; i < ARRAY_SIZE(SETTINGS) && r == 0; i++)
		r = trace_instance_set(&source->instance, SETTINGS[i].name, SETTINGS[i].value);
	if (r == 0) {
		*ret_paths = outcome_from(watch_paths(source));
		r = trace_instance_set(&source->instance, "tracing_on", "1");
	}
	if (r < 0)
		trace_source_close(source);
	return r;
}

void trace_source_read(struct trace_source *source, void (*take)(void *context, char *line),
	void *context, uint64_t deadline_us)
{
	if (source->instance.instance_fd < 0)
		return;
	(void)trace_instance_set(&source->instance, "tracing_on", "0");
	(void)trace_instance_read(&source->instance, "trace", take, context, deadline_us);
}

void trace_source_close(struct trace_source *source)
{
	trace_instance_remove(&source->instance, INSTANCE, (const char *const[]){PATH_PROBE, NULL});
}
