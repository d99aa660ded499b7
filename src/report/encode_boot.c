/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

#include <string.h>

static const char *const ROOT_KINDS[ROOT_KIND_COUNT] = {
	[ROOT_NONE] = "none",
	[ROOT_DEVICE] = "device",
	[ROOT_UUID] = "uuid",
	[ROOT_PARTUUID] = "partuuid",
	[ROOT_LABEL] = "label",
	[ROOT_PARTLABEL] = "partlabel",
	[ROOT_FSTAB] = "fstab",
	[ROOT_GPT_AUTO] = "gpt-auto",
	[ROOT_VIRTIOFS] = "virtiofs",
	[ROOT_9P] = "9p",
	[ROOT_NFS] = "nfs",
	[ROOT_LIVE] = "live",
	[ROOT_OTHER] = "other",
};

/* Names from the shared mapping are bounded here, since an array element takes a string. */
static void encode_name(struct record *record, const char *name, size_t size)
{
	char copy[64];

	(void)text_copy_bytes(copy, sizeof(copy), name, strnlen(name, size));
	record_array_string(record, copy);
}

/* Where nobody saw the device come, it was there when we began. */
static void encode_mount(struct record *record, const struct facts *facts)
{
	const struct root_fact *root = &facts->root;
	uint64_t since_us = root->resolved_us ? root->resolved_us : facts->boot.started_us;

	if (!root->mounted_us)
		return;
	record_seconds(record, "mounted", root->mounted_us);
	if (since_us && root->mounted_us >= since_us)
		record_u64(record, "mount_us", root->mounted_us - since_us);
}

void encode_root(struct encoding *encoding)
{
	struct record *record = encoding->record;
	const struct root_fact *root = &encoding->facts->root;

	if (!fact_is_known(&root->once))
		return;
	/* Said once, when it is known since when. */
	if (root->is_settling && encoding->facts->boot.phase == BOOT_PHASE_EARLY)
		return;
	record_begin(record, encoding->report, "root");
	record_subject(record);
	record_string(record, "kind", ROOT_KINDS[root->kind % ROOT_KIND_COUNT]);
	record_text(record, "spec", root->spec);
	record_text(record, "value", root->value);
	record_text(record, "rootfstype", root->rootfstype);
	record_array_begin(record, "devices");
	for (uint32_t i = 0; i < root->match_count && i < ROOT_MATCHES_MAX; i++)
		encode_name(record, root->matches[i], sizeof(root->matches[i]));
	record_array_end(record);
	record_u64(record, "device_count", root->match_count);
	record_flag(record, "one_filesystem", root->is_one_filesystem);
	if (root->resolved_us)
		record_seconds(record, "since", root->resolved_us);
	encode_mount(record, encoding->facts);
	encoding_end(encoding, &encoding->facts->root);
}

static void encode_new_root(struct record *record, const struct handoff_fact *handoff)
{
	record_text(record, "root", handoff->root_path);
	record_outcome(record, "root_open", handoff->root_open);
	record_answer(record, "mounted", handoff->is_root_mounted);
	record_text(record, "fstype", handoff->root_fstype);
	record_text(record, "source", handoff->root_source);
	record_answer(record, "read_only", handoff->is_root_read_only);
	if (handoff->has_free_counts == ANSWER_YES) {
		record_u64(record, "free_bytes", handoff->free_bytes);
		record_u64(record, "free_inodes", handoff->free_inodes);
	}
	record_outcome(record, "dev_console", handoff->dev_console_stat);
	record_answer(record, "dev_moved", handoff->is_dev_moved);
}

static void encode_init(struct record *record, const struct handoff_fact *handoff)
{
	record_text(record, "init", handoff->init);
	record_flag(record, "init_from_cmdline", handoff->is_init_from_cmdline);
	record_text(record, "requested_init", handoff->requested_init);
	record_outcome(record, "requested_stat", handoff->requested_stat);
	record_outcome(record, "init_stat", handoff->init_stat);
	if (strncmp(handoff->init, handoff->init_target, sizeof(handoff->init)) != 0)
		record_text(record, "init_target", handoff->init_target);
	if (handoff->init_stat == OUTCOME_OK) {
		record_bool(record, "init_regular", (handoff->init_mode & 0170000) == 0100000);
		record_bool(record, "init_executable", (handoff->init_mode & 0111) != 0);
	}
	record_text(record, "init_type", handoff->init_type);
	record_text(record, "architecture", handoff->init_architecture);
	record_answer(record, "architecture_right", handoff->is_architecture_right);
}

static void encode_interpreters(struct record *record, const struct handoff_fact *handoff)
{
	enum { COUNT = sizeof(handoff->interpreter) / sizeof(handoff->interpreter[0]) };

	record_array_begin(record, "interpreters");
	for (uint32_t i = 0; i < handoff->interpreter_count && i < COUNT; i++) {
		record_object_begin(record);
		record_text(record, "path", handoff->interpreter[i]);
		record_outcome(record, "stat", handoff->interpreter_stat[i]);
		record_object_end(record);
	}
	record_array_end(record);
}

void encode_handoff(struct encoding *encoding)
{
	struct record *record = encoding->record;
	const struct handoff_fact *handoff = &encoding->facts->handoff;

	if (!fact_is_known(&handoff->once))
		return;
	record_begin(record, encoding->report, "handoff");
	record_subject(record);
	encode_new_root(record, handoff);
	encode_init(record, handoff);
	encode_interpreters(record, handoff);
	encoding_end(encoding, &encoding->facts->handoff);
}

void encode_growers(struct encoding *encoding)
{
	struct record *record = encoding->record;

	fact_foreach (grower, encoding->facts->growers) {
		record_begin(record, encoding->report, "grower");
		record_text(record, "name", grower->name);
		record_string(record, "where", grower->is_in_initrd ? "initrd" : "stage2");
		record_text(record, "path", grower->path);
		record_answer(record, "exits_on_error", grower->does_exit_on_error);
		record_answer(record, "output_in_file", grower->is_output_in_file);
		record_answer(record, "done", grower->is_done);
		encoding_end(encoding, grower);
	}
}
