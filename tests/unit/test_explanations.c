/* SPDX-License-Identifier: MIT */
/*
 * That docs/findings.md, by way of the table that is made of it, and the table of rules agree.
 */
#include "cli/explanation.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

START_TEST(ids_severities_and_order_are_those_of_the_rules)
{
	ck_assert_uint_eq(EXPLANATIONS_COUNT, RULES_COUNT);
	for (size_t i = 0; i < RULES_COUNT; i++) {
		ck_assert_str_eq(EXPLANATIONS[i].id, RULES[i].id);
		ck_assert_msg(EXPLANATIONS[i].severity == RULES[i].worst, "%s is said to be %s",
			RULES[i].id, SEVERITY_NAMES[EXPLANATIONS[i].severity]);
	}
}
END_TEST

START_TEST(texts_fit_a_terminal)
{
	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++) {
		const struct explanation *one = &EXPLANATIONS[i];

		ck_assert_uint_le(22 + 1 + 8 + strlen(one->line), 80);
		for (const char *at = one->text, *end; (end = strchr(at, '\n')); at = end + 1)
			ck_assert_msg(end - at <= 80, "%s: %.*s", one->id, (int)(end - at), at);
		ck_assert(text_ends_with(one->text, "\n"));
		for (const char *at = one->text; *at; at++)
			ck_assert(*at == '\n' || (*at >= ' ' && *at <= '~'));
	}
}
END_TEST

UNIT_MAIN("explanations", ids_severities_and_order_are_those_of_the_rules, texts_fit_a_terminal)
