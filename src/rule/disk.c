/* SPDX-License-Identifier: MIT */
/*
 * Disks that answer slowly, wrongly or not at all.
 */
#include "rule/judge.h"

#include "base/clock.h"

#include <errno.h>

/* A scan that takes longer than this, with a request under way all the time, is stuck. */
static const uint64_t SCAN_US = 2 * US_PER_S;

static uint32_t read_count(const struct block_fact *block)
{
	uint32_t count = atomic_load(&block->read_count);

	return count < BLOCK_READS_MAX ? count : BLOCK_READS_MAX;
}

static const struct probe_fact *lost_probe(
	const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (probe, facts->probes) {
		if (probe->state == PROBE_TIMEOUT &&
			is_equal(probe->name, "disk", sizeof(probe->name)) &&
			is_equal(probe->subject, block->name, sizeof(probe->subject)))
			return probe;
	}
	return NULL;
}

static bool is_whole_disk(const struct block_fact *block)
{
	return !block->partition && !block->is_removed;
}

/* -------------------------------------------------------------------------------- disk.hung */

/* The read that was begun and has no result. */
static const struct block_read_fact *open_read(const struct block_fact *block)
{
	for (uint32_t i = 0; i < BLOCK_READS_MAX; i++) {
		if (block->read[i].started_us && block->read[i].result == OUTCOME_UNKNOWN &&
			!block->read[i].duration_us)
			return &block->read[i];
	}
	return NULL;
}

/* The kernel reads a new disk's table before it announces the disk. One that it never announces,
 * with a request that is never answered, hangs there, where no probe of ours gets to it. */
static bool is_stuck_in_scan(const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (event, facts->device_events) {
		if (is_equal(event->name, block->name, sizeof(event->name)) && event->arrived_us)
			return false;
	}
	if (!block->in_flight || read_count(block) || atomic_load(&block->is_look_over))
		return false;
	return facts->boot.phase == BOOT_PHASE_STALLED ||
	       (facts->boot.phase == BOOT_PHASE_HANDOFF && block->listed_us &&
		       facts->boot.now_us > block->listed_us + SCAN_US);
}

/* A probe of the mounted root that cannot be killed waits for the disk that the root is on. */
static const struct probe_fact *stuck_on_mount(
	const struct facts *facts, const struct block_fact *block)
{
	const struct block_fact *root = root_block(facts);

	if (!root || disk_of(facts, root) != block)
		return NULL;
	fact_foreach (probe, facts->probes) {
		if (probe->state == PROBE_TIMEOUT && probe->process_state == 'D' &&
			(is_equal(probe->name, "handoff", sizeof(probe->name)) ||
				is_equal(probe->name, "grower", sizeof(probe->name))))
			return probe;
	}
	return NULL;
}

static void say_what_hangs(
	struct finding *finding, const struct block_read_fact *read, const struct probe_fact *probe)
{
	if (!probe) {
		finding_say(finding, "the kernel waits for its partition table", NULL);
		return;
	}
	if (!is_equal(probe->name, "disk", sizeof(probe->name))) {
		finding_say(finding, "reading the mounted root file system does not come to an end",
			NULL);
		return;
	}
	if (read) {
		finding_say(finding, "a read of ", NULL);
		finding_say_u64(finding, read->length_bytes);
		finding_say(finding, " bytes at byte ", NULL);
		finding_say_u64(finding, read->offset_bytes);
	} else {
		finding_say(finding, "opening it", NULL);
	}
	finding_say(finding, " had no result after ", NULL);
	finding_say_u64(finding, probe->duration_us / US_PER_MS);
	finding_say(finding, " ms", NULL);
}

enum verdict judge_disk_hung(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	fact_foreach (block, facts->blocks) {
		const struct probe_fact *probe =
			is_whole_disk(block) ? lost_probe(facts, block) : NULL;
		const struct block_read_fact *read = probe ? open_read(block) : NULL;
		struct finding *finding;

		if (!is_whole_disk(block))
			continue;
		if (!probe || (!read && block->open != OUTCOME_UNKNOWN))
			probe = stuck_on_mount(facts, block);
		if (!probe && !is_stuck_in_scan(facts, block))
			continue;
		finding = finding_about(judgement, SEVERITY_ERROR, block->name);
		finding_say(finding, "the disk ", NULL);
		finding_say_array(finding, block->name);
		finding_say(finding, " does not answer: ", NULL);
		say_what_hangs(finding, read, probe);
		finding_because(judgement, finding, block);
		finding_because(judgement, finding, probe);
		finding_fix(finding, "host",
			"look at the storage behind this disk (NFS, Ceph, iSCSI, a full "
			"pool): it holds on to reads",
			NULL);
		verdict = VERDICT_BAD;
	}
	return verdict;
}

/* -------------------------------------------------------------------------- disk.read-error */

/* What block drivers report for sectors that cannot be read; others say that the question was
 * wrong, or that no medium is in the drive. */
static bool is_io_error(outcome_t result)
{
	return result == -EIO || result == -ENODATA || result == -EREMOTEIO || result == -EILSEQ ||
	       result == -ETIMEDOUT || result == -ENOLINK || result == -EBADE;
}

static const struct block_read_fact *failed_read(const struct block_fact *block)
{
	uint32_t count = read_count(block);

	for (uint32_t i = 0; i < count; i++) {
		if (is_io_error(block->read[i].result))
			return &block->read[i];
	}
	return NULL;
}

enum verdict judge_disk_read_error(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	fact_foreach (block, facts->blocks) {
		const struct block_read_fact *read =
			is_plain_disk(facts, block) ? failed_read(block) : NULL;
		struct finding *finding;

		if (!read)
			continue;
		finding = finding_about(judgement, SEVERITY_ERROR, block->name);
		finding_say(finding, "the disk ", NULL);
		finding_say_array(finding, block->name);
		finding_say(finding, " cannot be read at byte ", NULL);
		finding_say_u64(finding, read->offset_bytes);
		finding_say(finding, " (", NULL);
		finding_say_array(finding, read->what);
		finding_say(finding, "): input/output error", NULL);
		finding_because(judgement, finding, block);
		fact_foreach (event, facts->kernel_events) {
			if (event->kind == KERNEL_EVENT_IO_ERROR &&
				is_equal(event->subject, block->name, sizeof(event->subject)))
				finding_because(judgement, finding, event);
		}
		finding_fix(finding, "host",
			"look at the storage behind this disk, then restore it from a "
			"backup",
			NULL);
		verdict = VERDICT_BAD;
	}
	return verdict;
}

/* -------------------------------------------------------------------------------- disk.slow */

enum { SLOW_US = 250 * 1000, VERY_SLOW_US = 1000 * 1000, SLOW_READS_MIN = 2, SLOW_FACTOR = 8 };

/* The mean of the fastest other disk: a machine that is slow in all it does has no slow disk. */
static uint64_t other_disks_us(const struct facts *facts, const struct block_fact *block)
{
	uint64_t best = UINT64_MAX;

	fact_foreach (other, facts->blocks) {
		uint32_t count = read_count(other), done = 0;
		uint64_t sum = 0;

		if (other == block || !is_whole_disk(other))
			continue;
		for (uint32_t i = 0; i < count; i++) {
			sum += other->read[i].duration_us;
			done += other->read[i].duration_us > 0;
		}
		if (done && sum / done < best)
			best = sum / done;
	}
	return best;
}

enum verdict judge_disk_slow(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	fact_foreach (block, facts->blocks) {
		uint32_t count = read_count(block), slow = 0;
		uint64_t slowest = 0, other = other_disks_us(facts, block);
		struct finding *finding;

		if (!is_plain_disk(facts, block))
			continue;
		for (uint32_t i = 0; i < count; i++) {
			uint64_t duration = block->read[i].duration_us;
			slow += duration > SLOW_US;
			slowest = duration > slowest ? duration : slowest;
		}
		if (slow < SLOW_READS_MIN && slowest < VERY_SLOW_US)
			continue;
		if (!slow || (other != UINT64_MAX && slowest < other * SLOW_FACTOR))
			continue;
		finding = finding_about(judgement, SEVERITY_WARNING, block->name);
		finding_say(finding, "the disk ", NULL);
		finding_say_array(finding, block->name);
		finding_say(finding, " is slow: ", NULL);
		finding_say_u64(finding, slow);
		finding_say(finding, " of ", NULL);
		finding_say_u64(finding, count);
		finding_say(finding, " small reads took longer than 250 ms, the slowest ", NULL);
		finding_say_u64(finding, slowest / US_PER_MS);
		finding_say(finding, " ms", NULL);
		finding_because(judgement, finding, block);
		finding_fix(finding, "host",
			"look at the load on the storage behind this disk, and at its "
			"I/O limits (iops_rd, mbps_rd)",
			NULL);
		verdict = VERDICT_BAD;
	}
	return verdict;
}
