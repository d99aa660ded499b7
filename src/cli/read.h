/* SPDX-License-Identifier: MIT */
/*
 * What `read` and `show` share: options, input, and the ways to say what a report holds.
 */
#ifndef CLI_READ_H
#define CLI_READ_H

#include "cli/output.h"
#include "reader/reader.h"

enum { READ_HEALTHY = 0, READ_ERRORS = 1, READ_UNUSABLE = 2 };

enum read_format { FORMAT_TEXT, FORMAT_RECORDS, FORMAT_JSON, FORMAT_JOURNAL, FORMAT_PROMETHEUS };

#define READ_OPTIONS_HELP                                                                    \
	"  --boot ID        the report of this boot (8 hex digits) instead of the newest;\n" \
	"                   ID/2 is the second report of that boot\n"                        \
	"  --boots          list the boots that are there\n"                                 \
	"  --json           one JSON object: verdict, findings, what is missing, facts\n"    \
	"  --output FORMAT  text (a page for people), records (the lines as they came),\n"   \
	"                   json (one flat object a record), journal (journal export\n"      \
	"                   format), prometheus (a textfile for node_exporter)\n"            \
	"  --started TIME   when that kernel started, in seconds since 1970: for json,\n"    \
	"                   journal and prometheus, if it cannot be told from the input\n"   \
	"  --color WHEN     auto (default: on a terminal, unless NO_COLOR is set),\n"        \
	"                   always, never\n"                                                 \
	"  --help           this text\n"                                                     \
	"\n"                                                                                 \
	"Exit status: 0 nothing wrong was found, or warnings only; 1 findings of severity\n" \
	"error; 2 usage, input that cannot be read, or a report that is INCOMPLETE.\n"

struct read_options {
	const char *verb;
	const char *path; /* NULL or "-": standard input */
	const char *boot; /* NULL: the newest */
	bool is_list, is_json, is_follow, is_console;
	bool is_going_on; /* followed, and more may come: what is printed is not the last word */
	enum read_format format;
	enum output_when when;
	double started; /* Unix time at which the kernel started; negative: to be estimated */
};

/* Fills in options from the arguments; *ret_status is the exit status when it returns false. */
bool read_options_parse(int argc, char **argv, const char *help, bool takes_file,
	struct read_options *options, int *ret_status);

/* Says what was read, as the options want it. Returns the exit status. source is what the input is
 * called, for messages. */
int read_print(const struct reader *reader, const struct read_options *options, const char *source);
int read_exit_status(const struct reader_report *report);

/* Feeds all that a descriptor gives. 0, or a negative errno. */
int read_all(int fd, struct reader *reader);
/* Opens a file, "-" (standard input), or connects to a unix socket. A message is printed when that
 * fails. Returns a descriptor that is the caller's to close, or a negative errno. */
int read_open(const struct read_options *options, bool *ret_is_socket);

/* Follows a socket, pipe or growing file; prints as it comes. Returns the exit status. */
int follow_run(const struct read_options *options);

/* Each of these prints a report to standard output. 0 or a negative errno. */
int export_summary(const struct reader_report *report);
int export_records(const struct reader *reader, const struct reader_report *report);
int export_json(const struct reader_report *report, double started);
int export_journal(const struct reader *reader, const struct reader_report *report, double started);
int export_prometheus(const struct reader_report *report, double started);

#endif
