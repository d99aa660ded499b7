/* SPDX-License-Identifier: MIT */
/*
 * A boot that runs in circles. Busy alone is no reason: who reads a file to its end, walks through
 * a tree, computes or waits does what it is there for. Only a process whose calls are about the
 * same few things each time, seconds apart, while nothing else goes on, gets nowhere.
 */
#include "parse/trace_call.h"
#include "rule/judge.h"

enum circle {
	CIRCLE_UNKNOWN, /* too little was seen of it */
	CIRCLE_NONE,
	CIRCLE_PATHS, /* looks the same few paths up */
	CIRCLE_FILE,  /* reads or writes the same part of the same file */
	CIRCLE_EMPTY, /* asks for events or bytes that it does not get, and does not wait */
};

/* Seen so often, seconds apart, and so many calls of it. */
enum { SAMPLES_MIN = 2, SAMPLED_MIN = 40 };
/* Who looks up more paths than that walks through them, but for a tenth of its look-ups; who looks
 * them up less often waits. */
enum { PATHS_MAX = 32, LOOKUPS_MIN_RATE = 50 };
/* The same bytes are read or written so often at least, for a circle. */
enum { TIMES_MIN = 4 };
/* Who asks in vain less often has other things to do. */
enum { EMPTY_MIN_RATE = 1000 };
/* What somebody else reads from files or writes to them in a second, for something to move. */
enum { MOVES_BYTES = 1 << 14 };
/* Who reads a line and tries the same few paths for it moves fewer bytes a call than that. */
enum { MOVES_A_CALL = 16 };

static uint64_t a_second(const struct call_rates_fact *rates, uint64_t calls)
{
	return rates->interval_us
		       ? (uint64_t)((unsigned __int128)calls * 1000000 / rates->interval_us)
		       : 0;
}

/* How many calls in a second are of a kind that so many of those in the sample were. */
static uint64_t rate_of(
	const struct call_rates_fact *rates, const struct caller_fact *caller, uint64_t share)
{
	uint64_t calls = a_second(rates, caller->calls);

	if (!caller->sampled)
		return 0;
	return (uint64_t)((unsigned __int128)calls * share / caller->sampled);
}

static const struct call_file_fact *main_file(const struct caller_fact *caller)
{
	return fact_count(caller->files) ? caller->files.item : NULL;
}

static bool is_waiting(const struct caller_fact *caller)
{
	return caller->waited_us >= caller->seen_us / 2;
}

/* Reads or writes what it has not before, and not in drops; or what it looks up grows. */
static bool is_moving_data(const struct caller_fact *caller)
{
	return caller->fresh_bytes > caller->bytes / TIMES_MIN &&
	       (caller->fresh_bytes / MOVES_A_CALL >= caller->sampled ||
		       caller->opened_bytes >= caller->sampled / 4);
}

/* What goes to another process moves no more than that one does. */
static uint64_t file_bytes(const struct caller_fact *caller)
{
	uint64_t bytes = 0;

	fact_foreach (file, caller->files) {
		COPY_OF(name, file->file);
		if (!text_starts_with(name, "socket:") && !text_starts_with(name, "pipe:"))
			bytes += file->fresh_bytes;
	}
	return bytes;
}

static bool is_circling_on_file(const struct caller_fact *caller)
{
	const struct call_file_fact *file = main_file(caller);

	if (!file || file->calls < caller->sampled / 2)
		return false;
	return file->bytes ? file->fresh_bytes <= file->bytes / TIMES_MIN
			   : file->syncs >= SAMPLED_MIN / 2;
}

static bool is_circling_on_paths(
	const struct call_rates_fact *rates, const struct caller_fact *caller)
{
	return caller->lookups >= SAMPLED_MIN / 2 && caller->lookups >= caller->sampled / 8 &&
	       caller->main_lookups >= caller->lookups - caller->lookups / 10 &&
	       caller->different_paths <= PATHS_MAX &&
	       rate_of(rates, caller, caller->lookups) >= LOOKUPS_MIN_RATE;
}

static bool is_asking_in_vain(const struct call_rates_fact *rates, const struct caller_fact *caller)
{
	const struct call_file_fact *file = main_file(caller);
	bool is_of_files = file && file->calls >= caller->sampled / 3;
	bool is_of_events = fact_count(caller->counts) &&
			    trace_call_kind(caller->counts.item[0].number) & CALL_WAITS;

	return (is_of_files || is_of_events) && caller->bytes == 0 &&
	       caller->empty >= caller->sampled / 3 && caller->lookups <= caller->sampled / 10 &&
	       caller->cpu_us >= caller->sample_us / 2 &&
	       rate_of(rates, caller, caller->empty) >= EMPTY_MIN_RATE;
}

static enum circle circle_of(const struct call_rates_fact *rates, const struct caller_fact *caller)
{
	if (caller->sample != OUTCOME_OK || caller->samples < SAMPLES_MIN ||
		caller->sampled < SAMPLED_MIN)
		return CIRCLE_UNKNOWN;
	/* What the others achieve is not known. */
	if (is_waiting(caller) || is_moving_data(caller) || caller->others > caller->sampled / 4)
		return CIRCLE_NONE;
	if (is_circling_on_file(caller))
		return CIRCLE_FILE;
	if (is_circling_on_paths(rates, caller))
		return CIRCLE_PATHS;
	return is_asking_in_vain(rates, caller) ? CIRCLE_EMPTY : CIRCLE_NONE;
}

static bool is_circling(enum circle circle)
{
	return circle > CIRCLE_NONE;
}

/* ------------------------------------------------------------------------- nothing else moves */

static bool is_standing_still(const struct facts *facts)
{
	const struct stall_fact *stall = &facts->stall;

	return fact_is_known(&stall->once) && !stall->ended_us &&
	       facts->heartbeat.progress_us <= stall->since_us;
}

/* They were counted for all of that time. */
static bool are_calls_known(const struct facts *facts)
{
	const struct call_rates_fact *rates = &facts->call_rates;

	return fact_is_known(&rates->once) && rates->read == OUTCOME_OK &&
	       rates->at_us >= facts->stall.since_us + rates->interval_us;
}

static bool is_circling_process(const struct call_rates_fact *rates, uint32_t pid)
{
	fact_foreach (caller, rates->callers) {
		if (caller->pid == pid)
			return is_circling(circle_of(rates, caller));
	}
	return false;
}

/* A process that circles may wait for one that works. */
static bool is_somebody_working(const struct facts *facts)
{
	const struct call_rates_fact *rates = &facts->call_rates;
	const struct heartbeat_fact *heartbeat = &facts->heartbeat;

	fact_foreach (caller, rates->callers) {
		uint64_t each = file_bytes(caller) / (caller->sampled + 1);

		if (!is_circling(circle_of(rates, caller)) && is_moving_data(caller) &&
			rate_of(rates, caller, caller->sampled) * each >= MOVES_BYTES)
			return true;
	}
	fact_foreach (process, heartbeat->busy) {
		if (process->cpu_us >= heartbeat->interval_us / 2 &&
			!is_circling_process(rates, process->pid))
			return true;
	}
	return false;
}

/* ----------------------------------------------------------------------------------- in words */

/* "48,000": no more digits than are worth it. */
static void say_rate(struct finding *finding, uint64_t rate)
{
	uint64_t unit = rate >= 10000 ? 1000 : rate >= 1000 ? 100 : rate >= 100 ? 10 : 1;
	uint64_t left = rate - rate % unit, divisor = 1;

	while (left / divisor >= 1000)
		divisor *= 1000;
	finding_say_u64(finding, left / divisor);
	for (; divisor > 1; divisor /= 1000) {
		uint64_t digits = left % divisor / (divisor / 1000);
		char group[] = {',', (char)('0' + digits / 100), (char)('0' + digits / 10 % 10),
			(char)('0' + digits % 10), '\0'};

		finding_say(finding, group, NULL);
	}
}

/* The call of that kind that it makes most often. */
static const struct call_count_fact *main_call(const struct caller_fact *caller, uint32_t kind)
{
	fact_foreach (count, caller->counts) {
		if (trace_call_kind(count->number) & kind)
			return count;
	}
	return fact_count(caller->counts) ? caller->counts.item : NULL;
}

static void say_call(struct finding *finding, const struct call_rates_fact *rates,
	const struct call_count_fact *count)
{
	finding_say(finding, " calls ", NULL);
	if (count->name[0]) {
		finding_say_array(finding, count->name);
	} else {
		finding_say(finding, "system call ", NULL);
		finding_say_u64(finding, count->number);
	}
	finding_say(finding, " ", NULL);
	say_rate(finding, a_second(rates, count->calls));
	finding_say(finding, " times a second", NULL);
}

static void say_paths(struct finding *finding, const struct caller_fact *caller)
{
	uint32_t said = 0, count = fact_count(caller->paths);

	fact_foreach (path, caller->paths) {
		finding_say(finding,
			said == 0                                               ? " on "
			: said + 1 == count && caller->different_paths == count ? " and "
										: ", ",
			NULL);
		finding_say_array(finding, path->path);
		said++;
	}
	if (caller->different_paths > count) {
		finding_say(finding, " and ", NULL);
		finding_say_u64(finding, caller->different_paths - count);
		finding_say(finding, " more", NULL);
	}
}

static void say_file_name(
	struct finding *finding, const char *before, const struct call_file_fact *file)
{
	if (file->file[0]) {
		finding_say_name(finding, before, file->file, "");
		return;
	}
	finding_say(finding, before, "descriptor ", NULL);
	finding_say_u64(finding, file->descriptor < 0 ? 0 : (uint64_t)file->descriptor);
}

static void say_file(struct finding *finding, const struct call_rates_fact *rates,
	const struct caller_fact *caller)
{
	const struct call_file_fact *file = main_file(caller);
	bool is_writing = file->writes > 0;

	if (!file->bytes) {
		say_file_name(finding, " syncs ", file);
		finding_say(finding, " ", NULL);
		say_rate(finding, rate_of(rates, caller, file->syncs));
		finding_say(finding, " times a second without writing to it", NULL);
		return;
	}
	finding_say(finding, is_writing ? " writes the same " : " reads the same ", NULL);
	finding_say_u64(finding, file->fresh_bytes);
	say_file_name(finding, file->fresh_bytes == 1 ? " byte of " : " bytes of ", file);
	finding_say(finding, " ", NULL);
	say_rate(finding, rate_of(rates, caller, is_writing ? file->writes : file->calls));
	finding_say(finding, " times a second", file->syncs ? ", and syncs it" : "", NULL);
}

static void say_circle(struct finding *finding, const struct call_rates_fact *rates,
	const struct caller_fact *caller, enum circle circle)
{
	finding_say_array(finding, caller->comm);
	finding_say(finding, " (pid ", NULL);
	finding_say_u64(finding, caller->pid);
	finding_say(finding, ")", NULL);
	if (circle == CIRCLE_FILE) {
		say_file(finding, rates, caller);
	} else if (circle == CIRCLE_PATHS) {
		say_call(finding, rates, main_call(caller, CALL_PATH));
		say_paths(finding, caller);
	} else {
		say_call(finding, rates, main_call(caller, CALL_WAITS | CALL_DESCRIPTOR));
		if (main_file(caller))
			say_file_name(finding, " on ", main_file(caller));
		finding_say(finding, ", which has nothing for it", NULL);
	}
	finding_say(finding, ", and nothing else moves", NULL);
}

/* Who it is, and how it can be asked. No parameter takes its unit out: that is not known here. */
static void fix_circle(struct finding *finding, const struct caller_fact *caller)
{
	char pid[16];
	struct text text;

	text_init(&text, pid, sizeof(pid));
	text_append_u64(&text, caller->pid);
	if (strncmp(caller->comm, "systemd-journal", sizeof(caller->comm)) == 0)
		finding_fix(finding, "guest", "Storage=volatile   (in /etc/systemd/journald.conf)",
			NULL);
	finding_fix(finding, "guest", "systemctl status ", pid, "   (its unit; then strace -p ",
		pid, ")", NULL);
	finding_fix(
		finding, "kernel", "systemd.debug-shell   (a root shell on tty9 for that)", NULL);
}

/* ------------------------------------------------------------------------------------ verdict */

static void accuse(
	struct judgement *judgement, const struct caller_fact *caller, enum circle circle)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding = finding_about(judgement, SEVERITY_ERROR, caller->comm);

	say_circle(finding, &facts->call_rates, caller, circle);
	finding_because(judgement, finding, caller);
	finding_because(judgement, finding, &facts->stall);
	finding_because(judgement, finding, &facts->heartbeat);
	fix_circle(finding, caller);
}

enum verdict judge_boot_livelock(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct call_rates_fact *rates = &facts->call_rates;
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&facts->observer.once) || facts->observer.state == OBSERVER_LOST)
		return VERDICT_UNKNOWN;
	if (facts->observer.state == OBSERVER_NOT_WANTED || !is_standing_still(facts))
		return VERDICT_GOOD;
	if (!are_calls_known(facts))
		return VERDICT_UNKNOWN;
	if (is_somebody_working(facts))
		return VERDICT_GOOD;
	fact_foreach (caller, rates->callers) {
		enum circle circle = circle_of(rates, caller);

		if (is_circling(circle)) {
			accuse(judgement, caller, circle);
			return VERDICT_BAD;
		}
		if (circle == CIRCLE_UNKNOWN && caller->samples && caller->calls >= EMPTY_MIN_RATE)
			verdict = VERDICT_UNKNOWN;
	}
	return verdict;
}
