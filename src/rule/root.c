/* SPDX-License-Identifier: MIT */
/*
 * The root file system: there, there once, there in time, and with room.
 */
#include "rule/fix.h"
#include "rule/judge.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------------------ root.absent */

/* What must be opened or put together before a root on it can appear, and was not. */
static const struct {
	const char *type, *why;
} STACKS[] = {
	{"crypto_LUKS", "; an encrypted volume has not been opened: "},
	{"LVM2_member", "; a volume group has not been activated: "},
	{"linux_raid_member", "; a RAID array has not been assembled: "},
};

/* The one file system that could be a root, or NULL when there is none or more than one. */
static const struct filesystem_fact *only_candidate(const struct facts *facts)
{
	static const char *const TYPES[] = {"ext4", "ext3", "xfs", "btrfs", "f2fs"};
	const struct filesystem_fact *found = NULL;
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		const struct filesystem_fact *filesystem = &facts->filesystems[i];

		for (size_t k = 0; k < ARRAY_SIZE(TYPES); k++) {
			if (!fact_is_known(&filesystem->once) || facts->blocks.item[i].is_removed ||
				!is_equal(filesystem->type, TYPES[k], sizeof(filesystem->type)))
				continue;
			if (found)
				return NULL;
			found = filesystem;
		}
	}
	return found;
}

static uint32_t disk_count(const struct facts *facts)
{
	uint32_t count = 0;

	fact_foreach (block, facts->blocks)
		count += is_plain_disk(facts, block);
	return count;
}

/* A disk that was wiped, or one that the image was never written to. */
static void say_empty_disk(struct judgement *judgement, struct finding *finding)
{
	const struct facts *facts = judgement->facts;

	fact_foreach (gpt, facts->gpts) {
		const struct block_fact *block = block_find(facts, gpt->disk);

		if (!fact_is_known(&gpt->once) || gpt->kind != TABLE_NONE ||
			!is_plain_disk(facts, block))
			continue;
		finding_say_name(finding, "; ", gpt->disk,
			" has neither a partition table nor a file system");
		finding_because(judgement, finding, gpt);
		finding_fix(finding, "host",
			"write the image to the disk again, or attach the right disk", NULL);
		return;
	}
}

/* A root that may be on a sound disk is not missing because of another one. Below an array or a
 * volume there may be any disk. */
static void note_disk(struct finding *finding, const struct facts *facts, const char *device)
{
	const struct block_fact *block = block_find(facts, device);
	const struct block_fact *disk = block ? disk_of(facts, block) : NULL;

	if (disk && !is_equal(disk->transport, "dm", 3) && !is_equal(disk->transport, "md", 3))
		(void)text_copy_bytes(finding->disk, sizeof(finding->disk), disk->name,
			strnlen(disk->name, sizeof(disk->name)));
}

static void say_what_is_there(struct judgement *judgement, struct finding *finding)
{
	const struct facts *facts = judgement->facts;
	const struct filesystem_fact *candidate = only_candidate(facts);
	char uuid[sizeof(candidate->uuid) + 1];

	if (!disk_count(facts)) {
		finding_say(finding, ": the machine shows no disk at all", NULL);
		if (is_qemu(&facts->platform))
			finding_fix(finding, "proxmox",
				"qm config VMID   (is there a disk, and on which bus?)", NULL);
		return;
	}
	if (!candidate) {
		finding_say(finding, " on any disk", NULL);
		say_empty_disk(judgement, finding);
		return;
	}
	(void)text_copy_bytes(uuid, sizeof(uuid), candidate->uuid,
		strnlen(candidate->uuid, sizeof(candidate->uuid)));
	finding_say(finding, "; the only file system that could be it is on ", NULL);
	finding_say_array(finding, candidate->device);
	finding_because(judgement, finding, candidate);
	note_disk(finding, judgement->facts, candidate->device);
	if (!is_text_empty(uuid))
		finding_fix(finding, "kernel", "root=UUID=", uuid, NULL);
}

/* A passphrase that nobody has typed yet is no error; at the handoff it is too late for it. Where
 * nobody said that the root is encrypted, it may be so all the same. */
static enum severity absent_severity(const struct facts *facts)
{
	if (facts->boot.phase != BOOT_PHASE_STALLED || !unopened_find(facts, "crypto_LUKS"))
		return SEVERITY_ERROR;
	return is_root_locked(facts) ? SEVERITY_INFO : SEVERITY_WARNING;
}

static bool say_what_is_closed(struct judgement *judgement, struct finding *finding)
{
	for (size_t i = 0; i < ARRAY_SIZE(STACKS); i++) {
		const struct filesystem_fact *part =
			unopened_find(judgement->facts, STACKS[i].type);

		if (!part)
			continue;
		finding_say(finding, STACKS[i].why, NULL);
		finding_say_array(finding, part->device);
		finding_because(judgement, finding, part);
		return true;
	}
	return false;
}

enum verdict judge_root_absent(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct root_fact *root = &facts->root;
	enum answer is_missing = is_root_missing(facts);
	struct finding *finding;

	if (is_missing != ANSWER_YES)
		return is_missing == ANSWER_NO ? VERDICT_GOOD : VERDICT_UNKNOWN;
	finding = finding_about(judgement, absent_severity(facts), root->spec);
	finding_say_name(finding, "root=", root->spec, " was not found");
	finding_because(judgement, finding, root);
	if (is_root_share(facts))
		say_what_is_shared(judgement, finding);
	else if (!say_what_is_closed(judgement, finding))
		say_what_is_there(judgement, finding);
	return VERDICT_BAD;
}

/* --------------------------------------------------------------------------- root.ambiguous */

/* Two paths to one disk, before multipath put them together. */
static bool is_same_disk(const struct facts *facts, const char *a, const char *b)
{
	const struct block_fact *first = block_find(facts, a), *second = block_find(facts, b);

	if (!first || !second)
		return false;
	/* The image of a disc bears its label as a whole and as its first partition. */
	if (is_equal(first->name, second->parent, sizeof(first->name)) ||
		is_equal(second->name, first->parent, sizeof(second->name)))
		return true;
	first = disk_of(facts, first);
	second = disk_of(facts, second);
	/* Of one disk, two partitions are two. */
	if (!first || !second || first == second)
		return false;
	if (!is_text_empty(first->wwn))
		return is_equal(first->wwn, second->wwn, sizeof(first->wwn));
	return !is_text_empty(first->serial) &&
	       is_equal(first->serial, second->serial, sizeof(first->serial)) &&
	       is_equal(first->model, second->model, sizeof(first->model));
}

/* The first match that is not on the disk of the first one; 0: all are one. */
static uint32_t other_match(const struct facts *facts)
{
	const struct root_fact *root = &facts->root;

	for (uint32_t i = 1; i < root->match_count && i < ROOT_MATCHES_MAX; i++) {
		if (!is_same_disk(facts, root->matches[0], root->matches[i]))
			return i;
	}
	return 0;
}

static bool is_named_by_content(enum root_kind kind)
{
	return kind == ROOT_UUID || kind == ROOT_PARTUUID || kind == ROOT_LABEL ||
	       kind == ROOT_PARTLABEL;
}

enum verdict judge_root_ambiguous(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct root_fact *root = &facts->root;
	uint32_t other = other_match(facts);
	struct finding *finding;

	if (!fact_is_known(&root->once))
		return VERDICT_UNKNOWN;
	if (!is_named_by_content(root->kind) || !other || root->is_one_filesystem)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_ERROR, root->spec);
	finding_say_u64(finding, root->match_count);
	finding_say_name(finding, " devices bear root=", root->spec, ": ");
	finding_say_array(finding, root->matches[0]);
	finding_say_name(
		finding, " and ", root->matches[other], "; which one is mounted is chance");
	finding_because(judgement, finding, root);
	for (uint32_t i = 0; i <= other; i += other) {
		const struct block_fact *block = block_find(facts, root->matches[i]);
		if (block)
			finding_because(judgement, finding,
				&facts->filesystems[block - facts->blocks.item]);
	}
	if (root->kind == ROOT_PARTUUID || root->kind == ROOT_PARTLABEL)
		finding_fix(finding, "guest", "sgdisk -G   (on the disk that is the copy)", NULL);
	else
		finding_fix(finding, "guest",
			"tune2fs -U random (ext4), xfs_admin -U generate, "
			"btrfstune -u   on the copy",
			NULL);
	finding_fix(finding, "host", "detach the disk that is the copy", NULL);
	return VERDICT_BAD;
}

/* -------------------------------------------------------------------------------- root.late */

static const uint64_t LATE_US = 5 * US_PER_S;
/* A machine that is slow has work to do all the time; one that waits for a disk has not. */
static const uint64_t WAITED_US = 5 * US_PER_S / 2;

/* How long a processor had nothing to do, on average, before the root was there. */
static bool waited_us(const struct facts *facts, uint64_t *ret_us)
{
	const struct boot_fact *boot = &facts->boot;
	const struct root_fact *root = &facts->root;
	uint32_t cpus = facts->platform.cpus ? facts->platform.cpus : 1;

	if (!boot->has_idle || !root->has_idle || root->resolved_idle_us < boot->started_idle_us)
		return false;
	*ret_us = (root->resolved_idle_us - boot->started_idle_us) / cpus;
	return true;
}

/* On an encrypted root the machine waits for somebody to type. */
static bool is_root_encrypted(const struct facts *facts)
{
	const struct block_fact *root = root_block(facts);
	uint32_t count = fact_count(facts->blocks);

	if (!root || !is_equal(root->transport, "dm", sizeof(root->transport)))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (fact_is_known(&facts->filesystems[i].once) &&
			is_equal(facts->filesystems[i].type, "crypto_LUKS",
				sizeof(facts->filesystems[i].type)))
			return true;
	}
	return false;
}

enum verdict judge_root_late(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct root_fact *root = &facts->root;
	uint64_t started_us = facts->boot.started_us;
	uint64_t waited;
	struct finding *finding;

	if (!fact_is_known(&root->once) || !started_us)
		return VERDICT_UNKNOWN;
	if (!root->resolved_us || root->resolved_us <= started_us + LATE_US ||
		is_root_encrypted(facts))
		return VERDICT_GOOD;
	if (!waited_us(facts, &waited))
		return VERDICT_UNKNOWN;
	if (waited < WAITED_US)
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_WARNING, root->spec);
	finding_say_name(finding, "root=", root->spec, " appeared only ");
	finding_say_u64(finding, (root->resolved_us - started_us) / US_PER_S);
	finding_say(finding,
		" s after stage 1 began, while the machine had nothing to do: what waits "
		"less gives up",
		NULL);
	finding_because(judgement, finding, root);
	finding_because(judgement, finding, root_block(facts));
	finding_fix(finding, "kernel",
		"rootwait, rootdelay=30 (initramfs-tools) or rd.timeout=60 (dracut)", NULL);
	return VERDICT_BAD;
}

/* -------------------------------------------------------------------------------- root.full */

static bool can_be_full(const struct handoff_fact *handoff)
{
	static const char *const TYPES[] = {"ext4", "ext3", "ext2", "xfs", "f2fs", "btrfs"};

	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (is_equal(handoff->root_fstype, TYPES[i], sizeof(handoff->root_fstype)))
			return true;
	}
	return false;
}

/* The image of a file system that is never written to (dm-verity) is made without free space. */
static bool is_image_read_only(const struct facts *facts)
{
	const char *source = facts->handoff.root_source;
	const struct block_fact *block = root_block(facts);

	if (block)
		return block->is_read_only == ANSWER_YES;
	fact_foreach (other, facts->blocks) {
		if (is_equal(source, "/dev/", 5) &&
			is_equal(source + 5, other->name, sizeof(other->name)))
			return other->is_read_only == ANSWER_YES;
	}
	return false;
}

enum verdict judge_root_full(struct judgement *judgement)
{
	const struct handoff_fact *handoff = &judgement->facts->handoff;
	bool is_ext = is_equal(handoff->root_fstype, "ext", 3);
	struct finding *finding;

	if (is_without_stage2(judgement->facts))
		return VERDICT_GOOD;
	if (!fact_is_known(&handoff->once) || handoff->has_free_counts != ANSWER_YES)
		return VERDICT_UNKNOWN;
	/* Only ext counts its inodes beforehand. */
	if (!can_be_full(handoff) || (handoff->free_bytes && (handoff->free_inodes || !is_ext)) ||
		is_image_read_only(judgement->facts))
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_WARNING, handoff->root_source);
	finding_say(finding, "the root file system has no free ",
		handoff->free_bytes ? "inodes" : "space", ": services that write will fail", NULL);
	finding_because(judgement, finding, handoff);
	finding_fix(finding, "guest",
		"free some space, or enlarge the disk, its partition and the file "
		"system",
		NULL);
	return VERDICT_BAD;
}
