/* SPDX-License-Identifier: MIT */
#include "recorder/waiting.h"

#include "base/clock.h"
#include "base/text.h"
#include "parse/mountinfo.h"
#include "parse/proc_process.h"
#include "parse/proc_system.h"
#include "parse/trace_line.h"
#include "recorder/careful.h"
#include "recorder/shown_name.h"
#include "source/systemd_jobs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MAX_US (2 * US_PER_S)
#define JOBS_MAX_US (1 * US_PER_S)
/* A boot that waits for something else does less in a second. */
#define CPU_BUSY_US (400 * US_PER_MS)
#define DISK_BUSY_BYTES (UINT64_C(64) << 10)

enum { PATH_SIZE = 64 };

/* ---------------------------------------------------------------------------- processors and disks
 */

void machine_work_look(const struct sysroot *proc, struct machine_work *ret, uint64_t now_us)
{
	static char text[65536];
	struct proc_stat_totals totals;
	struct disk_stats disk;
	char *cursor = text;
	long per_second = sysconf(_SC_CLK_TCK);
	ssize_t n;

	*ret = (struct machine_work){.at_us = now_us};
	if (sysroot_read(proc, "stat", text, sizeof(text)) > 0 &&
		proc_stat_totals_parse(text, &totals) && per_second > 0)
		ret->cpu_us = totals.busy_ticks * (US_PER_S / (uint64_t)per_second);
	n = sysroot_read(proc, "diskstats", text, sizeof(text));
	if (n < 0 && n != -EFBIG)
		return;
	while (disk_stats_next(&cursor, &disk)) {
		struct disk_work *work = &ret->disk[ret->disks];

		ret->disk_bytes += disk.bytes;
		if (!disk.requests || ret->disks == DISKS_WATCHED_MAX)
			continue;
		(void)text_copy(work->name, sizeof(work->name), disk.name);
		work->ended = disk.ended;
		work->requests = disk.requests;
		ret->disks++;
	}
}

/* Has requests under way, as it had before, and has ended none between. */
static const struct disk_work *stuck_disk(
	const struct machine_work *before, const struct machine_work *now)
{
	for (uint32_t i = 0; i < before->disks; i++) {
		for (uint32_t j = 0; j < now->disks; j++) {
			if (strcmp(before->disk[i].name, now->disk[j].name) == 0 &&
				before->disk[i].ended == now->disk[j].ended)
				return &now->disk[j];
		}
	}
	return NULL;
}

static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

static enum stall_work kind_of_work(const struct stall_fact *stall)
{
	uint64_t tenths = stall->window_us / (US_PER_S / 10);

	if (!tenths)
		return STALL_WORK_UNKNOWN;
	if (stall->disk_bytes >= DISK_BUSY_BYTES / 10 * tenths)
		return STALL_READS_WRITES;
	return stall->cpu_us >= CPU_BUSY_US / 10 * tenths ? STALL_COMPUTES : STALL_IDLE;
}

static void note_work(struct stall_watch *watch, const struct sysroot *proc,
	struct stall_fact *stall, uint64_t now_us)
{
	static struct machine_work now;
	const struct disk_work *stuck;

	machine_work_look(proc, &now, now_us);
	if (watch->is_marked) {
		stall->window_us = grown(watch->before.at_us, now_us);
		stall->cpu_us = grown(watch->before.cpu_us, now.cpu_us);
		stall->disk_bytes = grown(watch->before.disk_bytes, now.disk_bytes);
		stall->work = kind_of_work(stall);
		stuck = stuck_disk(&watch->before, &now);
		if (stuck) {
			(void)text_copy(stall->stuck_disk, sizeof(stall->stuck_disk), stuck->name);
			stall->stuck_requests = (uint32_t)stuck->requests;
		}
	}
	watch->before = now;
	watch->is_marked = true;
}

/* -------------------------------------------------------------------------------------- memory */

static void note_pressure(const struct sysroot *proc, struct pressure_fact *pressure)
{
	const struct {
		const char *path;
		uint32_t *some, *full;
	} FILES[] = {{"pressure/cpu", &pressure->cpu_some, NULL},
		{"pressure/memory", &pressure->memory_some, &pressure->memory_full},
		{"pressure/io", &pressure->io_some, &pressure->io_full}};

	for (size_t i = 0; i < ARRAY_SIZE(FILES); i++) {
		char text[256];
		ssize_t n = sysroot_read(proc, FILES[i].path, text, sizeof(text));

		if (n >= 0 && !pressure_parse(text, FILES[i].some, FILES[i].full))
			n = -EBADMSG;
		if (pressure->read >= 0)
			pressure->read = outcome_from(n);
	}
}

uint64_t waiting_available_bytes(const struct sysroot *proc)
{
	char text[2048];
	uint64_t bytes = 0;
	ssize_t n = sysroot_read(proc, "meminfo", text, sizeof(text));

	return (n >= 0 || n == -EFBIG) && meminfo_bytes(text, "MemAvailable:", &bytes) ? bytes : 0;
}

/* ---------------------------------------------------------------------------- processes that wait
 */

/* Shared with the child. */
struct look {
	const struct sysroot *proc, *sys;
	const struct busy *busy;
	struct stall_fact *stall;
	uint64_t now_us;
	const struct redacted *secrets;
};

static const char *path_of(char *path, uint32_t pid, const char *folder, int32_t descriptor)
{
	struct text text;

	text_init(&text, path, PATH_SIZE);
	text_append_u64(&text, pid);
	text_append(&text, folder);
	if (descriptor >= 0)
		text_append_u64(&text, (uint64_t)descriptor);
	return path;
}

/* "254:1", by way of /sys/dev/block/254:1 -> ../../devices/…/vda1; where there is no such device,
 * as of a share of the host's, what is mounted. */
static void note_device(
	const struct look *look, const struct mountinfo *mount, struct waiting_process_fact *fact)
{
	if (sysroot_link_name(look->sys, fact->device, sizeof(fact->device), "dev/block/",
		    mount->device, NULL) == 0)
		return;
	if (strcmp(mount->fstype, "tmpfs") != 0 && strcmp(mount->fstype, "devtmpfs") != 0)
		(void)text_copy(fact->device, sizeof(fact->device), mount->source);
}

/* The file itself is not asked: its file system may be what does not answer. */
static void note_mount(const struct look *look, struct waiting_process_fact *fact)
{
	static char table[65536];
	char path[PATH_SIZE], text[512], *cursor = table;
	struct mountinfo mount;
	uint32_t id;
	ssize_t n;

	if (sysroot_read(look->proc, path_of(path, fact->pid, "/fdinfo/", fact->descriptor), text,
		    sizeof(text)) < 0 ||
		!proc_fdinfo_mount(text, &id))
		return;
	n = sysroot_read(
		look->proc, path_of(path, fact->pid, "/mountinfo", -1), table, sizeof(table));
	if (n < 0 && n != -EFBIG)
		return;
	while (mountinfo_next(&cursor, &mount)) {
		if (mount.id == id) {
			note_device(look, &mount, fact);
			return;
		}
	}
}

static void note_file(const struct look *look, struct waiting_process_fact *fact)
{
	static const char DEVICES[] = "/dev/";
	char path[PATH_SIZE];

	if (sysroot_readlink(look->proc, path_of(path, fact->pid, "/fd/", fact->descriptor),
		    fact->file, sizeof(fact->file)) < 0)
		return;
	if (text_starts_with(fact->file, DEVICES))
		(void)text_copy(fact->device, sizeof(fact->device), fact->file + strlen(DEVICES));
	else
		note_mount(look, fact);
	shown_hide_path(fact->file, sizeof(fact->file), look->secrets);
}

static void note_call(const struct look *look, struct waiting_process_fact *fact)
{
	char path[PATH_SIZE], text[256];
	struct proc_call call;

	fact->descriptor = -1;
	if (sysroot_read(look->proc, path_of(path, fact->pid, "/syscall", -1), text, sizeof(text)) <
			0 ||
		!proc_call_parse(text, &call))
		return;
	(void)text_copy(fact->call, sizeof(fact->call), trace_call_name(call.number));
	if (!(trace_call_kind(call.number) & CALL_DESCRIPTOR) || call.argument > INT32_MAX)
		return;
	fact->descriptor = (int32_t)call.argument;
	note_file(look, fact);
}

static void note_stack(const struct look *look, struct waiting_process_fact *fact)
{
	char path[PATH_SIZE], text[4096];
	ssize_t n = sysroot_read(
		look->proc, path_of(path, fact->pid, "/stack", -1), text, sizeof(text));

	if (n >= 0 || n == -EFBIG)
		proc_stack_parse(text, fact->stack, sizeof(fact->stack));
}

static void read_channel(const struct look *look, uint32_t pid, char *channel, size_t size)
{
	char path[PATH_SIZE];

	(void)sysroot_attribute(look->proc, channel, size, path_of(path, pid, "/wchan", -1), NULL);
	if (strcmp(channel, "0") == 0)
		channel[0] = '\0';
}

/* Who waits for an answer of virtiofs or 9p may be killed, and is in state S for that. */
static bool waits_for_server(const char *channel)
{
	static const char *const CHANNELS[] = {"request_wait_answer", "p9_client_rpc",
		"p9_virtio_request", "p9_virtio_zc_request"};

	for (size_t i = 0; i < ARRAY_SIZE(CHANNELS); i++) {
		if (strcmp(CHANNELS[i], channel) == 0)
			return true;
	}
	return false;
}

static void note_process(
	const struct look *look, const struct process *process, const char *channel)
{
	struct waiting_process_fact *fact;

	look->stall->waiting_count++;
	fact = fact_new(look->stall->waiting);
	if (!fact)
		return;
	*fact = (struct waiting_process_fact){.pid = process->pid,
		.state = process->state,
		.is_kernel = process->is_kernel,
		.since_us = process->waiting_since ? process->waiting_since : look->now_us,
		.descriptor = -1};
	(void)text_copy(fact->comm, sizeof(fact->comm), process->comm);
	shown_hide_name(fact->comm, sizeof(fact->comm), look->secrets);
	(void)text_copy(fact->wait_channel, sizeof(fact->wait_channel), channel);
	/* What is known stands, should the rest not come. */
	fact_done(look->stall->waiting);
	if (!process->is_kernel)
		note_call(look, fact);
	note_stack(look, fact);
}

/* Runs in a child. Programs come before threads of the kernel, which wait with them. */
static void look_at_processes(void *context)
{
	const struct look *look = context;

	for (int is_kernel = 0; is_kernel < 2; is_kernel++) {
		for (uint32_t i = 0; i < look->busy->count; i++) {
			const struct process *process = &look->busy->item[i];
			char channel[sizeof(((struct waiting_process_fact *)0)->wait_channel)] = "";

			if (process->is_kernel != is_kernel ||
				(process->state != 'D' && process->state != 'S'))
				continue;
			read_channel(look, process->pid, channel, sizeof(channel));
			if (process->state == 'D' || waits_for_server(channel))
				note_process(look, process, channel);
		}
	}
}

static void ask_for_jobs(void *context)
{
	const struct look *look = context;

	systemd_jobs_read(look->proc, clock_now_us() + JOBS_MAX_US, look->stall);
}

void waiting_gather(struct stall_watch *watch, struct busy *busy, const struct sysroot *proc,
	const struct sysroot *sys, struct facts *facts, uint64_t now_us)
{
	struct stall_fact *stall = &facts->stall;
	struct look look = {proc, sys, busy, stall, now_us, shown_secrets(proc)};

	stall->at_us = now_us;
	stall->work = STALL_WORK_UNKNOWN;
	stall->window_us = stall->cpu_us = stall->disk_bytes = 0;
	stall->stuck_disk[0] = '\0';
	stall->stuck_requests = 0;
	note_work(watch, proc, stall, now_us);
	stall->pressure = (struct pressure_fact){.read = OUTCOME_UNKNOWN};
	note_pressure(proc, &stall->pressure);
	stall->available_bytes = waiting_available_bytes(proc);
	fact_list_reset(&stall->waiting.list);
	stall->waiting_count = 0;
	if (watch->hung < CAREFUL_HUNG_MAX)
		watch->hung +=
			!careful_look(look_at_processes, &look, LOOK_MAX_US, &facts->own_processes);
	/* Where the server of the root says nothing, the way to the socket has no end. */
	if (watch->hung < CAREFUL_HUNG_MAX)
		watch->hung +=
			!careful_look(ask_for_jobs, &look, 2 * JOBS_MAX_US, &facts->own_processes);
}
