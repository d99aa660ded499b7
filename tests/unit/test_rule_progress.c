/* SPDX-License-Identifier: MIT */
/*
 * boot.stalled: what everything waits for, and when nobody waits.
 */
#include "rule_case.h"

/* Nothing has gone on for 30 s, and nobody can tell why. */
static void stalled(void)
{
	struct stall_fact *stall = &facts.stall;

	facts.observer.state = OBSERVER_WATCHING;
	stall->since_us = 10 * US_PER_S;
	stall->at_us = 40 * US_PER_S;
	stall->work = STALL_IDLE;
	stall->jobs_read = -ENOENT;
	stall->available_bytes = GIB / 2;
	stall->pressure.read = OUTCOME_OK;
	fact_publish(&stall->once);
}

static struct waiting_process_fact *add_waiting(const char *comm, const char *device)
{
	struct waiting_process_fact *process = add_to(facts.stall.waiting);

	process->pid = 77;
	process->state = 'D';
	process->since_us = 11 * US_PER_S;
	process->descriptor = -1;
	set_text(process->comm, comm);
	set_text(process->device, device);
	set_text(process->wait_channel, "folio_wait_bit_common");
	facts.stall.waiting_count++;
	return process;
}

static struct job_fact *add_job(const char *unit, const char *state)
{
	struct job_fact *job = add_to(facts.stall.jobs);

	facts.stall.jobs_read = OUTCOME_OK;
	facts.stall.job_count++;
	set_text(job->unit, unit);
	set_text(job->type, "start");
	set_text(job->state, state);
	return job;
}

static void stuck_disk(void)
{
	struct waiting_process_fact *process;

	stalled();
	set_text(facts.stall.stuck_disk, "vda");
	facts.stall.stuck_requests = 3;
	(void)add_waiting("jbd2/vda1-8", "");
	process = add_waiting("cat", "vda1");
	set_text(process->call, "read");
	set_text(process->file, "/usr/bin/x");
}

/* Another disk is busy meanwhile. */
static void stuck_disk_beside_a_busy_one(void)
{
	stuck_disk();
	facts.stall.work = STALL_READS_WRITES;
}

static void stuck_disk_that_nobody_knows(void)
{
	stalled();
	set_text(facts.stall.stuck_disk, "sdz");
	facts.stall.stuck_requests = 1;
}

static void short_of_memory(void)
{
	stalled();
	facts.platform.memory_kib = 512 << 10;
	facts.stall.available_bytes = 5 << 20;
	facts.stall.pressure.memory_full = 4550;
	/* The pages of programs, again and again. */
	facts.stall.work = STALL_READS_WRITES;
	(void)add_waiting("cat", "vda1");
}

static void memory_enough(void)
{
	short_of_memory();
	facts.stall.available_bytes = 100 << 20;
}

static void memory_for_which_nobody_waits(void)
{
	short_of_memory();
	facts.stall.pressure.memory_full = 99;
}

static void process_of_a_disk(void)
{
	stalled();
	(void)add_waiting("cat", "vda1");
}

static void process_of_a_disk_just_now(void)
{
	process_of_a_disk();
	facts.stall.waiting.item[0].since_us = facts.stall.at_us - US_PER_S;
}

static void process_of_a_busy_disk(void)
{
	process_of_a_disk();
	facts.stall.work = STALL_READS_WRITES;
}

static void process_of_a_server(void)
{
	struct waiting_process_fact *process;

	stalled();
	process = add_waiting("init", "rootfs");
	process->state = 'S';
	process->since_us = facts.stall.at_us;
	set_text(process->wait_channel, "request_wait_answer");
}

static void process_of_nothing(void)
{
	stalled();
	(void)add_waiting("modprobe", "");
}

static void thread_of_the_kernel(void)
{
	process_of_nothing();
	facts.stall.waiting.item[0].is_kernel = true;
}

static void job_of_a_device(void)
{
	stalled();
	(void)add_job("systemd-random-seed.service", "running");
	(void)add_job("dev-disk-by\\x2duuid-12\\x2d34.device", "running");
	(void)add_job("srv.mount", "waiting");
}

static void job_of_a_network_card(void)
{
	stalled();
	(void)add_job("sys-subsystem-net-devices-eth0.device", "running");
}

static void job_of_a_service(void)
{
	stalled();
	(void)add_job("wait-online.service", "running");
}

/* What would mean something else in a kernel parameter. */
static void job_of_a_strange_service(void)
{
	stalled();
	(void)add_job("a b\".service", "running");
}

static void job_of_a_passphrase(void)
{
	stalled();
	(void)add_job("systemd-cryptsetup@root.service", "running");
}

static void job_of_a_check(void)
{
	stalled();
	(void)add_job("systemd-fsck@dev-vda1.service", "running");
	facts.stall.work = STALL_READS_WRITES;
}

static void job_that_computes(void)
{
	job_of_a_service();
	facts.stall.work = STALL_COMPUTES;
}

static void jobs_that_wait(void)
{
	stalled();
	(void)add_job("srv.mount", "waiting");
}

static void no_jobs_left(void)
{
	process_of_nothing();
	facts.stall.jobs_read = OUTCOME_OK;
}

static void goes_on(void)
{
	stuck_disk();
	facts.stall.ended_us = 41 * US_PER_S;
}

/* The observer ends with the recorder, and may not have seen it. */
static void came_up(void)
{
	stuck_disk();
	facts.recorder.state = RECORDER_SAW_UP;
}

static void was_shut_down(void)
{
	stuck_disk();
	facts.recorder.state = RECORDER_SAW_SHUTDOWN;
}

static void ended(void)
{
	stuck_disk();
	facts.recorder.state = RECORDER_SAW_EXIT;
	fact_publish(&facts.pid1_exit.once);
}

static void time_over(void)
{
	stuck_disk();
	facts.recorder.state = RECORDER_TIME_OVER;
	facts.observer.state = OBSERVER_ENDED;
}

static void observer_of(enum observer_state state)
{
	facts.observer.state = state;
}

static void watched(void)
{
	observer_of(OBSERVER_WATCHING);
}

static void lost(void)
{
	stuck_disk();
	observer_of(OBSERVER_LOST);
}

static void nobody_said(void)
{
	memset(&facts.observer, 0, sizeof(facts.observer));
}

#define STALLED "boot.stalled"

RULE_CASES(PROGRESS_CASES, {STALLED, NULL, VERDICT_GOOD}, {STALLED, watched, VERDICT_GOOD},
	{STALLED, nobody_said, VERDICT_UNKNOWN}, {STALLED, lost, VERDICT_UNKNOWN},
	{STALLED, stalled, VERDICT_UNKNOWN}, {STALLED, goes_on, VERDICT_GOOD},
	{STALLED, came_up, VERDICT_GOOD}, {STALLED, was_shut_down, VERDICT_GOOD},
	{STALLED, ended, VERDICT_GOOD}, {STALLED, time_over, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{STALLED, stuck_disk, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"not gone on for 30 s: the disk vda has 3 requests under way and ends none; "
		"cat (process 77) waits for it in read of /usr/bin/x",
		"host", "storage behind this disk"},
	{STALLED, stuck_disk_beside_a_busy_one, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{STALLED, stuck_disk_that_nobody_knows, VERDICT_BAD, SEVERITY_ERROR, "sdz",
		"sdz has 1 request under way and ends none"},
	{STALLED, short_of_memory, VERDICT_BAD, SEVERITY_ERROR, "memory",
		"5 MiB of 512 MiB can be had, and for 45 % of the time everything waits", "proxmox",
		"qm set VMID --memory"},
	{STALLED, memory_enough, VERDICT_GOOD},
	{STALLED, memory_for_which_nobody_waits, VERDICT_GOOD},
	{STALLED, process_of_a_disk, VERDICT_BAD, SEVERITY_ERROR, "vda1",
		"cat (process 77) waits for vda1 (folio_wait_bit_common)", "host", "storage"},
	{STALLED, process_of_a_disk_just_now, VERDICT_UNKNOWN},
	{STALLED, process_of_a_busy_disk, VERDICT_GOOD},
	{STALLED, process_of_a_server, VERDICT_BAD, SEVERITY_ERROR, "rootfs",
		"init (process 77) waits for rootfs", "host", "virtiofsd"},
	{STALLED, process_of_nothing, VERDICT_BAD, SEVERITY_ERROR, "modprobe",
		"modprobe (process 77) waits (folio_wait_bit_common)"},
	{STALLED, thread_of_the_kernel, VERDICT_UNKNOWN},
	{STALLED, job_of_a_device, VERDICT_BAD, SEVERITY_ERROR,
		"dev-disk-by\\x2duuid-12\\x2d34.device",
		"systemd waits for the device /dev/disk/by-uuid/12-34, which has not come; 2 more "
		"jobs wait",
		"guest", "nofail"},
	{STALLED, job_of_a_device, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "guest",
		"that UUID of fstab"},
	{STALLED, job_of_a_device, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "host",
		"attach that disk"},
	{STALLED, job_of_a_network_card, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"the device /sys/subsystem/net/devices/eth0, which", "kernel",
		"systemd.mask=sys-subsystem-net-devices-eth0.device"},
	{STALLED, job_of_a_service, VERDICT_BAD, SEVERITY_ERROR, "wait-online.service",
		"systemd waits for wait-online.service, whose start job does not", "kernel",
		"systemd.mask=wait-online.service"},
	{STALLED, job_of_a_strange_service, VERDICT_BAD, SEVERITY_ERROR},
	{STALLED, job_of_a_passphrase, VERDICT_BAD, SEVERITY_INFO},
	{STALLED, job_of_a_check, VERDICT_GOOD}, {STALLED, job_that_computes, VERDICT_GOOD},
	{STALLED, jobs_that_wait, VERDICT_UNKNOWN}, {STALLED, no_jobs_left, VERDICT_GOOD});
