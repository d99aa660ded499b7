/* SPDX-License-Identifier: MIT */
#include "reader/course.h"

#include "base/signal_name.h"
#include "base/unit_name.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

const char *course_end_name(enum course_end end)
{
	static const char *const NAMES[COURSE_END_COUNT] = {[COURSE_UNWATCHED] = "unwatched",
		[COURSE_OPEN] = "open",
		[COURSE_EXIT] = "exit",
		[COURSE_FROZEN] = "frozen",
		[COURSE_UP] = "up",
		[COURSE_TIME_OVER] = "time-over",
		[COURSE_SHUTDOWN] = "shutdown",
		[COURSE_LOST] = "lost"};

	return NAMES[end % COURSE_END_COUNT];
}

const char *course_outcome_name(enum course_outcome outcome)
{
	static const char *const NAMES[COURSE_OUTCOME_COUNT] = {[COURSE_NOT_SEEN] = "not-seen",
		[COURSE_CAME_TRUE] = "came-true",
		[COURSE_WITHDRAWN] = "withdrawn",
		[COURSE_HEALED] = "healed",
		[COURSE_HARMLESS] = "harmless",
		[COURSE_NOT_IT] = "not-it"};

	return NAMES[outcome % COURSE_OUTCOME_COUNT];
}

/* ------------------------------------------------------------------------------------- in words
 */

static void append_more(struct text *text, int64_t count, size_t shown, const char *what)
{
	if (count <= (int64_t)shown)
		return;
	text_append(text, " and ");
	text_append_i64(text, count - (int64_t)shown);
	text_append(text, what);
}

static void append_key(
	struct text *text, const char *before, const json_t *members, const char *key)
{
	const char *value = reader_string(members, key);

	if (!*value)
		return;
	text_append(text, before);
	text_append(text, value);
}

/* A device by its path: "the device /dev/vdb". */
static void append_unit(struct text *text, const char *unit)
{
	char path[256];

	if (!text_ends_with(unit, ".device")) {
		text_append(text, unit);
		return;
	}
	unit_name_path(unit, path, sizeof(path));
	text_append(text, "the device ");
	text_append(text, path);
}

static void append_jobs(struct text *text, const json_t *stall)
{
	enum { SHOWN = 2 };
	const json_t *jobs = json_object_get(stall, "jobs"), *job;
	int64_t there = (int64_t)json_array_size(jobs);
	int64_t count = reader_integer(stall, "job_count", there);
	size_t i;

	json_array_foreach(jobs, i, job)
	{
		if (i == SHOWN)
			break;
		text_append(text, i ? ", " : "");
		append_unit(text, reader_string(job, "unit"));
		append_key(text, " (", job, "type");
		text_append(text, reader_has(job, "type") ? ")" : "");
	}
	if (there)
		append_more(text, count < there ? there : count, i, " more jobs");
}

static void append_waiting(struct text *text, const json_t *stall)
{
	const json_t *list = json_object_get(stall, "waiting");
	const json_t *process = json_array_get(list, 0);
	int64_t there = (int64_t)json_array_size(list);
	int64_t count = reader_integer(stall, "waiting_count", there);

	if (!process)
		return;
	append_key(text, text->length ? "; " : "", process, "comm");
	append_key(text, " in ", process, "call");
	append_key(text, " of ", process, reader_has(process, "file") ? "file" : "device");
	append_key(text, ", ", process, "wait_channel");
	append_more(text, count < there ? there : count, 1, " more processes");
}

const char *course_stall_work(const json_t *stall)
{
	if (reader_is(stall, "work", "computes"))
		return ", while the machine computes";
	return reader_is(stall, "work", "reads-writes") ? ", while the machine reads and writes"
							: "";
}

void course_stall_words(struct text *text, const json_t *stall)
{
	append_jobs(text, stall);
	append_waiting(text, stall);
	append_key(text, text->length ? "; requests to the disk " : "requests to the disk ", stall,
		"stuck_disk");
}

double course_rate(const json_t *syscalls, int64_t calls)
{
	double seconds = (double)reader_integer(syscalls, "interval_us", 0) / 1e6;
	double rate = seconds > 0 ? (double)calls / seconds : 0;

	return rate >= 0 && rate < 1e12 ? rate : 0;
}

double course_call_rate(const json_t *syscalls)
{
	return course_rate(syscalls, reader_integer(syscalls, "calls", 0));
}

void course_exit_words(struct text *text, const json_t *pid1)
{
	int status = (int)(reader_integer(pid1, "wait_status", 0) & 0xffff);
	const char *name = WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : NULL;

	if (reader_bool(pid1, "frozen", false)) {
		text_append(text, "stands still for ever");
		text_append(text, name ? ", hit by " : "");
		text_append(text, name ? name : "");
		return;
	}
	if (name) {
		text_append(text, "killed by ");
		text_append(text, name);
		return;
	}
	text_append(text, WIFSIGNALED(status) ? "killed by signal " : "exit status ");
	text_append_i64(text, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* ----------------------------------------------------------------------------------- how far it
 * got
 */

double course_stall_seconds(const struct reader_record *stall)
{
	double since = reader_number(stall->members, "since", NAN);
	double until =
		reader_number(stall->members, "ended", reader_number(stall->members, "at", NAN));

	return until >= since ? until - since : NAN;
}

static void count_stalls(const struct reader_report *report, struct course *course)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "stall", record))) {
		double seconds = course_stall_seconds(record);

		course->stalls++;
		course->stalled += isnan(seconds) ? 0 : seconds;
	}
}

static void follow_heartbeats(const struct reader_report *report, struct course *course)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "heartbeat", record))) {
		course->heartbeats++;
		course->last_heartbeat = record;
		if (isnan(course->handoff) && reader_integer(record->members, "stage", 1) == 2)
			course->handoff = reader_number(record->members, "at", NAN);
	}
}

static bool is_state(const struct course *course, const char *state)
{
	return course->recorder && reader_is(course->recorder->members, "state", state);
}

static enum course_end end_of(const struct course *course)
{
	if (is_state(course, "frozen") ||
		(course->exit && reader_bool(course->exit->members, "frozen", false)))
		return COURSE_FROZEN;
	if (course->exit || is_state(course, "exit"))
		return COURSE_EXIT;
	if (course->up || is_state(course, "up"))
		return COURSE_UP;
	if (is_state(course, "time-over"))
		return COURSE_TIME_OVER;
	if (is_state(course, "shutdown"))
		return COURSE_SHUTDOWN;
	if (is_state(course, "lost"))
		return COURSE_LOST;
	if (course->heartbeats ||
		(course->recorder && reader_is(course->recorder->members, "seize", "ok")))
		return COURSE_OPEN;
	return COURSE_UNWATCHED;
}

static double time_of_end(const struct course *course)
{
	double ended = NAN;

	if (course->end == COURSE_UNWATCHED || course->end == COURSE_OPEN)
		return NAN;
	if (course->recorder)
		ended = reader_number(course->recorder->members, "ended", NAN);
	if (course->end == COURSE_EXIT && course->exit)
		ended = reader_number(course->exit->members, "at", ended);
	else if (course->end == COURSE_UP && course->up)
		ended = reader_number(course->up->members, "at", ended);
	return ended;
}

/* ---------------------------------------------------------------------------------- predictions */

static bool is_known(const struct course *course, const json_t *finding)
{
	for (size_t i = 0; i < course->prediction_count; i++) {
		if (reader_is(finding, "id", course->prediction[i].id) &&
			reader_is(finding, "subject", course->prediction[i].subject))
			return true;
	}
	return false;
}

/* What is said of an end, or of a standstill, when it is there, predicts nothing. */
static bool is_prediction(const struct course *course, const struct reader_record *record)
{
	const char *id = reader_string(record->members, "id");

	return strcmp(record->type, "finding") == 0 &&
	       reader_is(record->members, "severity", "error") &&
	       !reader_has(record->members, "part_of") && !text_starts_with(id, "pid1.") &&
	       !text_starts_with(id, "boot.") && !(isgreaterequal(record->t, course->ended)) &&
	       !is_known(course, record->members);
}

static bool holds(const struct reader_report *report, const struct course_prediction *prediction)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (strcmp(report->findings[i].id, prediction->id) == 0 &&
			strcmp(report->findings[i].subject, prediction->subject) == 0)
			return true;
	}
	return false;
}

/* Whether the guest laid what happened to that finding. */
static bool is_laid_to(const struct reader_report *report, const char *id)
{
	static const char *const EVENTS[] = {
		"pid1.exit", "pid1.frozen", "boot.stalled", "boot.livelock"};

	for (size_t i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		const struct reader_finding *finding = reader_report_finding(report, EVENTS[i]);

		if (finding && finding->part_of && strcmp(finding->part_of, id) == 0)
			return true;
	}
	return false;
}

static bool is_healed(const struct course *course, const struct course_prediction *prediction)
{
	const json_t *redirect = course->redirect ? course->redirect->members : NULL;

	return redirect && reader_is(redirect, "outcome", "ok") &&
	       !reader_bool(redirect, "undone", false) &&
	       (strcmp(prediction->id, "growroot.trap") == 0 ||
		       text_starts_with(prediction->id, "console."));
}

static enum course_outcome outcome_of(const struct reader_report *report,
	const struct course *course, const struct course_prediction *prediction)
{
	if (is_laid_to(report, prediction->id))
		return COURSE_CAME_TRUE;
	if (!report->end || !report->is_judged)
		return COURSE_NOT_SEEN;
	if (!holds(report, prediction))
		return is_healed(course, prediction) ? COURSE_HEALED : COURSE_WITHDRAWN;
	if (course->end == COURSE_UP)
		return COURSE_HARMLESS;
	return course->end == COURSE_EXIT || course->end == COURSE_FROZEN ? COURSE_NOT_IT
									  : COURSE_NOT_SEEN;
}

static void find_predictions(const struct reader_report *report, struct course *course)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];
		struct course_prediction *prediction;

		if (!is_prediction(course, record))
			continue;
		if (course->prediction_count == COURSE_PREDICTIONS_MAX) {
			course->left_out++;
			continue;
		}
		prediction = &course->prediction[course->prediction_count++];
		*prediction = (struct course_prediction){.record = record,
			.id = reader_string(record->members, "id"),
			.subject = reader_string(record->members, "subject")};
		prediction->outcome = outcome_of(report, course, prediction);
	}
}

/* ------------------------------------------------------------------------------------------- all
 */

void course_of(const struct reader_report *report, struct course *course)
{
	*course = (struct course){.handoff = reader_report_handoff(report),
		.gave_up = reader_report_gave_up(report),
		.recorder = reader_report_find(report, "recorder", NULL, NULL),
		.exit = reader_report_find(report, "pid1", NULL, NULL),
		.up = reader_report_find(report, "up", NULL, NULL),
		.redirect = reader_report_find(report, "console.redirect", NULL, NULL)};
	if (course->up)
		course->handoff = reader_number(course->up->members, "handoff", course->handoff);
	follow_heartbeats(report, course);
	count_stalls(report, course);
	course->end = end_of(course);
	course->ended = time_of_end(course);
	find_predictions(report, course);
}

bool course_is_told(const struct course *course)
{
	if (course->end != COURSE_UNWATCHED || course->stalls)
		return true;
	for (size_t i = 0; i < course->prediction_count; i++) {
		if (course->prediction[i].outcome == COURSE_HEALED)
			return true;
	}
	return false;
}
