/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "base/text.h"
#include "report/encode.h"

#include <errno.h>
#include <string.h>

/* A line has at most 78 characters, so that an 80-column terminal does not wrap it. */
enum { LINE_LENGTH = 78, KEY_LENGTH = 11, LINES_MAX = 12 };

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
	text_append(&page->text, line->data);
	text_append_char(&page->text, '\n');
	page->lines++;
}

/* A line under construction behind its key. */
#define LINE(name)                                      \
	char name##_data[LINE_LENGTH - KEY_LENGTH + 1]; \
	struct text name;                               \
	text_init(&name, name##_data, sizeof(name##_data))

static void append_size(struct text *line, uint64_t bytes)
{
	static const char *const UNITS[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
	size_t unit = 0;

	while (tenths >= 10240 && unit + 1 < ARRAY_SIZE(UNITS)) {
		tenths /= 1024;
		unit++;
	}
	text_append_u64(line, tenths / 10);
	if (tenths % 10) {
		text_append_char(line, '.');
		text_append_u64(line, tenths % 10);
	}
	text_append_char(line, ' ');
	text_append(line, UNITS[unit]);
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
	text_append(&line, hypervisor ? hypervisor : "unknown hypervisor");
	append_array_word(&line, ", ", platform->machine);
	append_word(&line, ", ", firmware);
	text_append(&line, ", Linux ");
	append_array(&line, platform->kernel_release);
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
		text_append(line, " PHANTOM: no UART, writes fail with EIO");
	else if (console->is_live == ANSWER_NO && console->kind == CONSOLE_VT)
		text_append(line, " works, but nobody sees it");
	else if (console->empty_write < 0 || console->open < 0) {
		text_append(line, " write ");
		text_append(line,
			outcome_text(console->open < 0 ? console->open : console->empty_write));
	} else {
		text_append(line, " not proven");
	}
}

static void add_consoles(struct page *page, const struct facts *facts)
{
	enum { SHOWN_MAX = 3 };
	uint32_t shown = 0;

	fact_foreach (console, facts->consoles) {
		LINE(line);

		if (shown == SHOWN_MAX)
			break;
		append_console(&line, console);
		page_add(page, shown++ ? "" : "consoles", &line);
	}
}

static void add_dev_console(struct page *page, const struct dev_console_fact *console)
{
	LINE(line);

	if (!fact_is_known(&console->once))
		return;
	text_append(&line, "/dev/console");
	if (!text_is_empty(console->device)) {
		text_append(&line, " is ");
		append_array(&line, console->device);
	}
	text_append(&line, ", open ");
	text_append(&line, outcome_text(console->open));
	if (console->open == OUTCOME_OK) {
		text_append(&line, ", write ");
		text_append(&line, outcome_text(console->empty_write));
	}
	page_add(page, "", &line);
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
		text_append(&line, "none: a serial console of this VM shows nothing");
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
		append_size(line,
			gpt->disk_lba * gpt->logical_sector_bytes - gpt->backup_misplaced_bytes);
	}
}

static void add_disks(struct page *page, const struct facts *facts)
{
	uint32_t shown = 0, total = 0;
	LINE(rest);

	fact_foreach (block, facts->blocks) {
		const struct gpt_fact *gpt = gpt_of(facts, block);
		LINE(line);

		if (block->partition || block->is_removed)
			continue;
		if (total++ >= 3)
			continue;
		append_array(&line, block->name);
		text_append_char(&line, ' ');
		append_size(&line, block->size_bytes);
		append_array_word(&line, " ", block->transport);
		if (gpt)
			append_table(&line, gpt);
		page_add(page, shown++ ? "" : "disks", &line);
	}
	if (!total)
		text_append(&rest, "none");
	if (total > shown) {
		text_append(&rest, "and ");
		text_append_u64(&rest, total - shown);
		text_append(&rest, " more");
	}
	if (rest.length)
		page_add(page, total ? "" : "disks", &rest);
}

static void add_root(struct page *page, const struct root_fact *root)
{
	LINE(line);

	if (!fact_is_known(&root->once) || root->kind == ROOT_NONE)
		return;
	append_array(&line, root->spec);
	if (root->match_count > 1)
		text_append(&line, ": more than one device bears it");
	else if (root->match_count)
		append_array_word(&line, ": ", root->matches[0]);
	else if (root->kind <= ROOT_PARTLABEL)
		text_append(&line, ": not there");
	page_add(page, "root", &line);
}

static void add_handoff(struct page *page, const struct handoff_fact *handoff)
{
	LINE(line);

	if (!fact_is_known(&handoff->once))
		return;
	append_array(&line, handoff->init);
	text_append(&line, handoff->init_stat == OUTCOME_OK ? ", " : " ");
	if (handoff->init_stat == OUTCOME_OK)
		append_array(&line, handoff->init_type);
	else
		text_append(&line, outcome_text(handoff->init_stat));
	for (uint32_t i = 0; i < handoff->interpreter_count && i < 4; i++) {
		text_append(&line, " -> ");
		append_array(&line, handoff->interpreter[i]);
		if (handoff->interpreter_stat[i] != OUTCOME_OK)
			append_word(&line, " ", outcome_text(handoff->interpreter_stat[i]));
	}
	page_add(page, "handoff", &line);
}

void summary_write(
	const struct facts *facts, const char *phase, const char *boot, char *buf, size_t size)
{
	struct page page = {0};
	LINE(line);

	text_init(&page.text, buf, size);
	text_append(&line, "boot ");
	append_printable(&line, boot, strlen(boot));
	if (strcmp(phase, "stall") == 0)
		text_append(&line, ": stage 1 has not gone on yet");
	page_add(&page, "bootprobe", &line);
	add_machine(&page, &facts->platform);
	add_consoles(&page, facts);
	add_dev_console(&page, &facts->dev_console);
	add_uarts(&page, facts);
	add_disks(&page, facts);
	add_root(&page, &facts->root);
	add_handoff(&page, &facts->handoff);
}
