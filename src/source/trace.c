/* SPDX-License-Identifier: MIT */
#include "source/trace.h"

#include "base/text.h"

#include <errno.h>
#include <sys/syscall.h>

#define INSTANCE "bootprobe"
#define PROBE_GROUP "bootprobe"
#define PATH_PROBE PROBE_GROUP "/path"

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

static int apply(const struct trace_source *source, const struct setting *setting, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = trace_instance_set(&source->instance, setting[i].name, setting[i].value);
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
			(void)trace_instance_set(
				&source->instance, memory->trigger[i].name, removal);
	}
	(void)text_join(
		removal, sizeof(removal), "events/synthetic/", memory->event, "/enable", NULL);
	(void)trace_instance_set(&source->instance, removal, "0");
}

static int remember(const struct trace_source *source, const struct memory *memory)
{
	char enable[64];
	int r = trace_instance_define(&source->instance, "synthetic_events", memory->definition);

	(void)text_join(
		enable, sizeof(enable), "events/synthetic/", memory->event, "/enable", NULL);
	if (r == 0)
		r = apply(source, memory->trigger, memory->triggers);
	if (r == 0)
		r = trace_instance_set(&source->instance, enable, "1");
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
	static const char *const PROBES[] = {"p:" PATH_PROBE " getname name=+0($arg1):ustring",
		"p:" PATH_PROBE " getname_flags name=+0($arg1):ustring"};
	bool is_there = false;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(PROBES); i++) {
		r = trace_instance_define(&source->instance, "kprobe_events", PROBES[i]);
		is_there |= r == 0;
	}
	if (!is_there)
		return r;
	return remember(source, &PATHS) == 0 ? 0
					     : apply(source, EVERY_PATH, ARRAY_SIZE(EVERY_PATH));
}

/* The order counts: what a call was given is told before that it failed. */
static int begin(const struct trace_source *source, outcome_t *ret_paths)
{
	int r = apply(source, SETTINGS, ARRAY_SIZE(SETTINGS));

	if (r < 0)
		return r;
	if (remember(source, &DESCRIPTORS) < 0)
		(void)apply(source, EVERY_WRITE, ARRAY_SIZE(EVERY_WRITE));
	*ret_paths = outcome_from(watch_paths(source));
	r = apply(source, FAILURES, ARRAY_SIZE(FAILURES));
	return r < 0 ? r : trace_instance_set(&source->instance, "tracing_on", "1");
}

/* What refers to something else goes first, or neither goes. */
static void forget_all(const struct trace_source *source)
{
	(void)trace_instance_set(&source->instance, "events/enable", "0");
	forget(source, &PATHS);
	forget(source, &DESCRIPTORS);
}

int trace_source_open(struct trace_source *source, outcome_t *ret_paths)
{
	int r = trace_instance_open(&source->instance, INSTANCE);

	if (r == 0) {
		/* Of a recorder that was killed. */
		forget_all(source);
		(void)trace_instance_clear(&source->instance);
		r = begin(source, ret_paths);
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
	static const struct trace_definition DEFINED[] = {{"synthetic_events", "!bootprobe_path"},
		{"synthetic_events", "!bootprobe_write"}, {"kprobe_events", "-:" PATH_PROBE}, {0}};

	if (trace_instance_attach(&source->instance, INSTANCE) == 0)
		forget_all(source);
	trace_instance_remove(&source->instance, INSTANCE, DEFINED);
}
