/* SPDX-License-Identifier: MIT */
#include "livelock_case.h"

void stand_still(void)
{
	facts.observer.state = OBSERVER_WATCHING;
	fact_publish(&facts.observer.once);
	facts.stall.since_us = 10 * US_PER_S;
	facts.stall.at_us = 40 * US_PER_S;
	fact_publish(&facts.stall.once);
	facts.heartbeat.at_us = 40 * US_PER_S;
	facts.heartbeat.interval_us = 5 * US_PER_S;
	facts.heartbeat.progress_us = 10 * US_PER_S;
	fact_publish(&facts.heartbeat.once);
	facts.call_rates.read = OUTCOME_OK;
	facts.call_rates.at_us = 44 * US_PER_S;
	facts.call_rates.interval_us = US_PER_S;
	fact_publish(&facts.call_rates.once);
}

void add_count(struct caller_fact *caller, uint32_t number, const char *name, uint64_t calls)
{
	struct call_count_fact *count = add_to(caller->counts);

	count->number = number;
	set_text(count->name, name);
	count->calls = calls;
	caller->calls += calls;
}

struct caller_fact *add_caller(
	uint32_t pid, const char *comm, uint32_t number, const char *name, uint64_t calls)
{
	struct caller_fact *caller = add_to(facts.call_rates.callers);

	caller->pid = pid;
	set_text(caller->comm, comm);
	caller->sample = caller->paths_read = OUTCOME_OK;
	caller->samples = 2;
	caller->sample_us = caller->cpu_us = 600 * US_PER_MS;
	caller->seen_us = 40 * US_PER_MS;
	caller->sampled = 1000;
	add_count(caller, number, name, calls);
	return caller;
}

void add_path(struct caller_fact *caller, const char *path, uint32_t share)
{
	struct call_path_fact *fact = add_to(caller->paths);

	set_text(fact->path, path);
	fact->share = share;
	caller->different_paths++;
}

struct call_file_fact *add_file(struct caller_fact *caller, int32_t descriptor, const char *name,
	uint32_t calls, uint64_t bytes, uint64_t fresh_bytes)
{
	struct call_file_fact *file = add_to(caller->files);

	file->descriptor = descriptor;
	set_text(file->file, name);
	file->calls = calls;
	file->bytes = bytes;
	file->fresh_bytes = fresh_bytes;
	caller->different_files++;
	caller->bytes += bytes;
	caller->fresh_bytes += fresh_bytes;
	return file;
}

struct caller_fact *add_looper(void)
{
	struct caller_fact *caller = add_caller(120, "looper", SYS_statx, "statx", 48123);

	caller->lookups = caller->main_lookups = 1000;
	caller->failed = caller->empty = 1000;
	add_path(caller, "/a", 5000);
	add_path(caller, "/b", 5000);
	return caller;
}

struct caller_fact *add_journald(void)
{
	struct caller_fact *caller = add_caller(140, "systemd-journal", SYS_openat, "openat", 6000);

	add_count(caller, SYS_newfstatat, "newfstatat", 3000);
	add_count(caller, SYS_sendmsg, "sendmsg", 3000);
	caller->lookups = 400;
	caller->main_lookups = 380;
	caller->others = 200;
	add_path(caller, "/run/log/journal//system.journal", 5000);
	add_path(caller, "/run/systemd/journal/flushed", 2500);
	add_path(caller, "/run/log", 2500);
	(void)add_file(caller, 17, "socket:[812]", 5, 2600, 2600);
	(void)add_file(caller, 2, "/dev/kmsg", 80, 4400, 4400);
	return caller;
}

struct caller_fact *add_spinner(void)
{
	struct caller_fact *caller =
		add_caller(55, "daemon", SYS_epoll_pwait, "epoll_pwait", 28571);

	add_count(caller, SYS_read, "read", 28571);
	caller->empty = 1000;
	(void)add_file(caller, 7, "pipe:[5787]", 500, 0, 0);
	return caller;
}

void add_copier(void)
{
	struct caller_fact *caller = add_caller(72, "dd", SYS_read, "read", 5000);

	add_count(caller, SYS_write, "write", 5000);
	(void)add_file(caller, 0, "/dev/zero", 500, 500 * 4096, 500 * 4096);
	add_file(caller, 1, "/dev/vdb", 500, 500 * 4096, 500 * 4096)->writes = 500;
}

void add_computing(const char *comm)
{
	struct busy_process_fact *process = add_to(facts.heartbeat.busy);

	process->pid = 73;
	set_text(process->comm, comm);
	process->cpu_us = 4900 * US_PER_MS;
}
