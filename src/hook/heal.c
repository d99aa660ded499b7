/* SPDX-License-Identifier: MIT */
/*
 * bootprobe.heal=console: where /dev/console leads to a console that fails every write, what is
 * written to it goes to one that takes it. The one thing that the hook changes about a boot, and
 * only for who asks for it. Each step runs in a child, since a tty may hold on to who opens it.
 */
#include "hook/collector_part.h"

#include "base/text.h"
#include "rule/judge.h"
#include "source/console_redirect.h"

#include <errno.h>
#include <string.h>

#define HEAL_US (300 * US_PER_MS)

static const struct console_fact *dev_console(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (console->is_dev_console == ANSWER_YES)
			return console;
	}
	return NULL;
}

static bool is_phantom_at_dev_console(const struct facts *facts)
{
	const struct console_fact *console = dev_console(facts);

	return console && is_phantom(console) && facts->dev_console.open == OUTCOME_OK &&
	       facts->dev_console.empty_write == -EIO;
}

/* ------------------------------------------------------------------------------------- children */

/* Returns whether that was the end of the search: it is done, or cannot be done at all. */
static bool try_target(const struct sources *sources, struct console_redirect_fact *fact,
	const char *name, size_t size)
{
	int r;

	text_copy_bytes(fact->target, sizeof(fact->target), name, strnlen(name, size));
	r = console_redirect(sources, fact->target);
	fact->outcome = outcome_from(r);
	if (r < 0)
		fact->target[0] = '\0';
	return r == 0 || r == -EBUSY || r == -EPERM || r == -EROFS;
}

static void find_target(
	const struct sources *sources, struct facts *facts, struct console_redirect_fact *fact)
{
	/* A screen, or what stands for one: its writes succeed. */
	static const char *const OTHERS[] = {"tty1", "ttynull"};

	fact_foreach (uart, facts->uarts) {
		if (uart->is_live == ANSWER_YES && text_starts_with(uart->name, "ttyS") &&
			try_target(sources, fact, uart->name, sizeof(uart->name)))
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++) {
		if (try_target(sources, fact, OTHERS[i], strlen(OTHERS[i])))
			return;
	}
}

static int heal_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct console_redirect_fact *fact = &facts->console_redirect;
	const struct console_fact *console = dev_console(facts);

	(void)subject;
	if (!console)
		return 0;
	text_copy(fact->console, sizeof(fact->console), console->name);
	find_target(sources, facts, fact);
	fact_publish(&fact->once);
	/* What PID 1 meets is another thing now. */
	return fact->outcome == OUTCOME_OK ? console_run(sources, facts, 0) : 0;
}

static int undo_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct console_redirect_fact *fact = &facts->console_redirect;

	(void)subject;
	fact->undo = outcome_from(console_redirect_undo(sources));
	fact->is_undone = answer_from(fact->undo == OUTCOME_OK);
	return fact->undo == OUTCOME_OK ? console_run(sources, facts, 0) : 0;
}

/* ---------------------------------------------------------------------------------- the collector
 */

static bool start(struct collector *collector, const char *name,
	int (*run)(const struct sources *sources, struct facts *facts, uint32_t subject))
{
	static struct probe step[2];
	struct probe *probe = &step[run == undo_run];

	*probe = (struct probe){name, PHASE_HEAL, HEAL_US, run, CONFINE_REDIRECT};
	return children_start(&collector->children, probe, PHASE_HEAL, &collector->sources,
		       collector->facts, 0, NULL) == 0;
}

bool heal_start(struct collector *collector)
{
	if (!collector->config->may_heal_console || collector->is_single_pass ||
		fact_is_known(&collector->facts->console_redirect.once) ||
		!is_phantom_at_dev_console(collector->facts))
		return false;
	return start(collector, "console-heal", heal_run);
}

bool heal_undo(struct collector *collector)
{
	const struct console_redirect_fact *fact = &collector->facts->console_redirect;
	const struct console_fact *console = dev_console(collector->facts);

	if (!fact_is_known(&fact->once) || fact->outcome != OUTCOME_OK ||
		fact->is_undone == ANSWER_YES || !console || console->is_live != ANSWER_YES)
		return false;
	return start(collector, "console-unheal", undo_run);
}
