/* SPDX-License-Identifier: MIT */
/*
 * Clocks and requests as JSON.
 */
#include "cli/correlate.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>

static const char *log_name(const struct correlation *correlation, unsigned log)
{
	return log < correlation->log_count ? correlation->log[log].name : "";
}

/* ------------------------------------------------------------------------------------------ JSON
 */

static json_t *bound_object(
	const struct correlation *correlation, const struct sighting_bound *bound)
{
	if (!bound->is_known)
		return json_null();
	return json_pack("{s:I, s:o, s:I, s:f, s:s, s:s}", "offset_us",
		(json_int_t)bound->offset_us, "log",
		output_json_text(log_name(correlation, bound->log)), "host_us",
		(json_int_t)bound->host_us, "guest", bound->guest, "host_saw",
		sighting_host_words(bound->rule), "guest_saw", sighting_guest_words(bound->rule));
}

static json_t *clock_object(const struct correlation *correlation, enum host_clock clock)
{
	const struct correlation_clock *known = &correlation->clock[clock];
	json_t *object = json_pack("{s:s, s:s}", "clock", host_clock_name(clock), "state",
		correlation_state_name(known->state));

	if (!object)
		return NULL;
	if (correlation_is_placed(known)) {
		(void)json_object_set_new(
			object, "offset_us", json_integer((json_int_t)known->offset_us));
		(void)json_object_set_new(
			object, "uncertainty_us", json_integer((json_int_t)known->uncertainty_us));
	}
	if (known->state != CORRELATION_GIVEN) {
		(void)json_object_set_new(
			object, "not_before", bound_object(correlation, &known->low));
		(void)json_object_set_new(
			object, "not_after", bound_object(correlation, &known->high));
		(void)json_object_set_new(
			object, "candidates", json_integer((json_int_t)known->candidates));
		(void)json_object_set_new(
			object, "left_out", json_integer((json_int_t)known->left_out));
	}
	return object;
}

/* Both times; that of the guest only where it is known. */
static void set_moment(json_t *object, const char *key, const struct correlation *correlation,
	enum host_clock clock, int64_t us)
{
	double at = correlation_time(correlation, clock, us);
	char name[32];

	(void)text_join(name, sizeof(name), key, "_host_us", NULL);
	(void)json_object_set_new(object, name, json_integer((json_int_t)us));
	if (!isnan(at))
		(void)json_object_set_new(object, key, json_real(at));
}

static json_t *operation_object(const struct correlation *correlation,
	const struct correlation_process *process, const struct correlation_operation *operation)
{
	json_t *object = json_pack("{s:o, s:I, s:I, s:I}", "operation",
		output_json_text(operation->name), "requests", (json_int_t)operation->count,
		"failed", (json_int_t)operation->failed, "peak_per_second",
		(json_int_t)operation->peak);

	if (!object)
		return NULL;
	if (operation->timed) {
		(void)json_object_set_new(
			object, "slowest_us", json_integer((json_int_t)operation->slowest_us));
		(void)json_object_set_new(object, "slowest_resolution_us",
			json_integer((json_int_t)operation->resolution_us));
	}
	set_moment(object, "first", correlation, process->clock, operation->first_us);
	set_moment(object, "last", correlation, process->clock, operation->last_us);
	return object;
}

static void set_count(json_t *object, const char *key, uint64_t value)
{
	if (value)
		(void)json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (*value)
		(void)json_object_set_new(object, key, output_json_text(value));
}

static json_t *guest_object(const struct guest_process *guest)
{
	json_t *object = json_object();

	set_text(object, "comm", guest->comm);
	set_count(object, "cpu_us", guest->cpu_us);
	set_count(object, "read_bytes", guest->read_bytes);
	set_count(object, "written_bytes", guest->written_bytes);
	set_count(object, "calls", guest->calls);
	set_text(object, "call", guest->call);
	set_count(object, "call_count", guest->call_count);
	set_count(object, "call_interval_us", guest->call_interval_us);
	set_text(object, "path", guest->path);
	set_count(object, "path_share", guest->path_share);
	set_text(object, "waits", guest->waits);
	return object;
}

static json_t *process_object(
	const struct correlation *correlation, const struct correlation_process *process)
{
	json_t *operations = json_array(), *names = json_array(), *object;
	struct guest_process guest;

	for (unsigned i = 0; i < process->operation_count; i++)
		(void)json_array_append_new(
			operations, operation_object(correlation, process, &process->operation[i]));
	for (unsigned i = 0; i < CORRELATION_NAMES_MAX && process->name[i].count; i++)
		(void)json_array_append_new(names,
			json_pack("{s:o, s:I}", "name", output_json_text(process->name[i].text),
				"at_least", (json_int_t)process->name[i].count));
	object = json_pack("{s:o, s:I, s:I, s:I, s:o, s:o}", "log",
		output_json_text(log_name(correlation, process->log)), "requests",
		(json_int_t)process->count, "failed", (json_int_t)process->failed, "unanswered",
		(json_int_t)process->unanswered, "operations", operations, "looks_up", names);
	if (!object)
		return NULL;
	(void)json_object_set_new(object, process->is_device ? "device" : "pid",
		json_integer((json_int_t)process->id));
	set_text(object, "disk", process->disk);
	if (process->is_hook)
		(void)json_object_set_new(object, "is_bootprobe", json_true());
	if (!process->is_device && process->id &&
		guest_process_find(correlation->report, process->id, &guest))
		(void)json_object_set_new(object, "guest", guest_object(&guest));
	return object;
}

static json_t *log_object(const struct correlation_log *log)
{
	static const char *const KINDS[] = {[CORRELATION_LINES] = "lines",
		[CORRELATION_FUSE] = "virtiofsd",
		[CORRELATION_QEMU] = "qemu-trace"};

	return json_pack("{s:o, s:s, s:b, s:I, s:I, s:I, s:I}", "name", output_json_text(log->name),
		"kind", KINDS[log->kind], "journal", log->is_journal, "lines",
		(json_int_t)log->lines, "stamped", (json_int_t)log->stamped, "requests",
		(json_int_t)log->requests, "outside", (json_int_t)log->outside);
}

static json_t *open_object(
	const struct correlation *correlation, const struct correlation_open *open)
{
	json_t *object = json_pack("{s:o, s:I, s:o}", "log",
		output_json_text(log_name(correlation, open->log)), "id", (json_int_t)open->id,
		"operation", output_json_text(open->operation));

	if (object)
		set_moment(object, "since", correlation, open->clock, open->since_us);
	return object;
}

static json_t *stall_object(const struct correlation *correlation, unsigned index)
{
	const struct correlation_stall *stall = &correlation->stall[index];
	json_t *processes = json_array();

	for (unsigned i = 0; i < correlation->process_count; i++) {
		const struct correlation_process *process = correlation->process[i];

		if (process->in_stall[index])
			(void)json_array_append_new(processes,
				json_pack("{s:I, s:I}", process->is_device ? "device" : "pid",
					(json_int_t)process->id, "requests",
					(json_int_t)process->in_stall[index]));
	}
	return json_pack("{s:f, s:f, s:b, s:I, s:o}", "since", stall->since, "until", stall->until,
		"open", stall->is_open, "requests", (json_int_t)stall->requests, "processes",
		processes);
}

int correlate_add_json(json_t *object, const struct correlation *correlation)
{
	json_t *clocks = json_array(), *logs = json_array(), *processes = json_array(),
	       *unanswered = json_array(), *stalls = json_array();

	for (int i = 0; i < HOST_CLOCKS; i++) {
		if (correlation->clock[i].state != CORRELATION_UNUSED)
			(void)json_array_append_new(
				clocks, clock_object(correlation, (enum host_clock)i));
	}
	for (unsigned i = 0; i < correlation->log_count; i++)
		(void)json_array_append_new(logs, log_object(&correlation->log[i]));
	for (unsigned i = 0; i < correlation->process_count; i++)
		(void)json_array_append_new(
			processes, process_object(correlation, correlation->process[i]));
	for (unsigned i = 0; i < correlation->open_count; i++)
		(void)json_array_append_new(
			unanswered, open_object(correlation, &correlation->open[i]));
	for (unsigned i = 0; i < correlation->stall_count; i++)
		(void)json_array_append_new(stalls, stall_object(correlation, i));
	if (json_object_set_new(object, "stalls", stalls) < 0 ||
		json_object_set_new(object, "clocks", clocks) < 0 ||
		json_object_set_new(object, "logs", logs) < 0 ||
		json_object_set_new(object, "processes", processes) < 0 ||
		json_object_set_new(object, "unanswered", unanswered) < 0)
		return -ENOMEM;
	return json_object_set_new(
		       object, "uncounted", json_integer((json_int_t)correlation->uncounted)) < 0
		       ? -ENOMEM
		       : 0;
}
