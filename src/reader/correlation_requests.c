/* SPDX-License-Identifier: MIT */
/*
 * The second look at the logs of the host: who asked for what, how often, and what became of it.
 */
#include "reader/correlation_part.h"
#include "reader/frame.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_TRIES = 32 };

static const int64_t SECOND = 1000000, FIRST_GAP = 1000;
/* Firmware and boot loader, before the kernel. */
static const double AHEAD = -60;

int pending_new(struct pending **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void pending_free(struct pending *pending)
{
	free(pending);
}

static uint32_t hash(uint64_t a, uint64_t b)
{
	uint64_t mixed = (a ^ (b * 0x9e3779b97f4a7c15U)) * 0xff51afd7ed558ccdU;

	return (uint32_t)(mixed >> 33);
}

/* ------------------------------------------------------------------------------------- processes
 */

static int new_process(struct correlation *correlation, unsigned log, bool is_device, uint64_t id,
	enum host_clock clock)
{
	struct correlation_process *process;

	if (correlation->process_count == CORRELATION_PROCESSES_MAX)
		return -E2BIG;
	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->log = log;
	process->is_device = is_device;
	process->id = id;
	process->clock = clock;
	process->gap_us = FIRST_GAP;
	correlation->process[correlation->process_count] = process;
	return (int)correlation->process_count++;
}

/* Its number; -E2BIG: there are too many. */
static int find_process(struct correlation *correlation, unsigned log, bool is_device, uint64_t id,
	enum host_clock clock)
{
	uint16_t *index = correlation->pending->index;
	uint32_t at = hash(id, log * 2 + is_device) % PENDING_INDEX_MAX;
	int number;

	for (; index[at]; at = (at + 1) % PENDING_INDEX_MAX) {
		const struct correlation_process *known = correlation->process[index[at] - 1];

		if (known->id == id && known->log == log && known->is_device == is_device)
			return index[at] - 1;
	}
	number = new_process(correlation, log, is_device, id, clock);
	if (number >= 0)
		index[at] = (uint16_t)(number + 1);
	return number;
}

static struct correlation_operation *find_operation(
	struct correlation_process *process, const char *name)
{
	struct correlation_operation *operation = process->operation;

	for (unsigned i = 0; i < process->operation_count; i++, operation++) {
		if (strcmp(operation->name, name) == 0)
			return operation;
	}
	if (process->operation_count == CORRELATION_OPERATIONS_MAX)
		return NULL;
	(void)text_copy(operation->name, sizeof(operation->name), name);
	process->operation_count++;
	return operation;
}

static void count_second(struct correlation_operation *operation, int64_t us)
{
	if (us / SECOND != operation->second) {
		operation->second = us / SECOND;
		operation->in_second = 0;
	}
	operation->in_second++;
	if (operation->in_second > operation->peak)
		operation->peak = operation->in_second;
}

/* Of spans that are nearer to each other than the gap one is made; the gap grows until one is free.
 */
static void merge_spans(struct correlation_process *process)
{
	while (process->span_count == CORRELATION_SPANS_MAX) {
		unsigned kept = 0;

		process->gap_us *= 2;
		for (unsigned i = 1; i < process->span_count; i++) {
			struct correlation_span *last = &process->span[kept];
			const struct correlation_span *next = &process->span[i];

			if (next->start_us - last->end_us > process->gap_us) {
				process->span[++kept] = *next;
				continue;
			}
			last->end_us = next->end_us > last->end_us ? next->end_us : last->end_us;
			last->count += next->count;
		}
		process->span_count = kept + 1;
	}
}

static void add_to_span(struct correlation_process *process, int64_t us)
{
	struct correlation_span *last =
		process->span_count ? &process->span[process->span_count - 1] : NULL;

	/* Threads write their lines a little out of order. */
	if (last && us - last->end_us <= process->gap_us) {
		last->end_us = us > last->end_us ? us : last->end_us;
		last->count++;
		return;
	}
	merge_spans(process);
	process->span[process->span_count++] =
		(struct correlation_span){.start_us = us, .end_us = us, .count = 1};
}

/* ------------------------------------------------------------------------------- what is pending
 */

static struct pending_request *find_pending(
	struct pending *pending, unsigned log, uint64_t unique, uint64_t device)
{
	uint32_t at = hash(unique ^ device, log);

	for (unsigned i = 0; i < PENDING_TRIES; i++) {
		struct pending_request *request = &pending->request[(at + i) % PENDING_MAX];

		if (request->is_used && request->unique == unique && request->log == log &&
			request->device == device)
			return request;
	}
	return NULL;
}

/* Where all places are taken, an old one is given up. */
static struct pending_request *place_pending(
	struct pending *pending, unsigned log, uint64_t unique, uint64_t device)
{
	uint32_t at = hash(unique ^ device, log);
	struct pending_request *known = find_pending(pending, log, unique, device);

	for (unsigned i = 0; !known && i < PENDING_TRIES; i++) {
		if (!pending->request[(at + i) % PENDING_MAX].is_used)
			known = &pending->request[(at + i) % PENDING_MAX];
	}
	return known ? known : &pending->request[at % PENDING_MAX];
}

static int64_t coarser(int64_t left, int64_t right)
{
	return left > right ? left : right;
}

static void answer(struct correlation *correlation, struct pending_request *request, bool is_failed,
	const struct stamp *at)
{
	struct correlation_process *process = correlation->process[request->process];
	struct correlation_operation *operation = &process->operation[request->operation];
	int64_t took_us = at->us - request->since_us;

	operation->timed++;
	operation->resolution_us = coarser(
		operation->resolution_us, coarser(request->resolution_us, at->resolution_us));
	operation->failed += is_failed;
	process->failed += is_failed;
	if (took_us > operation->slowest_us)
		operation->slowest_us = took_us;
	request->is_used = false;
}

struct request {
	unsigned log;
	bool is_device;
	uint64_t id, unique;
	const char *operation;
	bool has_answer;
};

/* Counts a request; returns the number of who asked, or a negative errno. */
static int count_request(struct correlation *correlation, const struct request *request,
	const struct host_line *line)
{
	int number = find_process(
		correlation, request->log, request->is_device, request->id, host_clock_of(line));
	struct correlation_operation *operation;
	struct correlation_process *process;
	int64_t us = line->stamp.us;

	if (number == -ENOMEM)
		return number;
	correlation->log[request->log].requests++;
	process = number < 0 ? NULL : correlation->process[number];
	operation = process ? find_operation(process, request->operation) : NULL;
	if (!operation) {
		correlation->uncounted++;
		return -E2BIG;
	}
	if (!operation->count++)
		operation->first_us = us;
	operation->last_us = us;
	process->count++;
	count_second(operation, us);
	add_to_span(process, us);
	stalls_count(correlation, process, correlation_time(correlation, process->clock, us));
	if (request->has_answer)
		*place_pending(correlation->pending, request->log, request->unique,
			request->is_device ? request->id : 0) =
			(struct pending_request){.is_used = true,
				.log = request->log,
				.unique = request->unique,
				.device = request->is_device ? request->id : 0,
				.since_us = us,
				.resolution_us = line->stamp.resolution_us,
				.process = (uint16_t)number,
				.operation = (uint8_t)(operation - process->operation)};
	return number;
}

/* ------------------------------------------------------------------------------------- virtiofsd
 */

static struct pending_thread *find_thread(struct pending *pending, unsigned log, uint32_t thread)
{
	for (unsigned i = 0; i < pending->thread_count; i++) {
		if (pending->thread[i].thread == thread && pending->thread[i].log == log)
			return &pending->thread[i];
	}
	return NULL;
}

static void note_thread(
	struct pending *pending, unsigned log, const struct fuse_line *fuse, uint16_t process)
{
	struct pending_thread *thread = find_thread(pending, log, fuse->thread);

	if (!thread && pending->thread_count == PENDING_THREADS_MAX)
		return;
	if (!thread)
		thread = &pending->thread[pending->thread_count++];
	*thread = (struct pending_thread){
		.log = log, .thread = fuse->thread, .unique = fuse->unique, .process = process};
}

/* Keeps those that are more than one of CORRELATION_NAMES_MAX + 1 (Misra and Gries). */
static void count_name(struct correlation_process *process, const char *text)
{
	struct correlation_name *free_one = NULL;

	for (unsigned i = 0; i < CORRELATION_NAMES_MAX; i++) {
		struct correlation_name *name = &process->name[i];

		if (name->count && strcmp(name->text, text) == 0) {
			name->count++;
			return;
		}
		free_one = name->count ? free_one : name;
	}
	if (free_one) {
		(void)text_copy(free_one->text, sizeof(free_one->text), text);
		free_one->count = 1;
		return;
	}
	for (unsigned i = 0; i < CORRELATION_NAMES_MAX; i++)
		process->name[i].count--;
}

static int count_fuse(struct correlation *correlation, unsigned log, const struct fuse_line *fuse,
	const struct host_line *line)
{
	struct pending *pending = correlation->pending;
	struct pending_thread *thread = find_thread(pending, log, fuse->thread);
	struct pending_request *known = NULL;
	char number[24] = "opcode ";
	const char *name = fuse_opcode_name(fuse->opcode);
	struct text text = {number, sizeof(number), strlen(number), false};
	int process;

	if (fuse->kind == FUSE_REQUEST) {
		text_append_u64(&text, fuse->opcode);
		process = count_request(correlation,
			&(struct request){.log = log,
				.id = fuse->pid,
				.unique = fuse->unique,
				.operation = *name ? name : number,
				.has_answer = fuse_opcode_has_reply(fuse->opcode)},
			line);
		if (process >= 0 && fuse->thread)
			note_thread(pending, log, fuse, (uint16_t)process);
		return process == -ENOMEM ? process : 0;
	}
	if (fuse->kind == FUSE_NAME && thread)
		count_name(correlation->process[thread->process], fuse->name);
	if (fuse->kind == FUSE_REPLY)
		known = find_pending(pending, log, fuse->unique, 0);
	else if (fuse->kind == FUSE_READ && thread)
		known = find_pending(pending, log, thread->unique, 0);
	if (known)
		answer(correlation, known, fuse->error != 0, &line->stamp);
	return 0;
}

/* ------------------------------------------------------------------------------------------ QEMU
 */

static int count_qemu(struct correlation *correlation, unsigned log, const struct qemu_trace *trace,
	const struct host_line *line)
{
	struct pending_request *known;
	int process;

	if (trace->kind == QEMU_REQUEST) {
		process = count_request(correlation,
			&(struct request){.log = log,
				.is_device = true,
				.id = trace->device,
				.unique = trace->request,
				.operation = trace->operation,
				.has_answer = trace->request != 0},
			line);
		return process == -ENOMEM ? process : 0;
	}
	if (trace->kind != QEMU_DONE)
		return 0;
	known = find_pending(correlation->pending, log, trace->request, trace->device);
	if (known)
		answer(correlation, known, trace->value != 0, &line->stamp);
	return 0;
}

/* ------------------------------------------------------------------------------------------- all
 */

static bool is_outside(const struct correlation *correlation, const struct host_line *line)
{
	double at = correlation_time(correlation, host_clock_of(line), line->stamp.us);

	return at < AHEAD || at > correlation->until;
}

int correlation_count(struct correlation *correlation, unsigned log, const struct host_line *line)
{
	struct correlation_log *about = &correlation->log[log];
	struct qemu_trace trace;
	struct fuse_line fuse;

	if (is_outside(correlation, line)) {
		about->outside++;
		return 0;
	}
	if (about->kind == CORRELATION_FUSE && fuse_line_is_of_daemon(line->text)) {
		if (!fuse_line_parse(line->text, &fuse))
			return 0;
		return fuse.kind <= FUSE_QUEUE || fuse.kind >= FUSE_END
			       ? mark_fuse(about, &fuse, line)
			       : count_fuse(correlation, log, &fuse, line);
	}
	if (about->kind == CORRELATION_QEMU && qemu_trace_parse(line->text, &trace))
		return trace.kind == QEMU_RUNNING ? mark_qemu(about, &trace, line)
						  : count_qemu(correlation, log, &trace, line);
	/* A record stands in its own lane. */
	return strstr(line->text, FRAME_MARKER) ? 0 : mark_line(about, line);
}
