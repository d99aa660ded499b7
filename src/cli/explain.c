/* SPDX-License-Identifier: MIT */
/*
 * bootprobe explain: what a finding or a word of the pages means, in the words of docs/findings.md
 * and docs/glossary.md.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explanation.h"
#include "cli/nearest.h"
#include "cli/options.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum { EXIT_TOLD = 0, EXIT_UNKNOWN = 2 };
enum { SUGGESTIONS_MAX = 5, NAME_SIZE = NEAREST_CHARS + 1 };

static const char HELP[] =
	"Usage: bootprobe explain [--json] [ID|WORD]\n"
	"\n"
	"Says what a finding means, how it was told, what to do about it, and when it is\n"
	"no problem; or what a word means that pages use. Capital letters, spaces and\n"
	"hyphens are taken as they come.\n"
	"\n"
	"Without ID, all of them, a line each: errors, then warnings, then what is good\n"
	"to know, each in the order in which a page tells them, causes first; then the\n"
	"words.\n"
	"\n"
	"  --json  one JSON object; without ID an array of the findings\n"
	"  --help  this text\n"
	"\n"
	"Exit status: 0 fine, 2 usage, or nothing is called so.\n";

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

static void print_finding(const struct explanation *explanation)
{
	bool is_coloured = output_wants_colour(COLOUR_AUTO);

	output_coloured(stdout, is_coloured, COLOUR_BOLD, explanation->id);
	(void)fputs("  ", stdout);
	output_coloured(stdout, is_coloured, colour_of(explanation->severity),
		SEVERITY_NAMES[explanation->severity]);
	(void)printf("\n%s\n\n%s", explanation->line, explanation->text);
}

static void print_word(const struct glossary_word *word)
{
	output_coloured(stdout, output_wants_colour(COLOUR_AUTO), COLOUR_BOLD, word->names[0]);
	for (size_t i = 1; word->names[i]; i++)
		(void)printf(", %s", word->names[i]);
	(void)printf("\n%s\n", word->line);
	if (word->text)
		(void)printf("\n%s", word->text);
}

/* One word in front, as completions take it. */
static void print_row(
	const char *name, enum output_colour colour, const char *kind, const char *line)
{
	char joined[NAME_SIZE];

	(void)text_copy(joined, sizeof(joined), name);
	for (char *space; (space = strchr(joined, ' '));)
		*space = '-';
	(void)printf("%-22s ", joined);
	output_coloured(stdout, output_wants_colour(COLOUR_AUTO), colour, kind);
	(void)printf("%*s%s\n", (int)(8 - strlen(kind)), "", line);
}

static void print_all(void)
{
	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++) {
		const struct explanation *one = &EXPLANATIONS[i];

		print_row(one->id, colour_of(one->severity), SEVERITY_NAMES[one->severity],
			one->line);
	}
	for (size_t i = 0; i < GLOSSARY_COUNT; i++)
		print_row(GLOSSARY[i].names[0], COLOUR_NONE, "word", GLOSSARY[i].line);
}

/* ----------------------------------------------------------------------------------- JSON */

static json_t *encode_finding(const struct explanation *explanation)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "id", explanation->id, "severity",
		SEVERITY_NAMES[explanation->severity], "summary", explanation->line, "text",
		explanation->text);
}

static json_t *encode_word(const struct glossary_word *word)
{
	json_t *names = json_array();

	for (size_t i = 0; word->names[i]; i++)
		(void)json_array_append_new(names, json_string(word->names[i]));
	return json_pack("{s:o, s:s, s:s}", "words", names, "summary", word->line, "text",
		word->text ? word->text : "");
}

static json_t *encode_all(void)
{
	json_t *all = json_array();

	for (size_t i = 0; all && i < EXPLANATIONS_COUNT; i++)
		(void)json_array_append_new(all, encode_finding(&EXPLANATIONS[i]));
	return all;
}

static int print_json(json_t *value)
{
	int r = value ? output_json(stdout, value, true) : -ENOMEM;

	json_decref(value);
	return r;
}

/* -------------------------------------------------------------------------------- finding */

/* "Stage_1" and "stage 1" are one name. */
static void normalize(const char *name, char *key, size_t size)
{
	(void)text_copy(key, size, name);
	for (char *c = key; *c; c++)
		*c = *c == ' ' || *c == '_' ? '-' : *c;
}

static bool is_name(const char *name, const char *typed)
{
	char key[NAME_SIZE];

	normalize(name, key, sizeof(key));
	return strcasecmp(key, typed) == 0;
}

static const struct explanation *find_finding(const char *typed)
{
	for (size_t i = 0; i < EXPLANATIONS_COUNT; i++) {
		if (is_name(EXPLANATIONS[i].id, typed))
			return &EXPLANATIONS[i];
	}
	return NULL;
}

static const struct glossary_word *find_word(const char *typed)
{
	for (size_t i = 0; i < GLOSSARY_COUNT; i++) {
		for (size_t k = 0; GLOSSARY[i].names[k]; k++) {
			if (is_name(GLOSSARY[i].names[k], typed))
				return &GLOSSARY[i];
		}
	}
	return NULL;
}

/* ------------------------------------------------------------------------------ suggesting */

/* All names: of findings, and the first of each word. */
static const char *name_at(size_t index)
{
	return index < EXPLANATIONS_COUNT ? EXPLANATIONS[index].id
					  : GLOSSARY[index - EXPLANATIONS_COUNT].names[0];
}

/* A part of a name ("phantom", "gpt") is nearer than a slip. */
static size_t distance_to(const char *typed, const char *name)
{
	return typed[0] && strcasestr(name, typed) ? 0 : nearest_distance(typed, name);
}

/* "disk.fast" is something about disks. */
static bool is_kin(const char *typed, const char *name)
{
	size_t length = strcspn(typed, ".");

	return typed[length] && strncasecmp(typed, name, length + 1) == 0;
}

static bool is_worth_a_try(size_t distance, size_t best, const char *typed, const char *name)
{
	if (best <= strlen(typed) / 3)
		return distance <= best + (best > 0);
	return is_kin(typed, name);
}

static void print_nearest(const char *typed)
{
	const size_t count = EXPLANATIONS_COUNT + GLOSSARY_COUNT;
	size_t best = NEAREST_CHARS, told = 0, left = 0;

	for (size_t i = 0; i < count; i++) {
		size_t distance = distance_to(typed, name_at(i));

		best = distance < best ? distance : best;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = name_at(i);

		if (!is_worth_a_try(distance_to(typed, name), best, typed, name))
			continue;
		if (told == SUGGESTIONS_MAX)
			left++;
		else
			(void)fprintf(stderr, "%s%s", told++ ? ", " : "; did you mean ", name);
	}
	if (left)
		(void)fprintf(stderr, " or %zu more", left);
	(void)fputs(told ? "? " : "; ", stderr);
	(void)fputs("'bootprobe explain' lists all\n", stderr);
}

static int complain_unknown(const char *typed)
{
	(void)fputs("bootprobe explain: nothing is called ", stderr);
	output_raw(stderr, *typed ? typed : "\"\"");
	print_nearest(typed);
	return EXIT_UNKNOWN;
}

/* ------------------------------------------------------------------------------------ all */

/* typed: NULL for all. */
static int explain(const char *typed, bool is_json)
{
	const struct explanation *finding = typed ? find_finding(typed) : NULL;
	const struct glossary_word *word = typed && !finding ? find_word(typed) : NULL;
	int r = 0;

	if (typed && !finding && !word)
		return complain_unknown(typed);
	if (is_json)
		r = print_json(finding ? encode_finding(finding)
			       : word  ? encode_word(word)
				       : encode_all());
	else if (finding)
		print_finding(finding);
	else if (word)
		print_word(word);
	else
		print_all();
	if (r < 0 || fflush(stdout) != 0) {
		(void)fputs("bootprobe explain: standard output does not take it\n", stderr);
		return EXIT_UNKNOWN;
	}
	return EXIT_TOLD;
}

int explain_main(int argc, char **argv)
{
	static const struct options SYNTAX = {
		.verb = "explain", .help = HELP, .table = OPTIONS_JSON, .take = options_json};
	char typed[NAME_SIZE], key[NAME_SIZE];
	struct text text;
	bool is_json = false;
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &is_json, &status))
		return status;
	if (optind == argc)
		return explain(NULL, is_json);
	/* A name of several words need not be quoted. */
	text_init(&text, typed, sizeof(typed));
	for (int i = optind; i < argc; i++) {
		text_append(&text, i > optind ? " " : "");
		text_append(&text, argv[i]);
	}
	normalize(typed, key, sizeof(key));
	return explain(key, is_json);
}
