/* SPDX-License-Identifier: MIT */
/* What the observer saw behind stage 1. */
#include "report/encode.h"

#include "base/text.h"

static void encode_busy(struct record *record, const struct heartbeat_fact *heartbeat)
{
	record_array_begin(record, "busy");
	fact_foreach (process, heartbeat->busy) {
		record_object_begin(record);
		record_u64(record, "pid", process->pid);
		record_text(record, "comm", process->comm);
		record_u64(record, "cpu_us", process->cpu_us);
		record_nonzero(record, "read_bytes", process->read_bytes);
		record_nonzero(record, "written_bytes", process->written_bytes);
		record_nonzero(record, "descriptors", process->descriptors);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_heartbeat(struct encoding *encoding)
{
	const struct heartbeat_fact *heartbeat = &encoding->facts->heartbeat;
	struct record *record = encoding->record;

	if (!fact_is_known(&heartbeat->once))
		return;
	record_begin(record, encoding->report, "heartbeat");
	if (heartbeat->is_quiet)
		record_is_quiet(record);
	record_u64(record, "number", heartbeat->number);
	record_seconds(record, "at", heartbeat->at_us);
	record_u64(record, "interval_us", heartbeat->interval_us);
	record_u64(record, "stage", heartbeat->is_stage2 ? 2 : 1);
	record_seconds(record, "progress", heartbeat->progress_us);
	record_u64(record, "processes", heartbeat->counters.processes);
	record_u64(record, "messages", heartbeat->counters.messages);
	record_u64(record, "mounts", heartbeat->counters.mounts);
	record_u64(record, "uevents", heartbeat->counters.uevents);
	record_u64(record, "units", heartbeat->counters.units);
	record_u64(record, "console_bytes", heartbeat->counters.console_bytes);
	record_nonzero(record, "available_bytes", heartbeat->available_bytes);
	encode_busy(record, heartbeat);
	encoding_end(encoding, heartbeat);
}

static void encode_waiting(struct record *record, const struct stall_fact *stall)
{
	record_nonzero(record, "waiting_count", stall->waiting_count);
	record_array_begin(record, "waiting");
	fact_foreach (process, stall->waiting) {
		char state[2] = {process->state, '\0'};

		record_object_begin(record);
		record_u64(record, "pid", process->pid);
		record_text(record, "comm", process->comm);
		record_text(record, "state", state);
		record_flag(record, "kernel_thread", process->is_kernel);
		record_seconds(record, "since", process->since_us);
		record_text(record, "call", process->call);
		if (process->descriptor >= 0)
			record_i64(record, "descriptor", process->descriptor);
		record_text(record, "file", process->file);
		record_text(record, "device", process->device);
		record_text(record, "wait_channel", process->wait_channel);
		record_text(record, "stack", process->stack);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_jobs(struct record *record, const struct stall_fact *stall)
{
	record_outcome(record, "jobs_read", stall->jobs_read);
	record_nonzero(record, "job_count", stall->job_count);
	record_array_begin(record, "jobs");
	fact_foreach (job, stall->jobs) {
		record_object_begin(record);
		record_u64(record, "id", job->id);
		record_text(record, "unit", job->unit);
		record_text(record, "type", job->type);
		record_text(record, "state", job->state);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_pressure(struct record *record, const struct pressure_fact *pressure)
{
	record_outcome(record, "pressure_read", pressure->read);
	if (pressure->read != OUTCOME_OK)
		return;
	record_u64(record, "cpu_some", pressure->cpu_some);
	record_u64(record, "memory_some", pressure->memory_some);
	record_u64(record, "memory_full", pressure->memory_full);
	record_u64(record, "io_some", pressure->io_some);
	record_u64(record, "io_full", pressure->io_full);
}

static void encode_work(struct record *record, const struct stall_fact *stall)
{
	static const char *const WORK[] = {[STALL_IDLE] = "idle",
		[STALL_COMPUTES] = "computes",
		[STALL_READS_WRITES] = "reads-writes"};

	record_string(record, "work", WORK[stall->work % ARRAY_SIZE(WORK)]);
	record_nonzero(record, "window_us", stall->window_us);
	if (stall->window_us) {
		record_u64(record, "cpu_us", stall->cpu_us);
		record_u64(record, "disk_bytes", stall->disk_bytes);
	}
	record_text(record, "stuck_disk", stall->stuck_disk);
	record_nonzero(record, "stuck_requests", stall->stuck_requests);
}

static void encode_stall(struct encoding *encoding)
{
	const struct stall_fact *stall = &encoding->facts->stall;
	struct record *record = encoding->record;

	if (!fact_is_known(&stall->once))
		return;
	record_begin(record, encoding->report, "stall");
	record_u64(record, "number", stall->number);
	record_seconds(record, "at", stall->at_us);
	record_seconds(record, "since", stall->since_us);
	if (stall->ended_us)
		record_seconds(record, "ended", stall->ended_us);
	encode_work(record, stall);
	record_nonzero(record, "available_bytes", stall->available_bytes);
	encode_pressure(record, &stall->pressure);
	encode_jobs(record, stall);
	encode_waiting(record, stall);
	encoding_end(encoding, stall);
}

static void encode_counts(struct record *record, const struct caller_fact *caller)
{
	record_array_begin(record, "counts");
	fact_foreach (count, caller->counts) {
		record_object_begin(record);
		if (count->name[0])
			record_text(record, "call", count->name);
		else
			record_u64(record, "number", count->number);
		record_u64(record, "calls", count->calls);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_paths(struct record *record, const struct caller_fact *caller)
{
	record_nonzero(record, "lookups", caller->lookups);
	record_nonzero(record, "main_lookups", caller->main_lookups);
	record_nonzero(record, "different_paths", caller->different_paths);
	record_array_begin(record, "paths");
	fact_foreach (path, caller->paths) {
		record_object_begin(record);
		record_text(record, "path", path->path);
		record_u64(record, "share", path->share);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_files(struct record *record, const struct caller_fact *caller)
{
	record_nonzero(record, "different_files", caller->different_files);
	record_array_begin(record, "files");
	fact_foreach (file, caller->files) {
		record_object_begin(record);
		record_i64(record, "descriptor", file->descriptor);
		record_text(record, "file", file->file);
		record_u64(record, "calls", file->calls);
		record_nonzero(record, "writes", file->writes);
		record_nonzero(record, "syncs", file->syncs);
		record_nonzero(record, "bytes", file->bytes);
		record_nonzero(record, "fresh_bytes", file->fresh_bytes);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_caller(struct encoding *encoding, const struct call_rates_fact *rates,
	const struct caller_fact *caller)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "syscalls");
	record_seconds(record, "at", rates->at_us);
	record_u64(record, "interval_us", rates->interval_us);
	record_u64(record, "pid", caller->pid);
	record_text(record, "comm", caller->comm);
	record_u64(record, "calls", caller->calls);
	record_outcome(record, "sample", caller->sample);
	record_outcome(record, "paths_read", caller->paths_read);
	record_nonzero(record, "samples", caller->samples);
	record_nonzero(record, "sample_us", caller->sample_us);
	record_nonzero(record, "cpu_us", caller->cpu_us);
	record_nonzero(record, "seen_us", caller->seen_us);
	record_nonzero(record, "waited_us", caller->waited_us);
	record_nonzero(record, "sampled", caller->sampled);
	record_nonzero(record, "failed", caller->failed);
	record_nonzero(record, "empty", caller->empty);
	record_nonzero(record, "others", caller->others);
	record_nonzero(record, "bytes", caller->bytes);
	record_nonzero(record, "fresh_bytes", caller->fresh_bytes);
	record_nonzero(record, "opened_bytes", caller->opened_bytes);
	encode_counts(record, caller);
	encode_paths(record, caller);
	encode_files(record, caller);
	encoding_end(encoding, caller);
}

/* Where nothing could be counted, one line says why. */
static void encode_call_rates(struct encoding *encoding)
{
	const struct call_rates_fact *rates = &encoding->facts->call_rates;
	struct record *record = encoding->record;

	if (!fact_is_known(&rates->once))
		return;
	if (rates->read != OUTCOME_OK) {
		record_begin(record, encoding->report, "syscalls");
		record_seconds(record, "at", rates->at_us);
		record_outcome(record, "read", rates->read);
		encoding_end(encoding, rates);
		return;
	}
	fact_foreach (caller, rates->callers)
		encode_caller(encoding, rates, caller);
}

static void encode_boot_end(struct encoding *encoding)
{
	const struct boot_end_fact *end = &encoding->facts->boot_end;
	struct record *record = encoding->record;

	if (!fact_is_known(&end->once))
		return;
	record_begin(record, encoding->report, "up");
	record_seconds(record, "at", end->up_us);
	record_text(record, "because", end->because);
	if (end->handoff_us)
		record_seconds(record, "handoff", end->handoff_us);
	record_outcome(record, "units_read", end->units_read);
	record_array_begin(record, "slow");
	fact_foreach (part, end->slow) {
		record_object_begin(record);
		record_text(record, "name", part->name);
		record_seconds(record, "started", part->started_us);
		record_u64(record, "duration_us", part->duration_us);
		record_object_end(record);
	}
	record_array_end(record);
	encoding_end(encoding, end);
}

void encode_progress(struct encoding *encoding)
{
	encode_heartbeat(encoding);
	encode_stall(encoding);
	encode_call_rates(encoding);
	encode_boot_end(encoding);
}
