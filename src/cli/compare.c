/* SPDX-License-Identifier: MIT */
/*
 * bootprobe compare: what differs between two reports, what explains most first.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/fold.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/read.h"
#include "reader/difference.h"
#include "source/confine.h"

#include <errno.h>
#include <string.h>

/* Of one group, and of times, in text. --all and --json have them all. */
enum { SHOWN_MAX = 40, SHOWN_TIMES_MAX = 5 };

static const char HELP[] =
	"Usage: bootprobe compare [OPTION...] A B\n"
	"\n"
	"Says what differs between two reports, each out of anything that was logged: a\n"
	"boot that works and one that does not, before and after a change. What explains\n"
	"most stands first. Boot ids, counters, serial numbers and GUIDs are left out; of\n"
	"times, the largest that differ by more than half. What a report does not say,\n"
	"because records of it are missing, is not taken for a difference, but named.\n"
	"\n"
	"  --boot-a ID      the report of this boot in A, instead of the newest; ID/2 is\n"
	"  --boot-b ID      the second report of that boot. A and B may be one file\n"
	"  --all            every difference that was found, small ones of times too\n"
	"  --json           one JSON object: both verdicts, all differences\n"
	"  --color WHEN     auto (default: on a terminal, unless NO_COLOR is set),\n"
	"                   always, never\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 nothing wrong was found in either, or warnings only, however much\n"
	"they differ; 1 one of them has a finding of severity error; 2 usage, input that\n"
	"cannot be read, or one of them is INCOMPLETE.\n";

struct compare_options {
	const char *path[2], *boot[2];
	bool is_json, is_all;
	enum output_when when;
};

struct view {
	const struct compare_options *options;
	const struct reader_report *report[2];
	const struct difference_list *list;
	bool is_coloured;
};

/* ------------------------------------------------------------------------------------------ text
 */

static const enum output_colour VERDICTS[] = {[READER_OK] = COLOUR_GREEN,
	[READER_HAS_WARNINGS] = COLOUR_YELLOW,
	[READER_INCOMPLETE] = COLOUR_PURPLE,
	[READER_FAIL] = COLOUR_RED};

static void print_side(const struct view *view, int side)
{
	const struct reader_report *report = view->report[side];
	const char *verdict = reader_verdict_name(report->verdict);
	char what_data[512];
	struct text what;

	text_init(&what, what_data, sizeof(what_data));
	text_append(&what, "boot ");
	text_append(&what, report->boot);
	text_append(&what, ", ");
	text_append(&what, view->options->path[side]);
	(void)fputs(side ? "B  " : "A  ", stdout);
	output_coloured(stdout, view->is_coloured, VERDICTS[report->verdict], verdict);
	(void)printf("%*s", (int)(12 - strlen(verdict)), "");
	fold_words(stdout, 15, 15, what_data);
}

/* The bullet has the colour of the finding's severity. */
static void print_item(const struct view *view, const struct difference *item)
{
	static const enum output_colour COLOURS[] = {[READER_INFO] = COLOUR_NONE,
		[READER_WARNING] = COLOUR_YELLOW,
		[READER_ERROR] = COLOUR_RED};

	(void)fputs("  ", stdout);
	output_coloured(stdout, view->is_coloured, COLOURS[item->severity], "-");
	(void)fputc(' ', stdout);
	fold_words(stdout, 4, 4, item->text);
}

static size_t count_group(const struct view *view, enum difference_group group)
{
	size_t count = 0;

	for (size_t i = 0; i < view->list->count; i++)
		count += view->list->item[i].group == group;
	return count;
}

/* Larger differences of times stand first. */
static bool is_left_out(const struct view *view, const struct difference *item, size_t shown)
{
	if (view->options->is_all)
		return false;
	if (item->group == DIFFERENCE_TIMING)
		return item->is_minor || shown >= SHOWN_TIMES_MAX;
	return shown >= SHOWN_MAX;
}

static void print_group(const struct view *view, enum difference_group group)
{
	size_t count = count_group(view, group), shown = 0;

	if (!count)
		return;
	(void)fputc('\n', stdout);
	output_coloured(stdout, view->is_coloured, COLOUR_BOLD, difference_group_name(group));
	(void)fputc('\n', stdout);
	for (size_t i = 0; i < view->list->count; i++) {
		const struct difference *item = &view->list->item[i];

		if (item->group != group || is_left_out(view, item, shown))
			continue;
		print_item(view, item);
		shown++;
	}
	if (count > shown)
		(void)printf("  and %zu %s: see --all\n", count - shown,
			group == DIFFERENCE_TIMING ? "smaller" : "more");
}

static void print_text(const struct view *view)
{
	print_side(view, 0);
	print_side(view, 1);
	if (!view->list->count)
		(void)puts("\nno difference");
	for (int group = 0; group < DIFFERENCE_GROUP_COUNT; group++)
		print_group(view, (enum difference_group)group);
	if (view->list->left_out)
		(void)printf("\nand %zu more, which were not kept\n", view->list->left_out);
}

/* ------------------------------------------------------------------------------------------ JSON
 */

static json_t *side_object(const struct view *view, int side)
{
	const struct reader_report *report = view->report[side];
	json_t *path = json_string(view->options->path[side]);

	return json_pack("{s:o, s:s, s:i, s:s, s:b, s:I}", "path", path ? path : json_null(),
		"boot", report->boot, "report", (int)report->run, "verdict",
		reader_verdict_name(report->verdict), "has_end", report->end != NULL,
		"missing_records", (json_int_t)(report->missing_lines + report->damage_count));
}

static json_t *item_object(const struct difference *item)
{
	json_t *object = json_pack("{s:s, s:o, s:o}", "group", difference_group_name(item->group),
		"subject", output_json_text(item->subject), "text", output_json_text(item->text));

	if (object && item->group == DIFFERENCE_FINDING)
		(void)json_object_set_new(
			object, "severity", json_string(reader_severity_name(item->severity)));
	return object;
}

static int print_json(const struct view *view)
{
	json_t *list = json_array(), *object;
	int result = 0;

	for (size_t i = 0; i < view->list->count && result == 0; i++)
		result = json_array_append_new(list, item_object(&view->list->item[i]));
	object = result < 0 ? NULL
			    : json_pack("{s:o, s:o, s:O, s:I}", "a", side_object(view, 0), "b",
				      side_object(view, 1), "differences", list, "left_out",
				      (json_int_t)view->list->left_out);
	result = object ? output_json(stdout, object, true) : -ENOMEM;
	json_decref(object);
	json_decref(list);
	return result;
}

/* ------------------------------------------------------------------------------------------- all
 */

static int exit_status(const struct view *view)
{
	int left = read_exit_status(view->report[0]), right = read_exit_status(view->report[1]);

	if (left == READ_ERRORS || right == READ_ERRORS)
		return READ_ERRORS;
	return left == READ_HEALTHY ? right : left;
}

static int print(const struct view *view)
{
	int result = 0;

	if (view->options->is_json)
		result = print_json(view);
	else
		print_text(view);
	if (result == 0 && fflush(stdout) != 0)
		result = -errno;
	if (result == 0)
		return exit_status(view);
	input_complain("compare", "standard output", strerror(-result));
	return READ_UNUSABLE;
}

static int compare(const struct compare_options *options)
{
	_cleanup_(cleanup_report) struct reader_report *a = NULL;
	_cleanup_(cleanup_report) struct reader_report *b = NULL;
	struct difference_list list;
	int fd[2], result;

	/* Both before a byte is looked at. */
	for (size_t i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = input_open("compare", options->path[i]);
		if (fd[i] < 0)
			return READ_UNUSABLE;
	}
	confine_reader();
	if (input_report("compare", options->path[0], fd[0], options->boot[0], &a) < 0 ||
		input_report("compare", options->path[1], fd[1], options->boot[1], &b) < 0)
		return READ_UNUSABLE;
	result = difference_find(a, b, &list);
	if (result < 0) {
		input_complain("compare", options->path[0], strerror(-result));
		return READ_UNUSABLE;
	}
	result = print(&(struct view){options, {a, b}, &list, output_wants_colour(options->when)});
	difference_release(&list);
	return result;
}

static const char *take_option(void *context, int option)
{
	struct compare_options *options = context;

	switch (option) {
	case 'A':
		options->boot[0] = optarg;
		return NULL;
	case 'B':
		options->boot[1] = optarg;
		return NULL;
	case 'a':
		options->is_all = true;
		return NULL;
	case 'j':
		options->is_json = true;
		return NULL;
	default:
		return options_colour(&options->when);
	}
}

static const struct option OPTIONS[] = {{"boot-a", required_argument, NULL, 'A'},
	{"boot-b", required_argument, NULL, 'B'}, {"all", no_argument, NULL, 'a'},
	{"json", no_argument, NULL, 'j'}, {"color", required_argument, NULL, 'c'}, {0}};

int compare_main(int argc, char **argv)
{
	static const struct options SYNTAX = {
		.verb = "compare", .help = HELP, .table = OPTIONS, .take = take_option};
	struct compare_options options = {0};
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	if (argc - optind != 2)
		return options_complain("compare", "two reports are needed, A and B");
	options.path[0] = argv[optind];
	options.path[1] = argv[optind + 1];
	if (strcmp(options.path[0], "-") == 0 && strcmp(options.path[1], "-") == 0)
		return options_complain(
			"compare", "standard input can be one of the two reports, not both");
	return compare(&options);
}
