/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "base/clock.h"
#include "base/text.h"
#include "report/encode.h"

#include <errno.h>
#include <string.h>

/* A line has at most 78 characters, so that an 80-column terminal does not wrap it. */
enum {
	LINE_LENGTH = 78,
	KEY_LENGTH = 11,
	ROOM = LINE_LENGTH - KEY_LENGTH,
	LINES_MAX = SUMMARY_LINES_MAX,
	WORDS_SIZE = 512, /* of a line before it is cut */
};

struct page {
	struct text text;
	uint32_t lines;
};

/* ------------------------------------------------------------------------------ lines and words */

/* What a guest's disks and tables say about themselves never reaches a terminal as it is. */
static void append_printable(struct text *line, const char *bytes, size_t size)
{
	size_t length = strnlen(bytes, size);

	for (size_t i = 0; i < length; i++)
		text_append_char(line, bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?');
}
#define append_array(line, array) append_printable(line, array, sizeof(array))

static void append_word(struct text *line, const char *separator, const char *word)
{
	if (!word)
		return;
	text_append(line, separator);
	text_append(line, word);
}

/* The same for an array of a fact, if there is something in it. */
#define append_array_word(line, separator, array)     \
	do {                                          \
		if ((array)[0])                       \
			text_append(line, separator); \
		append_array(line, array);            \
	} while (0)

static const char ELLIPSIS[] = "...";

/* What does not fit is left out, and the line says so: what matters most stands first. */
static void page_add(struct page *page, const char *key, const struct text *line)
{
	char padded[KEY_LENGTH + 1];
	struct text text;

	if (page->lines >= LINES_MAX)
		return;
	text_init(&text, padded, sizeof(padded));
	text_append(&text, key);
	while (text.length < KEY_LENGTH)
		text_append_char(&text, ' ');
	text_append(&page->text, padded);
	if (line->length > ROOM || line->is_cut) {
		text_append_bytes(&page->text, line->data, ROOM - strlen(ELLIPSIS));
		text_append(&page->text, ELLIPSIS);
	} else {
		text_append(&page->text, line->data);
	}
	text_append_char(&page->text, '\n');
	page->lines++;
}

/* A line under construction behind its key. */
#define LINE(name)                    \
	char name##_data[WORDS_SIZE]; \
	struct text name;             \
	text_init(&name, name##_data, sizeof(name##_data))

/* A name that gives way to what stands behind it on the line. */
static void append_beside(
	struct text *line, const char *bytes, size_t size, const struct text *tail)
{
	size_t length = strnlen(bytes, size), used = line->length + tail->length;

	if (used + length > ROOM && used + strlen(ELLIPSIS) < ROOM) {
		append_printable(line, bytes, ROOM - used - strlen(ELLIPSIS));
		text_append(line, ELLIPSIS);
	} else {
		append_printable(line, bytes, length);
	}
	text_append(line, tail->data);
}

static const char *outcome_text(outcome_t outcome)
{
	if (outcome == OUTCOME_UNKNOWN)
		return "not tried";
	return outcome > 0 ? "ok" : record_errno_name(outcome);
}

/* -------------------------------------------------------------------------------------- subjects
 */

static void add_machine(struct page *page, const struct platform_fact *platform)
{
	const char *hypervisor = platform_hypervisor_name(platform);
	const char *firmware = platform_firmware_name(platform);
	LINE(line);

	if (!fact_is_known(&platform->once))
		return;
	text_append(&line, platform->hypervisor != HYPERVISOR_UNKNOWN && hypervisor
				   ? hypervisor
				   : "unknown hypervisor");
	append_array_word(&line, ", ", platform->machine);
	append_word(&line, ", ", firmware);
	append_array_word(&line, ", Linux ", platform->kernel_release);
	page_add(page, "machine", &line);
}

static void append_console(struct text *line, const struct console_fact *console)
{
	append_array(line, console->name);
	if (console->is_last)
		text_append(line, " (last)");
	if (console->is_registered == ANSWER_NO)
		text_append(line, " no such console");
	else if (console->is_live == ANSWER_YES)
		text_append(line, " live");
	else if (console->empty_write == -EIO && console->uart_type == 0)
		text_append(line, " PHANTOM (no UART)");
	else if (console->is_live == ANSWER_NO && console->kind == CONSOLE_VT)
		text_append(line, " unseen");
	else if (console->open < 0)
		append_word(line, " open ", outcome_text(console->open));
	else if (console->empty_write < 0)
		append_word(line, " write ", outcome_text(console->empty_write));
	else
		text_append(line, " not proven");
}

static void append_dev_console(struct text *line, const struct dev_console_fact *console)
{
	if (!fact_is_known(&console->once))
		return;
	if (console->open < 0)
		append_word(line, "/dev/console ", outcome_text(console->open));
	else
		append_array_word(line, "/dev/console is ", console->device);
}

/* Where the output of PID 1 goes stands first: it is what most boots fail to tell. */
static void add_consoles(struct page *page, const struct facts *facts)
{
	const char *separator = "; ";
	LINE(line);

	append_dev_console(&line, &facts->dev_console);
	fact_foreach (console, facts->consoles) {
		if (line.length)
			text_append(&line, separator);
		append_console(&line, console);
		separator = ", ";
	}
	if (line.length)
		page_add(page, "consoles", &line);
}

/* From whom a serial console would show nothing. */
static const char *no_uart_text(const struct platform_fact *platform)
{
	if (platform->hypervisor == HYPERVISOR_NONE)
		return "none";
	/* What dom0 writes to hvc0 comes out of a serial port all the same. */
	if (platform->hypervisor == HYPERVISOR_XEN_PV ||
		platform->hypervisor == HYPERVISOR_XEN_DOM0)
		return "none: Xen keeps them";
	return platform->hypervisor == HYPERVISOR_UNKNOWN
		       ? "none: a serial console shows nothing"
		       : "none: a serial console of this VM shows nothing";
}

static void add_uarts(struct page *page, const struct facts *facts)
{
	const char *separator = "";
	LINE(line);

	fact_foreach (uart, facts->uarts) {
		if (uart->is_live != ANSWER_YES)
			continue;
		text_append(&line, separator);
		append_array(&line, uart->name);
		append_array_word(&line, " ", uart->type_name);
		separator = ", ";
	}
	if (!line.length && fact_is_known(&facts->uart_total.once))
		text_append(&line, no_uart_text(&facts->platform));
	if (line.length)
		page_add(page, "serial", &line);
}

static const struct gpt_fact *gpt_of(const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (gpt, facts->gpts) {
		if (fact_is_known(&gpt->once) &&
			strncmp(gpt->disk, block->name, sizeof(gpt->disk)) == 0)
			return gpt;
	}
	return NULL;
}

static void append_table(struct text *line, const struct gpt_fact *gpt)
{
	static const char *const KINDS[TABLE_KIND_COUNT] = {
		[TABLE_GPT] = "GPT",
		[TABLE_MBR] = "MBR",
		[TABLE_HYBRID] = "hybrid GPT/MBR",
		[TABLE_NONE] = "no partition table",
		[TABLE_FILESYSTEM] = "file system without a table",
	};

	append_word(line, ", ", KINDS[gpt->kind % TABLE_KIND_COUNT]);
	if (gpt->kind == TABLE_GPT && gpt->backup_misplaced_bytes) {
		text_append(line, " made for ");
		text_append_size(line,
			gpt->disk_lba * gpt->logical_sector_bytes - gpt->backup_misplaced_bytes);
	}
}

/* Not a file that somebody attached, as NixOS does with the store of a machine without disks. */
static bool is_disk(const struct block_fact *block)
{
	return !block->partition && !block->is_removed &&
	       strncmp(block->transport, "loop", sizeof(block->transport)) != 0;
}

/* The disk of the root file system, or the first one. */
static const struct block_fact *main_disk(const struct facts *facts)
{
	const struct block_fact *first = NULL;

	fact_foreach (block, facts->blocks) {
		if (block->partition || block->is_removed)
			continue;
		fact_foreach (part, facts->blocks) {
			bool is_root = facts->root.match_count &&
				       strncmp(part->name, facts->root.matches[0],
					       sizeof(part->name)) == 0;
			if (is_root && (part == block || strncmp(part->parent, block->name,
								 sizeof(part->parent)) == 0))
				return block;
		}
		first = first || !is_disk(block) ? first : block;
	}
	return first;
}

static void add_disks(struct page *page, const struct facts *facts)
{
	const struct block_fact *shown = main_disk(facts);
	const struct gpt_fact *gpt = shown ? gpt_of(facts, shown) : NULL;
	uint32_t total = 0;
	LINE(line);

	fact_foreach (block, facts->blocks)
		total += is_disk(block);
	if (!shown) {
		text_append(&line, "none");
	} else {
		append_array(&line, shown->name);
		text_append_char(&line, ' ');
		text_append_size(&line, shown->size_bytes);
		append_array_word(&line, " ", shown->transport);
		if (gpt)
			append_table(&line, gpt);
	}
	if (total > 1) {
		text_append(&line, "; ");
		text_append_u64(&line, total - 1);
		text_append(&line, total > 2 ? " more disks" : " more disk");
	}
	page_add(page, "disk", &line);
}

static void append_share(struct text *line, const struct root_fact *root)
{
	append_word(line, ", shared by ", root->kind == ROOT_9P ? "9p" : "virtiofs");
	if (!root->mounted_us)
		return;
	text_append(line, ", mounted at ");
	text_append_u64(line, root->mounted_us / US_PER_S);
	text_append_char(line, '.');
	text_append_u64(line, root->mounted_us / (US_PER_S / 10) % 10);
	text_append(line, " s");
}

/* A root that nobody looks for on a disk. */
static void append_root_in_memory(struct text *line, const struct root_fact *root)
{
	bool is_initramfs = strncmp(root->in_memory, "initramfs", sizeof(root->in_memory)) == 0;

	text_append(line, root->spec[0] ? ": " : "none asked for: ");
	append_array(line, root->in_memory);
	text_append(line, is_initramfs ? ", no stage 2 follows" : ", in memory");
}

static void add_root(struct page *page, const struct root_fact *root)
{
	bool is_in_memory = root->in_memory[0];
	LINE(line);
	LINE(tail);

	if (!fact_is_known(&root->once) || (root->kind == ROOT_NONE && !is_in_memory))
		return;
	if (is_in_memory)
		append_root_in_memory(&tail, root);
	else if (root->match_count > 1)
		text_append(&tail, ": more than one device bears it");
	else if (root->match_count)
		append_array_word(&tail, ": ", root->matches[0]);
	else if (root->kind <= ROOT_PARTLABEL)
		text_append(&tail, ": not there");
	if (root->kind == ROOT_VIRTIOFS || root->kind == ROOT_9P)
		append_share(&tail, root);
	append_beside(&line, root->spec, sizeof(root->spec), &tail);
	page_add(page, "root", &line);
}

/* What the kernel needs to run it: what is missing, or what is there. */
static void append_interpreters(
	struct text *line, const struct handoff_fact *handoff, bool are_missing)
{
	const uint32_t max = ARRAY_SIZE(handoff->interpreter);

	for (uint32_t i = 0; i < handoff->interpreter_count && i < max; i++) {
		bool is_missing = handoff->interpreter_stat[i] != OUTCOME_OK;

		if (is_missing != are_missing)
			continue;
		text_append(line, " -> ");
		append_array(line, handoff->interpreter[i]);
		if (is_missing)
			append_word(line, " ", outcome_text(handoff->interpreter_stat[i]));
	}
}

static void add_handoff(struct page *page, const struct handoff_fact *handoff)
{
	LINE(line);
	LINE(tail);
	LINE(rest);

	if (!fact_is_known(&handoff->once) || text_is_empty(handoff->init))
		return;
	if (handoff->init_stat == OUTCOME_OK)
		append_array_word(&tail, ", ", handoff->init_type);
	else
		append_word(&tail, " ", outcome_text(handoff->init_stat));
	append_interpreters(&tail, handoff, true);
	append_beside(&line, handoff->init, sizeof(handoff->init), &tail);
	if (!text_is_empty(handoff->requested_init)) {
		text_append(&line, "; not ");
		append_array(&line, handoff->requested_init);
		append_word(&line, " ", outcome_text(handoff->requested_stat));
	}
	/* Good to know, where there is room for it. */
	append_interpreters(&rest, handoff, false);
	if (line.length + rest.length <= ROOM)
		text_append(&line, rest.data);
	page_add(page, "handoff", &line);
}

/* ------------------------------------------------------------------------------------ verdict */

/* Puts words into lines of the page, at most lines_max of them; the last one ends in "..." when
 * there is more. */
static void page_wrap(struct page *page, const char *key, const char *words, uint32_t lines_max)
{
	for (uint32_t i = 0; i < lines_max && *words; i++) {
		size_t length = strlen(words), take = length;
		LINE(line);

		if (length > ROOM) {
			bool is_last = i + 1 == lines_max;
			size_t limit = is_last ? ROOM - strlen(ELLIPSIS) : ROOM;

			for (take = limit; take && words[take] != ' ';)
				take--;
			take = take ? take : limit;
		}
		append_printable(&line, words, take);
		words += take;
		while (*words == ' ')
			words++;
		if (i + 1 == lines_max && *words)
			text_append(&line, ELLIPSIS);
		page_add(page, i ? "" : key, &line);
	}
}

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
		append_word(line, line->length ? ", " : "", what);
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

static bool is_anything_unseen(const struct facts *facts)
{
	LINE(line);

	(void)list_unseen(facts, &line);
	return line.length > 0;
}

static void add_unseen(struct page *page, const struct facts *facts)
{
	LINE(line);

	if (list_unseen(facts, &line))
		text_append(&line, facts->boot.is_root_user
					   ? ": root may not here, as in a container"
					   : ": run it as root");
	if (line.length)
		page_add(page, "unseen", &line);
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
		return "nothing wrong was found in the little that could be seen";
	return findings->is_undecided ? "nothing wrong was found, as far as could be seen"
				      : "nothing wrong was found";
}

static void add_verdict(struct page *page, const struct facts *facts,
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
		append_printable(
			&text, findings->item[0].summary, sizeof(findings->item[0].summary));
	page_wrap(page, verdict_word(worst, is_stalled, is_unseen), words, 3);
}

static void add_fixes(struct page *page, const struct finding *finding)
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
		append_printable(&text, fix->change, sizeof(fix->change));
		page_wrap(page, i ? "" : "fix", words, 1);
	}
}

/* Where there is more: of the first finding, and of the others. */
static void add_more(struct page *page, const struct findings *findings, const char *boot)
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
	append_printable(&line, boot, strlen(boot));
	page_add(page, "more", &line);
}

/* A misspelt parameter does nothing, which else is found out when it was needed. */
static void add_problems(struct page *page, const struct config *config)
{
	LINE(line);

	if (!config->problem_count)
		return;
	text_append(&line, "not understood: ");
	for (uint32_t i = 0; i < config->problem_count && i < CONFIG_PROBLEMS_MAX; i++) {
		text_append(&line, i ? "; " : "");
		append_array(&line, config->problem[i]);
	}
	page_add(page, "parameters", &line);
}

void summary_write(const struct facts *facts, const struct config *config,
	const struct findings *findings, const char *phase, const char *boot, char *buf,
	size_t size)
{
	struct page page = {0};
	bool is_stalled = strcmp(phase, "stall") == 0;

	text_init(&page.text, buf, size);
	add_verdict(&page, facts, findings, is_stalled);
	if (findings_worst(findings) > SEVERITY_INFO)
		add_fixes(&page, &findings->item[0]);
	add_unseen(&page, facts);
	add_problems(&page, config);
	add_machine(&page, &facts->platform);
	add_consoles(&page, facts);
	add_uarts(&page, facts);
	add_disks(&page, facts);
	add_root(&page, &facts->root);
	add_handoff(&page, &facts->handoff);
	add_more(&page, findings, boot);
}
