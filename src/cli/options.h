/* SPDX-License-Identifier: MIT */
/*
 * Options of a verb: read in one way, and complained about in one way. What people typed is
 * escaped when it is said again.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/output.h"

#include <getopt.h>
#include <stdbool.h>

enum { OPTIONS_WRONG = 2 }; /* exit status */

struct options {
	const char *verb; /* "compare" */
	const char *help;
	/* Ends with a zeroed one. --help and -h are added. A short option is the val of a row whose
	 * letter stands in `letters` as well: "o:". */
	const struct option *table;
	const char *letters;
	/* Takes one option, with its argument in optarg. Returns NULL, or what is wrong with it. */
	const char *(*take)(void *context, int option);
};

/* True: go on, arguments begin at argv[optind]. False: with *ret_status, after --help or a
 * complaint. */
bool options_parse(
	const struct options *options, int argc, char **argv, void *context, int *ret_status);

/* "bootprobe VERB: WHY" and where help is, on standard error. Returns OPTIONS_WRONG. */
int options_complain(const char *verb, const char *why);

/* The place of optarg in a list of names, or -1. */
int options_choice(const char *const *names, size_t count);
/* For a verb whose one option is --json; context: bool. */
extern const struct option OPTIONS_JSON[];
const char *options_json(void *context, int option);
/* --color: NULL, or what is wrong. */
const char *options_colour(enum output_when *ret_when);

#endif
