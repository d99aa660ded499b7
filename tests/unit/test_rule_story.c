/* SPDX-License-Identifier: MIT */
/*
 * What is part of what, and what is told first.
 */
#include "rule_case.h"

static const struct rule *rule_of(const char *id)
{
	for (size_t i = 0; i < RULES_COUNT; i++) {
		if (strcmp(RULES[i].id, id) == 0)
			return &RULES[i];
	}
	return NULL;
}

START_TEST(stories_name_rules)
{
	for (size_t i = 0; i < STORIES_COUNT; i++) {
		ck_assert_msg(rule_of(STORIES[i].part), "%s is no rule", STORIES[i].part);
		ck_assert_msg(rule_of(STORIES[i].leader), "%s is no rule", STORIES[i].leader);
		for (size_t k = 0; k < i; k++)
			ck_assert_msg(strcmp(STORIES[i].part, STORIES[k].part) != 0 ||
					      strcmp(STORIES[i].leader, STORIES[k].leader) != 0,
				"twice: %s, %s", STORIES[i].part, STORIES[i].leader);
	}
}
END_TEST

/* The longest way up from id; more than hops: a circle. */
static size_t height_of(const char *id, size_t hops)
{
	size_t highest = 0;

	ck_assert_msg(hops, "a circle of stories at %s", id);
	for (size_t i = 0; i < STORIES_COUNT; i++) {
		size_t height;

		if (strcmp(STORIES[i].part, id) != 0)
			continue;
		height = 1 + height_of(STORIES[i].leader, hops - 1);
		highest = height > highest ? height : highest;
	}
	return highest;
}

/* rule.c follows four links. */
START_TEST(no_story_circles_or_is_too_long)
{
	for (size_t i = 0; i < RULES_COUNT; i++)
		ck_assert_uint_le(height_of(RULES[i].id, 12), 4);
}
END_TEST

/* Two rules that find what they are told to find, in an order that is the wrong one. */
static enum severity part_severity, leader_severity;

static void add(const char *id, enum severity severity, const char *subject)
{
	struct judgement judgement = {.facts = &facts, .findings = &findings, .rule = rule_of(id)};
	struct finding *finding = finding_add(&judgement, severity, subject, strlen(subject) + 1);

	finding_say(finding, "so it is", NULL);
}

static void tell(const struct story *story, const char *leader_subject)
{
	facts_reset();
	memset(&findings, 0, sizeof(findings));
	add(story->part, part_severity, "vda");
	add(story->leader, leader_severity, leader_subject);
	findings_arrange(&findings);
	assert_sound();
}

START_TEST(each_leader_stands_before_its_part)
{
	part_severity = leader_severity = SEVERITY_WARNING;
	for (size_t i = 0; i < STORIES_COUNT; i++) {
		tell(&STORIES[i], "vda");
		ck_assert_str_eq(findings.item[0].id, STORIES[i].leader);
		ck_assert_ptr_null(findings.item[0].part_of);
		ck_assert_str_eq(findings.item[1].part_of, STORIES[i].leader);
		ck_assert_uint_eq(findings_count(&findings, SEVERITY_WARNING), 1);
	}
}
END_TEST

START_TEST(a_part_is_of_the_same_disk_where_that_matters)
{
	part_severity = leader_severity = SEVERITY_WARNING;
	for (size_t i = 0; i < STORIES_COUNT; i++) {
		tell(&STORIES[i], "vdb");
		ck_assert_uint_eq(findings_count(&findings, SEVERITY_WARNING),
			STORIES[i].scope == STORY_SAME_SUBJECT ? 2 : 1);
	}
}
END_TEST

START_TEST(a_milder_leader_leads_nothing)
{
	part_severity = SEVERITY_ERROR;
	leader_severity = SEVERITY_WARNING;
	for (size_t i = 0; i < STORIES_COUNT; i++) {
		tell(&STORIES[i], "vda");
		ck_assert_str_eq(findings.item[0].id, STORIES[i].part);
		ck_assert_ptr_null(findings.item[0].part_of);
		ck_assert_ptr_null(findings.item[1].part_of);
	}
}
END_TEST

/* Of two disks with one trouble each part stands behind the leader of its own, whatever that one's
 * severity. */
START_TEST(a_part_never_stands_before_its_leader)
{
	facts_reset();
	memset(&findings, 0, sizeof(findings));
	add("gpt.primary-corrupt", SEVERITY_ERROR, "vda");
	add("gpt.primary-corrupt", SEVERITY_WARNING, "vdb");
	add("gpt.backup-corrupt", SEVERITY_WARNING, "vdb");
	add("gpt.backup-corrupt", SEVERITY_WARNING, "vda");
	findings_arrange(&findings);
	ck_assert_str_eq(findings.item[0].subject, "vda");
	ck_assert_ptr_null(findings.item[0].part_of);
	ck_assert_str_eq(findings.item[1].subject, "vda");
	ck_assert_str_eq(findings.item[1].part_of, "gpt.primary-corrupt");
	ck_assert_str_eq(findings.item[2].subject, "vdb");
	ck_assert_ptr_null(findings.item[2].part_of);
	ck_assert_str_eq(findings.item[3].subject, "vdb");
}
END_TEST

START_TEST(errors_stand_before_warnings_and_rules_in_their_order)
{
	for (size_t i = 0; i + 1 < RULES_COUNT; i++) {
		facts_reset();
		memset(&findings, 0, sizeof(findings));
		add(RULES[i + 1].id, SEVERITY_INFO, "a");
		add(RULES[i].id, SEVERITY_INFO, "b");
		add("platform.unknown", SEVERITY_ERROR, "c");
		findings_arrange(&findings);
		ck_assert_str_eq(findings.item[0].subject, "c");
		if (!findings.item[1].part_of && !findings.item[2].part_of)
			ck_assert_str_eq(findings.item[1].subject, "b");
	}
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	facts_reset();
	memset(&findings, 0, sizeof(findings));
	for (uint32_t i = 0; i < FINDINGS_OF_A_RULE_MAX + 5; i++)
		add("gpt.overlap", SEVERITY_ERROR, "vda");
	ck_assert_uint_eq(findings.count, FINDINGS_OF_A_RULE_MAX);
	ck_assert_uint_eq(findings.dropped, 5);
	/* What else is wrong has its room all the same. */
	for (uint32_t i = 0; i < FINDINGS_MAX; i++)
		add(RULES[i % RULES_COUNT].id, SEVERITY_ERROR, "vda");
	findings_arrange(&findings);
	assert_sound();
	ck_assert_uint_eq(findings.count, FINDINGS_MAX);
	ck_assert_ptr_nonnull(findings_find(&findings, "platform.unknown"));
}
END_TEST

/* Nor do those of a rule that are worse: the dead disk behind sixteen spare paths. */
START_TEST(what_is_worse_finds_room)
{
	facts_reset();
	memset(&findings, 0, sizeof(findings));
	for (uint32_t i = 0; i < FINDINGS_OF_A_RULE_MAX; i++)
		add("disk.read-error", SEVERITY_INFO, "sda");
	add("disk.read-error", SEVERITY_ERROR, "sdz");
	ck_assert_uint_eq(findings.count, FINDINGS_OF_A_RULE_MAX);
	ck_assert_uint_eq(findings.dropped, 1);
	findings_arrange(&findings);
	ck_assert_str_eq(findings.item[0].subject, "sdz");
	ck_assert_int_eq(findings_worst(&findings), SEVERITY_ERROR);
}
END_TEST

/* The machine that started it all: one error, and the rest are its parts. */
START_TEST(the_original_story)
{
	static const char *const PARTS[] = {
		"console.phantom", "gpt.backup-misplaced", "gpt.growable", "console.no-uart"};

	healthy();
	facts.platform.initrd = INITRD_INITRAMFS_TOOLS;
	make_phantom();
	set_trap(18 * GIB);
	stall();
	gpt_on("vda")->backup_misplaced_bytes = 18 * GIB;
	judge_all();
	ck_assert_str_eq(findings.item[0].id, "growroot.trap");
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), 1);
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_WARNING), 0);
	for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
		const struct finding *part = findings_find(&findings, PARTS[i]);

		ck_assert_msg(part != NULL, "%s is missing", PARTS[i]);
		ck_assert_str_eq(part->part_of, "growroot.trap");
	}
	ck_assert_uint_eq(findings.count, 1 + ARRAY_SIZE(PARTS));
}
END_TEST

START_TEST(a_lost_disk_and_its_root_are_one_story)
{
	healthy();
	lose_root();
	set_text(facts.root.spec, "UUID=1111");
	gpt_on("vda")->primary.is_header_crc_right = ANSWER_NO;
	gpt_on("vda")->does_kernel_agree = ANSWER_NO;
	judge_all();
	ck_assert_str_eq(findings.item[0].id, "gpt.primary-corrupt");
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), 1);
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_WARNING), 0);
	ck_assert_str_eq(findings_find(&findings, "root.absent")->part_of, "gpt.primary-corrupt");
}
END_TEST

static void lose_root_beside_a_broken_disk(void)
{
	healthy();
	lose_root();
	set_text(facts.root.spec, "UUID=1111");
	add_disk("vdb", "virtio")->read[0].result = -EIO;
	judge_all();
	ck_assert_str_eq(findings.item[0].id, "disk.read-error");
	ck_assert_str_eq(findings.item[0].subject, "vdb");
}

/* The root may be what is wrong with that disk, unless there is another place for it. */
START_TEST(a_root_with_a_candidate_elsewhere_is_its_own_story)
{
	const struct finding *absent;

	lose_root_beside_a_broken_disk();
	absent = findings_find(&findings, "root.absent");
	ck_assert_ptr_null(absent->part_of);
	ck_assert(has_fix(absent, "kernel", "root=UUID=c0079a0b"));
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), 2);

	set_filesystem("vda1", "swap", "");
	judge_all();
	ck_assert_str_eq(findings_find(&findings, "root.absent")->part_of, "disk.read-error");
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), 1);

	/* On the broken disk itself, and on a volume, which may be on any. */
	lose_root_beside_a_broken_disk();
	block_named("vda")->read[0].result = -EIO;
	judge_all();
	ck_assert_str_eq(findings_find(&findings, "root.absent")->part_of, "disk.read-error");
	lose_root_beside_a_broken_disk();
	set_filesystem("vda1", "LVM2_member", "");
	facts.filesystems[0].once.is_known = 0;
	(void)add_disk("dm-0", "dm");
	set_filesystem("dm-0", "ext4", ROOT_UUID_TEXT);
	block_named("vda1")->holder[0] = 'd';
	judge_all();
	ck_assert_str_eq(findings_find(&findings, "root.absent")->part_of, "disk.read-error");
}
END_TEST

/* A port that no driver took, the console on it and what PID 1 meets. */
START_TEST(an_unbound_uart_and_its_console_are_one_story)
{
	healthy();
	fact_list_reset(&facts.uarts.list);
	facts.uart_total.live_count = 0;
	close_console(-ENODEV);
	judge_all();
	ck_assert_str_eq(findings.item[0].id, "uart.unbound");
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), 1);
	ck_assert_uint_eq(findings_count(&findings, SEVERITY_WARNING), 0);
}
END_TEST

RULE_TESTS(add_story_tests, stories_name_rules, no_story_circles_or_is_too_long,
	each_leader_stands_before_its_part, a_part_is_of_the_same_disk_where_that_matters,
	a_milder_leader_leads_nothing, a_part_never_stands_before_its_leader,
	errors_stand_before_warnings_and_rules_in_their_order, what_finds_no_room_is_counted,
	what_is_worse_finds_room, the_original_story, a_lost_disk_and_its_root_are_one_story,
	a_root_with_a_candidate_elsewhere_is_its_own_story,
	an_unbound_uart_and_its_console_are_one_story)
