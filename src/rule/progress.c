/* SPDX-License-Identifier: MIT */
/*
 * A boot that does not get on behind stage 1: what everything waits for.
 */
#include "rule/judge.h"

#include "base/clock.h"
#include "base/unit_name.h"

/* Memory is short where so little of it can be had, and so much time is lost over it. */
enum { AVAILABLE_PERCENT = 10, MEMORY_FULL_SHARE = 1000 };

/* ----------------------------------------------------------------------------------- in words */

static struct finding *stalled(
	struct judgement *judgement, enum severity severity, const char *subject, size_t size)
{
	const struct stall_fact *stall = &judgement->facts->stall;
	struct finding *finding = finding_add(judgement, severity, subject, size);
	uint64_t since_us = stall->at_us > stall->since_us ? stall->at_us - stall->since_us : 0;

	finding_say(finding, "the boot has not gone on for ", NULL);
	finding_say_u64(finding, since_us / US_PER_S);
	finding_say(finding, " s: ", NULL);
	finding_because(judgement, finding, stall);
	return finding;
}
#define stalled_of(judgement, severity, array) stalled(judgement, severity, array, sizeof(array))

static void say_process(struct finding *finding, const struct waiting_process_fact *process)
{
	finding_say_array(finding, process->comm);
	finding_say(finding, " (process ", NULL);
	finding_say_u64(finding, process->pid);
	finding_say(finding, ")", NULL);
}

/* "read of /usr/bin/x" */
static void say_call(struct finding *finding, const struct waiting_process_fact *process)
{
	if (is_text_empty(process->call))
		return;
	finding_say_name(finding, " in ", process->call, "");
	if (!is_text_empty(process->file))
		finding_say_name(finding, " of ", process->file, "");
}

static void fix_storage(struct finding *finding)
{
	finding_fix(finding, "host",
		"look at the storage behind this disk (NFS, Ceph, iSCSI, a full pool): it holds on "
		"to requests",
		NULL);
}

/* -------------------------------------------------------------------------------------- a disk */

static const struct waiting_process_fact *waits_for(
	const struct facts *facts, const struct block_fact *disk)
{
	fact_foreach (process, facts->stall.waiting) {
		COPY_OF(name, process->device);
		const struct block_fact *block = block_find(facts, name);

		if (!is_text_empty(name) && block && disk_of(facts, block) == disk)
			return process;
	}
	/* One that looks a path up or needs a page of a program has no descriptor for it. */
	fact_foreach (process, facts->stall.waiting) {
		if (is_text_empty(process->device))
			return process;
	}
	return NULL;
}

static enum verdict judge_disk(struct judgement *judgement)
{
	const struct stall_fact *stall = &judgement->facts->stall;
	COPY_OF(name, stall->stuck_disk);
	const struct block_fact *block = block_find(judgement->facts, name);
	const struct waiting_process_fact *process;
	struct finding *finding;

	if (is_text_empty(name))
		return VERDICT_GOOD;
	block = block ? disk_of(judgement->facts, block) : NULL;
	finding = stalled_of(judgement, SEVERITY_ERROR, stall->stuck_disk);
	(void)text_copy_bytes(finding->disk, sizeof(finding->disk), stall->stuck_disk,
		strnlen(stall->stuck_disk, sizeof(stall->stuck_disk)));
	finding_say_name(finding, "the disk ", stall->stuck_disk, " has ");
	finding_say_u64(finding, stall->stuck_requests);
	finding_say(finding, stall->stuck_requests == 1 ? " request" : " requests",
		" under way and ends none", NULL);
	process = waits_for(judgement->facts, block);
	if (process) {
		finding_say(finding, "; ", NULL);
		say_process(finding, process);
		finding_say(finding, " waits for it", NULL);
		say_call(finding, process);
	}
	finding_because(judgement, finding, block);
	fix_storage(finding);
	return VERDICT_BAD;
}

/* ------------------------------------------------------------------------------------- memory */

static bool is_memory_short(const struct facts *facts)
{
	const struct stall_fact *stall = &facts->stall;

	return stall->pressure.read == OUTCOME_OK &&
	       stall->pressure.memory_full >= MEMORY_FULL_SHARE && stall->available_bytes &&
	       stall->available_bytes / 1024 < facts->platform.memory_kib / 100 * AVAILABLE_PERCENT;
}

static enum verdict judge_memory(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding;

	if (!is_memory_short(facts))
		return VERDICT_GOOD;
	finding = stalled(judgement, SEVERITY_ERROR, "memory", sizeof("memory"));
	finding_say(finding, "memory is exhausted: ", NULL);
	finding_say_size(finding, facts->stall.available_bytes);
	finding_say(finding, " of ", NULL);
	finding_say_size(finding, facts->platform.memory_kib * 1024);
	finding_say(finding, " can be had, and for ", NULL);
	finding_say_u64(finding, facts->stall.pressure.memory_full / 100);
	finding_say(finding, " % of the time everything waits for some", NULL);
	finding_because(judgement, finding, &facts->platform);
	if (is_qemu(&facts->platform)) {
		finding_fix(finding, "proxmox", "qm set VMID --memory 2048   (or more)", NULL);
		finding_fix(
			finding, "libvirt", "<memory unit='MiB'>2048</memory>   (or more)", NULL);
	} else {
		finding_fix(finding, "host", "give the machine more memory", NULL);
	}
	return VERDICT_BAD;
}

/* ---------------------------------------------------------------------------------- processes */

static const struct waiting_process_fact *longest(const struct facts *facts, bool has_device)
{
	const struct waiting_process_fact *found = NULL;

	fact_foreach (process, facts->stall.waiting) {
		if (process->is_kernel || is_text_empty(process->device) == has_device)
			continue;
		if (!found || process->since_us < found->since_us)
			found = process;
	}
	return found;
}

/* One that is met waiting once may wait for no longer than it must. */
static bool waits_long(const struct facts *facts, const struct waiting_process_fact *process)
{
	const struct stall_fact *stall = &facts->stall;

	return process->since_us < stall->at_us &&
	       stall->at_us - process->since_us >= (stall->at_us - stall->since_us) / 4;
}

static enum verdict judge_process(struct judgement *judgement, bool has_device)
{
	const struct facts *facts = judgement->facts;
	const struct waiting_process_fact *process = longest(facts, has_device);
	struct finding *finding;

	if (!process || (process->state == 'D' && !waits_long(facts, process)))
		return VERDICT_GOOD;
	finding = has_device ? stalled_of(judgement, SEVERITY_ERROR, process->device)
			     : stalled_of(judgement, SEVERITY_ERROR, process->comm);
	say_process(finding, process);
	finding_say(finding, " waits", NULL);
	if (has_device)
		finding_say_name(finding, " for ", process->device, "");
	say_call(finding, process);
	if (!is_text_empty(process->wait_channel))
		finding_say_name(finding, " (", process->wait_channel, ")");
	if (has_device && process->state == 'D')
		fix_storage(finding);
	else if (has_device)
		finding_fix(finding, "host",
			"look at the server of this folder (virtiofsd): it does not answer", NULL);
	return VERDICT_BAD;
}

/* --------------------------------------------------------------------------------- systemd's jobs
 */

/* Of those that run, a device: what waits for one waits no longer once it has come. */
static const struct job_fact *main_job(const struct facts *facts)
{
	const struct job_fact *running = NULL;

	fact_foreach (job, facts->stall.jobs) {
		COPY_OF(unit, job->unit);

		if (!is_equal(job->state, "running", sizeof(job->state)))
			continue;
		if (text_ends_with(unit, ".device"))
			return job;
		running = running ? running : job;
	}
	return running;
}

static bool is_passphrase(const char *unit)
{
	return text_starts_with(unit, "systemd-cryptsetup@") ||
	       text_starts_with(unit, "systemd-ask-password");
}

/* What a kernel parameter can hold without quotes. */
static bool is_plain(const char *unit)
{
	return unit[strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "._-@:")] == '\0';
}

/* What a link of udev's is named by; NULL: no such link. */
static const char *tag_of(const char *path)
{
	static const char *const TAGS[][2] = {{"/dev/disk/by-label/", "label"},
		{"/dev/disk/by-uuid/", "UUID"}, {"/dev/disk/by-partlabel/", "PARTLABEL"},
		{"/dev/disk/by-partuuid/", "PARTUUID"}};

	for (size_t i = 0; i < ARRAY_SIZE(TAGS); i++) {
		if (text_starts_with(path, TAGS[i][0]))
			return TAGS[i][1];
	}
	return NULL;
}

/* A network card, a terminal, a TPM. */
static bool is_no_disk(const char *path)
{
	return text_starts_with(path, "/sys/") || text_starts_with(path, "/dev/tty") ||
	       text_starts_with(path, "/dev/hvc") || text_starts_with(path, "/dev/tpm");
}

/* The first is to be looked at first, the last lets the boot go on without it: the page on a
 * console has these two, and a line for each. */
static void fix_device(struct finding *finding, const char *unit, const char *path)
{
	const char *tag = tag_of(path);

	if (is_no_disk(path)) {
		finding_fix(finding, "host", "give the machine that device, if it has none", NULL);
		if (is_plain(unit))
			finding_fix(finding, "kernel", "systemd.mask=", unit,
				"   (if it can do without)", NULL);
		return;
	}
	finding_fix(finding, "host", "attach that disk, if it is not attached", NULL);
	if (tag)
		finding_fix(finding, "guest", "blkid   (is that ", tag,
			" of fstab or crypttab a disk's?)", NULL);
	finding_fix(
		finding, "guest", "nofail   (in fstab or crypttab, if it can do without)", NULL);
}

static void say_job(struct finding *finding, const char *unit, const struct job_fact *job)
{
	char path[sizeof(job->unit) + 2];

	if (text_ends_with(unit, ".device")) {
		unit_name_path(unit, path, sizeof(path));
		finding_say(finding, "systemd waits for the device ", path, ", which has not come",
			NULL);
		fix_device(finding, unit, path);
		return;
	}
	finding_say(finding, "systemd waits for ", unit, NULL);
	finding_say_name(finding, ", whose ", job->type, " job does not come to its end");
	if (is_plain(unit))
		finding_fix(finding, "kernel", "systemd.mask=", unit, "   (if it can do without)",
			NULL);
}

static void say_others(struct finding *finding, uint32_t count)
{
	if (count < 2)
		return;
	finding_say(finding, "; ", NULL);
	finding_say_u64(finding, count - 1);
	finding_say(finding, count > 2 ? " more jobs wait" : " more job waits", NULL);
}

static enum verdict judge_jobs(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct job_fact *job = main_job(facts);
	struct finding *finding;

	if (!job)
		return facts->stall.jobs_read == OUTCOME_OK && !facts->stall.job_count
			       ? VERDICT_GOOD
			       : VERDICT_UNKNOWN;
	COPY_OF(unit, job->unit);
	finding = stalled_of(
		judgement, is_passphrase(unit) ? SEVERITY_INFO : SEVERITY_ERROR, job->unit);
	say_job(finding, unit, job);
	say_others(finding, facts->stall.job_count);
	return VERDICT_BAD;
}

/* ---------------------------------------------------------------------------------------- all */

static bool is_busy(const struct stall_fact *stall)
{
	return stall->work == STALL_COMPUTES || stall->work == STALL_READS_WRITES;
}

static bool is_through(const struct stall_fact *stall)
{
	return stall->jobs_read == OUTCOME_OK && !stall->job_count;
}

static enum verdict judge_stall(struct judgement *judgement)
{
	const struct stall_fact *stall = &judgement->facts->stall;

	if (judge_disk(judgement) == VERDICT_BAD || judge_memory(judgement) == VERDICT_BAD)
		return VERDICT_BAD;
	/* Who reads and writes or computes does not wait; nor does a boot that has nothing left to
	 * do. */
	if (is_busy(stall) || is_through(stall))
		return VERDICT_GOOD;
	if (judge_process(judgement, true) == VERDICT_BAD || judge_jobs(judgement) == VERDICT_BAD ||
		judge_process(judgement, false) == VERDICT_BAD)
		return VERDICT_BAD;
	return VERDICT_UNKNOWN;
}

/* How it ended is known: it has not waited to the end of all days. */
static bool is_recording_over(const struct facts *facts)
{
	enum recorder_state state = facts->recorder.state;

	return fact_is_known(&facts->pid1_exit.once) || state == RECORDER_SAW_UP ||
	       state == RECORDER_SAW_SHUTDOWN;
}

enum verdict judge_boot_stalled(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;

	if (!fact_is_known(&facts->observer.once) || facts->observer.state == OBSERVER_LOST)
		return VERDICT_UNKNOWN;
	if (facts->observer.state == OBSERVER_NOT_WANTED || !fact_is_known(&facts->stall.once) ||
		facts->stall.ended_us || is_recording_over(facts))
		return VERDICT_GOOD;
	return judge_stall(judgement);
}
