/* SPDX-License-Identifier: MIT */
#include "report/record.h"
#include "report/summary_part.h"

#include <errno.h>
#include <string.h>

static bool is_denied(outcome_t outcome)
{
	return outcome == -EACCES || outcome == -EPERM;
}

static bool are_tables_denied(const struct facts *facts)
{
	fact_foreach (table, facts->acpi_tables) {
		if (is_denied(table->read))
			return true;
	}
	return is_denied(facts->acpi.tables_read);
}

static bool are_consoles_denied(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (is_denied(console->open))
			return true;
	}
	return is_denied(facts->dev_console.open);
}

static bool are_disks_denied(const struct facts *facts)
{
	fact_foreach (block, facts->blocks) {
		if (is_denied(block->open))
			return true;
	}
	return false;
}

static void append_unseen(struct text *line, const char *what, bool is_unseen)
{
	if (is_unseen)
		summary_append_word(line, line->length ? ", " : "", what);
}

/* Whole subjects that nobody could look at, and whether another user could. */
static bool list_unseen(const struct facts *facts, struct text *line)
{
	size_t before;

	append_unseen(line, "/proc", facts->cmdline.read == -ENOENT);
	before = line->length;
	append_unseen(line, "ACPI", are_tables_denied(facts));
	append_unseen(line, "consoles", are_consoles_denied(facts));
	append_unseen(line, "disks", are_disks_denied(facts));
	append_unseen(line, "kernel log", is_denied(facts->timeline.read));
	return line->length > before;
}

/* What a probe did not find may be there all the same. */
static void append_short(struct text *line, const struct facts *facts)
{
	const struct probe_fact *probe = short_probe(facts);

	if (!probe)
		return;
	text_append(line, line->length ? "; some of what " : "some of what ");
	append_array(line, probe->name);
	summary_append_word(line, " looks at: ", record_errno_name(probe->error));
}

static bool is_anything_unseen(const struct facts *facts)
{
	LINE(line);

	(void)list_unseen(facts, &line);
	return line.length > 0 || short_probe(facts);
}

static void add_unseen(struct summary_page *page, const struct facts *facts)
{
	LINE(line);

	if (list_unseen(facts, &line))
		text_append(&line, facts->boot.is_root_user
					   ? ": root may not here, as in a container"
					   : ": run it as root");
	append_short(&line, facts);
	if (line.length)
		summary_add(page, "unseen", &line);
}

static const char *verdict_word(enum severity severity, bool is_stalled, bool is_unseen)
{
	if (severity == SEVERITY_ERROR)
		return "FAIL";
	if (severity == SEVERITY_WARNING || is_stalled)
		return "WARNING";
	return is_unseen ? "INCOMPLETE" : "OK";
}

static const char *all_well_text(const struct findings *findings, bool is_unseen)
{
	if (findings->dropped)
		return "more was found than there is room for";
	if (is_unseen)
		return "nothing wrong was found in what could be seen";
	return findings->is_undecided ? "nothing wrong was found, as far as could be seen"
				      : "nothing wrong was found";
}

static void add_verdict(struct summary_page *page, const struct facts *facts,
	const struct findings *findings, bool is_stalled)
{
	enum severity worst = findings_worst(findings);
	bool is_unseen = findings->dropped || is_anything_unseen(facts);
	char words[320];
	struct text text;

	text_init(&text, words, sizeof(words));
	if (is_stalled)
		text_append(&text, "stage 1 has not gone on yet: ");
	/* Whoever waits wants to know for what, a passphrase being no fault. */
	if (worst == SEVERITY_INFO && !(is_stalled && findings->count))
		text_append(&text, all_well_text(findings, is_unseen));
	else
		summary_append(&text, findings->item[0].summary, sizeof(findings->item[0].summary));
	summary_wrap(page, verdict_word(worst, is_stalled, is_unseen), words, 3);
}

static void add_fixes(struct summary_page *page, const struct finding *finding)
{
	/* What is done first and what is done instead: the rest is in the report. */
	const uint32_t picked[] = {0, finding->fix_count - 1};

	for (uint32_t i = 0; i < 2 && i < finding->fix_count; i++) {
		const struct fix *fix = &finding->fix[picked[i]];
		char words[sizeof(fix->change) + 32];
		struct text text;

		text_init(&text, words, sizeof(words));
		text_append(&text, i ? "or, " : "");
		text_append(&text, fix->tool);
		text_append(&text, ": ");
		summary_append(&text, fix->change, sizeof(fix->change));
		summary_wrap(page, i ? "" : "fix", words, 1);
	}
}

/* Where there is more: of the first finding, and of the others. */
static void add_more(struct summary_page *page, const struct findings *findings, const char *boot)
{
	LINE(line);

	if (findings_worst(findings) > SEVERITY_INFO) {
		text_append(&line, "bootprobe explain ");
		text_append(&line, findings->item[0].id);
		text_append(&line, "; ");
	}
	if (findings->count > 1) {
		text_append_u64(&line, findings->count);
		text_append(&line, " findings; ");
	}
	text_append(&line, "boot ");
	summary_append(&line, boot, strlen(boot));
	summary_add(page, "more", &line);
}

/* A misspelt parameter does nothing, which else is found out when it was needed. */
static void add_problems(struct summary_page *page, const struct config *config)
{
	LINE(line);

	if (!config->problem_count)
		return;
	text_append(&line, "not understood: ");
	for (uint32_t i = 0; i < config->problem_count && i < CONFIG_PROBLEMS_MAX; i++) {
		text_append(&line, i ? "; " : "");
		append_array(&line, config->problem[i]);
	}
	summary_add(page, "parameters", &line);
}

void summary_write(const struct facts *facts, const struct config *config,
	const struct findings *findings, const char *phase, const char *boot, char *buf,
	size_t size)
{
	struct summary_page page = {0};
	/* Behind stage 1 the finding says it. */
	bool is_stalled = strcmp(phase, "stall") == 0 && facts->boot.phase != BOOT_PHASE_HANDOFF;

	text_init(&page.text, buf, size);
	add_verdict(&page, facts, findings, is_stalled);
	if (findings_worst(findings) > SEVERITY_INFO)
		add_fixes(&page, &findings->item[0]);
	add_unseen(&page, facts);
	add_problems(&page, config);
	summary_add_subjects(&page, facts);
	add_more(&page, findings, boot);
}
