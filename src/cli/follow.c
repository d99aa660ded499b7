/* SPDX-License-Identifier: MIT */
/*
 * bootprobe read --follow: the boot as it happens, then its page.
 */
#include "base/cleanup.h"
#include "cli/console_text.h"
#include "cli/describe.h"
#include "cli/fold.h"
#include "cli/input.h"
#include "cli/page.h"
#include "cli/read.h"
#include "source/confine.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file is looked at this often; when nothing came for so many looks after an end, that was it. */
enum { LOOK_MS = 200, QUIET_LOOKS = 5 };
/* When nothing came for so long, or so many lines that are none of bootprobe's, that is said:
 * whoever waits wants to know that something is waited for. */
enum { IDLE_MS = 10000, IDLE_LINES = 10000, SAID_MAX = 10000 };

struct follow {
	const struct read_options *options;
	struct reader *reader;
	json_t *said; /* what was printed of the current boot, so that nothing is printed twice */
	json_t *severity; /* of each finding of it, as it was told last */
	char boot[9];
	bool is_coloured;
	bool is_terminal; /* somebody sees what is rewritten */
	bool is_status;   /* the line that the cursor is on is to be rewritten */
	double told_beat; /* of the guest: when a heartbeat was told last */
	bool is_rootless; /* the handoff that was looked at last has no root */
	bool is_watched;  /* the recorder looks at PID 1, or is about to: one more end follows */
	bool has_end;     /* one came; another one may follow */
	bool is_ended;    /* one came that no other one follows */
	bool is_page_due;
	bool is_page_printed;
	bool is_page_last; /* what it says holds if nothing more comes */
	unsigned idle_ms;
	uint64_t idle_lines, next_notice; /* lines since something was printed */
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
	(void)signal_number;
	is_interrupted = 1;
}

/* -------------------------------------------------------------------------------- what is printed
 */

static const char *path_of(const struct follow *follow)
{
	const char *path = follow->options->path;

	return path && strcmp(path, "-") != 0 ? path : "standard input";
}

/* What is printed next stands in the place of the line that is rewritten. */
static void clear_status(struct follow *follow)
{
	if (follow->is_status)
		(void)fputs("\r\033[K", stdout);
	follow->is_status = false;
}

/* What the guest wrote to its console, if that is what the line is. */
static bool print_console_text(struct follow *follow, const json_t *line)
{
	if (!reader_is(line, "type", READER_CONSOLE_TEXT))
		return false;
	follow->idle_lines = 0;
	clear_status(follow);
	(void)printf("%8.3f s  | ", reader_number(line, "t", 0));
	console_text_print(line);
	(void)fflush(stdout);
	return true;
}

static enum output_colour colour_of(const json_t *line)
{
	const char *severity = reader_string(line, "severity");

	if (strcmp(severity, "error") == 0 || reader_is(line, "kind", "panic"))
		return COLOUR_RED;
	if (strcmp(severity, "warning") == 0)
		return COLOUR_YELLOW;
	return COLOUR_NONE;
}

static void start_boot(struct follow *follow, const char *boot)
{
	if (strcmp(follow->boot, boot) == 0)
		return;
	memcpy(follow->boot, boot, sizeof(follow->boot));
	follow->is_watched = follow->has_end = follow->is_ended = false;
	follow->is_rootless = follow->is_page_printed = false;
	follow->told_beat = 0;
	(void)json_object_clear(follow->said);
	(void)json_object_clear(follow->severity);
	clear_status(follow);
	(void)printf("boot %s\n", boot);
}

/* What was asked for, until the recorder itself says whether it does it. One that is lost says
 * nothing more. */
static void note_recorder(struct follow *follow, const json_t *line)
{
	if (reader_is(line, "type", "config"))
		follow->is_watched = reader_has(line, "record");
	else if (reader_is(line, "type", "recorder"))
		follow->is_watched =
			reader_is(line, "state", "watching") && reader_is(line, "seize", "ok");
	if (reader_is(line, "type", "recorder") && reader_is(line, "state", "lost"))
		follow->is_ended = follow->has_end;
	if (reader_is(line, "type", "handoff"))
		follow->is_rootless = !reader_bool(line, "mounted", true);
}

/* The end of PID 1, and of the recorder, comes behind that of stage 1. */
static bool is_last_end(const struct follow *follow, const json_t *line)
{
	static const char *const LAST[] = {
		"exit", "frozen", "up", "time-over", "shutdown", "terminated"};

	if (reader_is(line, "phase", "stall") || reader_is(line, "phase", "goes-on"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(LAST); i++) {
		if (reader_is(line, "phase", LAST[i]))
			return true;
	}
	return !follow->is_watched;
}

static void note_end(struct follow *follow, const json_t *line)
{
	if (!reader_is(line, "type", "end"))
		return;
	/* That it goes on again is a line; the page that said otherwise is printed anew in the end.
	 */
	if (reader_is(line, "phase", "goes-on"))
		follow->is_page_printed = false;
	else
		follow->is_page_due =
			!reader_is(line, "phase", "delivered") || !follow->is_page_printed;
	follow->has_end |=
		!reader_is(line, "phase", "stall") && !reader_is(line, "phase", "goes-on");
	follow->is_ended = is_last_end(follow, line);
}

/* Heartbeats come every few seconds: on a terminal one line that is rewritten, elsewhere one a
 * minute. */
static void print_heartbeat(struct follow *follow, const json_t *line)
{
	enum { COLUMN = 12, BEATS_APART_S = 60 };
	double t = reader_number(line, "t", 0);
	char data[DESCRIBE_SIZE], cut[OUTPUT_COLUMNS];
	struct text text;

	if (!follow->is_terminal && t >= follow->told_beat && t - follow->told_beat < BEATS_APART_S)
		return;
	text_init(&text, data, sizeof(data));
	describe_record(&text, line);
	clear_status(follow);
	follow->told_beat = t;
	follow->idle_lines = 0;
	(void)printf("%8.3f s  ", t);
	if (follow->is_terminal) {
		fold_cut(cut, OUTPUT_COLUMNS - 1 - COLUMN, data);
		(void)fputs(cut, stdout);
	} else {
		output_words(stdout, COLUMN, COLUMN, data);
	}
	follow->is_status = follow->is_terminal;
	(void)fflush(stdout);
}

/* What a line says by itself, or with what is known from those before it. */
static void describe_line(const struct follow *follow, struct text *text, const json_t *line)
{
	if (follow->is_rootless && reader_is(line, "type", "end") &&
		reader_is(line, "phase", "finish"))
		text_append(text, DESCRIBE_GAVE_UP);
	else
		describe_record(text, line);
}

/* Whether a finding is told again and weighs otherwise than before. */
static bool is_weighed_anew(struct follow *follow, const json_t *line)
{
	const char *severity = reader_string(line, "severity");
	char key[512];
	const json_t *before;
	bool is_other;

	if (!reader_is(line, "type", "finding"))
		return false;
	(void)text_join(key, sizeof(key), reader_string(line, "id"), "\n",
		reader_string(line, "subject"), NULL);
	before = json_object_get(follow->severity, key);
	is_other = before && strcmp(json_string_value(before), severity) != 0;
	if (json_object_size(follow->severity) >= SAID_MAX)
		(void)json_object_clear(follow->severity);
	(void)json_object_set_new(follow->severity, key, json_string(severity));
	return is_other;
}

static void print_line(void *context, const char *boot, uint32_t seq, const json_t *line)
{
	enum { COLUMN = 12 };
	char data[DESCRIBE_SIZE];
	struct follow *follow = context;
	enum output_colour colour = colour_of(line);
	struct text text;
	bool is_anew;

	(void)seq;
	start_boot(follow, boot);
	if (print_console_text(follow, line))
		return;
	note_recorder(follow, line);
	note_end(follow, line);
	if (reader_is(line, "type", "heartbeat"))
		print_heartbeat(follow, line);
	if (!describe_is_news(line) || reader_has(line, "cont"))
		return;
	text_init(&text, data, sizeof(data));
	describe_line(follow, &text, line);
	is_anew = is_weighed_anew(follow, line);
	if (json_object_getn(follow->said, text.data, text.length) && !is_anew)
		return;
	/* Better to say something twice than nothing more. */
	if (json_object_size(follow->said) >= SAID_MAX)
		(void)json_object_clear(follow->said);
	follow->idle_lines = 0;
	follow->next_notice = IDLE_LINES;
	(void)json_object_setn_new_nocheck(follow->said, text.data, text.length, json_true());
	clear_status(follow);
	follow->told_beat = fmax(follow->told_beat, reader_number(line, "t", 0));
	(void)printf("%8.3f s  ", reader_number(line, "t", 0));
	if (follow->is_coloured && colour)
		(void)fputs(colour == COLOUR_RED ? "\033[1;31m" : "\033[1;33m", stdout);
	(void)fputs(is_anew ? "now " : "", stdout);
	output_words(stdout, COLUMN + (is_anew ? 4 : 0), COLUMN, text.data);
	if (follow->is_coloured && colour)
		(void)fputs("\033[0m", stdout);
	(void)fflush(stdout);
}

/* Returns the exit status. */
static int print_page(struct follow *follow, bool is_last)
{
	_cleanup_(cleanup_report) struct reader_report *report = NULL;
	struct read_options options = *follow->options;

	if (is_last && !follow->is_page_due && follow->is_page_printed && follow->is_page_last) {
		if (reader_report(follow->reader, follow->options->boot, &report) < 0)
			return READ_UNUSABLE;
		return read_exit_status(report);
	}
	follow->is_page_due = false;
	follow->is_page_printed = true;
	follow->is_page_last = is_last || follow->is_ended;
	options.is_going_on = !follow->is_page_last;
	clear_status(follow);
	if (reader_list(follow->reader, NULL, 0))
		(void)fputc('\n', stdout);
	return read_print(follow->reader, &options, path_of(follow));
}

/* Lines went by, and nothing was printed of them: ever more of them until that is said again. */
static void count_lines(struct follow *follow, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		follow->idle_lines += bytes[i] == '\n';
	if (follow->idle_lines < follow->next_notice)
		return;
	clear_status(follow);
	(void)printf("%12s%llu lines of the log without news of bootprobe; still reading\n", "",
		(unsigned long long)follow->idle_lines);
	(void)fflush(stdout);
	follow->next_notice = 2 * follow->idle_lines;
}

/* Once, until something comes. */
static void count_time(struct follow *follow, unsigned ms)
{
	if (follow->idle_ms < IDLE_MS && follow->idle_ms + ms >= IDLE_MS) {
		clear_status(follow);
		(void)fflush(stdout);
		input_complain(
			"read", path_of(follow), "nothing comes; still waiting, Ctrl-C ends");
	}
	follow->idle_ms += follow->idle_ms < IDLE_MS ? ms : 0;
}

/* ----------------------------------------------------------------------------------------- input
 */

/* Waits until there is something to read; for a file, a while. 0, -EINTR: Ctrl-C, or another
 * negative errno. */
static int wait_for_input(struct follow *follow, int fd, bool is_file, const sigset_t *mask)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
	const struct timespec idle = {.tv_sec = IDLE_MS / 1000};
	struct pollfd input = {.fd = fd, .events = POLLIN};
	int count;

	do {
		count = ppoll(
			is_file ? NULL : &input, is_file ? 0 : 1, is_file ? &look : &idle, mask);
		if (is_interrupted)
			return -EINTR;
		if (count < 0 && errno != EINTR)
			return -errno;
		if (count == 0)
			count_time(follow, is_file ? LOOK_MS : IDLE_MS);
	} while (count == 0 && !is_file);
	return 0;
}

/* A file that was written anew is read from its start. */
static void rewind_truncated(int fd)
{
	struct stat status;
	off_t at = lseek(fd, 0, SEEK_CUR);

	if (at >= 0 && fstat(fd, &status) == 0 && status.st_size < at)
		(void)lseek(fd, 0, SEEK_SET);
}

/* Reads what is there. 1: something came; 0: nothing more now; negative errno. */
static int take_input(struct follow *follow, int fd)
{
	char buffer[16384];
	ssize_t count = read(fd, buffer, sizeof(buffer));

	if (count < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (count == 0)
		return 0;
	follow->idle_ms = 0;
	if (reader_feed(follow->reader, buffer, (size_t)count) < 0)
		return -ENOMEM;
	count_lines(follow, buffer, (size_t)count);
	if (follow->is_page_due)
		(void)print_page(follow, false);
	return 1;
}

/* 0 at the end of the input, -EINTR after Ctrl-C. */
static int follow_input(struct follow *follow, int fd, bool is_file, const sigset_t *mask)
{
	unsigned quiet = 0;
	int result;

	for (;;) {
		result = is_file ? 1 : wait_for_input(follow, fd, false, mask);
		if (result < 0)
			return result;
		result = take_input(follow, fd);
		if (result < 0)
			return result;
		if (result > 0) {
			quiet = 0;
			if (is_interrupted)
				return -EINTR;
			continue;
		}
		if (!is_file || (follow->is_ended && ++quiet > QUIET_LOOKS))
			return 0;
		rewind_truncated(fd);
		result = wait_for_input(follow, fd, true, mask);
		if (result < 0)
			return result;
	}
}

static void catch_interrupts(sigset_t *ret_mask)
{
	struct sigaction action = {.sa_handler = interrupt};
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGINT);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, ret_mask);
	(void)sigdelset(ret_mask, SIGINT);
	(void)sigdelset(ret_mask, SIGTERM);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static int follow_descriptor(struct follow *follow, int fd)
{
	struct stat status;
	sigset_t mask;
	int result;

	if (fstat(fd, &status) < 0)
		return READ_UNUSABLE;
	catch_interrupts(&mask);
	result = follow_input(follow, fd, S_ISREG(status.st_mode), &mask);
	if (result < 0 && result != -EINTR)
		input_complain("read", path_of(follow), strerror(-result));
	(void)reader_finish(follow->reader);
	return print_page(follow, true);
}

/* One that cannot go back to the start of a line. */
static bool is_dumb_terminal(void)
{
	const char *term = getenv("TERM");

	return !term || strcmp(term, "dumb") == 0;
}

int follow_run(const struct read_options *options)
{
	_cleanup_(cleanup_reader) struct reader *reader = reader_new(options->boot);
	struct follow follow = {.options = options,
		.reader = reader,
		.said = json_object(),
		.severity = json_object(),
		.next_notice = IDLE_LINES};
	bool is_socket;
	int fd, status;

	if (!reader || !follow.said || !follow.severity)
		return READ_UNUSABLE;
	fd = read_open(options, &is_socket);
	if (fd < 0) {
		json_decref(follow.said);
		json_decref(follow.severity);
		return READ_UNUSABLE;
	}
	confine_reader();
	follow.is_coloured = output_wants_colour(options->when);
	follow.is_terminal = isatty(STDOUT_FILENO) && !is_dumb_terminal();
	reader_observe(reader, print_line, &follow);
	status = follow_descriptor(&follow, fd);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	json_decref(follow.said);
	json_decref(follow.severity);
	return status;
}
