/* SPDX-License-Identifier: MIT */
/*
 * What stands behind the timeline: how far the clocks are apart and how that is known, and who
 * asked the host for what, beside what the guest says of itself.
 */
#include "cli/correlate.h"

#include "base/text.h"
#include "cli/fold.h"
#include "cli/output.h"
#include "cli/words.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* Processes in text; --json has them all. */
enum { SHOWN_MAX = 12, LINE_SIZE = 640 };

static const int64_t SECOND = 1000000;

void correlate_format_host(char *data, size_t size, enum host_clock clock, int64_t us)
{
	/* Before 1970, too, a second has its microseconds behind it. */
	int64_t fraction = (us % SECOND + SECOND) % SECOND;
	time_t seconds = (time_t)((us - fraction) / SECOND);
	struct tm parts;
	size_t length;

	if (clock == HOST_UPTIME) {
		(void)snprintf(data, size, "%.6f s", (double)us / 1e6);
		return;
	}
	length = gmtime_r(&seconds, &parts) ? strftime(data, size, "%Y-%m-%d %H:%M:%S", &parts) : 0;
	(void)snprintf(data + length, size - length, ".%06d UTC", (int)fraction);
}

/* ---------------------------------------------------------------------------------------- clocks
 */

static const char *log_name(const struct correlation *correlation, unsigned log)
{
	return log < correlation->log_count ? correlation->log[log].name : "";
}

/* "virtiofsd.log, 2026-11-21 20:01:17.936904 UTC: INIT of the share; the guest at 3.922 s: ..." */
static void print_bound(FILE *stream, const struct correlation *correlation, enum host_clock clock,
	const char *which, const struct sighting_bound *bound)
{
	char data[LINE_SIZE], when[64], guest[32];

	if (!bound->is_known) {
		(void)fprintf(stream, "    %-10s  nothing that both saw tells\n", which);
		return;
	}
	if (bound->rule == SIGHTING_LINKED) {
		(void)text_join(data, sizeof(data), log_name(correlation, bound->log),
			": the journal says both times of the host", NULL);
	} else {
		correlate_format_host(when, sizeof(when), clock, bound->host_us);
		timeline_format(guest, sizeof(guest), bound->guest, 0.001);
		(void)text_join(data, sizeof(data), log_name(correlation, bound->log), ", ", when,
			": ", sighting_host_words(bound->rule), "; the guest, ", guest, ": ",
			sighting_guest_words(bound->rule), NULL);
	}
	(void)fprintf(stream, "    %-10s  ", which);
	fold_words(stream, 16, 16, data);
}

static void describe_clock(
	char *data, size_t size, enum host_clock clock, const struct correlation_clock *known)
{
	const char *name = clock == HOST_WALL ? "the host's wall clock" : "the host's uptime";
	char when[64], half[32];

	correlate_format_host(when, sizeof(when), clock, known->offset_us);
	timeline_format_duration(half, sizeof(half), (double)known->uncertainty_us / 1e6);
	switch (known->state) {
	case CORRELATION_GIVEN:
		(void)text_join(data, size, name, ": this kernel started at ", when,
			", as --offset says", NULL);
		break;
	case CORRELATION_ESTIMATED:
		(void)text_join(data, size, name, ": this kernel started at ", when,
			", give or take ", half, NULL);
		break;
	case CORRELATION_CONTRADICTORY:
		(void)text_join(data, size, name,
			": NOT KNOWN. What both saw excludes each other: is this log of this boot, "
			"and does its clock run like the guest's? See --offset",
			NULL);
		break;
	default:
		(void)text_join(data, size, name,
			": NOT KNOWN. Too little in these logs was seen by both: only the order "
			"within a log counts, and nothing of it is on the axis. See --offset",
			NULL);
		break;
	}
}

static void print_left_out(FILE *stream, const struct correlation_clock *known)
{
	char data[LINE_SIZE];

	if (!known->left_out)
		return;
	(void)snprintf(data, sizeof(data),
		"%llu older boots in the logs were not looked at: if it is one of them, this is "
		"wrong. See --offset",
		(unsigned long long)known->left_out);
	(void)fputs("    ", stream);
	fold_words(stream, 4, 4, data);
}

static void print_clock(FILE *stream, const struct correlation *correlation, enum host_clock clock)
{
	const struct correlation_clock *known = &correlation->clock[clock];
	char data[LINE_SIZE];

	if (known->state == CORRELATION_UNUSED)
		return;
	describe_clock(data, sizeof(data), clock, known);
	(void)fputs("  ", stream);
	fold_words(stream, 2, 4, data);
	if (known->state == CORRELATION_GIVEN)
		return;
	print_bound(stream, correlation, clock, "not before", &known->low);
	print_bound(stream, correlation, clock, "not after", &known->high);
	if (known->candidates > 1) {
		(void)snprintf(data, sizeof(data),
			"%u boots in a log fit, and this spans them all: see --offset",
			known->candidates);
		(void)fputs("    ", stream);
		fold_words(stream, 4, 4, data);
	}
	print_left_out(stream, known);
}

/* -------------------------------------------------------------------------------------- requests
 */

/* In the guest's time; where that is not known, since the log began. */
static void format_moment(char *data, size_t size, const struct correlation *correlation,
	const struct correlation_process *process, int64_t us)
{
	double at = correlation_time(correlation, process->clock, us);

	if (!isnan(at))
		(void)snprintf(data, size, "%.3f s", at);
	else
		(void)snprintf(data, size, "+%.3f s",
			(double)(us - correlation->log[process->log].first_us[process->clock]) /
				1e6);
}

/* Whole seconds do not tell how long anything took, but less than what. */
static void format_slowest(char *data, size_t size, const struct correlation_operation *operation)
{
	enum { SHOWN_US = 100, MILLISECOND = 1000 };
	int64_t below_us = operation->slowest_us + operation->resolution_us;
	char number[24];

	if (!operation->timed) {
		(void)text_copy(data, size, "-");
	} else if (operation->resolution_us <= SHOWN_US) {
		timeline_format_duration(data, size, (double)operation->slowest_us / 1e6);
	} else {
		if (below_us >= SECOND)
			(void)snprintf(
				number, sizeof(number), "%.0f s", ceil((double)below_us / 1e6));
		else
			(void)snprintf(number, sizeof(number), "%.0f ms",
				ceil((double)below_us / MILLISECOND));
		(void)text_join(data, size, "< ", number, NULL);
	}
}

static void print_operation(FILE *stream, const struct correlation *correlation,
	const struct correlation_process *process, const struct correlation_operation *operation)
{
	char name[24], slowest[32], first[32], last[32];

	fold_cut(name, 18, operation->name);
	format_slowest(slowest, sizeof(slowest), operation);
	format_moment(first, sizeof(first), correlation, process, operation->first_us);
	format_moment(last, sizeof(last), correlation, process, operation->last_us);
	(void)fprintf(stream, "    %-18s %8llu %7llu %7llu %9s %10s %10s\n", name,
		(unsigned long long)operation->count, (unsigned long long)operation->failed,
		(unsigned long long)operation->peak, slowest, first, last);
}

static void add_bytes(struct text *text, uint64_t bytes, const char *what)
{
	if (!bytes)
		return;
	text_append(text, text->length ? ", " : "");
	text_append_size(text, bytes);
	text_append(text, what);
}

/* "init, 3.2 s of CPU, most newfstatat (1100 in 5.00 s)"; "" where the guest says nothing. */
static void describe_guest(struct text *text, const struct guest_process *guest)
{
	char duration[32];

	if (guest->cpu_us) {
		timeline_format_duration(duration, sizeof(duration), (double)guest->cpu_us / 1e6);
		text_append(text, duration);
		text_append(text, " of processor time");
	}
	add_bytes(text, guest->read_bytes, " read");
	add_bytes(text, guest->written_bytes, " written");
	if (guest->calls) {
		text_append(text, text->length ? ", " : "");
		text_append_u64(text, guest->calls);
		text_append(text, " system calls");
	}
	if (guest->call_count) {
		timeline_format_duration(
			duration, sizeof(duration), (double)guest->call_interval_us / 1e6);
		text_append(text, text->length ? ", " : "");
		text_append_u64(text, guest->call_count);
		text_append(text, " of ");
		text_append(text, *guest->call ? guest->call : "one system call");
		text_append(text, " within ");
		text_append(text, duration);
	}
	if (*guest->path) {
		text_append(text, ", most for ");
		text_append(text, guest->path);
		text_append(text, " (");
		text_append_u64(text, guest->path_share / 100);
		text_append(text, " %)");
	}
	if (*guest->waits) {
		text_append(text, text->length ? ", " : "");
		text_append(text, "waits in ");
		text_append(text, guest->waits);
	}
}

/* The guest's own view of a disk. */
static void describe_disk(struct text *text, const struct correlation *correlation,
	const struct correlation_process *process)
{
	const struct reader_record *block = *process->disk ? reader_report_find(correlation->report,
								     "block", "name", process->disk)
							   : NULL;

	if (!block)
		return;
	words_key(text, "", block->members, "driver");
	words_size(text, ", ", block->members, "size_bytes");
	words_seconds(text, ", arrived at ", block->members, "arrived");
	words_integer(text, ", the kernel had done ", block->members, "reads");
	text_append(
		text, reader_has(block->members, "reads") ? " reads when it was looked at" : "");
}

static void print_names(FILE *stream, const struct correlation_process *process)
{
	char data[LINE_SIZE];
	struct text text;

	text_init(&text, data, sizeof(data));
	for (unsigned i = 0; i < 3 && process->name[i].count > 1; i++) {
		text_append(&text, i ? ", " : "looks up most: ");
		text_append(&text, process->name[i].text);
		text_append(&text, " (");
		text_append_u64(&text, process->name[i].count);
		text_append(&text, ")");
	}
	if (!text.length)
		return;
	(void)fputs("    ", stream);
	fold_words(stream, 4, 6, data);
}

static void print_process(FILE *stream, const struct correlation *correlation,
	const struct correlation_process *process)
{
	struct guest_process guest = {0};
	char data[LINE_SIZE], said[LINE_SIZE];
	struct text text;

	text_init(&text, said, sizeof(said));
	if (process->is_device) {
		(void)text_join(data, sizeof(data), "disk ",
			*process->disk ? process->disk : "that the report does not tell apart",
			NULL);
		describe_disk(&text, correlation, process);
	} else {
		if (process->id && guest_process_find(correlation->report, process->id, &guest))
			describe_guest(&text, &guest);
		(void)snprintf(data, sizeof(data), "process %llu", (unsigned long long)process->id);
	}
	if (!process->is_device && !process->id)
		(void)text_copy(data, sizeof(data), "the guest's kernel");
	(void)fputs("  ", stream);
	output_raw(stream, data);
	if (*guest.comm || process->is_hook) {
		(void)fputc(' ', stream);
		output_raw(stream, *guest.comm ? guest.comm : "bootprobe");
	}
	(void)fputc('\n', stream);
	for (unsigned i = 0; i < process->operation_count; i++)
		print_operation(stream, correlation, process, &process->operation[i]);
	print_names(stream, process);
	if (!text.length)
		return;
	(void)fputs("    the guest: ", stream);
	fold_words(stream, 15, 6, said);
}

static void print_open(FILE *stream, const struct correlation *correlation)
{
	if (!correlation->open_total)
		return;
	(void)fprintf(stream, "  %llu without an answer, of them longest:\n",
		(unsigned long long)correlation->open_total);
	for (unsigned i = 0; i < correlation->open_count && i < 5; i++) {
		const struct correlation_open *open = &correlation->open[i];
		const struct correlation_process place = {.log = open->log, .clock = open->clock};
		char since[32];

		format_moment(since, sizeof(since), correlation, &place, open->since_us);
		(void)fprintf(stream, "    %s of %llu since %s\n", open->operation,
			(unsigned long long)open->id, since);
	}
}

/* The heading of a log, and what is not shown of it. */
static void print_log(FILE *stream, const struct correlation_log *log)
{
	char data[LINE_SIZE], more[160] = "", name[43];

	if (log->outside)
		(void)snprintf(more, sizeof(more), ", %llu of another time than this boot's",
			(unsigned long long)log->outside);
	(void)snprintf(data, sizeof(data), ": %llu lines, %llu with a time%s",
		(unsigned long long)log->lines, (unsigned long long)log->stamped, more);
	fold_cut(name, 40, log->name);
	(void)fputs(name, stream);
	fold_words(stream, (unsigned)strlen(name), 2, data);
}

static void print_requests(FILE *stream, const struct correlation *correlation)
{
	unsigned shown = 0;

	(void)fprintf(stream, "    %-18s %8s %7s %7s %9s %10s %10s\n", "", "number", "failed",
		"peak/s", "slowest", "from", "to");
	for (unsigned log = 0; log < correlation->log_count; log++) {
		print_log(stream, &correlation->log[log]);
		for (unsigned i = 0; i < correlation->process_count && shown < SHOWN_MAX; i++) {
			if (correlation->process[i]->log != log)
				continue;
			print_process(stream, correlation, correlation->process[i]);
			shown++;
		}
	}
	if (correlation->process_count > shown)
		(void)fprintf(
			stream, "  and %u more: see --json\n", correlation->process_count - shown);
	if (correlation->uncounted)
		(void)fprintf(stream, "  %llu requests of further processes were not counted\n",
			(unsigned long long)correlation->uncounted);
	print_open(stream, correlation);
}

static void name_process(struct text *text, const struct correlation *correlation, unsigned index)
{
	const struct correlation_process *process = correlation->process[index];
	struct guest_process guest = {0};

	if (process->is_device) {
		text_append(text, *process->disk ? process->disk : "a disk");
	} else if (!process->id) {
		text_append(text, "its kernel");
	} else {
		text_append(text, "process ");
		text_append_u64(text, process->id);
		(void)guest_process_find(correlation->report, process->id, &guest);
		words_add(text, " ", process->is_hook ? "bootprobe" : guest.comm);
	}
}

/* "4.000 s to 19.000 s: 400 requests: 400 of process 310 looker" */
static void print_stall(FILE *stream, const struct correlation *correlation, unsigned index)
{
	const struct correlation_stall *stall = &correlation->stall[index];
	char data[LINE_SIZE];
	struct text text;
	unsigned told = 0;

	text_init(&text, data, sizeof(data));
	words_time(&text, stall->since);
	text_append(&text, " to ");
	words_time(&text, stall->until);
	text_append(&text, stall->is_open ? " and on: " : ": ");
	text_append_u64(&text, stall->requests);
	text_append(&text, " request");
	text_append(&text, stall->requests == 1 ? "" : "s");
	for (unsigned i = 0; i < correlation->process_count && told < 3; i++) {
		if (!correlation->process[i]->in_stall[index])
			continue;
		text_append(&text, told++ ? ", " : "; ");
		text_append_u64(&text, correlation->process[i]->in_stall[index]);
		text_append(&text, " of ");
		name_process(&text, correlation, i);
	}
	(void)fputs("  ", stream);
	fold_words(stream, 2, 4, data);
}

/* Without a common axis nothing can be said of it. */
static void print_stalls(FILE *stream, const struct correlation *correlation, bool is_coloured)
{
	bool is_placed = false;

	for (int clock = 0; clock < HOST_CLOCKS; clock++)
		is_placed |= correlation_is_placed(&correlation->clock[clock]);
	if (!correlation->stall_count || !is_placed)
		return;
	(void)fputc('\n', stream);
	output_coloured(
		stream, is_coloured, COLOUR_BOLD, "What it asked for while nothing went on in it");
	(void)fputc('\n', stream);
	for (unsigned i = 0; i < correlation->stall_count; i++)
		print_stall(stream, correlation, i);
}

/* Lines of logs that have no place on the axis, in their order. */
static void print_order(FILE *stream, const struct correlation *correlation)
{
	for (unsigned i = 0; i < correlation->log_count; i++) {
		const struct correlation_log *log = &correlation->log[i];

		for (size_t k = 0; k < log->mark_count && k < SHOWN_MAX; k++) {
			const struct correlation_mark *mark = &log->mark[k];
			char when[64];

			if (!isnan(correlation_time(correlation, mark->clock, mark->at_us)))
				continue;
			correlate_format_host(when, sizeof(when), mark->clock, mark->at_us);
			(void)fprintf(stream, "  %s  ", when);
			fold_words(stream, (unsigned)strlen(when) + 4, 6, mark->text);
		}
	}
}

void correlate_print_text(FILE *stream, const struct correlation *correlation, bool is_coloured)
{
	(void)fputc('\n', stream);
	output_coloured(stream, is_coloured, COLOUR_BOLD, "Clocks");
	(void)fputc('\n', stream);
	for (int clock = 0; clock < HOST_CLOCKS; clock++)
		print_clock(stream, correlation, (enum host_clock)clock);
	fold_words(
		stream, 0, 2, "  That guest and host measure a second alike is taken for granted.");
	print_order(stream, correlation);
	(void)fputc('\n', stream);
	output_coloured(stream, is_coloured, COLOUR_BOLD, "What the guest asked the host for");
	(void)fputc('\n', stream);
	print_requests(stream, correlation);
	print_stalls(stream, correlation, is_coloured);
}
