/* SPDX-License-Identifier: MIT */
/*
 * The handoff: the init of stage 2, and whether it can run.
 */
#include "rule/fix.h"
#include "rule/judge.h"

#include <errno.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------------------------- handoff */

/* Not there, as opposed to there and out of reach. */
static bool is_absent(outcome_t stat)
{
	return stat == -ENOENT || stat == -ENOTDIR || stat == -ELOOP;
}

/* Some initrds start another one then, and nobody finds out why. */
static void tell_passed_over(struct judgement *judgement)
{
	const struct handoff_fact *handoff = &judgement->facts->handoff;
	struct finding *finding =
		finding_about(judgement, SEVERITY_WARNING, handoff->requested_init);

	finding_say(finding, "init=", NULL);
	finding_say_array(finding, handoff->requested_init);
	finding_say(finding,
		handoff->requested_stat == -EACCES   ? " is not executable"
		: is_absent(handoff->requested_stat) ? " is not there"
						     : " cannot be looked at",
		"; ", NULL);
	finding_say_array(finding, handoff->init);
	finding_say(finding, " is started instead", NULL);
	finding_because(judgement, finding, handoff);
	finding_fix(finding, "kernel", "init= must name a program in the new root, or be removed",
		NULL);
}

enum verdict judge_handoff_init_missing(struct judgement *judgement)
{
	const struct handoff_fact *handoff = &judgement->facts->handoff;
	struct finding *finding;

	if (is_without_stage2(judgement->facts))
		return VERDICT_GOOD;
	if (!fact_is_known(&handoff->once) || handoff->root_open != OUTCOME_OK ||
		handoff->is_root_mounted == ANSWER_NO || handoff->init_stat == OUTCOME_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (handoff->init_stat == OUTCOME_OK && !is_text_empty(handoff->requested_init)) {
		tell_passed_over(judgement);
		return VERDICT_BAD;
	}
	if (handoff->init_stat == OUTCOME_OK)
		return VERDICT_GOOD;
	if (!is_absent(handoff->init_stat))
		return VERDICT_UNKNOWN;
	finding = finding_about(judgement, SEVERITY_ERROR, handoff->init);
	finding_say_array(finding, handoff->init);
	finding_say(finding,
		handoff->is_init_from_cmdline ? " (init= of the kernel command line)" : "",
		" is not in the root file system on ", NULL);
	finding_say_array(finding, handoff->root_source);
	finding_say(finding, ": there is nothing to hand over to", NULL);
	finding_because(judgement, finding, handoff);
	if (handoff->is_init_from_cmdline)
		finding_fix(finding, "kernel",
			"init= must name a program in the new root, or be removed", NULL);
	else
		finding_fix(finding, "guest",
			"install an init (systemd-sysv), or name the right root=", NULL);
	return VERDICT_BAD;
}

static const char *missing_interpreter(const struct handoff_fact *handoff, char *buf, size_t size)
{
	for (uint32_t i = 0; i < handoff->interpreter_count && i < 4; i++) {
		if (handoff->interpreter_stat[i] >= 0)
			continue;
		(void)text_copy_bytes(buf, size, handoff->interpreter[i],
			strnlen(handoff->interpreter[i], sizeof(handoff->interpreter[i])));
		return buf;
	}
	return NULL;
}

/* Says what is wrong with a file that is there, and what to do. */
static void say_why_unusable(struct judgement *judgement, struct finding *finding)
{
	const struct handoff_fact *handoff = &judgement->facts->handoff;
	char buf[sizeof(handoff->interpreter[0]) + 1];
	const char *interpreter = missing_interpreter(handoff, buf, sizeof(buf));

	if (!S_ISREG(handoff->init_mode)) {
		finding_say(finding, ": it is no file", NULL);
		finding_fix(finding, "kernel", "name another program with init=", NULL);
	} else if (!(handoff->init_mode & 0111)) {
		finding_say(finding, ": it is not executable", NULL);
		finding_fix(finding, "guest", "chmod 755 on it, or name another with init=", NULL);
	} else if (is_equal(handoff->init_type, "other", sizeof(handoff->init_type))) {
		finding_say(finding, ": it is neither a program nor a script", NULL);
		finding_fix(finding, "guest",
			"install it again: a file that was cut short or emptied looks like this",
			NULL);
	} else if (handoff->is_architecture_right == ANSWER_NO) {
		finding_say_name(finding, ": it is for ", handoff->init_architecture,
			", and this machine is ");
		finding_say_array(finding, judgement->facts->platform.architecture);
		finding_fix(finding, "host", "attach the image for this architecture", NULL);
	} else if (interpreter) {
		finding_say(finding, ": its interpreter ", interpreter, " is missing", NULL);
		finding_fix(finding, "guest", "install what brings ", interpreter, NULL);
	}
}

static void say_unreadable(struct finding *finding, outcome_t error)
{
	finding_say(finding, ": it cannot be looked at (", NULL);
	if (error == -EIO) {
		finding_say(finding, "input/output error)", NULL);
	} else {
		finding_say(finding, "error ", NULL);
		finding_say_u64(finding, (uint64_t) - (int64_t)error);
		finding_say(finding, ")", NULL);
	}
	finding_fix(
		finding, "guest", "check the root file system from a rescue system (fsck)", NULL);
}

static bool is_unusable(const struct handoff_fact *handoff)
{
	char buf[sizeof(handoff->interpreter[0]) + 1];

	return !S_ISREG(handoff->init_mode) || !(handoff->init_mode & 0111) ||
	       is_equal(handoff->init_type, "other", sizeof(handoff->init_type)) ||
	       handoff->is_architecture_right == ANSWER_NO ||
	       missing_interpreter(handoff, buf, sizeof(buf));
}

enum verdict judge_handoff_init_unusable(struct judgement *judgement)
{
	const struct handoff_fact *handoff = &judgement->facts->handoff;
	struct finding *finding;

	if (is_without_stage2(judgement->facts))
		return VERDICT_GOOD;
	if (!fact_is_known(&handoff->once) || handoff->init_stat == OUTCOME_UNKNOWN ||
		is_absent(handoff->init_stat))
		return VERDICT_UNKNOWN;
	if (handoff->init_stat == OUTCOME_OK && !is_unusable(handoff))
		return handoff->is_architecture_right == ANSWER_YES ? VERDICT_GOOD
								    : VERDICT_UNKNOWN;
	finding = finding_about(judgement, SEVERITY_ERROR, handoff->init);
	finding_say(finding, "the kernel cannot run ", NULL);
	finding_say_array(finding, handoff->init);
	if (handoff->init_stat < 0)
		say_unreadable(finding, handoff->init_stat);
	else
		say_why_unusable(judgement, finding);
	finding_because(judgement, finding, handoff);
	return VERDICT_BAD;
}
