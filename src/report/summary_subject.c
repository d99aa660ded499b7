/* SPDX-License-Identifier: MIT */
#include "report/summary_part.h"

#include "base/clock.h"
#include "report/encode.h"

#include <errno.h>
#include <string.h>

static const char *outcome_text(outcome_t outcome)
{
	if (outcome == OUTCOME_UNKNOWN)
		return "not tried";
	return outcome > 0 ? "ok" : record_errno_name(outcome);
}

static void append_tenths(struct text *line, uint64_t us)
{
	text_append_u64(line, us / US_PER_S);
	text_append_char(line, '.');
	text_append_u64(line, us / (US_PER_S / 10) % 10);
	text_append(line, " s");
}

static void add_machine(struct summary_page *page, const struct platform_fact *platform)
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
	summary_append_word(&line, ", ", firmware);
	append_array_word(&line, ", Linux ", platform->kernel_release);
	summary_add(page, "machine", &line);
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
		summary_append_word(line, " open ", outcome_text(console->open));
	else if (console->empty_write < 0)
		summary_append_word(line, " write ", outcome_text(console->empty_write));
	else
		text_append(line, " not proven");
}

static void append_dev_console(struct text *line, const struct dev_console_fact *console)
{
	if (!fact_is_known(&console->once))
		return;
	if (console->open < 0)
		summary_append_word(line, "/dev/console ", outcome_text(console->open));
	else
		append_array_word(line, "/dev/console is ", console->device);
}

/* Where the output of PID 1 goes stands first: it is what most boots fail to tell. */
static void add_consoles(struct summary_page *page, const struct facts *facts)
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
		summary_add(page, "consoles", &line);
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

static void add_uarts(struct summary_page *page, const struct facts *facts)
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
	if (!line.length && fact_is_known(&facts->uart_total.once) && !short_probe(facts))
		text_append(&line, no_uart_text(&facts->platform));
	if (line.length)
		summary_add(page, "serial", &line);
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

	summary_append_word(line, ", ", KINDS[gpt->kind % TABLE_KIND_COUNT]);
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

static void add_disks(struct summary_page *page, const struct facts *facts)
{
	const struct block_fact *shown = main_disk(facts);
	const struct gpt_fact *gpt = shown ? gpt_of(facts, shown) : NULL;
	uint32_t total = 0;
	LINE(line);

	fact_foreach (block, facts->blocks)
		total += is_disk(block);
	if (!shown) {
		text_append(&line, short_probe(facts) ? "none seen" : "none");
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
	summary_add(page, "disk", &line);
}

static void append_share(struct text *line, const struct root_fact *root)
{
	summary_append_word(line, ", shared by ", root->kind == ROOT_9P ? "9p" : "virtiofs");
	if (!root->mounted_us)
		return;
	text_append(line, ", mounted at ");
	append_tenths(line, root->mounted_us);
}

/* A root that nobody looks for on a disk. */
static void append_root_in_memory(struct text *line, const struct root_fact *root)
{
	bool is_initramfs = strncmp(root->in_memory, "initramfs", sizeof(root->in_memory)) == 0;

	text_append(line, root->spec[0] ? ": " : "none asked for: ");
	append_array(line, root->in_memory);
	text_append(line, is_initramfs ? ", no stage 2 follows" : ", in memory");
}

static void add_root(struct summary_page *page, const struct facts *facts)
{
	const struct root_fact *root = &facts->root;
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
		text_append(&tail, short_probe(facts) ? ": not seen" : ": not there");
	if (root->kind == ROOT_VIRTIOFS || root->kind == ROOT_9P)
		append_share(&tail, root);
	summary_append_beside(&line, root->spec, sizeof(root->spec), &tail);
	summary_add(page, "root", &line);
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
			summary_append_word(line, " ", outcome_text(handoff->interpreter_stat[i]));
	}
}

static void add_handoff(struct summary_page *page, const struct handoff_fact *handoff)
{
	LINE(line);
	LINE(tail);
	LINE(rest);

	if (!fact_is_known(&handoff->once) || text_is_empty(handoff->init))
		return;
	if (handoff->init_stat == OUTCOME_OK)
		append_array_word(&tail, ", ", handoff->init_type);
	else
		summary_append_word(&tail, " ", outcome_text(handoff->init_stat));
	append_interpreters(&tail, handoff, true);
	summary_append_beside(&line, handoff->init, sizeof(handoff->init), &tail);
	if (!text_is_empty(handoff->requested_init)) {
		text_append(&line, "; not ");
		append_array(&line, handoff->requested_init);
		summary_append_word(&line, " ", outcome_text(handoff->requested_stat));
	}
	/* Good to know, where there is room for it. */
	append_interpreters(&rest, handoff, false);
	if (line.length + rest.length <= SUMMARY_ROOM)
		text_append(&line, rest.data);
	summary_add(page, "handoff", &line);
}

/* Of a boot that is up: how long it took, and what of it. */
static void add_boot(struct summary_page *page, const struct boot_end_fact *end)
{
	const char *separator = "; slowest: ";
	LINE(line);

	if (!fact_is_known(&end->once))
		return;
	text_append(&line, "took ");
	append_tenths(&line, end->up_us);
	fact_foreach (part, end->slow) {
		text_append(&line, separator);
		append_array(&line, part->name);
		text_append_char(&line, ' ');
		append_tenths(&line, part->duration_us);
		separator = ", ";
	}
	summary_add(page, "boot", &line);
}

void summary_add_subjects(struct summary_page *page, const struct facts *facts)
{
	add_boot(page, &facts->boot_end);
	add_machine(page, &facts->platform);
	add_consoles(page, facts);
	add_uarts(page, facts);
	add_disks(page, facts);
	add_root(page, facts);
	add_handoff(page, &facts->handoff);
}
