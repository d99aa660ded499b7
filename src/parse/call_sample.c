/* SPDX-License-Identifier: MIT */
#include "parse/call_sample.h"

#include "base/text.h"

#include <fcntl.h>
#include <string.h>

/* A call that waits for an event and comes back sooner has found one. */
enum { WAITED_US = 100 };
/* Those that a process circles over, if it does. */
enum { MAIN_PATHS = 8 };

/* -------------------------------------------------------------------------------------- spans */

/* Adds a part of a file, and returns how many bytes of it are new. */
static uint64_t add_span(struct sample_file *file, uint64_t from, uint64_t length)
{
	uint64_t to, known = 0;
	uint32_t kept = 0;

	if (length == 0 || __builtin_add_overflow(from, length, &to) || file->is_scattered)
		return length;
	/* Those that it touches become one with it. */
	for (uint32_t i = 0; i < file->span_count; i++) {
		struct sample_span old = file->span[i];

		if (old.from > to || old.to < from) {
			file->span[kept++] = old;
			continue;
		}
		from = old.from < from ? old.from : from;
		to = old.to > to ? old.to : to;
		known += old.to - old.from;
	}
	file->span_count = kept;
	if (kept == SAMPLE_SPANS_MAX) {
		file->is_scattered = true;
		return length;
	}
	file->span[file->span_count++] = (struct sample_span){.from = from, .to = to};
	return to - from - known;
}

/* -------------------------------------------------------------------------------------- files */

static struct sample_file *new_file(
	struct call_sample *sample, int32_t descriptor, const char *name)
{
	struct sample_file *file = &sample->file[sample->file_count];

	sample->different_files++;
	if (sample->file_count == SAMPLE_FILES_MAX)
		return NULL;
	sample->file_count++;
	*file = (struct sample_file){.descriptor = descriptor};
	text_copy(file->name, sizeof(file->name), name);
	return file;
}

static struct sample_file *file_of(struct call_sample *sample, int32_t descriptor)
{
	uint32_t *index;
	struct sample_file *file;

	if (descriptor < 0 || descriptor >= SAMPLE_FDS_MAX)
		return NULL;
	index = &sample->file_of[descriptor];
	if (*index == 0) {
		file = new_file(sample, descriptor, "");
		*index = file ? sample->file_count : 0;
		return file;
	}
	return &sample->file[*index - 1];
}

static void note_open(struct call_sample *sample, int64_t descriptor, uint64_t flags)
{
	struct sample_file *file = NULL;

	if (descriptor < 0 || descriptor >= SAMPLE_FDS_MAX)
		return;
	for (uint32_t i = 0; i < sample->file_count && !file && sample->last_path[0]; i++) {
		if (strcmp(sample->file[i].name, sample->last_path) == 0)
			file = &sample->file[i];
	}
	if (!file)
		file = new_file(sample, (int32_t)descriptor, sample->last_path);
	sample->file_of[descriptor] = file ? (uint32_t)(file - sample->file) + 1 : 0;
	if (!file)
		return;
	file->descriptor = (int32_t)descriptor;
	file->is_opened = true;
	file->is_appending = flags & O_APPEND;
	file->position = 0;
}

/* Which part of the file it was is known unless it is a pipe or the like, where each byte is new,
 * as it is in a part that follows the last one. */
static void note_bytes(
	struct call_sample *sample, struct sample_file *file, uint32_t kind, uint64_t bytes)
{
	uint64_t fresh = bytes, at;

	if (file) {
		at = kind & CALL_AT                             ? sample->enter.argument[3]
		     : file->is_appending && kind & CALL_WRITES ? file->end
								: file->position;
		fresh = add_span(file, at, bytes);
		file->position = kind & CALL_AT ? file->position : at + bytes;
		file->end = at + bytes > file->end ? at + bytes : file->end;
		file->bytes += bytes;
		file->fresh_bytes += fresh;
		sample->opened_bytes += file->is_opened ? fresh : 0;
	}
	sample->bytes += bytes;
	sample->fresh_bytes += fresh;
}

static void note_file(struct call_sample *sample, uint32_t kind, int64_t result)
{
	uint64_t argument = sample->enter.argument[0];
	struct sample_file *file = file_of(sample, argument > INT32_MAX ? -1 : (int32_t)argument);

	if (file) {
		file->calls++;
		file->writes += !!(kind & CALL_WRITES);
		file->syncs += !!(kind & CALL_SYNCS);
	}
	if (result > 0 && kind & (CALL_READS | CALL_WRITES))
		note_bytes(sample, file, kind, (uint64_t)result);
	if (file && result >= 0 && kind & CALL_SEEKS)
		file->position = (uint64_t)result;
	if (file && result >= 0 && kind & CALL_CUTS)
		file->end = sample->enter.argument[1];
}

/* -------------------------------------------------------------------------------------- calls */

static void note_path(struct call_sample *sample, const char *path)
{
	uint32_t at = 0;

	/* The same look-up, told by both probes. */
	if (sample->is_inside && strcmp(sample->last_path, path) == 0)
		return;
	text_copy(sample->last_path, sizeof(sample->last_path), path);
	sample->lookups++;
	while (at < sample->path_count && strcmp(sample->path[at].path, sample->last_path) != 0)
		at++;
	if (at == sample->path_count)
		sample->different_paths++;
	if (at == SAMPLE_PATHS_MAX)
		return;
	if (at == sample->path_count) {
		sample->path_count++;
		sample->path[at].count = 0;
		text_copy(sample->path[at].path, sizeof(sample->path[at].path), path);
	}
	sample->path[at].count++;
}

static bool is_in_vain(uint32_t kind, int64_t result, uint64_t took_us)
{
	return result < 0 || (result == 0 && kind & CALL_READS) ||
	       (kind & CALL_WAITS && took_us < WAITED_US);
}

static uint64_t open_flags(uint32_t kind, const struct trace_line *enter)
{
	return kind & CALL_FLAGS_SECOND  ? enter->argument[1]
	       : kind & CALL_FLAGS_THIRD ? enter->argument[2]
					 : 0;
}

static void note_call(struct call_sample *sample, const struct trace_line *line)
{
	uint32_t kind = trace_call_kind(line->number);
	uint64_t took_us =
		line->at_us > sample->enter.at_us ? line->at_us - sample->enter.at_us : 0;

	sample->sampled++;
	sample->failed += line->result < 0;
	sample->empty += is_in_vain(kind, line->result, took_us);
	sample->others += kind & CALL_OTHER && line->result >= 0;
	if (kind & CALL_SLEEPS || (kind & CALL_WAITS && took_us >= WAITED_US))
		sample->waited_us += took_us;
	if (kind & CALL_DESCRIPTOR)
		note_file(sample, kind, line->result);
	if (kind & CALL_OPENS)
		note_open(sample, line->result, open_flags(kind, &sample->enter));
}

void call_sample_begin(struct call_sample *sample)
{
	sample->is_inside = false;
	sample->last_us = 0;
	sample->last_path[0] = '\0';
}

void call_sample_add(struct call_sample *sample, const struct trace_line *line)
{
	if (line->pid != sample->pid)
		return;
	if (sample->last_us && line->at_us > sample->last_us)
		sample->seen_us += line->at_us - sample->last_us;
	sample->last_us = line->at_us;
	switch (line->kind) {
	case TRACE_ENTER:
		sample->is_inside = true;
		sample->enter = *line;
		sample->last_path[0] = '\0';
		break;
	case TRACE_PATH:
		note_path(sample, line->path);
		break;
	case TRACE_EXIT:
		if (sample->is_inside && sample->enter.number == line->number)
			note_call(sample, line);
		sample->is_inside = false;
		break;
	}
}

/* --------------------------------------------------------------------------------- what it was */

static bool is_before(const struct sample_file *a, const struct sample_file *b)
{
	return a->calls > b->calls || (a->calls == b->calls && a < b);
}

struct sample_file *call_sample_next_file(
	struct call_sample *sample, const struct sample_file *before)
{
	struct sample_file *found = NULL;

	for (uint32_t i = 0; i < sample->file_count; i++) {
		struct sample_file *file = &sample->file[i];

		if ((!before || is_before(before, file)) && (!found || is_before(file, found)))
			found = file;
	}
	return found;
}

/* The path that was looked up most, of those that are not told yet; SAMPLE_PATHS_MAX: there is
 * none. */
static uint32_t next_path(const struct call_sample *sample, uint64_t told)
{
	uint32_t best = SAMPLE_PATHS_MAX;

	for (uint32_t i = 0; i < sample->path_count; i++) {
		if (!(told >> i & 1) && (best == SAMPLE_PATHS_MAX ||
						sample->path[i].count > sample->path[best].count))
			best = i;
	}
	return best;
}

static void tell_paths(const struct call_sample *sample, struct caller_fact *caller)
{
	uint64_t told = 0;

	fact_list_reset(&caller->paths.list);
	caller->main_lookups = 0;
	for (uint32_t i = 0; i < MAIN_PATHS; i++) {
		uint32_t best = next_path(sample, told);
		struct call_path_fact *path;

		if (best == SAMPLE_PATHS_MAX)
			return;
		told |= UINT64_C(1) << best;
		caller->main_lookups += sample->path[best].count;
		if (i >= CALL_PATHS_MAX)
			continue;
		path = fact_new(caller->paths);
		text_copy(path->path, sizeof(path->path), sample->path[best].path);
		path->share =
			(uint32_t)((uint64_t)sample->path[best].count * 10000 / sample->lookups);
		fact_done(caller->paths);
	}
}

static void tell_files(struct call_sample *sample, struct caller_fact *caller)
{
	const struct sample_file *file = NULL;

	fact_list_reset(&caller->files.list);
	while (fact_count(caller->files) < CALL_FILES_MAX &&
		(file = call_sample_next_file(sample, file))) {
		struct call_file_fact *fact = fact_new(caller->files);

		*fact = (struct call_file_fact){
			.descriptor = file->descriptor,
			.calls = file->calls,
			.writes = file->writes,
			.syncs = file->syncs,
			.bytes = file->bytes,
			.fresh_bytes = file->fresh_bytes,
		};
		text_copy(fact->file, sizeof(fact->file), file->name);
		fact_done(caller->files);
	}
}

void call_sample_tell(struct call_sample *sample, struct caller_fact *caller)
{
	caller->seen_us = sample->seen_us;
	caller->waited_us = sample->waited_us;
	caller->sampled = sample->sampled;
	caller->failed = sample->failed;
	caller->empty = sample->empty;
	caller->others = sample->others;
	caller->lookups = sample->lookups;
	caller->different_paths = sample->different_paths;
	caller->different_files = sample->different_files;
	caller->bytes = sample->bytes;
	caller->fresh_bytes = sample->fresh_bytes;
	caller->opened_bytes = sample->opened_bytes;
	tell_paths(sample, caller);
	tell_files(sample, caller);
}
