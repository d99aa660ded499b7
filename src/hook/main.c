/* SPDX-License-Identifier: MIT */
/*
 * bootprobe-hook: the part that runs in the initrd. Whatever happens, the boot goes on: in every
 * boot path the exit status is 0, and no inherited descriptor is used.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "hook/collector.h"
#include "hook/control.h"
#include "hook/finished.h"
#include "hook/stage1.h"
#include "parse/config.h"
#include "source/cmdline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char USAGE[] =
	"Usage: bootprobe-hook start\n"
	"       bootprobe-hook finish [--root DIR]\n"
	"       bootprobe-hook now [--sysroot DIR] [--root DIR] [--report FILE|-] [--quiet]\n"
	"\n"
	"start and finish are called by an initrd, before udev and before the switch of root. They "
	"do\n"
	"nothing unless the kernel command line says \"bootprobe\".\n"
	"now looks at this machine, or at one captured in DIR, and reports at once.\n"
	"\n"
	"  --root DIR      where the root file system of stage 2 is mounted\n"
	"  --sysroot DIR   a captured machine instead of this one\n"
	"  --report FILE   write the records there (-: standard output) and to no other place\n"
	"  --quiet         do not print the summary\n"
	"  --version       print the version\n";

struct arguments {
	const char *verb, *root, *sysroot, *report;
	bool is_quiet;
};

static struct config config;

static void print(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

/* Returns 0, or -EINVAL for what is not understood. */
static int arguments_parse(int argc, char **argv, struct arguments *ret)
{
	struct {
		const char *name;
		const char **value;
	} options[] = {
		{"--root", &ret->root}, {"--sysroot", &ret->sysroot}, {"--report", &ret->report}};

	for (int i = 1; i < argc; i++) {
		bool is_known = false;

		if (strcmp(argv[i], "--quiet") == 0) {
			ret->is_quiet = true;
			continue;
		}
		for (size_t k = 0; k < ARRAY_SIZE(options); k++) {
			if (strcmp(argv[i], options[k].name) == 0 && i + 1 < argc) {
				*options[k].value = argv[++i];
				is_known = true;
				break;
			}
		}
		if (is_known)
			continue;
		if (argv[i][0] == '-' || ret->verb)
			return -EINVAL;
		ret->verb = argv[i];
	}
	return ret->verb ? 0 : -EINVAL;
}

/* The command line of the kernel, and what a host says through fw_cfg where that is there already.
 */
static void read_config(const struct sysroot *root)
{
	static char text[CMDLINE_SIZE];

	config_init(&config);
	if (cmdline_source_read(root, text, sizeof(text)) >= 0)
		config_parse(&config, text_trim(text));
	if (sysroot_read(root, "sys/firmware/qemu_fw_cfg/by_name/opt/org.bootprobe/cmdline/raw",
		    text, sizeof(text)) > 0) {
		config.is_from_fwcfg = true;
		config_parse(&config, text_trim(text));
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

static void close_between(int first, int last)
{
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	/* Before Linux 5.9. */
	for (int fd = first; fd <= last && fd < 1024; fd++)
		(void)close(fd);
}

/* The collector outlives its caller: it must not hold the caller's pipes or terminal. */
static void detach(int keep_first, int keep_second)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int low = keep_first < keep_second ? keep_first : keep_second;
	int high = keep_first < keep_second ? keep_second : keep_first;

	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	close_between(STDERR_FILENO + 1, low - 1);
	close_between(low < STDERR_FILENO ? STDERR_FILENO + 1 : low + 1, high - 1);
	close_between(high + 1, INT_MAX);
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
	(void)collector_run(options);
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

	/* Any other option is one for /init: the kernel hands on "-b", and what stands behind "--". */
	for (size_t i = 0; i < ARRAY_SIZE(VERBS); i++) {
		if (strcmp(word, VERBS[i]) == 0)
			return true;
	}
	return false;
}

/* rdinit=/bootprobe-hook: the kernel's arguments are those for /init. */
static int first_program(char **argv)
{
	static char text[CMDLINE_SIZE];
	struct collector_options options = {
		.verb = "start",
		.config = &config,
		.sources.may_load_modules = true,
		.may_linger = true,
		.is_first_program = true,
		.report_fd = -1,
		.summary_fd = -1,
	};

	config_init(&config);
	if (stage1_read_cmdline(text, sizeof(text)) >= 0)
		config_parse(&config, text_trim(text));
	if (config.is_on) {
		stage1_fill_descriptors();
		start_collector(argv, &options, config.budget_us);
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

static int open_report(const char *path)
{
	if (strcmp(path, "-") == 0)
		return dup(STDOUT_FILENO);
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static int verb_now(const struct sysroot *root, const struct arguments *arguments)
{
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

	/* Somebody sits in front of this machine and reads the summary where they asked for it. */
	config.sinks &= ~(1U << SINK_CONSOLE | 1U << SINK_CONSOLE_RECORDS);
	if (arguments->report) {
		options.report_fd = open_report(arguments->report);
		if (options.report_fd < 0) {
			print(STDERR_FILENO, "bootprobe-hook: the report file cannot be opened\n");
			return 2;
		}
		config.sinks = 0;
		/* Records and summary in one stream would be of no use to anybody. */
		if (strcmp(arguments->report, "-") == 0)
			options.summary_fd = -1;
	}
	return collector_run(&options) < 0 ? 2 : 0;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct sysroot root;

	if (getpid() == 1 && (argc < 2 || !is_verb(argv[1])))
		return first_program(argv);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return print(STDOUT_FILENO, "bootprobe-hook " BOOTPROBE_VERSION "\n"), 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return print(STDOUT_FILENO, USAGE), 0;
	if (arguments_parse(argc, argv, &arguments) < 0)
		return print(STDERR_FILENO, USAGE), 2;
	if (sysroot_open(arguments.sysroot, &root) < 0) {
		print(STDERR_FILENO, "bootprobe-hook: the root cannot be opened\n");
		return strcmp(arguments.verb, "now") == 0 ? 2 : 0;
	}

	read_config(&root);
	if (strcmp(arguments.verb, "now") == 0)
		return fill_standard_descriptors(), verb_now(&root, &arguments);
	if (strcmp(arguments.verb, "start") != 0 && strcmp(arguments.verb, "finish") != 0)
		return print(STDERR_FILENO, USAGE), 2;
	if (!config.is_on)
		return 0;
	fill_standard_descriptors();
	if (strcmp(arguments.verb, "start") == 0)
		return verb_start(argv);
	return verb_finish(argv, &root, arguments.root);
}
