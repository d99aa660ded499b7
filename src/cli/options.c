/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/text.h"

#include <string.h>

enum { TABLE_MAX = 16 };

int options_complain(const char *verb, const char *why)
{
	(void)fprintf(stderr, "bootprobe %s: ", verb);
	output_raw(stderr, why);
	(void)fprintf(stderr, "\nTry 'bootprobe %s --help'.\n", verb);
	return OPTIONS_WRONG;
}

int options_choice(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], optarg) == 0)
			return (int)i;
	}
	return -1;
}

const struct option OPTIONS_JSON[] = {{"json", no_argument, NULL, 'j'}, {0}};

const char *options_json(void *context, int option)
{
	bool *is_json = context;

	*is_json |= option == 'j';
	return NULL;
}

const char *options_colour(enum output_when *ret_when)
{
	static const char *const WHEN[] = {
		[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
	int when = options_choice(WHEN, ARRAY_SIZE(WHEN));

	if (when < 0)
		return "--color is auto, always or never";
	*ret_when = (enum output_when)when;
	return NULL;
}

static bool is_ambiguous(const struct option *table, const char *word)
{
	size_t count = 0;

	if (!text_starts_with(word, "--"))
		return false;
	for (word += 2; table->name; table++)
		count += strncmp(table->name, word, strcspn(word, "=")) == 0;
	return count > 1;
}

/* getopt_long() would print what was typed as it is. option and optopt are as it left them. */
static int refuse(
	const struct options *options, const struct option *table, int option, const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *what = "no such option: ";
	char why[256];

	if (option == ':')
		what = "this option takes a value: ";
	else if (is_ambiguous(table, word))
		what = "more than one option begins like this: ";
	else if (optopt && strchr(word, '='))
		what = "this option takes no value: ";
	else if (optopt)
		word = letter;
	(void)text_join(why, sizeof(why), what, word, NULL);
	return options_complain(options->verb, why);
}

/* The rows of a verb, and --help. */
static void complete_table(const struct options *options, struct option *table)
{
	size_t count = 0;

	while (options->table[count].name && count + 2 < TABLE_MAX) {
		table[count] = options->table[count];
		count++;
	}
	table[count++] = (struct option){"help", no_argument, NULL, 'h'};
	table[count] = (struct option){0};
}

bool options_parse(
	const struct options *options, int argc, char **argv, void *context, int *ret_status)
{
	struct option table[TABLE_MAX];
	const char *wrong = NULL;
	char letters[16];
	int option;

	complete_table(options, table);
	(void)text_join(
		letters, sizeof(letters), ":h", options->letters ? options->letters : "", NULL);
	optind = 1;
	opterr = 0;
	while (!wrong && (option = getopt_long(argc, argv, letters, table, NULL)) >= 0) {
		if (option == 'h') {
			*ret_status = fputs(options->help, stdout) < 0 ? OPTIONS_WRONG : 0;
			return false;
		}
		if (option == '?' || option == ':') {
			*ret_status = refuse(options, table, option, argv[optind - 1]);
			return false;
		}
		wrong = options->take(context, option);
	}
	if (wrong)
		*ret_status = options_complain(options->verb, wrong);
	return !wrong;
}
