/* SPDX-License-Identifier: MIT */
/*
 * All rules: their cases, that each has some of every kind, and what is left of them when the facts
 * are nonsense.
 */
#include "rule_case.h"

#include <errno.h>
#include <stdio.h>

/* A verdict that a rule cannot give, and why. A rule that is not named here has cases of all three.
 */
static const struct {
	const char *id;
	enum verdict verdict;
	const char *why;
} NEVER[] = {{NULL}};

static const struct {
	const struct rule_case *cases;
	const size_t *count;
} SUBJECTS[] = {
	{CONSOLE_CASES, &CONSOLE_CASES_COUNT},
	{UART_CASES, &UART_CASES_COUNT},
	{DISK_CASES, &DISK_CASES_COUNT},
	{GPT_CASES, &GPT_CASES_COUNT},
	{ROOT_CASES, &ROOT_CASES_COUNT},
	{HANDOFF_CASES, &HANDOFF_CASES_COUNT},
	{DEVICE_CASES, &DEVICE_CASES_COUNT},
	{MACHINE_CASES, &MACHINE_CASES_COUNT},
	{PID1_CASES, &PID1_CASES_COUNT},
	{LIVELOCK_CASES, &LIVELOCK_CASES_COUNT},
	{PROGRESS_CASES, &PROGRESS_CASES_COUNT},
};

static const char *const VERDICT_NAMES[] = {"unknown", "good", "bad"};

/* The most severe finding of the rule about that subject, or about any. */
static const struct finding *worst_about(const char *subject)
{
	const struct finding *worst = NULL;

	for (uint32_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.item[i];

		if ((!subject || strcmp(finding->subject, subject) == 0) &&
			(!worst || finding->severity > worst->severity))
			worst = finding;
	}
	return worst;
}

static void check_bad(const struct rule_case *one, const char *name)
{
	const struct finding *finding = worst_about(one->subject);

	ck_assert_msg(finding != NULL, "%s: not about %s but %s", name, one->subject,
		findings.count ? findings.item[0].subject : "nothing");
	ck_assert_msg(finding->severity == one->severity, "%s: %s, want %s: %s", name,
		SEVERITY_NAMES[finding->severity], SEVERITY_NAMES[one->severity], finding->summary);
	ck_assert_msg(!one->says || strstr(finding->summary, one->says),
		"%s: says \"%s\", want \"%s\"", name, finding->summary, one->says);
	ck_assert_msg(!one->fix || has_fix(finding, one->tool, one->fix),
		"%s: no change by %s that says %s, but: %s", name, one->tool, one->fix,
		finding->fix[0].change);
	/* A sentence that was cut would fill its room. */
	ck_assert_uint_lt(strlen(finding->summary), sizeof(finding->summary) - 1);
}

static void check_case(const struct rule_case *one, const char *name)
{
	enum verdict verdict;

	healthy();
	if (one->build)
		one->build();
	verdict = judge(one->id);
	assert_sound();
	ck_assert_msg(verdict == one->verdict, "%s: %s, want %s%s%s", name, VERDICT_NAMES[verdict],
		VERDICT_NAMES[one->verdict], findings.count ? ": " : "",
		findings.count ? findings.item[0].summary : "");
	ck_assert_msg((verdict == VERDICT_BAD) == (findings.count > 0), "%s: %s with %u findings",
		name, VERDICT_NAMES[verdict], findings.count);
	if (verdict == VERDICT_BAD)
		check_bad(one, name);
}

/* Each case by itself, so that one that fails hides no other. */
START_TEST(rule_says_what_its_case_wants)
{
	size_t at = (size_t)_i, subject = 0;
	char name[80];

	while (at >= *SUBJECTS[subject].count)
		at -= *SUBJECTS[subject++].count;
	(void)snprintf(name, sizeof(name), "%s, case %zu of its subject",
		SUBJECTS[subject].cases[at].id, at);
	check_case(&SUBJECTS[subject].cases[at], name);
}
END_TEST

static int count_cases(void)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(SUBJECTS); i++)
		count += *SUBJECTS[i].count;
	return (int)count;
}

/* ------------------------------------------------------------------------------ the registry */

static bool has_case(const char *id, enum verdict verdict)
{
	for (size_t i = 0; i < ARRAY_SIZE(SUBJECTS); i++) {
		for (size_t k = 0; k < *SUBJECTS[i].count; k++) {
			const struct rule_case *one = &SUBJECTS[i].cases[k];
			if (one->verdict == verdict && strcmp(one->id, id) == 0)
				return true;
		}
	}
	return false;
}

static bool is_never(const char *id, enum verdict verdict)
{
	for (size_t i = 0; NEVER[i].id; i++) {
		if (NEVER[i].verdict == verdict && strcmp(NEVER[i].id, id) == 0)
			return true;
	}
	return false;
}

START_TEST(each_rule_has_cases_of_all_verdicts)
{
	for (size_t i = 0; i < RULES_COUNT; i++) {
		for (enum verdict verdict = VERDICT_UNKNOWN; verdict <= VERDICT_BAD; verdict++)
			ck_assert_msg(
				has_case(RULES[i].id, verdict) != is_never(RULES[i].id, verdict),
				"%s has no case that is %s, or one that it cannot have",
				RULES[i].id, VERDICT_NAMES[verdict]);
	}
}
END_TEST

/* worst is what a reader goes by who has not seen a finding. */
START_TEST(each_rule_is_as_severe_as_it_says)
{
	for (size_t i = 0; i < RULES_COUNT; i++) {
		enum severity worst = SEVERITY_INFO;

		for (size_t s = 0; s < ARRAY_SIZE(SUBJECTS); s++) {
			for (size_t k = 0; k < *SUBJECTS[s].count; k++) {
				const struct rule_case *one = &SUBJECTS[s].cases[k];
				if (strcmp(one->id, RULES[i].id) == 0 && one->severity > worst)
					worst = one->severity;
			}
		}
		ck_assert_msg(worst == RULES[i].worst, "%s: %s at worst, not %s", RULES[i].id,
			SEVERITY_NAMES[worst], SEVERITY_NAMES[RULES[i].worst]);
	}
}
END_TEST

START_TEST(ids_are_unlike)
{
	ck_assert_uint_le(RULES_COUNT, RULES_MAX);
	for (size_t i = 0; i < RULES_COUNT; i++) {
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(RULES[i].id, RULES[k].id);
	}
}
END_TEST

/* ------------------------------------------------------------------------------- nonsense */

START_TEST(what_is_unknown_is_neither_good_nor_bad)
{
	for (uint32_t phase = BOOT_PHASE_EARLY; phase <= BOOT_PHASE_RUNNING; phase++) {
		facts_reset();
		facts.boot.phase = phase;
		judge_all();
		ck_assert_uint_eq(findings.count, 0);
		for (size_t i = 0; i < RULES_COUNT; i++) {
			enum verdict verdict = judge(RULES[i].id);
			/* A trap that was passed is no trap. */
			bool is_exempt = phase == BOOT_PHASE_HANDOFF &&
					 strcmp(RULES[i].id, "growroot.trap") == 0;
			ck_assert_msg(verdict == VERDICT_UNKNOWN || is_exempt, "%s is %s",
				RULES[i].id, VERDICT_NAMES[verdict]);
		}
	}
}
END_TEST

/* Who sees the root of stage 2 mounted, and hears of nothing else, knows what that begins with;
 * devices may still come. */
START_TEST(a_root_that_is_there_is_judged_before_the_handoff)
{
	uint32_t judged = 0;

	for (int is_there = 0; is_there <= 1; is_there++) {
		healthy();
		facts.boot.phase = BOOT_PHASE_EARLY;
		facts.boot.is_root_there = is_there;
		facts.handoff.init_stat = -ENOENT;
		judge_all();
		ck_assert_uint_eq(findings_count(&findings, SEVERITY_ERROR), (unsigned)is_there);
	}
	facts_reset();
	facts.boot.is_root_there = true;
	judge_all();
	for (size_t i = 0; i < RULES_COUNT; i++)
		judged += RULES[i].from == BOOT_PHASE_EARLY || RULES[i].from == BOOT_PHASE_HANDOFF;
	ck_assert_uint_eq(findings.undecided_count, judged);
}
END_TEST

START_TEST(facts_that_are_all_ones_do_no_harm)
{
	for (uint32_t phase = BOOT_PHASE_EARLY; phase <= BOOT_PHASE_RUNNING; phase++) {
		memset(&facts, 0xff, sizeof(facts));
		facts.boot.phase = phase;
		judge_all();
	}
}
END_TEST

/* xorshift64* */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* Pieces of one store of random bytes, from anywhere in it: making all anew would take most of the
 * time of this test. */
static void fill_randomly(uint64_t seed)
{
	enum { STORE_WORDS = 1 << 16, PIECE_SIZE = 1 << 14 };
	static uint64_t store[STORE_WORDS];
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	char *bytes = (char *)&facts;

	for (size_t i = 0; !store[STORE_WORDS - 1] && i < STORE_WORDS; i++)
		store[i] = next_random(&state);
	for (size_t at = 0; at < sizeof(facts); at += PIECE_SIZE) {
		size_t left = sizeof(facts) - at;
		size_t from = next_random(&state) % (sizeof(store) - PIECE_SIZE);

		memcpy(bytes + at, (char *)store + from, left < PIECE_SIZE ? left : PIECE_SIZE);
	}
}

enum { SPOILT_BYTES = 400 };

/* Bytes of the facts of a machine that is well, here and there; undo takes what was there. */
static void spoil(uint64_t seed, char undo[SPOILT_BYTES])
{
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	char *bytes = (char *)&facts;

	for (uint32_t i = 0; i < SPOILT_BYTES; i++) {
		size_t at = next_random(&state) % sizeof(facts);

		undo[i] = bytes[at];
		bytes[at] = (char)next_random(&state);
	}
	facts.boot.phase = next_random(&state) % 4;
}

/* Backwards: one byte may have been spoilt twice. */
static void mend(uint64_t seed, const char undo[SPOILT_BYTES])
{
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	size_t at[SPOILT_BYTES];

	for (uint32_t i = 0; i < SPOILT_BYTES; i++) {
		at[i] = next_random(&state) % sizeof(facts);
		(void)next_random(&state);
	}
	for (uint32_t i = SPOILT_BYTES; i; i--)
		((char *)&facts)[at[i - 1]] = undo[i - 1];
}

enum { SEEDS = 1000, PARTS = 4 };

/* In parts, so that none runs out of time under sanitizers. */
START_TEST(facts_that_were_spoilt_do_no_harm)
{
	char undo[SPOILT_BYTES];

	healthy();
	for (uint64_t seed = (uint64_t)_i; seed < SEEDS; seed += PARTS) {
		spoil(seed, undo);
		judge_all();
		mend(seed, undo);
	}
}
END_TEST

START_TEST(random_facts_do_no_harm)
{
	for (uint64_t seed = (uint64_t)_i; seed < SEEDS; seed += PARTS) {
		fill_randomly(seed);
		facts.boot.phase = seed / PARTS % 4;
		judge_all();
	}
}
END_TEST

static RULE_TESTS(add_own_tests, each_rule_has_cases_of_all_verdicts,
	each_rule_is_as_severe_as_it_says, ids_are_unlike, what_is_unknown_is_neither_good_nor_bad,
	a_root_that_is_there_is_judged_before_the_handoff, facts_that_are_all_ones_do_no_harm)

	int main(void)
{
	Suite *suite = suite_create("rule");
	TCase *tcase = tcase_create("rule");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 240);
	add_own_tests(tcase);
	add_story_tests(tcase);
	add_fix_tests(tcase);
	add_healthy_tests(tcase);
	add_healthy_machines(tcase);
	tcase_add_loop_test(tcase, rule_says_what_its_case_wants, 0, count_cases());
	tcase_add_loop_test(tcase, facts_that_were_spoilt_do_no_harm, 0, PARTS);
	tcase_add_loop_test(tcase, random_facts_do_no_harm, 0, PARTS);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
