/* SPDX-License-Identifier: MIT */
/*
 * bootprobe explain: what a finding means, in the words of docs/findings.md.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explanation.h"
#include "cli/output.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_TOLD = 0, EXIT_USAGE = 2 };
enum { NEAREST_MAX = 3, ID_MAX = 40 };

static const char HELP[] =
	"Usage: bootprobe explain [--json] [ID]\n"
	"\n"
	"Says what a finding means, how it was told, what to do about it, and when it is no\n"
	"problem. Without ID: all of them, a line each, worst first.\n"
	"\n"
	"  --json  one JSON object; without ID an array of them\n"
	"  --help  this text\n"
	"\n"
	"Exit status: 0 fine, 2 usage, or no finding has that id.\n";

/* ------------------------------------------------------------------------------- printing */

static enum output_colour colour_of(enum severity severity)
{
	static const enum output_colour COLOURS[SEVERITY_COUNT] = {
		[SEVERITY_INFO] = COLOUR_BOLD,
		[SEVERITY_WARNING] = COLOUR_YELLOW,
		[SEVERITY_ERROR] = COLOUR_RED,
	};

	return COLOURS[severity];
}

static void print_one(const struct explanation *explanation)
{
	bool is_coloured = output_wants_colour(COLOUR_AUTO);

	output_coloured(stdout, is_coloured, COLOUR_BOLD, explanation->id);
	(void)fputs("  ", stdout);
	output_coloured(stdout, is_coloured, colour_of(explanation->severity),
		SEVERITY_NAMES[explanation->severity]);
	(void)printf("\n%s\n\n%s", explanation->line, explanation->text);
}

static void print_all(void)
{
	bool is_coloured = output_wants_colour(COLOUR_AUTO);

	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++) {
		const struct explanation *one = &EXPLANATIONS[i];

		(void)printf("%-22s ", one->id);
		output_coloured(stdout, is_coloured, colour_of(one->severity),
			SEVERITY_NAMES[one->severity]);
		(void)printf(
			"%*s%s\n", (int)(8 - strlen(SEVERITY_NAMES[one->severity])), "", one->line);
	}
}

/* is_produced: this version can find it. */
static json_t *encode(const struct explanation *explanation)
{
	bool is_produced = false;

	for (size_t i = 0; i < RULES_COUNT; i++)
		is_produced |= strcmp(RULES[i].id, explanation->id) == 0;
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", explanation->id, "severity",
		SEVERITY_NAMES[explanation->severity], "summary", explanation->line, "text",
		explanation->text, "is_produced", is_produced);
}

static json_t *encode_all(void)
{
	json_t *all = json_array();

	for (size_t i = 0; all && i < EXPLANATIONS_COUNT; i++)
		(void)json_array_append_new(all, encode(&EXPLANATIONS[i]));
	return all;
}

static int print_json(json_t *value)
{
	int r = value ? output_json(stdout, value, true) : -ENOMEM;

	json_decref(value);
	return r;
}

/* -------------------------------------------------------------------------------- finding */

static const struct explanation *find(const char *id)
{
	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++) {
		if (strcmp(EXPLANATIONS[i].id, id) == 0)
			return &EXPLANATIONS[i];
	}
	return NULL;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, taken out or changed (Levenshtein). Ids are short; of what was
 * typed, the beginning counts. */
static size_t edits_between(const char *typed, const char *id)
{
	size_t row[ID_MAX + 1], length = strnlen(id, ID_MAX), typed_length = strnlen(typed, ID_MAX);

	for (size_t k = 0; k <= length; k++)
		row[k] = k;
	for (size_t i = 0; i < typed_length; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < length; k++) {
			size_t changed = diagonal + (typed[i] != id[k]);
			diagonal = row[k + 1];
			row[k + 1] = smaller(changed, smaller(row[k], row[k + 1]) + 1);
		}
	}
	return row[length];
}

/* A part of an id ("phantom", "gpt.") is nearer than a slip. */
static size_t distance(const char *typed, const char *id)
{
	size_t edits = edits_between(typed, id);

	return typed[0] && strstr(id, typed) ? 0 : edits;
}

/* The nearest in the order of the table; others than the nearest only when they are as good as. */
static void print_nearest(const char *typed)
{
	size_t best = ID_MAX, told = 0;

	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++)
		best = smaller(best, distance(typed, EXPLANATIONS[i].id));
	(void)fputs("Did you mean", stderr);
	for (size_t i = 0; i < EXPLANATIONS_COUNT && told < NEAREST_MAX; i++) {
		if (distance(typed, EXPLANATIONS[i].id) > best + (best > 0))
			continue;
		(void)fprintf(stderr, "%s%s", told++ ? ", " : " ", EXPLANATIONS[i].id);
	}
	(void)fputs("? 'bootprobe explain' lists them all, --help says more.\n", stderr);
}

static int complain_unknown(const char *id)
{
	(void)fputs("bootprobe explain: no finding has the id ", stderr);
	output_chars(stderr, id, ID_MAX);
	(void)fputs("\n", stderr);
	print_nearest(id);
	return EXIT_USAGE;
}

static int explain(const char *id, bool is_json)
{
	const struct explanation *found = id ? find(id) : NULL;
	int r = 0;

	if (id && !found)
		return complain_unknown(id);
	if (is_json)
		r = print_json(found ? encode(found) : encode_all());
	else if (found)
		print_one(found);
	else
		print_all();
	if (r < 0 || fflush(stdout) != 0) {
		(void)fputs("bootprobe explain: standard output does not take it\n", stderr);
		return EXIT_USAGE;
	}
	return EXIT_TOLD;
}

int explain_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
	bool is_json = false;
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", OPTIONS, NULL)) >= 0) {
		switch (option) {
		case 'j':
			is_json = true;
			break;
		case 'h':
			(void)fputs(HELP, stdout);
			return EXIT_TOLD;
		default:
			(void)fputs("Try 'bootprobe explain --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		(void)fputs("bootprobe explain: one id at a time\n"
			    "Try 'bootprobe explain --help'.\n",
			stderr);
		return EXIT_USAGE;
	}
	return explain(argv[optind], is_json);
}
