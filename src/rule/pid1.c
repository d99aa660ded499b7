/* SPDX-License-Identifier: MIT */
/*
 * The end of PID 1, which the kernel answers with a panic: what it had tried in vain, and what its
 * exit status means.
 */
#include "base/signal_name.h"
#include "rule/judge.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

/* ----------------------------------------------------------------------------------- in words */

static void say_number(
	struct finding *finding, const char *before, uint32_t number, const char *after)
{
	char words[16];
	struct text text;

	text_init(&text, words, sizeof(words));
	text_append_u64(&text, number);
	finding_say(finding, before, words, after, NULL);
}

static bool is_shell(const struct pid1_exit_fact *exit)
{
	static const char *const SHELLS[] = {"sh", "dash", "bash", "ash", "busybox", "init"};

	for (size_t i = 0; i < sizeof(SHELLS) / sizeof(SHELLS[0]); i++) {
		if (is_equal(exit->comm, SHELLS[i], sizeof(exit->comm)))
			return true;
	}
	return false;
}

/* What is known of statuses of scripts that are PID 1. */
static const char *status_means(const struct pid1_exit_fact *exit, int status)
{
	if (status == 127)
		return "a program was not found";
	if (status == 126)
		return "a program could not be run";
	if (status == 2 && is_shell(exit))
		return "in dash and klibc sh a redirection that failed";
	if (status == 1 && is_shell(exit))
		return "in busybox sh a redirection or a command that failed";
	return NULL;
}

static void say_status(struct finding *finding, const struct pid1_exit_fact *exit)
{
	int status = WEXITSTATUS(exit->wait_status);
	const char *means = status_means(exit, status);

	if (WIFSIGNALED(exit->wait_status)) {
		const char *name = signal_name(WTERMSIG(exit->wait_status));

		finding_say(finding, "killed by ", name ? name : "a signal", NULL);
		say_number(finding, " (signal ", (uint32_t)WTERMSIG(exit->wait_status), ")");
		return;
	}
	say_number(finding, "exit status ", (uint32_t)status, "");
	if (means)
		finding_say(finding, " (", means, ")", NULL);
}

/* ---------------------------------------------------------------------------------- the chain */

static bool is_write(const struct failed_call_fact *call)
{
	return is_equal(call->name, "write", sizeof(call->name)) ||
	       is_equal(call->name, "writev", sizeof(call->name));
}

/* A signal kills what runs: what PID 1 failed at before it became another program did not. */
static bool is_of_its_end(const struct pid1_exit_fact *exit, const struct failed_call_fact *call)
{
	return call->pid != 1 || !WIFSIGNALED(exit->wait_status) ||
	       is_equal(call->comm, exit->comm, sizeof(call->comm));
}

static bool is_grower(const struct facts *facts, const struct failed_call_fact *call)
{
	fact_foreach (grower, facts->growers) {
		if (is_equal(call->comm, grower->name, sizeof(call->comm)))
			return true;
	}
	return false;
}

/* What PID 1 failed at last. A message that says so, and fails as well, is not it; nor is what
 * tidies up. */
static const struct failed_call_fact *last_call(const struct pid1_exit_fact *exit)
{
	const struct failed_call_fact *found = NULL;

	fact_foreach (call, exit->calls) {
		if (call->pid == 1 && !is_write(call) && is_of_its_end(exit, call) &&
			!is_equal(call->name, "close", sizeof(call->name)))
			found = call;
	}
	return found;
}

/* Of descriptors that are closed: the message about that cannot be written either. */
static bool is_word_of(const struct failed_call_fact *write, const struct failed_call_fact *call)
{
	return write->pid == 1 && write->error == -EBADF && call && call->error == -EBADF;
}

/* A message that could not be written. Many programs shrug that off; those that are known not to
 * come first, then PID 1 itself. */
static const struct failed_call_fact *fatal_write(const struct facts *facts)
{
	const struct pid1_exit_fact *exit = &facts->pid1_exit;
	const struct failed_call_fact *own = NULL, *last = NULL, *final = last_call(exit);

	fact_foreach (call, exit->calls) {
		if (!is_write(call) || !is_of_its_end(exit, call) || is_word_of(call, final))
			continue;
		if (call->pid != 1 && is_grower(facts, call))
			return call;
		own = call->pid == 1 ? call : own;
		last = call;
	}
	return own ? own : last;
}

static const char *error_name(outcome_t error)
{
	static const struct {
		int number;
		const char *name;
	} NAMES[] = {{ENOENT, "ENOENT"}, {EIO, "EIO"}, {EACCES, "EACCES"}, {EPERM, "EPERM"},
		{EBADF, "EBADF"}, {ENOEXEC, "ENOEXEC"}, {ENODEV, "ENODEV"}, {EINVAL, "EINVAL"},
		{ENOSPC, "ENOSPC"}, {EROFS, "EROFS"}, {ENOMEM, "ENOMEM"}, {EBUSY, "EBUSY"},
		{ENXIO, "ENXIO"}, {ENOTDIR, "ENOTDIR"}, {ELOOP, "ELOOP"}, {EFAULT, "EFAULT"}};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (error == -NAMES[i].number)
			return NAMES[i].name;
	}
	return "an error";
}

/* Children have the standard output of PID 1, unless somebody gave them another one. */
static void say_target(
	struct finding *finding, const struct facts *facts, const struct failed_call_fact *call)
{
	fact_foreach (descriptor, facts->pid1_exit.descriptors) {
		if (call->descriptor < 0 || (uint32_t)call->descriptor != descriptor->number ||
			descriptor->link != OUTCOME_OK)
			continue;
		finding_say(finding, " to ", NULL);
		finding_say_array(finding, descriptor->target);
		if (facts->dev_console.device[0] &&
			is_equal(descriptor->target, "/dev/console", sizeof(descriptor->target)))
			finding_say_name(finding, " (", facts->dev_console.device, ")");
		return;
	}
}

static void say_call(struct finding *finding, const struct facts *facts,
	const struct failed_call_fact *call, const char *before)
{
	finding_say_name(finding, before, call->comm, is_write(call) ? " wrote" : " called ");
	if (is_write(call)) {
		say_target(finding, facts, call);
	} else {
		if (call->name[0])
			finding_say_array(finding, call->name);
		else
			say_number(finding, "system call ", call->number, "");
		if (call->path[0]) {
			finding_say(finding, " of ", NULL);
			finding_say_array(finding, call->path);
		}
	}
	finding_say(finding, ": ", error_name(call->error), "; ", NULL);
}

static void say_closed(struct finding *finding, const struct pid1_exit_fact *exit)
{
	uint32_t closed = 0;

	fact_foreach (descriptor, exit->descriptors)
		closed += descriptor->link == -ENOENT;
	if (closed == 3)
		finding_say(finding, "its descriptors 0 to 2 were closed; ", NULL);
}

/* Nobody asked for a recorder, or it saw nothing. */
static enum verdict verdict_of_watch(const struct recorder_fact *recorder)
{
	bool is_well = recorder->state == RECORDER_NOT_WANTED ||
		       (recorder->seize == OUTCOME_OK && recorder->state != RECORDER_LOST);

	return fact_is_known(&recorder->once) && is_well ? VERDICT_GOOD : VERDICT_UNKNOWN;
}

enum verdict judge_pid1_exit(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct pid1_exit_fact *exit = &facts->pid1_exit;
	const struct failed_call_fact *write = fatal_write(facts), *call = last_call(exit);
	struct finding *finding;

	if (!fact_is_known(&exit->once))
		return verdict_of_watch(&facts->recorder);
	if (exit->is_frozen)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_ERROR, exit->comm);
	finding_say(finding, "PID 1 ended, and the kernel panics of it: ", NULL);
	say_closed(finding, exit);
	if (write)
		say_call(finding, facts, write, "");
	if (call)
		say_call(finding, facts, call, write ? "then " : "");
	say_status(finding, exit);
	finding_because(judgement, finding, exit);
	finding_because(judgement, finding, &facts->dev_console);
	return VERDICT_BAD;
}

/* What systemd says of itself is more than what it tried in vain: much of that is expected. */
enum verdict judge_pid1_frozen(struct judgement *judgement)
{
	const struct pid1_exit_fact *exit = &judgement->facts->pid1_exit;
	struct finding *finding;

	if (!fact_is_known(&exit->once))
		return verdict_of_watch(&judgement->facts->recorder);
	if (!exit->is_frozen)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_ERROR, exit->comm);
	finding_say(
		finding, "PID 1 stands still for ever, and the kernel does not panic of it", NULL);
	if (exit->wait_status) {
		finding_say(finding, ": it crashed by ", signal_name(exit->wait_status), NULL);
		say_number(finding, " (signal ", (uint32_t)exit->wait_status, ")");
	}
	if (exit->message[0]) {
		finding_say(finding, "; it said last: ", NULL);
		finding_say_array(finding, exit->message);
	}
	finding_because(judgement, finding, exit);
	return VERDICT_BAD;
}
