/* SPDX-License-Identifier: MIT */
#include "rule/judge.h"

#include "base/text.h"
#include "parse/cmdline.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* --------------------------------------------------------------------------------- findings */

/* Where there is no room, the last one that is milder gives way: of the same rule where that has
 * had its share, of any rule where the table is full. */
static struct finding *finding_make_room(
	struct findings *findings, const char *id, enum severity severity)
{
	for (uint32_t i = findings->count; i; i--) {
		struct finding *finding = &findings->item[i - 1];

		if (finding->severity < severity && (!id || finding->id == id))
			return finding;
	}
	return NULL;
}

struct finding *finding_add(
	struct judgement *judgement, enum severity severity, const char *subject, size_t size)
{
	static struct finding lost;
	struct findings *findings = judgement->findings;
	const char *id = judgement->rule->id;
	struct finding *finding = NULL;
	uint32_t same = 0;

	/* A hundred disks with one fault leave room for what else is wrong. */
	for (uint32_t i = 0; i < findings->count; i++)
		same += findings->item[i].id == id;
	if (same >= FINDINGS_OF_A_RULE_MAX)
		finding = finding_make_room(findings, id, severity);
	else if (findings->count == FINDINGS_MAX)
		finding = finding_make_room(findings, NULL, severity);
	else
		finding = &findings->item[findings->count++];
	findings->dropped += same >= FINDINGS_OF_A_RULE_MAX || !finding;
	if (!finding)
		finding = &lost;
	memset(finding, 0, sizeof(*finding));
	finding->id = id;
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

/* The command line with its end, which a probe that died may have left without. */
struct cmdline_copy {
	char text[sizeof(((struct cmdline_fact *)0)->text) + 1];
};

static bool cmdline_take(const struct facts *facts, struct cmdline_copy *copy)
{
	if (!fact_is_known(&facts->cmdline.once))
		return false;
	(void)text_copy_bytes(copy->text, sizeof(copy->text), facts->cmdline.text,
		strnlen(facts->cmdline.text, sizeof(facts->cmdline.text)));
	return true;
}

const char *kernel_parameter(const struct facts *facts, const char *name, char *buf, size_t size)
{
	struct cmdline_copy copy;

	return cmdline_take(facts, &copy) && cmdline_get(copy.text, name, buf, size) ? buf : NULL;
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
	static const char *const CLOUDS[] = {"Amazon EC2", "Google", "Alibaba Cloud",
		"DigitalOcean", "Hetzner", "Scaleway", "Vultr", "Akamai", "Linode", "OVHcloud"};

	if (platform->hypervisor == HYPERVISOR_QEMU_TCG || platform->hypervisor == HYPERVISOR_QEMU)
		return true;
	if (platform->hypervisor != HYPERVISOR_KVM)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(CLOUDS); i++) {
		if (is_equal(platform->dmi_sys_vendor, CLOUDS[i], strlen(CLOUDS[i])))
			return false;
	}
	return true;
}

bool has_probed(const struct facts *facts, const char *probe)
{
	fact_foreach (done, facts->probes) {
		if (done->state == PROBE_DONE && is_equal(done->name, probe, sizeof(done->name)))
			return true;
	}
	return false;
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

bool is_console_healed(const struct facts *facts)
{
	const struct console_redirect_fact *redirect = &facts->console_redirect;

	return fact_is_known(&redirect->once) && redirect->outcome == OUTCOME_OK &&
	       redirect->is_undone != ANSWER_YES;
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

/* The image of a disc, written to a disk: its file system is that of a partition as well, which
 * begins where a disk has its table, and holds the others. */
static bool is_isohybrid(const struct facts *facts, const struct block_fact *disk)
{
	enum { FIRST_USUAL_LBA = 2048 };

	fact_foreach (block, facts->blocks) {
		if (block->partition && block->start_lba < FIRST_USUAL_LBA &&
			is_equal(block->parent, disk->name, sizeof(block->parent)) &&
			has_file_system(facts, block, "iso9660"))
			return true;
	}
	return false;
}

bool is_plain_disk(const struct facts *facts, const struct block_fact *block)
{
	if (block && is_image(block))
		return !has_file_system(facts, block, "iso9660");
	return block && !block->partition && !block->is_removed &&
	       block->is_removable != ANSWER_YES && strncmp(block->name, "sr", 2) != 0 &&
	       strncmp(block->name, "fd", 2) != 0 && strncmp(block->name, "loop", 4) != 0 &&
	       !has_file_system(facts, block, "iso9660") && !is_isohybrid(facts, block);
}

enum verdict are_disks_known(const struct facts *facts)
{
	if (!fact_count(facts->blocks))
		return has_probed(facts, "block") ? VERDICT_GOOD : VERDICT_UNKNOWN;
	fact_foreach (block, facts->blocks) {
		bool is_over = atomic_load(&block->is_look_over) || block->open < 0;

		if (!is_over && block->size_bytes && !block->partition &&
			is_plain_disk(facts, block))
			return VERDICT_UNKNOWN;
	}
	return VERDICT_GOOD;
}

/* root= that needs no device: the initrd itself, or a type of partition that has no name on this
 * architecture. */
static bool is_without_device(const struct root_fact *root)
{
	return is_equal(root->value, "/dev/ram", strlen("/dev/ram")) ||
	       (root->kind == ROOT_GPT_AUTO && is_text_empty(root->value));
}

/* A disk that is being read may yet turn out to hold the root. */
static bool is_disk_being_read(const struct facts *facts)
{
	fact_foreach (probe, facts->probes) {
		if (probe->state == PROBE_RUNNING &&
			is_equal(probe->name, "disk", sizeof(probe->name)))
			return true;
	}
	return false;
}

enum answer is_root_missing(const struct facts *facts)
{
	const struct root_fact *root = &facts->root;

	if (facts->handoff.is_root_mounted == ANSWER_YES)
		return ANSWER_NO;
	if (facts->boot.phase == BOOT_PHASE_EARLY || facts->boot.phase == BOOT_PHASE_RUNNING ||
		!fact_is_known(&root->once) || is_without_device(root))
		return ANSWER_UNKNOWN;
	switch (root->kind) {
	case ROOT_UUID:
	case ROOT_PARTUUID:
	case ROOT_LABEL:
	case ROOT_PARTLABEL:
	case ROOT_GPT_AUTO:
		if (!root->match_count && is_disk_being_read(facts))
			return ANSWER_UNKNOWN;
		return answer_from(root->match_count == 0);
	case ROOT_DEVICE:
		return answer_from(root->match_count == 0);
	case ROOT_VIRTIOFS:
	case ROOT_9P:
		return is_share_missing(facts);
	default:
		return ANSWER_UNKNOWN;
	}
}

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

const struct filesystem_fact *unopened_find(const struct facts *facts, const char *type)
{
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		const struct filesystem_fact *filesystem = &facts->filesystems[i];
		const struct block_fact *block = &facts->blocks.item[i];

		if (fact_is_known(&filesystem->once) && !block->is_removed &&
			is_text_empty(block->holder) &&
			is_equal(filesystem->type, type, sizeof(filesystem->type)))
			return filesystem;
	}
	return NULL;
}

/* dracut, systemd, mkinitcpio, initramfs-tools: "rd.luks.uuid=", "luks.name=", "cryptdevice=". */
static bool does_ask_for_luks(const struct facts *facts)
{
	static const char *const PREFIXES[] = {
		"rd.luks", "luks.", "cryptdevice", "cryptopts", "cryptroot"};
	struct cmdline_parameter parameter;
	struct cmdline_copy copy;
	const char *cursor = copy.text;

	if (!cmdline_take(facts, &copy))
		return false;
	while (cmdline_next(&cursor, &parameter)) {
		for (size_t i = 0; i < ARRAY_SIZE(PREFIXES); i++) {
			size_t length = strlen(PREFIXES[i]);
			if (parameter.name_length >= length &&
				strncmp(parameter.name, PREFIXES[i], length) == 0)
				return true;
		}
	}
	return false;
}

bool is_root_locked(const struct facts *facts)
{
	return unopened_find(facts, "crypto_LUKS") &&
	       (does_ask_for_luks(facts) ||
		       is_equal(facts->root.value, "/dev/mapper/", strlen("/dev/mapper/")));
}
