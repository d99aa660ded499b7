/* SPDX-License-Identifier: MIT */
#include "rule/judge.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* --------------------------------------------------------------------------------- findings */

struct finding *finding_add(
	struct judgement *judgement, enum severity severity, const char *subject, size_t size)
{
	static struct finding lost;
	struct findings *findings = judgement->findings;
	struct finding *finding = &lost;

	if (findings->count < FINDINGS_MAX)
		finding = &findings->item[findings->count++];
	else
		findings->dropped++;
	memset(finding, 0, sizeof(*finding));
	finding->id = judgement->rule->id;
	finding->severity = severity;
	(void)text_copy_bytes(
		finding->subject, sizeof(finding->subject), subject, strnlen(subject, size));
	return finding;
}

/* A text that goes on where buf ends. */
static struct text text_behind(char *buf, size_t size)
{
	return (struct text){.data = buf, .size = size, .length = strnlen(buf, size - 1)};
}

static void append_strings(struct text *text, va_list strings)
{
	const char *string;

	while ((string = va_arg(strings, const char *)))
		text_append(text, string);
}

void finding_say(struct finding *finding, ...)
{
	struct text text = text_behind(finding->summary, sizeof(finding->summary));
	va_list strings;

	va_start(strings, finding);
	append_strings(&text, strings);
	va_end(strings);
}

void finding_say_u64(struct finding *finding, uint64_t value)
{
	struct text text = text_behind(finding->summary, sizeof(finding->summary));

	text_append_u64(&text, value);
}

void finding_say_chars(struct finding *finding, const char *chars, size_t size)
{
	struct text text = text_behind(finding->summary, sizeof(finding->summary));

	text_append_bytes(&text, chars, strnlen(chars, size));
}

void finding_say_size(struct finding *finding, uint64_t bytes)
{
	struct text text = text_behind(finding->summary, sizeof(finding->summary));

	text_append_size(&text, bytes);
}

void finding_fix(struct finding *finding, const char *tool, ...)
{
	struct fix *fix = &finding->fix[finding->fix_count];
	struct text text;
	va_list strings;

	if (finding->fix_count >= FIXES_MAX)
		return;
	fix->tool = tool;
	text_init(&text, fix->change, sizeof(fix->change));
	va_start(strings, tool);
	append_strings(&text, strings);
	va_end(strings);
	finding->fix_count++;
}

void finding_because(const struct judgement *judgement, struct finding *finding, const void *fact)
{
	if (!fact || finding->because_count >= BECAUSE_MAX)
		return;
	finding->because[finding->because_count++] =
		(uint32_t)((const char *)fact - (const char *)judgement->facts);
}

enum verdict verdict_worst(enum verdict a, enum verdict b)
{
	if (a == VERDICT_BAD || b == VERDICT_BAD)
		return VERDICT_BAD;
	return a == VERDICT_UNKNOWN || b == VERDICT_UNKNOWN ? VERDICT_UNKNOWN : VERDICT_GOOD;
}

/* ----------------------------------------------------------------------------- shared questions */

const char *kernel_parameter(const struct facts *facts, const char *name, char *buf, size_t size)
{
	if (!fact_is_known(&facts->cmdline.once) ||
		!cmdline_get(facts->cmdline.text, name, buf, size))
		return NULL;
	return buf;
}

bool has_kernel_parameter(const struct facts *facts, const char *name, const char *value)
{
	char buf[64];
	const char *found = kernel_parameter(facts, name, buf, sizeof(buf));

	return found && (!value || strcmp(found, value) == 0);
}

bool is_text_empty(const char *chars)
{
	return !chars[0];
}

bool is_equal(const char *a, const char *b, size_t size)
{
	return strncmp(a, b, size) == 0;
}

bool is_qemu(const struct platform_fact *platform)
{
	return platform->hypervisor == HYPERVISOR_KVM ||
	       platform->hypervisor == HYPERVISOR_QEMU_TCG ||
	       platform->hypervisor == HYPERVISOR_QEMU;
}

const struct console_fact *last_console(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (console->is_last)
			return console;
	}
	return NULL;
}

bool is_phantom(const struct console_fact *console)
{
	return console->is_registered == ANSWER_YES && console->open == OUTCOME_OK &&
	       console->uart_type == 0 && console->serial_ioctl == OUTCOME_OK &&
	       (console->empty_write == -EIO || console->tcgetattr == -EIO);
}

enum verdict is_dev_console_failing(const struct facts *facts)
{
	const struct dev_console_fact *console = &facts->dev_console;

	if (!fact_is_known(&console->once) || console->open == OUTCOME_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (console->open < 0)
		return VERDICT_BAD;
	if (console->empty_write == OUTCOME_UNKNOWN)
		return VERDICT_UNKNOWN;
	return console->empty_write < 0 ? VERDICT_BAD : VERDICT_GOOD;
}

const struct block_fact *block_find(const struct facts *facts, const char *name)
{
	fact_foreach (block, facts->blocks) {
		if (!block->is_removed && is_equal(block->name, name, sizeof(block->name)))
			return block;
	}
	return NULL;
}

const struct gpt_fact *gpt_find(const struct facts *facts, const char *disk)
{
	fact_foreach (gpt, facts->gpts) {
		if (fact_is_known(&gpt->once) && is_equal(gpt->disk, disk, sizeof(gpt->disk)))
			return gpt;
	}
	return NULL;
}

const struct block_fact *disk_of(const struct facts *facts, const struct block_fact *block)
{
	return block->partition ? block_find(facts, block->parent) : block;
}

const struct block_fact *root_block(const struct facts *facts)
{
	const struct root_fact *root = &facts->root;

	if (!fact_is_known(&root->once) || root->match_count != 1)
		return NULL;
	return block_find(facts, root->matches[0]);
}

static bool has_file_system(
	const struct facts *facts, const struct block_fact *block, const char *type)
{
	size_t index = (size_t)(block - facts->blocks.item);
	const struct filesystem_fact *filesystem = &facts->filesystems[index];

	return fact_is_known(&filesystem->once) &&
	       strncmp(filesystem->type, type, sizeof(filesystem->type)) == 0;
}

/* An image has whatever name its owner gave it. */
static bool is_image(const struct block_fact *block)
{
	return is_equal(block->transport, "image", sizeof(block->transport));
}

bool is_plain_disk(const struct facts *facts, const struct block_fact *block)
{
	if (block && is_image(block))
		return !has_file_system(facts, block, "iso9660");
	return block && !block->partition && !block->is_removed &&
	       block->is_removable != ANSWER_YES && strncmp(block->name, "sr", 2) != 0 &&
	       strncmp(block->name, "fd", 2) != 0 && strncmp(block->name, "loop", 4) != 0 &&
	       !has_file_system(facts, block, "iso9660");
}

enum answer is_root_missing(const struct facts *facts)
{
	const struct root_fact *root = &facts->root;

	if (facts->handoff.is_root_mounted == ANSWER_YES)
		return ANSWER_NO;
	if (facts->boot.phase == BOOT_PHASE_EARLY || facts->boot.phase == BOOT_PHASE_RUNNING ||
		!fact_is_known(&root->once))
		return ANSWER_UNKNOWN;
	switch (root->kind) {
	case ROOT_DEVICE:
	case ROOT_UUID:
	case ROOT_PARTUUID:
	case ROOT_LABEL:
	case ROOT_PARTLABEL:
	case ROOT_GPT_AUTO:
	case ROOT_VIRTIOFS:
	case ROOT_9P:
		return answer_from(root->match_count == 0);
	default:
		return ANSWER_UNKNOWN;
	}
}

/* growpart(1) leaves alone what would grow by less than this. */
static const uint64_t GROWTH_MIN_BYTES = UINT64_C(1) << 20;

uint64_t root_room_bytes(const struct facts *facts)
{
	const struct block_fact *root = root_block(facts);
	const struct gpt_fact *gpt = root && root->partition ? gpt_find(facts, root->parent) : NULL;

	if (!gpt || gpt->last_partition != root->partition ||
		gpt->free_behind_last_bytes < GROWTH_MIN_BYTES)
		return 0;
	return gpt->free_behind_last_bytes;
}

const struct grower_fact *grower_at_risk(const struct facts *facts)
{
	fact_foreach (grower, facts->growers) {
		if (grower->is_in_initrd && grower->does_exit_on_error == ANSWER_YES &&
			grower->is_output_in_file != ANSWER_YES && grower->is_done != ANSWER_YES)
			return grower;
	}
	return NULL;
}
