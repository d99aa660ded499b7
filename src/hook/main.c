/* SPDX-License-Identifier: MIT */
/*
 * bootprobe-hook: the part that runs in the initrd. Whatever happens, the boot goes on: in every
 * boot path the exit status is 0, and no inherited descriptor is used.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "hook/children.h"
#include "hook/collector.h"
#include "hook/control.h"
#include "hook/finished.h"
#include "hook/settings.h"
#include "hook/stage1.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const char USAGE[] =
	"Usage: bootprobe-hook start\n"
	"       bootprobe-hook finish [--root DIR]\n"
	"       bootprobe-hook now [--sysroot DIR] [--root DIR] [--report FILE|-]\n"
	"                          [--quiet]\n"
	"\n"
	"start and finish are called by an initrd, before udev and before the switch of\n"
	"root. They do nothing unless the kernel command line, or the host, says\n"
	"\"bootprobe\". now looks at this machine, or at one captured in DIR, and reports\n"
	"at once.\n"
	"\n"
	"  --root DIR      where the root file system of stage 2 is mounted\n"
	"  --sysroot DIR   a captured machine instead of this one\n"
	"  --report FILE   write the records there (-: standard output) and to no other\n"
	"                  place\n"
	"  --quiet         do not print the summary\n"
	"  --help, -h      print this text\n"
	"  --version       print the version\n"
	"\n"
	"Exit status: of start and finish always 0. Of now: 0 the report was made,\n"
	"whatever it says; 2 it could not be made or not be written, or an option is\n"
	"wrong.\n";

enum { EXIT_UNABLE = 2 };

struct arguments {
	const char *verb, *root, *sysroot, *report;
	const char *wrong; /* the first word that is not understood, or NULL */
	bool is_quiet, is_help;
};

static struct config config;

static void print(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

/* Up to NULL, behind the name of the program. */
static void complain(const char *text, ...)
{
	char line[512];
	struct text out;
	va_list more;

	text_init(&out, line, sizeof(line));
	text_append(&out, "bootprobe-hook: ");
	va_start(more, text);
	for (; text; text = va_arg(more, const char *))
		text_append(&out, text);
	va_end(more);
	text_append(&out, "\n");
	print(STDERR_FILENO, line);
}

/* What is not understood is passed over: the boot goes on with the rest. */
static void arguments_parse(int argc, char **argv, struct arguments *ret)
{
	struct {
		const char *name;
		const char **value;
	} options[] = {
		{"--root", &ret->root}, {"--sysroot", &ret->sysroot}, {"--report", &ret->report}};

	for (int i = 1; i < argc; i++) {
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_SIZE(options) && i + 1 < argc && !is_known; k++) {
			is_known = strcmp(argv[i], options[k].name) == 0;
			if (is_known)
				*options[k].value = argv[++i];
		}
		if (is_known)
			continue;
		if (strcmp(argv[i], "--quiet") == 0)
			ret->is_quiet = true;
		else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			ret->is_help = true;
		else if (argv[i][0] != '-' && !ret->verb)
			ret->verb = argv[i];
		else
			ret->wrong = ret->wrong ? ret->wrong : argv[i];
	}
}

/* A process that was started with closed descriptors must not get a report file as its standard
 * error. These are our own copies; the caller's stay as they are. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			fd = open("/", O_PATH | O_DIRECTORY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

/* The collector outlives its caller: it must not hold the caller's pipes or terminal. */
static void detach(int keep_first, int keep_second)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	children_close_others((const int[]){keep_first, keep_second}, 2);
	(void)setsid();
	(void)!chdir("/");
}

/* systemd and NixOS spare processes whose name starts with '@' when they end all others before
 * the switch of root (systemd: "Storage Daemons"). */
static void set_process_name(char **argv)
{
	static const char NAME[] = "@bootprobe";
	size_t room = strlen(argv[0]);

	memset(argv[0], 0, room);
	text_copy(argv[0], room + 1, NAME);
}

/* Waits for the collector's word that the early records are out, for at most the budget. */
static void wait_for_collector(int fd, uint64_t timeout_us)
{
	struct pollfd word = {.fd = fd, .events = POLLIN};

	if (timeout_us)
		(void)poll(&word, 1, (int)(timeout_us / 1000));
}

static int run_collector(char **argv, struct collector_options *options)
{
	if (options->is_first_program && stage1_enter() < 0)
		return 0;
	detach(options->control_fd, options->caller_fd);
	set_process_name(argv);
	/* Opened anew: the root descriptor was closed with the caller's. */
	if (sysroot_open(NULL, &options->sources.root) < 0)
		return 0;
	(void)collector_run(options, NULL);
	return 0;
}

/* Forks the collector and waits until it has done what the caller wants to wait for. */
static void start_collector(char **argv, struct collector_options *options, uint64_t timeout_us)
{
	int word[2];

	options->control_fd = control_listen();
	/* Somebody started one before. */
	if (options->control_fd == -EADDRINUSE || pipe2(word, O_CLOEXEC) < 0)
		return;
	switch (fork()) {
	case -1:
		break;
	case 0:
		options->caller_fd = word[1];
		_exit(run_collector(argv, options));
	default:
		(void)close(word[1]);
		wait_for_collector(word[0], timeout_us);
	}
}

static int verb_start(char **argv)
{
	struct collector_options options = {
		.verb = "start",
		.config = &config,
		.sources.may_load_modules = true,
		.may_linger = true,
		.report_fd = -1,
		.summary_fd = -1,
	};

	start_collector(argv, &options, config.budget_us);
	return 0;
}

static bool is_verb(const char *word)
{
	static const char *const VERBS[] = {"start", "finish", "now", "--help", "--version"};

	/* Any other option is one for /init: the kernel hands on "-b", and what stands behind "--".
	 */
	for (size_t i = 0; i < ARRAY_SIZE(VERBS); i++) {
		if (strcmp(word, VERBS[i]) == 0)
			return true;
	}
	return false;
}

/* rdinit=/bootprobe-hook: the kernel's arguments are those for /init. */
static int first_program(char **argv)
{
	struct collector_options options = {
		.verb = "start",
		.config = &config,
		.sources.may_load_modules = true,
		.may_linger = true,
		.is_first_program = true,
		.report_fd = -1,
		.summary_fd = -1,
	};

	uint64_t began_us = clock_now_us(), gone_us;

	stage1_read_settings(&config);
	if (config.is_on) {
		stage1_fill_descriptors(config.may_heal_console);
		gone_us = clock_now_us() - began_us;
		start_collector(argv, &options,
			gone_us < config.budget_us ? config.budget_us - gone_us : 0);
	}
	stage1_exec_init(argv);
	return 127;
}

static int verb_finish(char **argv, const struct sysroot *root, const char *new_root)
{
	struct collector_options options = {
		.verb = "finish",
		.config = &config,
		.sources.may_load_modules = true,
		.sources.new_root = new_root,
		.is_single_pass = true,
		.may_linger = true,
		.report_fd = -1,
		.summary_fd = -1,
	};

	if (new_root && strlen(new_root) >= CONTROL_MESSAGE_SIZE) {
		print(STDERR_FILENO, "bootprobe-hook: the path behind --root is too long\n");
		return 0;
	}
	if (control_request(new_root ? new_root : CONTROL_NO_ROOT, FINISH_MAX_US) != -ECONNREFUSED)
		return 0;
	/* "start" never came, or its collector is gone. One that has finished is not run again. */
	if (finished_is_noted(root))
		return 0;
	start_collector(argv, &options, FINISH_MAX_US);
	return 0;
}

/* ------------------------------------------------------------------------------------- now */

static bool is_standard_output(const struct arguments *arguments)
{
	return arguments->report && strcmp(arguments->report, "-") == 0;
}

static const char *report_name(const struct arguments *arguments)
{
	return is_standard_output(arguments) ? "standard output" : arguments->report;
}

/* A pipe that nobody reads is refused, not waited for. */
static int open_report(const struct arguments *arguments)
{
	int fd;

	if (is_standard_output(arguments))
		fd = dup(STDOUT_FILENO);
	else
		fd = open(arguments->report,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	return fd < 0 ? -errno : fd;
}

static bool has_delivered(const struct sink_fact *sink)
{
	return sink->state == OUTCOME_OK && !sink->dropped && !sink->waiting;
}

/* Where the records lie, for people; false when they lie nowhere. */
static bool say_where(const struct arguments *arguments, const struct collector_results *results,
	struct text *line)
{
	size_t before = line->length;

	for (uint32_t i = 0; i < results->sinks_count; i++) {
		const struct sink_fact *sink = &results->sinks[i];

		if (!has_delivered(sink))
			continue;
		text_append(line, line->length > before ? ", " : "");
		text_append(line, arguments->report             ? report_name(arguments)
				  : text_is_empty(sink->target) ? sink->name
								: sink->target);
	}
	return line->length > before;
}

static void say_why_nowhere(const struct collector_results *results, struct text *line)
{
	for (uint32_t i = 0; i < results->sinks_count; i++) {
		const struct sink_fact *sink = &results->sinks[i];

		text_append(line, i ? ", " : " (");
		text_append(line, sink->name);
		text_append(line, ": ");
		text_append(
			line, sink->state < 0 ? strerror(-sink->state) : "not all of it was taken");
	}
	text_append(line, results->sinks_count ? ")" : "");
}

/* Returns the exit status. */
static int tell_results(const struct arguments *arguments, const struct collector_results *results)
{
	char words[512];
	struct text line;

	text_init(&line, words, sizeof(words));
	text_append(&line, "records    ");
	if (!arguments->is_quiet && results->summary < 0) {
		complain("standard output: ", strerror(-results->summary), NULL);
		return EXIT_UNABLE;
	}
	if (say_where(arguments, results, &line)) {
		text_append(&line, "\n");
		if (!arguments->is_quiet && !is_standard_output(arguments))
			print(STDOUT_FILENO, words);
		return 0;
	}
	if (arguments->report && results->sinks_count && results->sinks[0].state < 0) {
		complain(report_name(arguments), ": ", strerror(-results->sinks[0].state), NULL);
		return EXIT_UNABLE;
	}
	text_init(&line, words, sizeof(words));
	say_why_nowhere(results, &line);
	complain(
		"the records were not written anywhere", words, "; --report FILE keeps them", NULL);
	/* Who sees the page has got something. */
	return arguments->is_quiet || arguments->report ? EXIT_UNABLE : 0;
}

static int check_new_root(const struct sysroot *root, const char *path)
{
	_cleanup_(sysroot_close) struct sysroot new_root = SYSROOT_CLOSED;

	while (*path == '/')
		path++;
	return sysroot_open_below(root, path, &new_root);
}

static int verb_now(
	const struct sysroot *root, const struct arguments *arguments, bool is_output_closed)
{
	struct collector_results results = {0};
	struct collector_options options = {
		.verb = "now",
		.config = &config,
		.sources = {.root = *root, .new_root = arguments->root},
		.is_single_pass = true,
		.control_fd = -1,
		.caller_fd = -1,
		.report_fd = -1,
		.summary_fd = arguments->is_quiet ? -1 : STDOUT_FILENO,
	};
	int new_root = arguments->root ? check_new_root(root, arguments->root) : 0, r;

	if (is_output_closed &&
		(is_standard_output(arguments) || (!arguments->is_quiet && !arguments->report))) {
		complain("standard output: ", strerror(EBADF), NULL);
		return EXIT_UNABLE;
	}
	/* Somebody sits in front of this machine and reads the summary where they asked for it. */
	config.sinks &= ~(1U << SINK_CONSOLE | 1U << SINK_CONSOLE_RECORDS);
	if (arguments->report) {
		options.report_fd = open_report(arguments);
		if (options.report_fd < 0) {
			complain(report_name(arguments), ": ",
				options.report_fd == -ENXIO ? "nobody reads this pipe"
							    : strerror(-options.report_fd),
				NULL);
			return EXIT_UNABLE;
		}
		config.sinks = 0;
		/* Records and summary in one stream would be of no use to anybody. */
		if (is_standard_output(arguments))
			options.summary_fd = -1;
	}
	r = collector_run(&options, &results);
	if (r < 0) {
		complain("cannot look at this machine: ", strerror(-r), NULL);
		return EXIT_UNABLE;
	}
	r = tell_results(arguments, &results);
	/* The rest of the report is as good as any. */
	if (new_root < 0)
		complain("--root ", arguments->root, ": ", strerror(-new_root), NULL);
	return new_root < 0 ? EXIT_UNABLE : r;
}

/* ------------------------------------------------------------------------------------ main */

/* Returns whether there is something to be done. */
static bool check_arguments(const struct arguments *arguments, int *ret_status)
{
	const char *verb = arguments->verb ? arguments->verb : "";
	bool is_boot_path = strcmp(verb, "start") == 0 || strcmp(verb, "finish") == 0;
	bool is_now = strcmp(verb, "now") == 0;

	*ret_status = 0;
	if (arguments->is_help) {
		print(STDOUT_FILENO, USAGE);
		return false;
	}
	if (arguments->wrong)
		complain(arguments->wrong, ": not understood", is_boot_path ? ", passed over" : "",
			NULL);
	if (arguments->verb && !is_boot_path && !is_now)
		complain(verb, ": not understood", NULL);
	if (is_boot_path || (is_now && !arguments->wrong))
		return true;
	print(STDERR_FILENO, USAGE);
	*ret_status = EXIT_UNABLE;
	return false;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct sysroot root;
	bool is_now, is_output_closed;
	int r;

	/* In a container we may be PID 1 as well, and asked for something; there /proc is mounted.
	 */
	if (getpid() == 1 && (argc < 2 || !is_verb(argv[1]) || access("/proc/self", F_OK) < 0))
		return first_program(argv);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return print(STDOUT_FILENO, "bootprobe-hook " BOOTPROBE_VERSION "\n"), 0;
	arguments_parse(argc, argv, &arguments);
	if (!check_arguments(&arguments, &r))
		return r;
	is_now = strcmp(arguments.verb, "now") == 0;
	is_output_closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
	/* "start" and "finish" have nothing to fill as long as nobody wants them. */
	if (is_now)
		fill_standard_descriptors();
	r = sysroot_open(arguments.sysroot, &root);
	if (r < 0) {
		complain(arguments.sysroot ? "--sysroot " : "",
			arguments.sysroot ? arguments.sysroot : "/", ": ", strerror(-r), NULL);
		return is_now ? EXIT_UNABLE : 0;
	}

	settings_read(&root, &config);
	if (is_now)
		return verb_now(&root, &arguments, is_output_closed);
	if (!config.is_on)
		return 0;
	fill_standard_descriptors();
	if (strcmp(arguments.verb, "start") == 0)
		return verb_start(argv);
	return verb_finish(argv, &root, arguments.root);
}
