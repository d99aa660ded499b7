/* SPDX-License-Identifier: MIT */
/*
 * What enlarges partitions during the boot: gpt.growable, growroot.trap.
 */
#include "rule/fix.h"
#include "rule/judge.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

enum verdict judge_gpt_growable(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	uint64_t room = root_room_bytes(facts);
	const struct block_fact *root = root_block(facts);
	const struct grower_fact *grower = NULL;
	struct finding *finding;

	fact_foreach (candidate, facts->growers) {
		if (!grower && candidate->is_done != ANSWER_YES)
			grower = candidate;
	}
	if (!fact_is_known(&facts->root.once) || (!grower && !has_probed(facts, "grower")))
		return VERDICT_UNKNOWN;
	if (!room || !grower)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_INFO, root->name);
	finding_say_array(finding, grower->name);
	finding_say(finding, grower->is_in_initrd ? " (in the initrd)" : " (in stage 2)",
		" will enlarge ", NULL);
	finding_say_array(finding, root->name);
	finding_say(finding, " by ", NULL);
	finding_say_size(finding, room);
	finding_because(judgement, finding, grower);
	finding_because(judgement, finding, gpt_find(facts, root->parent));
	return VERDICT_BAD;
}

/* The root was mounted in this boot and is not any more, now that stage 2 is to take over. */
static bool is_root_lost(const struct facts *facts, const struct block_fact *root)
{
	bool was_mounted = false;

	if (facts->boot.phase != BOOT_PHASE_HANDOFF || !root ||
		!fact_is_known(&facts->handoff.once) || facts->handoff.is_root_mounted != ANSWER_NO)
		return false;
	fact_foreach (event, facts->kernel_events) {
		if (strncmp(event->subject, root->name, sizeof(root->name)) != 0)
			continue;
		if (event->kind == KERNEL_EVENT_MOUNT_FAILURE)
			return false;
		was_mounted |= event->kind == KERNEL_EVENT_MOUNT;
	}
	return was_mounted;
}

/* PID 1 has ended since, looking for the console of a root that is not there. */
static bool has_ended_without_root(const struct facts *facts)
{
	static const char CONSOLE[] = "/dev/console";

	if (!fact_is_known(&facts->pid1_exit.once) || facts->pid1_exit.is_frozen)
		return false;
	fact_foreach (call, facts->pid1_exit.calls) {
		COPY_OF(path, call->path);

		if (call->pid == 1 && call->error == -ENOENT && text_ends_with(path, CONSOLE) &&
			strlen(path) > strlen(CONSOLE))
			return true;
	}
	return false;
}

/* With the code that the kernel panics with, which depends on the shell until PID 1 has ended. */
static void say_panic(struct finding *finding, const struct pid1_exit_fact *exit)
{
	char code[16];
	struct text text;

	if (!fact_is_known(&exit->once)) {
		finding_say(
			finding, "this boot will panic (exitcode 0x00000200 or 0x00000100", NULL);
		return;
	}
	text_init(&text, code, sizeof(code));
	text_append_hex(&text, (uint32_t)exit->wait_status, 8);
	finding_say(finding, "this boot panicked (exitcode 0x", code, NULL);
}

static void tell_trap(struct judgement *judgement, const struct grower_fact *grower, bool is_sprung)
{
	const struct facts *facts = judgement->facts;
	const struct block_fact *root = root_block(facts);
	struct finding *finding = finding_about(judgement, SEVERITY_ERROR, grower->name);

	say_panic(finding, &facts->pid1_exit);
	finding_say_name(finding, "): ", grower->name, is_sprung ? " enlarged " : " enlarges ");
	finding_say_array(finding, root->name);
	finding_say(finding, is_sprung ? " and died" : ", then dies",
		" of its own message, because /dev/console", NULL);
	if (facts->dev_console.device[0])
		finding_say_name(finding, " (", facts->dev_console.device, ")");
	finding_say(
		finding, " fails, and ", is_sprung ? "left" : "leaves", " no root mounted", NULL);
	finding_because(judgement, finding, grower);
	finding_because(judgement, finding, &facts->dev_console);
	finding_because(judgement, finding, last_console(facts));
	finding_because(judgement, finding, gpt_find(facts, root->parent));
	finding_because(judgement, finding, &facts->root);
	fix_add_serial_port(finding, facts);
	fix_console_to_tty0(finding, facts);
}

enum verdict judge_growroot_trap(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct grower_fact *grower = grower_at_risk(facts);
	enum verdict console = is_dev_console_failing(facts);
	bool is_sprung = is_root_lost(facts, root_block(facts)) || has_ended_without_root(facts);

	/* At the handoff the grower has been through, and survived or not. */
	if ((facts->boot.phase == BOOT_PHASE_HANDOFF && !is_sprung) || console == VERDICT_GOOD)
		return VERDICT_GOOD;
	if (!grower)
		return has_probed(facts, "grower") ? VERDICT_GOOD : VERDICT_UNKNOWN;
	if (console == VERDICT_UNKNOWN || !fact_is_known(&facts->root.once))
		return VERDICT_UNKNOWN;
	/* What has been enlarged has no room any more. */
	if (!is_sprung && !root_room_bytes(facts))
		return VERDICT_GOOD;
	tell_trap(judgement, grower, is_sprung);
	return VERDICT_BAD;
}
