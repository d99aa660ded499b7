/* SPDX-License-Identifier: MIT */
/*
 * bootprobe read: a report out of anything that was logged.
 */
#include "cli/read.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/console_text.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/page.h"
#include "source/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char HELP[] =
	"Usage: bootprobe read [OPTION...] [FILE|-]\n"
	"\n"
	"Takes a report of bootprobe out of anything that was logged, and says what is\n"
	"wrong and what to change: the file behind a virtio port, a capture of a serial\n"
	"console, dmesg, journalctl in any format, several of these in one. Without FILE,\n"
	"or with -, standard input is read.\n"
	"\n"
	"  --console        what the guest wrote to its console, where\n"
	"                   bootprobe.heal=console sent that to the report's port\n"
	"  --follow         show the boot as it happens: FILE is a socket, as\n"
	"                   /run/qemu-server/100.serial1, or a file that grows;\n"
	"                   ends when nothing more of this boot can come, or with Ctrl-C;\n"
	"                   without --follow, bootprobe read FILE reads what is "
	"there\n" READ_OPTIONS_HELP;

/* --------------------------------------------------------------------------------------- options
 */

static const struct option OPTIONS[] = {{"boot", required_argument, NULL, 'b'},
	{"boots", no_argument, NULL, 'l'}, {"json", no_argument, NULL, 'j'},
	{"follow", no_argument, NULL, 'f'}, {"console", no_argument, NULL, 'C'},
	{"output", required_argument, NULL, 'o'}, {"started", required_argument, NULL, 's'},
	{"color", required_argument, NULL, 'c'}, {0}};

static const char *take_output(struct read_options *options)
{
	static const char *const FORMATS[] = {"text", "records", "json", "journal", "prometheus"};
	int format = options_choice(FORMATS, ARRAY_SIZE(FORMATS));

	if (format < 0)
		return "--output is text, records, json, journal or prometheus";
	options->format = (enum read_format)format;
	return NULL;
}

static const char *take_started(struct read_options *options)
{
	char *end;

	options->started = strtod(optarg, &end);
	if (*optarg && !*end && options->started >= 0 && options->started < 1e11)
		return NULL;
	return "--started takes seconds since 1970, as `date +%s` says them";
}

static const char *take_option(void *context, int option)
{
	struct read_options *options = context;

	switch (option) {
	case 'b':
		options->boot = optarg;
		return NULL;
	case 'l':
		options->is_list = true;
		return NULL;
	case 'j':
		options->is_json = true;
		return NULL;
	case 'f':
		options->is_follow = true;
		return NULL;
	case 'C':
		options->is_console = true;
		return NULL;
	case 'o':
		return take_output(options);
	case 's':
		return take_started(options);
	default:
		return options_colour(&options->when);
	}
}

/* Returns NULL, or what is wrong. */
static const char *check_options(const struct read_options *options, bool takes_file, int left)
{
	if (left > (takes_file ? 1 : 0))
		return takes_file ? "read takes one file; put several into one with cat"
				  : "show takes no file; to read one: bootprobe read FILE";
	if (options->is_follow && !takes_file)
		return "show cannot follow; on the host: bootprobe read --follow FILE";
	if (options->is_follow && (options->is_list || options->is_json || options->format))
		return "--follow shows text only: leave out --boots, --json and --output";
	if (options->is_console && !takes_file)
		return "show has no text of a console; on the host: bootprobe read --console FILE";
	if (options->is_console &&
		(options->is_follow || options->is_list || options->is_json || options->format))
		return "--console prints text alone: leave out other options; --follow shows it, "
		       "too";
	if (options->is_json && options->format)
		return "--json and --output exclude each other; --output=json is one object a "
		       "record";
	if (options->is_list && options->format)
		return "--boots lists as text, or with --json; leave out --output";
	return NULL;
}

bool read_options_parse(int argc, char **argv, const char *help, bool takes_file,
	struct read_options *options, int *ret_status)
{
	const struct options syntax = {.verb = takes_file ? "read" : "show",
		.help = help,
		.table = OPTIONS,
		.take = take_option};
	const char *wrong;

	*options = (struct read_options){.verb = syntax.verb, .started = -1};
	if (!options_parse(&syntax, argc, argv, options, ret_status))
		return false;
	wrong = check_options(options, takes_file, argc - optind);
	if (wrong) {
		*ret_status = options_complain(syntax.verb, wrong);
		return false;
	}
	options->path = optind < argc ? argv[optind] : NULL;
	return true;
}

/* ----------------------------------------------------------------------------------------- input
 */

int read_all(int fd, struct reader *reader)
{
	enum { CHUNK = 256 * 1024 };
	_cleanup_free_ char *buffer = malloc(CHUNK);
	ssize_t count;
	int result = 0;

	if (!buffer)
		return -ENOMEM;
	while (result == 0 && (count = read(fd, buffer, CHUNK)) != 0) {
		if (count > 0)
			result = reader_feed(reader, buffer, (size_t)count);
		else if (errno != EINTR)
			return -errno;
	}
	return result < 0 ? result : reader_finish(reader);
}

static int connect_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
		return -ENAMETOOLONG;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int open_path(const char *path, bool *ret_is_socket)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0)
		return -errno;
	*ret_is_socket = S_ISSOCK(status.st_mode);
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (*ret_is_socket)
		return connect_socket(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static const char *advice(int error, bool is_socket)
{
	if (error == -ECONNREFUSED && is_socket)
		return ": nobody is at the other end of this socket; does the VM run?";
	if (error == -ENAMETOOLONG && is_socket)
		return ": the path of a socket is at most 107 bytes; cd there first";
	if (error == -EACCES || error == -EPERM)
		return ": try as root";
	return "";
}

int read_open(const struct read_options *options, bool *ret_is_socket)
{
	const char *path = options->path;
	char why[256];
	int fd;

	*ret_is_socket = false;
	if (!path || strcmp(path, "-") == 0)
		fd = STDIN_FILENO;
	else
		fd = open_path(path, ret_is_socket);
	if (fd < 0) {
		(void)text_join(why, sizeof(why), strerror(-fd), advice(fd, *ret_is_socket), NULL);
		input_complain(options->verb, path ? path : "standard input", why);
	}
	return fd;
}

/* ---------------------------------------------------------------------------------------- output
 */

int read_exit_status(const struct reader_report *report)
{
	if (report->verdict == READER_FAIL)
		return READ_ERRORS;
	/* Silence is never success: what is wrong may stand in what is missing. */
	return report->verdict == READER_INCOMPLETE ? READ_UNUSABLE : READ_HEALTHY;
}

static json_t *seen_object(const struct reader_seen *seen)
{
	return json_pack("{s:s, s:i, s:I, s:f, s:f, s:b}", "boot", seen->boot, "report",
		(int)seen->run, "records", (json_int_t)seen->lines, "first", seen->first_t, "last",
		seen->last_t, "has_end", seen->has_end);
}

static void list_boot(const struct reader_seen *seen)
{
	char id[32] = "";
	struct text text;

	text_init(&text, id, sizeof(id));
	text_append(&text, seen->boot);
	if (seen->run_count > 1) {
		text_append(&text, "/");
		text_append_u64(&text, seen->run);
	}
	(void)printf("%-10s  %5zu %-7s  %9.3f s to %.3f s  %s\n", id, seen->lines,
		seen->lines == 1 ? "record" : "records", seen->first_t, seen->last_t,
		seen->has_end ? "with its end" : "without an end");
}

static int print_list(const struct reader *reader, const struct read_options *options)
{
	size_t count = reader_list(reader, NULL, 0);
	_cleanup_free_ struct reader_seen *seen = calloc(count + 1, sizeof(*seen));
	json_t *list = json_array();

	if (!seen || !list)
		return READ_UNUSABLE;
	(void)reader_list(reader, seen, count);
	for (size_t i = 0; i < count; i++) {
		if (options->is_json)
			(void)json_array_append_new(list, seen_object(&seen[i]));
		else
			list_boot(&seen[i]);
	}
	if (options->is_json)
		(void)output_json(stdout, list, true);
	else if (reader_loss(reader).forgotten_boots)
		(void)printf("and %llu older ones, which are not kept\n",
			(unsigned long long)reader_loss(reader).forgotten_boots);
	json_decref(list);
	return READ_HEALTHY;
}

static int print_report(const struct reader *reader, const struct reader_report *report,
	const struct read_options *options)
{
	switch (options->format) {
	case FORMAT_RECORDS:
		return export_records(reader, report);
	case FORMAT_JSON:
		return export_json(report, options->started);
	case FORMAT_JOURNAL:
		return export_journal(reader, report, options->started);
	case FORMAT_PROMETHEUS:
		return export_prometheus(report, options->started);
	case FORMAT_TEXT:
	default:
		break;
	}
	if (options->is_json)
		return export_summary(report);
	page_print(stdout, report, output_wants_colour(options->when),
		strcmp(options->verb, "show") == 0, options->is_going_on);
	return 0;
}

int read_print(const struct reader *reader, const struct read_options *options, const char *source)
{
	_cleanup_(cleanup_report) struct reader_report *report = NULL;
	int result;

	if (options->is_list && reader_list(reader, NULL, 0))
		return print_list(reader, options);
	result = reader_report(reader, options->boot, &report);
	if (result < 0) {
		input_complain_absent(options->verb, source, reader, options->boot, result);
		return READ_UNUSABLE;
	}
	result = print_report(reader, report, options);
	if (fflush(stdout) != 0)
		result = -errno;
	if (result < 0) {
		input_complain(options->verb, "standard output", strerror(-result));
		return READ_UNUSABLE;
	}
	return read_exit_status(report);
}

/* When the kernel of the newest report started: a file was written last when its last record came;
 * what comes through a pipe comes now. */
static void estimate_start(const struct reader *reader, struct read_options *options, int fd)
{
	struct reader_report *report;
	struct timespec now;
	struct stat status;
	double last;

	if (options->started >= 0 || reader_report(reader, options->boot, &report) < 0)
		return;
	last = report->record_count ? report->records[report->record_count - 1].t : 0;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		now = status.st_mtim;
	options->started = (double)now.tv_sec + (double)now.tv_nsec / 1e9 - last;
	reader_report_free(report);
}

static int end_console(const struct console_text_output *output, const struct read_options *options,
	const char *source)
{
	if (output->is_open)
		(void)fputc('\n', stdout);
	if (output->count)
		return READ_HEALTHY;
	input_complain(options->verb, source,
		"holds nothing that was written to a console; bootprobe.heal=console sends it "
		"there where the machine has no screen");
	return READ_UNUSABLE;
}

static int read_file(struct read_options *options)
{
	_cleanup_(cleanup_reader) struct reader *reader = NULL;
	const char *source = options->path ? options->path : "standard input";
	struct console_text_output output = {0};
	bool is_socket;
	int fd = read_open(options, &is_socket), result;

	if (fd < 0)
		return READ_UNUSABLE;
	confine_reader();
	reader = reader_new(options->is_list ? NULL : options->boot);
	if (reader && options->is_console)
		reader_observe(reader, console_text_observe, &output);
	result = reader ? read_all(fd, reader) : -ENOMEM;
	if (result == 0)
		estimate_start(reader, options, fd);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (result < 0) {
		input_complain(options->verb, source, strerror(-result));
		return READ_UNUSABLE;
	}
	if (options->is_console)
		return end_console(&output, options, source);
	return read_print(reader, options, source);
}

int read_main(int argc, char **argv)
{
	struct read_options options;
	int status;

	if (!read_options_parse(argc, argv, HELP, true, &options, &status))
		return status;
	return options.is_follow ? follow_run(&options) : read_file(&options);
}
