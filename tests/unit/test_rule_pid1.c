/* SPDX-License-Identifier: MIT */
/*
 * pid1.exit: the chain that led to the end, and what the exit status means.
 */
#include "rule_case.h"

static struct failed_call_fact *add_call(uint32_t pid, const char *comm, const char *name,
	int32_t descriptor, const char *path, outcome_t error)
{
	struct failed_call_fact *call = add_to(facts.pid1_exit.calls);

	call->pid = pid;
	call->descriptor = descriptor;
	call->error = error;
	set_text(call->comm, comm);
	set_text(call->name, name);
	set_text(call->path, path);
	return call;
}

static void ended(const char *comm, int32_t wait_status)
{
	facts.recorder.state = RECORDER_SAW_EXIT;
	facts.pid1_exit.wait_status = wait_status;
	set_text(facts.pid1_exit.comm, comm);
	fact_publish(&facts.pid1_exit.once);
}

static void ended_of_growroot(void)
{
	struct pid1_descriptor_fact *output;

	make_phantom();
	set_text(facts.dev_console.device, "ttyS0");
	ended("init", 2 << 8);
	output = add_to(facts.pid1_exit.descriptors);
	output->number = 1;
	output->link = OUTCOME_OK;
	set_text(output->target, "/dev/console");
	add_grower("growroot", true);
	add_call(150, "systemd-udevd", "write", 1, "", -EIO);
	add_call(1, "init", "write", 1, "", -EIO);
	add_call(229, "growroot", "write", 1, "", -EIO);
	add_call(1, "init", "openat", -1, "/root/dev/console", -ENOENT);
	add_call(1, "init", "write", 2, "", -EIO);
}

/* The growing is over by then: there is no room any more. */
static void ended_of_the_trap(void)
{
	ended_of_growroot();
	set_trap(0);
}

static void ended_of_something_else(void)
{
	ended_of_the_trap();
	fact_list_reset(&facts.pid1_exit.calls.list);
}

static void ended_by_a_signal(void)
{
	ended("init", 11);
}

/* What it failed at before it was that program is not what killed it. */
static void ended_by_a_signal_after_exec(void)
{
	ended("crash", 11);
	add_call(1, "switch_root", "openat", -1, "/etc/ld.so.cache", -ENOENT);
	add_call(1, "switch_root", "write", 2, "", -EIO);
}

static void ended_by_a_signal_of_its_own(void)
{
	ended_by_a_signal_after_exec();
	add_call(1, "crash", "openat", -1, "/etc/crash.conf", -ENOENT);
}

static void ended_without_a_trace(void)
{
	ended("systemd", 127 << 8);
}

static void ended_of_a_call_without_a_name(void)
{
	ended("init", 1 << 8);
	add_call(1, "init", "", -1, "", -12345)->number = 999;
}

static void ended_of_closed_descriptors(void)
{
	ended("init", 1 << 8);
	for (uint32_t number = 0; number < 3; number++) {
		struct pid1_descriptor_fact *descriptor = add_to(facts.pid1_exit.descriptors);

		descriptor->number = number;
		descriptor->link = -ENOENT;
	}
	add_call(1, "init", "openat", -1, "/etc/motd", -ENOENT);
	add_call(1, "init", "dup2", -1, "", -EBADF);
	add_call(1, "init", "write", 2, "", -EBADF);
	add_call(1, "init", "close", -1, "", -EBADF);
}

static void froze(void)
{
	ended("systemd", 0);
	facts.recorder.state = RECORDER_SAW_FREEZE;
	facts.pid1_exit.is_frozen = true;
	add_call(1, "systemd", "openat", -1, "/etc/systemd/system/rescue.target", -ENOENT);
	set_text(facts.pid1_exit.message, "Unit rescue.target not found.");
}

static void froze_of_a_crash(void)
{
	froze();
	facts.pid1_exit.message[0] = '\0';
	facts.pid1_exit.wait_status = 6;
}

static void recorder_of(enum recorder_state state, outcome_t seize)
{
	facts.recorder.state = state;
	facts.recorder.seize = seize;
}

static void watched(void)
{
	recorder_of(RECORDER_WATCHING, OUTCOME_OK);
}

static void may_not_be_watched(void)
{
	recorder_of(RECORDER_WATCHING, -EPERM);
}

static void lost(void)
{
	recorder_of(RECORDER_LOST, OUTCOME_OK);
}

static void nobody_said(void)
{
	memset(&facts.recorder, 0, sizeof(facts.recorder));
}

RULE_CASES(PID1_CASES, {"pid1.exit", NULL, VERDICT_GOOD}, {"pid1.exit", watched, VERDICT_GOOD},
	{"pid1.exit", may_not_be_watched, VERDICT_UNKNOWN}, {"pid1.exit", lost, VERDICT_UNKNOWN},
	{"pid1.exit", nobody_said, VERDICT_UNKNOWN},
	{"pid1.exit", ended_of_growroot, VERDICT_BAD, SEVERITY_ERROR, "init",
		"growroot wrote to /dev/console (ttyS0): EIO; then init called openat of "
		"/root/dev/console: ENOENT; exit status 2 (in dash and klibc sh"},
	{"growroot.trap", ended_of_the_trap, VERDICT_BAD, SEVERITY_ERROR, "growroot",
		"this boot panicked (exitcode 0x00000200): growroot enlarged vda1 and died"},
	{"growroot.trap", ended_of_something_else, VERDICT_GOOD},
	{"pid1.exit", ended_by_a_signal, VERDICT_BAD, SEVERITY_ERROR, "init",
		"killed by SIGSEGV (signal 11)"},
	{"pid1.exit", ended_by_a_signal_after_exec, VERDICT_BAD, SEVERITY_ERROR, "crash",
		"the kernel panics of it: killed by SIGSEGV (signal 11)"},
	{"pid1.exit", ended_by_a_signal_of_its_own, VERDICT_BAD, SEVERITY_ERROR, "crash",
		"of it: crash called openat of /etc/crash.conf: ENOENT; killed by SIGSEGV"},
	{"pid1.exit", ended_without_a_trace, VERDICT_BAD, SEVERITY_ERROR, "systemd",
		"exit status 127 (a program was not found)"},
	{"pid1.exit", ended_of_a_call_without_a_name, VERDICT_BAD, SEVERITY_ERROR, "init",
		"init called system call 999: an error; exit status 1"},
	{"pid1.exit", ended_of_closed_descriptors, VERDICT_BAD, SEVERITY_ERROR, "init",
		"of it: its descriptors 0 to 2 were closed; init called dup2: EBADF; exit status "
		"1 (in busybox sh a redirection"},
	{"pid1.exit", froze, VERDICT_GOOD}, {"pid1.frozen", NULL, VERDICT_GOOD},
	{"pid1.frozen", ended_by_a_signal, VERDICT_GOOD}, {"pid1.frozen", watched, VERDICT_GOOD},
	{"pid1.frozen", lost, VERDICT_UNKNOWN},
	{"pid1.frozen", froze, VERDICT_BAD, SEVERITY_ERROR, "systemd",
		"does not panic of it; it said last: Unit rescue.target not found."},
	{"pid1.frozen", froze_of_a_crash, VERDICT_BAD, SEVERITY_ERROR, "systemd",
		"not panic of it: it crashed by SIGABRT (signal 6)"});
