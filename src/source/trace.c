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

static int apply(const struct trace_instance *instance, const struct setting *setting, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = trace_instance_set(instance, setting[i].name, setting[i].value);
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
	.trigger = {{"events/" PATH_PROBE "/trigger",
			    "hist:keys=common_pid:path=name:size=128 if common_pid == 1"},
		{"events/raw_syscalls/sys_exit/trigger",
			"hist:keys=common_pid:size=128:onmatch(bootprobe.path).bootprobe_path($"
			"path) if " FAILS_OF_PID1}},
	.triggers = 2,
};

/* In the reverse order: what is referred to stays. */
static void forget(const struct trace_instance *instance, const struct memory *memory)
{
	char text[512];

	for (size_t i = memory->triggers; i-- > 0;) {
		if (text_join(text, sizeof(text), "!", memory->trigger[i].value, NULL))
			(void)trace_instance_set(instance, memory->trigger[i].name, text);
	}
	(void)text_join(text, sizeof(text), "events/synthetic/", memory->event, "/enable", NULL);
	(void)trace_instance_set(instance, text, "0");
	(void)text_join(text, sizeof(text), "!", memory->event, NULL);
	(void)trace_instance_define(instance, "synthetic_events", text);
}

static int remember(const struct trace_instance *instance, const struct memory *memory)
{
	char enable[64];
	int r = trace_instance_define(instance, "synthetic_events", memory->definition);

	(void)text_join(
		enable, sizeof(enable), "events/synthetic/", memory->event, "/enable", NULL);
	if (r == 0)
		r = apply(instance, memory->trigger, memory->triggers);
	if (r == 0)
		r = trace_instance_set(instance, enable, "1");
	if (r < 0)
		forget(instance, memory);
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
	{"events/" PATH_PROBE "/filter", "common_pid == 1"},
	{"events/" PATH_PROBE "/enable", "1"},
};

/* What every call that takes a path begins with. Which of the two, the compiler has decided. */
static int watch_paths(const struct trace_instance *instance)
{
	int plain = trace_instance_add_probe(
		instance, "p:" PATH_PROBE " getname name=+0($arg1):ustring");
	int with_flags = trace_instance_add_probe(
		instance, "p:" PATH_PROBE " getname_flags name=+0($arg1):ustring");

	if (plain < 0 && with_flags < 0)
		return plain;
	return remember(instance, &PATHS) == 0
		       ? 0
		       : apply(instance, EVERY_PATH, ARRAY_SIZE(EVERY_PATH));
}

/* The order counts: what a call was given is told before that it failed. */
static int begin(const struct trace_instance *instance, outcome_t *ret_paths)
{
	int r = apply(instance, SETTINGS, ARRAY_SIZE(SETTINGS));

	if (r < 0)
		return r;
	if (remember(instance, &DESCRIPTORS) < 0)
		(void)apply(instance, EVERY_WRITE, ARRAY_SIZE(EVERY_WRITE));
	*ret_paths = outcome_from(watch_paths(instance));
	r = apply(instance, FAILURES, ARRAY_SIZE(FAILURES));
	return r < 0 ? r : trace_instance_set(instance, "tracing_on", "1");
}

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	int r;

	/* What refers to each other cannot be taken over from one that was killed. */
	*source = TRACE_SOURCE_CLOSED;
	if (trace_source_find(source) == 0)
		trace_source_close(source);
	trace_instance_close(&source->instance);
	r = trace_instance_open(&source->instance, INSTANCE);
	if (r == 0)
		r = begin(&source->instance, ret_paths);
	if (r < 0)
		trace_source_close(source);
	return r;
}

int trace_source_find(struct trace_source *source)
{
	return trace_instance_find(&source->instance, INSTANCE);
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
	struct trace_instance *instance = &source->instance;

	/* What refers to something else goes first, or neither goes. */
	if (trace_instance_find(instance, INSTANCE) == 0)
		(void)trace_instance_set(instance, "events/enable", "0");
	forget(instance, &PATHS);
	forget(instance, &DESCRIPTORS);
	trace_instance_remove(instance, INSTANCE, (const char *const[]){PATH_PROBE, NULL});
}
