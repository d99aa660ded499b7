/* SPDX-License-Identifier: MIT */
/*
 * bootprobe correlate: logs of the host on the axis of a guest's report.
 */
#include "cli/correlate.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/read.h"
#include "source/confine.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char HELP[] =
	"Usage: bootprobe correlate [OPTION...] REPORT|- LOG...\n"
	"\n"
	"Puts logs of the host on the time axis of a guest's report: what each process\n"
	"and disk of the guest asked the host for, beside what the guest says of itself.\n"
	"How far the clocks are apart is told by what both saw, with its uncertainty;\n"
	"where nothing tells, only the order within each log is shown.\n"
	"\n"
	"LOG is virtiofsd's with --log-level=debug (Rust) or -d (C), QEMU's of -trace\n"
	"with -D FILE and -msg timestamp=on, dmesg in any of its formats, the journal in\n"
	"its export format or as text, or anything whose lines begin with a time.\n"
	"\n"
	"  --offset TIME    what the host's clock said when this kernel started, if it\n"
	"                   cannot be told: a date as 2026-11-21T20:01:14Z, seconds since\n"
	"                   1970, or the seconds that the host was up\n"
	"  --zone ZONE      of stamps that tell none, as +01:00 (that of this machine)\n"
	"  --until SECONDS  how much of the host is shown, in seconds since this kernel\n"
	"                   started (a minute behind the last record)\n"
	"  --output FILE    write a picture instead (also -o): FILE.svg, or FILE.html\n"
	"                   with the picture and all tables\n"
	"  --width N        columns of the text (80; 60 to 400), or pixels of the picture\n"
	"                   (1200; 640 to 10000)\n"
	"  --boot ID        the report of this boot (8 hex digits) instead of the newest;\n"
	"                   ID/2 is the second report of that boot\n"
	"  --json           clocks, processes, requests and lanes as one JSON object\n"
	"  --color WHEN     auto (default: on a terminal, unless NO_COLOR is set),\n"
	"                   always, never\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 nothing wrong was found, or warnings only; 1 findings of severity\n"
	"error; 2 usage, input that cannot be read, or a report that is INCOMPLETE.\n";

/* ---------------------------------------------------------------------------------------- output
 */

static int print_json(const struct timeline_view *view, const struct correlation *correlation)
{
	json_t *object = timeline_object(view);
	int result = object ? correlate_add_json(object, correlation) : -ENOMEM;

	if (result == 0)
		result = output_json(stdout, object, true);
	json_decref(object);
	return result;
}

static int print(const struct correlate_options *options, struct timeline_view *view,
	const struct correlation *correlation)
{
	int result = 0;

	if (options->show.output) {
		view->width = options->show.width ? options->show.width : TIMELINE_PIXELS;
		result = timeline_write_file(options->show.output, view);
	} else if (options->show.is_json) {
		result = print_json(view, correlation);
	} else {
		view->width = options->show.width ? options->show.width : OUTPUT_COLUMNS;
		view->is_coloured = output_wants_colour(options->show.when);
		view->is_utf8 = timeline_is_utf8();
		timeline_print_text(stdout, view);
		correlate_print_text(stdout, correlation, view->is_coloured);
	}
	if (result == 0 && fflush(stdout) != 0)
		result = -errno;
	if (result < 0)
		input_complain("correlate",
			options->show.output ? options->show.output : "standard output",
			strerror(-result));
	return result < 0 ? READ_UNUSABLE : read_exit_status(view->report);
}

static int draw(const struct correlate_options *options, const struct correlation *correlation)
{
	struct timeline timeline;
	struct timeline_view view = {.report = correlation->report,
		.timeline = &timeline,
		.print_more = correlate_print_html,
		.context = correlation};
	int result = timeline_build(correlation->report, &timeline);

	if (result == 0)
		result = timeline_add_host(&timeline, correlation);
	if (result < 0)
		input_complain("correlate", options->report, strerror(-result));
	result = result < 0 ? READ_UNUSABLE : print(options, &view, correlation);
	timeline_release(&timeline);
	return result;
}

static int correlate_opened(const struct correlate_options *options, int report_fd, const int *fd)
{
	_cleanup_(cleanup_report) struct reader_report *report = NULL;
	_cleanup_(cleanup_correlation) struct correlation *correlation = NULL;

	if (input_report("correlate", options->report, report_fd, options->show.boot, &report) < 0)
		return READ_UNUSABLE;
	correlation = correlation_new(report, options->until);
	if (!correlation) {
		input_complain("correlate", options->report, strerror(ENOMEM));
		return READ_UNUSABLE;
	}
	if (correlate_read(options, fd, correlation) < 0)
		return READ_UNUSABLE;
	return draw(options, correlation);
}

static int correlate(const struct correlate_options *options)
{
	int fd[CORRELATION_LOGS_MAX], report_fd = input_open("correlate", options->report), status;

	if (report_fd < 0)
		return READ_UNUSABLE;
	if (correlate_open(options, fd) < 0) {
		correlate_close(&report_fd, 1);
		return READ_UNUSABLE;
	}
	(void)timeline_is_utf8();
	/* A picture is not begun before there is something to draw. */
	if (!options->show.output)
		confine_reader();
	status = correlate_opened(options, report_fd, fd);
	correlate_close(fd, options->log_count);
	return status;
}

/* --------------------------------------------------------------------------------------- options
 */

/* A number of seconds, up to a microsecond of them, or a date. */
static bool parse_time(const char *text, int64_t *ret_us)
{
	struct stamp stamp;
	char *end;
	double seconds = strtod(text, &end);

	if (end != text && !*end) {
		*ret_us = seconds >= 0 && seconds < 1e11 ? (int64_t)llround(seconds * 1e6) : -1;
		return *ret_us >= 0;
	}
	if (stamp_parse(text, strlen(text), &stamp) != strlen(text) || stamp.clock != STAMP_WALL)
		return false;
	*ret_us = stamp.us;
	return true;
}

static const char *take_offset(struct correlate_options *options)
{
	options->has_offset = true;
	return parse_time(optarg, &options->offset_us)
		       ? NULL
		       : "--offset takes seconds, or a date with its zone: 2026-11-21T20:01:14Z";
}

static const char *take_until(struct correlate_options *options)
{
	char *end;

	options->until = strtod(optarg, &end);
	return end != optarg && !*end && options->until > 0 && options->until <= 1e7
		       ? NULL
		       : "--until takes seconds since the kernel started";
}

static const char *take_option(void *context, int option)
{
	struct correlate_options *options = context;

	switch (option) {
	case 'O':
		return take_offset(options);
	case 'u':
		return take_until(options);
	case 'z':
		options->has_zone = true;
		return stamp_parse_zone(optarg, &options->zone_us) == 0
			       ? NULL
			       : "--zone takes a difference to UTC, as +01:00";
	default:
		return timeline_take_option(&options->show, option);
	}
}

/* Returns NULL, or what is wrong. */
static const char *check(const struct correlate_options *options)
{
	unsigned from_stdin = strcmp(options->report, "-") == 0;

	for (unsigned i = 0; i < options->log_count; i++)
		from_stdin += strcmp(options->log[i], "-") == 0;
	if (from_stdin > 1)
		return "standard input can be one of the files, not more";
	if (!options->log_count)
		return "a report and one log of the host at least are needed";
	if (options->log_count > CORRELATION_LOGS_MAX)
		return "at most 16 logs can be taken at once";
	if (options->show.output && options->show.is_json)
		return "--json and -o exclude each other";
	return timeline_check_output(options->show.output, options->show.width);
}

static const struct option OPTIONS[] = {{"offset", required_argument, NULL, 'O'},
	{"zone", required_argument, NULL, 'z'}, {"until", required_argument, NULL, 'u'},
	{"output", required_argument, NULL, 'o'}, {"width", required_argument, NULL, 'w'},
	{"boot", required_argument, NULL, 'b'}, {"json", no_argument, NULL, 'j'},
	{"color", required_argument, NULL, 'c'}, {0}};

int correlate_main(int argc, char **argv)
{
	static const struct options SYNTAX = {.verb = "correlate",
		.help = HELP,
		.table = OPTIONS,
		.letters = "o:",
		.take = take_option};
	struct correlate_options options = {.until = NAN};
	const char *wrong;
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	options.report = optind < argc ? argv[optind] : "";
	options.log = argv + optind + 1;
	options.log_count = optind + 1 < argc ? (unsigned)(argc - optind - 1) : 0;
	wrong = check(&options);
	return wrong ? options_complain("correlate", wrong) : correlate(&options);
}
