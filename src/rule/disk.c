/* SPDX-License-Identifier: MIT */
/*
 * Disks that answer slowly, wrongly or not at all.
 */
#include "rule/judge.h"

#include "base/clock.h"

#include <errno.h>

/* What the header reads of a disk are measured by, and how many of them make it a slow one. */
enum { SLOW_US = 250 * 1000, VERY_SLOW_US = 1000 * 1000, SLOW_READS_MIN = 2, SLOW_FACTOR = 8 };

/* A scan that takes longer than this, with a request under way all the time, is stuck. */
static const uint64_t SCAN_US = 2 * US_PER_S;

static uint32_t read_count(const struct block_fact *block)
{
	uint32_t count = atomic_load(&block->read_count);

	return count < BLOCK_READS_MAX ? count : BLOCK_READS_MAX;
}

/* The mean of our reads of a disk that came to an end; 0: none did. */
static uint64_t mean_read_us(const struct block_fact *block)
{
	uint32_t count = read_count(block), done = 0;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		sum += block->read[i].duration_us;
		done += block->read[i].duration_us > 0;
	}
	return done ? sum / done : 0;
}

/* A read of the kernel's own, on average: of the disk's whole life in this boot, at the handoff. A
 * machine that had no time for our process did not make those slow. 0: not known. */
static uint64_t kernel_reads_us(const struct block_fact *block)
{
	enum { READS_MIN = 8 };

	return block->reads < READS_MIN ? 0 : block->read_ms * US_PER_MS / block->reads;
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

/* More than a look at the mounted root takes: what it reads are a dozen blocks. */
enum { LOOK_READS = 16 };

/* A probe of the mounted root that cannot be killed waits for the disk that the root is on. */
static const struct probe_fact *lost_on_mount(
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

/* By what this disk took for the reads that it answered, ours and the kernel's: one whose reads
 * take as long as this look did is slow, and where it answered none nobody knows. */
static enum verdict is_hung_under_mount(
	const struct block_fact *block, const struct probe_fact *probe)
{
	uint64_t own_us = mean_read_us(block), kernel_us = kernel_reads_us(block);
	uint64_t usual_us = own_us > kernel_us ? own_us : kernel_us;

	if (!usual_us)
		return VERDICT_UNKNOWN;
	return usual_us < probe->duration_us / LOOK_READS ? VERDICT_BAD : VERDICT_GOOD;
}

/* By how long the disk's own reads took that came to an end; the last one may have begun just
 * before the probe's time was over. */
static bool is_read_hung(const struct block_fact *block, const struct block_read_fact *read,
	const struct probe_fact *probe)
{
	enum { HUNG_FACTOR = 4 };
	uint64_t end_us = probe->started_us + probe->duration_us;
	uint64_t open_us = end_us > read->started_us ? end_us - read->started_us : 0;
	uint32_t count = read_count(block);
	uint64_t slowest = 0;

	for (uint32_t i = 0; i < count; i++)
		slowest =
			block->read[i].duration_us > slowest ? block->read[i].duration_us : slowest;
	return slowest < SLOW_US || open_us / HUNG_FACTOR > slowest;
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

static void tell_hung(struct judgement *judgement, const struct block_fact *block,
	const struct block_read_fact *read, const struct probe_fact *probe)
{
	/* A drive that spins up a disc, or cannot read it, is a drive. */
	bool is_disk = is_plain_disk(judgement->facts, block);
	struct finding *finding =
		finding_about(judgement, is_disk ? SEVERITY_ERROR : SEVERITY_INFO, block->name);

	finding_say_name(finding, "the disk ", block->name, " does not answer: ");
	say_what_hangs(finding, read, probe);
	finding_because(judgement, finding, block);
	finding_because(judgement, finding, probe);
	finding_fix(finding, "host",
		"look at the storage behind this disk (NFS, Ceph, iSCSI, a full "
		"pool): it holds on to reads",
		NULL);
}

static enum verdict judge_one_hung(struct judgement *judgement, const struct block_fact *block)
{
	const struct facts *facts = judgement->facts;
	const struct probe_fact *probe = lost_probe(facts, block);
	const struct block_read_fact *read = probe ? open_read(block) : NULL;
	enum verdict verdict = VERDICT_GOOD;

	if (probe && (read || block->open == OUTCOME_UNKNOWN)) {
		/* A disk that answers, only slowly: disk.slow. */
		if (!read || is_read_hung(block, read, probe))
			verdict = VERDICT_BAD;
	} else {
		read = NULL;
		probe = lost_on_mount(facts, block);
		if (probe)
			verdict = is_hung_under_mount(block, probe);
		else if (is_stuck_in_scan(facts, block))
			verdict = VERDICT_BAD;
	}
	if (verdict == VERDICT_BAD)
		tell_hung(judgement, block, read, probe);
	return verdict;
}

enum verdict judge_disk_hung(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = are_disks_known(facts);

	fact_foreach (block, facts->blocks) {
		if (is_whole_disk(block))
			verdict = verdict_worst(verdict, judge_one_hung(judgement, block));
	}
	return verdict;
}

/* -------------------------------------------------------------------------- disk.read-error */

/* What block drivers report for sectors that cannot be read; others say that the question was
 * wrong, that no medium is in the drive, or that another machine has reserved the disk (EBADE). */
static bool is_io_error(outcome_t result)
{
	return result == -EIO || result == -ENODATA || result == -EREMOTEIO || result == -EILSEQ ||
	       result == -ETIMEDOUT || result == -ENOLINK;
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

/* The other paths of a multipath disk answer with errors while one is in use. */
static bool has_good_path(const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (other, facts->blocks) {
		if (other != block && is_whole_disk(other) && !is_text_empty(block->wwn) &&
			is_equal(other->wwn, block->wwn, sizeof(block->wwn)) && read_count(other) &&
			!failed_read(other))
			return true;
	}
	return false;
}

enum verdict judge_disk_read_error(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = are_disks_known(facts);

	fact_foreach (block, facts->blocks) {
		const struct block_read_fact *read =
			is_plain_disk(facts, block) ? failed_read(block) : NULL;
		struct finding *finding;

		if (!read)
			continue;
		finding = finding_about(judgement,
			has_good_path(facts, block) ? SEVERITY_INFO : SEVERITY_ERROR, block->name);
		finding_say_name(finding, "the disk ", block->name, " cannot be read at byte ");
		finding_say_u64(finding, read->offset_bytes);
		finding_say_name(finding, " (", read->what, "): input/output error");
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

/* The mean of the fastest other disk: a machine that is slow in all it does has no slow disk. */
static uint64_t other_disks_us(const struct facts *facts, const struct block_fact *block)
{
	uint64_t best = UINT64_MAX;

	fact_foreach (other, facts->blocks) {
		uint64_t mean = other != block && is_whole_disk(other) ? mean_read_us(other) : 0;

		if (mean && mean < best)
			best = mean;
	}
	return best;
}

struct pace {
	uint32_t count, slow; /* reads that came to an end */
	uint64_t slowest_us;
};

static struct pace pace_of(const struct block_fact *block)
{
	struct pace pace = {.count = read_count(block)};

	for (uint32_t i = 0; i < pace.count; i++) {
		uint64_t duration = block->read[i].duration_us;
		pace.slow += duration > SLOW_US;
		pace.slowest_us = duration > pace.slowest_us ? duration : pace.slowest_us;
	}
	return pace;
}

static bool is_slow(
	const struct facts *facts, const struct block_fact *block, const struct pace *pace)
{
	uint64_t other = other_disks_us(facts, block);

	if (!pace->slow || (pace->slow < SLOW_READS_MIN && pace->slowest_us < VERY_SLOW_US))
		return false;
	return other == UINT64_MAX || pace->slowest_us / SLOW_FACTOR >= other;
}

/* One read of many was slow: a disk that spun up, a moment's load. So it is where the kernel's own
 * reads of the disk were fast. */
static enum severity slow_severity(const struct block_fact *block, const struct pace *pace)
{
	uint64_t kernel_us = kernel_reads_us(block);
	bool is_once = pace->slow < SLOW_READS_MIN && pace->count > pace->slow;
	bool is_denied = kernel_us && kernel_us < SLOW_US / SLOW_FACTOR;

	return is_once || is_denied ? SEVERITY_INFO : SEVERITY_WARNING;
}

static void tell_slow(
	struct judgement *judgement, const struct block_fact *block, const struct pace *pace)
{
	struct finding *finding = finding_about(judgement, slow_severity(block, pace), block->name);

	finding_say_name(finding, "the disk ", block->name, " is slow: ");
	finding_say_u64(finding, pace->slow);
	finding_say(finding, " of ", NULL);
	finding_say_u64(finding, pace->count);
	finding_say(finding, " small reads took longer than 250 ms, the slowest ", NULL);
	finding_say_u64(finding, pace->slowest_us / US_PER_MS);
	finding_say(finding, " ms", NULL);
	finding_because(judgement, finding, block);
	finding_fix(finding, "host",
		"look at the load on the storage behind this disk, and at its "
		"I/O limits (iops_rd, mbps_rd)",
		NULL);
}

enum verdict judge_disk_slow(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = are_disks_known(facts);

	fact_foreach (block, facts->blocks) {
		struct pace pace = pace_of(block);

		if (!is_plain_disk(facts, block) || !is_slow(facts, block, &pace))
			continue;
		tell_slow(judgement, block, &pace);
		verdict = VERDICT_BAD;
	}
	return verdict;
}
