/* SPDX-License-Identifier: MIT */
/*
 * bootprobe timeline: a boot on one time axis.
 */
#include "cli/timeline.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/read.h"
#include "source/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

static const char HELP[] =
	"Usage: bootprobe timeline [OPTION...] REPORT|-\n"
	"\n"
	"Shows a boot on one time axis, from the firmware to the handoff: lines of the\n"
	"kernel log, the arrival of each disk, reads of its headers, partitions, udev,\n"
	"probes, and findings as marks. Of many disks, those of one transport that behave\n"
	"alike share a line; those that stand out have their own. Where the boot was\n"
	"recorded (bootprobe.record=), it goes on: what went on in stage 2, what was\n"
	"waited for, what took long, and how it ended.\n"
	"\n"
	"  --output FILE    write a picture instead (also -o): FILE.svg, or FILE.html\n"
	"                   with the picture and a table of all that is in it. Neither\n"
	"                   needs anything else\n"
	"  --width N        columns of the text (80; 60 to 400), or pixels of the picture\n"
	"                   (1200; 640 to 10000)\n"
	"  --boot ID        the report of this boot (8 hex digits) instead of the newest;\n"
	"                   ID/2 is the second report of that boot\n"
	"  --json           the lanes and all that is in them as one JSON object\n"
	"  --color WHEN     auto (default: on a terminal, unless NO_COLOR is set),\n"
	"                   always, never\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 nothing wrong was found, or warnings only; 1 findings of severity\n"
	"error; 2 usage, input that cannot be read, or a report that is INCOMPLETE.\n";

/* --------------------------------------------------------------------------------------- numbers
 */

double timeline_step(double seconds, unsigned marks)
{
	static const double NICE[] = {1, 2, 5, 10};
	double least = seconds / marks, power = pow(10, floor(log10(fmax(least, 1e-6))));

	for (size_t i = 0; i < ARRAY_SIZE(NICE); i++) {
		if (NICE[i] * power >= least)
			return NICE[i] * power;
	}
	return 10 * power;
}

void timeline_format(char *data, size_t size, double seconds, double step)
{
	int decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;

	(void)snprintf(data, size, "%.*f s", decimals, seconds);
}

void timeline_format_duration(char *data, size_t size, double seconds)
{
	if (seconds < 1)
		(void)snprintf(data, size, "%.1f ms", seconds * 1e3);
	else
		(void)snprintf(data, size, "%.2f s", seconds);
}

/* ------------------------------------------------------------------------------------------ JSON
 */

static json_t *item_object(const struct timeline_item *item)
{
	json_t *object = json_pack("{s:s, s:o, s:o}", "kind", timeline_kind_name(item->kind),
		"label", output_json_text(item->label), "text", output_json_text(item->text));

	if (!object)
		return NULL;
	if (!item->is_unplaced)
		(void)json_object_set_new(object, "start", json_real(item->start));
	(void)json_object_set_new(object, "seconds", json_real(item->end - item->start));
	if (item->is_estimated)
		(void)json_object_set_new(object, "estimated", json_true());
	if (item->is_open)
		(void)json_object_set_new(object, "open", json_true());
	if (item->kind == TIMELINE_ITEM_FINDING || item->severity != READER_INFO)
		(void)json_object_set_new(
			object, "severity", json_string(reader_severity_name(item->severity)));
	return object;
}

static json_t *lane_object(const struct timeline_lane *lane)
{
	static const char *const KINDS[] = {[TIMELINE_BOOT] = "boot",
		[TIMELINE_KERNEL] = "kernel",
		[TIMELINE_PROGRESS] = "progress",
		[TIMELINE_CALLS] = "calls",
		[TIMELINE_SLOW] = "slow",
		[TIMELINE_GROUP] = "group",
		[TIMELINE_DISK] = "disk",
		[TIMELINE_PROBE] = "probe",
		[TIMELINE_FINDINGS] = "findings",
		[TIMELINE_HOST_LOG] = "host-log",
		[TIMELINE_HOST] = "host"};
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < lane->count; i++)
		(void)json_array_append_new(list, item_object(&lane->item[i]));
	object = json_pack("{s:s, s:o, s:o, s:o}", "kind", KINDS[lane->kind], "name",
		output_json_text(lane->name), "detail", output_json_text(lane->detail), "items",
		list);
	if (object && lane->disk_count)
		(void)json_object_set_new(
			object, "disks", json_integer((json_int_t)lane->disk_count));
	return object;
}

json_t *timeline_object(const struct timeline_view *view)
{
	const struct timeline *timeline = view->timeline;
	json_t *list = json_array();

	for (size_t i = 0; i < timeline->lane_count; i++)
		(void)json_array_append_new(list, lane_object(&timeline->lane[i]));
	return json_pack("{s:s, s:s, s:f, s:f, s:I, s:o}", "boot", view->report->boot, "verdict",
		reader_verdict_name(view->report->verdict), "begin", timeline->begin, "end",
		timeline->end, "left_out", (json_int_t)timeline->left_out, "lanes", list);
}

static int print_json(const struct timeline_view *view)
{
	json_t *object = timeline_object(view);
	int result = object ? output_json(stdout, object, true) : -ENOMEM;

	json_decref(object);
	return result;
}

/* ---------------------------------------------------------------------------------------- output
 */

bool timeline_is_utf8(void)
{
	(void)setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void print_svg_file(FILE *stream, const struct timeline_view *view)
{
	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", stream);
	timeline_print_svg(stream, view);
}

static bool is_html(const char *path)
{
	return text_ends_with(path, ".html") || text_ends_with(path, ".htm");
}

int timeline_write_file(const char *path, const struct timeline_view *view)
{
	_cleanup_free_ char *data = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&data, &length);
	int result = 0;

	if (!stream)
		return -errno;
	if (is_html(path))
		timeline_print_html(stream, view);
	else
		print_svg_file(stream, view);
	if (fclose(stream) != 0)
		return -errno;
	stream = fopen(path, "we");
	if (!stream)
		return -errno;
	if (fwrite(data, 1, length, stream) != length)
		result = -errno;
	if (fclose(stream) != 0 && result == 0)
		result = -errno;
	return result;
}

static int print(const struct timeline_options *options, struct timeline_view *view)
{
	int result = 0;

	if (options->output) {
		view->width = options->width ? options->width : TIMELINE_PIXELS;
		result = timeline_write_file(options->output, view);
	} else if (options->is_json) {
		result = print_json(view);
	} else {
		view->width = options->width ? options->width : OUTPUT_COLUMNS;
		view->is_coloured = output_wants_colour(options->when);
		view->is_utf8 = timeline_is_utf8();
		timeline_print_text(stdout, view);
	}
	if (result == 0 && fflush(stdout) != 0)
		result = -errno;
	if (result < 0)
		input_complain("timeline", options->output ? options->output : "standard output",
			strerror(-result));
	return result < 0 ? READ_UNUSABLE : read_exit_status(view->report);
}

static int draw(const struct timeline_options *options)
{
	_cleanup_(cleanup_report) struct reader_report *report = NULL;
	struct timeline timeline;
	int fd = input_open("timeline", options->path), result;

	if (fd < 0)
		return READ_UNUSABLE;
	/* What that says is read from a file, too. */
	(void)timeline_is_utf8();
	/* A picture is not begun before there is something to draw. */
	if (!options->output)
		confine_reader();
	if (input_report("timeline", options->path, fd, options->boot, &report) < 0)
		return READ_UNUSABLE;
	result = timeline_build(report, &timeline);
	if (result < 0) {
		input_complain("timeline", options->path, strerror(-result));
		return READ_UNUSABLE;
	}
	result = print(options, &(struct timeline_view){.report = report, .timeline = &timeline});
	timeline_release(&timeline);
	return result;
}

/* --------------------------------------------------------------------------------------- options
 */

const char *timeline_take_option(struct timeline_options *options, int option)
{
	switch (option) {
	case 'o':
		options->output = optarg;
		return NULL;
	case 'b':
		options->boot = optarg;
		return NULL;
	case 'j':
		options->is_json = true;
		return NULL;
	case 'w':
		return text_parse_u32(optarg, 10, &options->width) == 0 && options->width
			       ? NULL
			       : "--width takes a number";
	default:
		return options_colour(&options->when);
	}
}

static const char *take_option(void *context, int option)
{
	return timeline_take_option(context, option);
}

const char *timeline_check_output(const char *output, unsigned width)
{
	if (output && !text_ends_with(output, ".svg") && !is_html(output))
		return "-o takes a name that ends in .svg or .html";
	if (!width)
		return NULL;
	if (output && (width < TIMELINE_PIXELS_MIN || width > TIMELINE_PIXELS_MAX))
		return "--width of a picture is 640 to 10000 pixels";
	if (!output && (width < TIMELINE_COLUMNS_MIN || width > TIMELINE_COLUMNS_MAX))
		return "--width of the text is 60 to 400 columns";
	return NULL;
}

/* Returns NULL, or what is wrong. */
static const char *check(const struct timeline_options *options, int left)
{
	if (left != 1)
		return "one report is needed: a file, a socket, or - for standard input";
	if (options->output && options->is_json)
		return "--json and -o exclude each other";
	return timeline_check_output(options->output, options->width);
}

static const struct option OPTIONS[] = {{"output", required_argument, NULL, 'o'},
	{"width", required_argument, NULL, 'w'}, {"boot", required_argument, NULL, 'b'},
	{"json", no_argument, NULL, 'j'}, {"color", required_argument, NULL, 'c'}, {0}};

int timeline_main(int argc, char **argv)
{
	static const struct options SYNTAX = {.verb = "timeline",
		.help = HELP,
		.table = OPTIONS,
		.letters = "o:",
		.take = take_option};
	struct timeline_options options = {0};
	const char *wrong;
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	wrong = check(&options, argc - optind);
	if (wrong)
		return options_complain("timeline", wrong);
	options.path = argv[optind];
	return draw(&options);
}
