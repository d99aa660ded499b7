/* SPDX-License-Identifier: MIT */
/*
 * bootprobe show: in the guest, the report of this boot.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char HELP[] =
	"Usage: bootprobe show [OPTION...]\n"
	"\n"
	"In the guest: the report of this boot, from /run/bootprobe/report.jsonl, else\n"
	"from the kernel log, else from the journal.\n"
	"\n" READ_OPTIONS_HELP;

/* $BOOTPROBE_ROOT stands in front of the paths, for tests and for the root of another system. */
static int open_below(const char *path, int flags)
{
	const char *root = getenv("BOOTPROBE_ROOT");
	char full[4096];
	int fd;

	if (!text_join(full, sizeof(full), root ? root : "", path, NULL))
		return -ENAMETOOLONG;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);
	return fd < 0 ? -errno : fd;
}

/* The boot that is up, or "". The journal and a log may hold others. */
static void read_boot(char boot[9])
{
	_cleanup_close_ int fd = open_below("/proc/sys/kernel/random/boot_id", 0);

	memset(boot, 0, 9);
	if (fd < 0 || read(fd, boot, 8) != 8)
		memset(boot, 0, 9);
}

static bool has_report(const struct reader *reader)
{
	return reader_list(reader, NULL, 0) > 0;
}

static int from_file(struct reader *reader)
{
	_cleanup_close_ int fd = open_below("/run/bootprobe/report.jsonl", 0);

	return fd < 0 ? fd : read_all(fd, reader);
}

/* /dev/kmsg gives one entry a read. EPIPE: entries were overwritten meanwhile; EAGAIN: the end. */
static int from_kmsg(struct reader *reader)
{
	_cleanup_close_ int fd = open_below("/dev/kmsg", O_NONBLOCK);
	char entry[8192];
	int result = 0;

	if (fd < 0)
		return fd;
	while (result == 0) {
		ssize_t count = read(fd, entry, sizeof(entry));

		if (count > 0)
			result = reader_feed(reader, entry, (size_t)count);
		else if (count == 0 || errno == EAGAIN)
			break;
		else if (errno != EPIPE && errno != EINTR)
			return -errno;
	}
	return result < 0 ? result : reader_finish(reader);
}

static int from_journal(struct reader *reader)
{
	char *const argv[] = {"journalctl", "-b", "-k", "-o", "json", "--no-pager", "-q", NULL};
	posix_spawn_file_actions_t actions;
	int pipe_fds[2], result;
	pid_t child;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	result = -posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(pipe_fds[1]);
	if (result == 0) {
		result = read_all(pipe_fds[0], reader);
		(void)waitpid(child, NULL, 0);
	}
	(void)close(pipe_fds[0]);
	return result;
}

static const struct {
	const char *name;
	int (*read)(struct reader *reader);
} SOURCES[] = {
	{"/run/bootprobe/report.jsonl", from_file},
	{"/dev/kmsg", from_kmsg},
	{"journalctl -b -k", from_journal},
};

static void complain(const int results[])
{
	(void)fputs("bootprobe: no report of this boot:\n", stderr);
	for (size_t i = 0; i < ARRAY_SIZE(SOURCES); i++)
		(void)fprintf(stderr, "  %s: %s\n", SOURCES[i].name,
			results[i] < 0 ? strerror(-results[i]) : "no record in it");
	(void)fputs("Boot with `bootprobe` on the kernel command line, or run\n"
		    "/usr/lib/bootprobe/bootprobe-hook now\n",
		stderr);
}

static double kernel_start(void)
{
	struct timespec now, up;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

static int show(struct read_options *options)
{
	int results[ARRAY_SIZE(SOURCES)];
	char boot[9];

	read_boot(boot);
	if (options->started < 0)
		options->started = kernel_start();
	for (size_t i = 0; i < ARRAY_SIZE(SOURCES); i++) {
		_cleanup_(cleanup_reader) struct reader *reader = reader_new(*boot ? boot : NULL);

		results[i] = reader ? SOURCES[i].read(reader) : -ENOMEM;
		if (reader && has_report(reader))
			return read_print(reader, options, SOURCES[i].name);
	}
	complain(results);
	return READ_UNUSABLE;
}

int show_main(int argc, char **argv)
{
	struct read_options options;
	int status;

	if (!read_options_parse(argc, argv, HELP, false, &options, &status))
		return status;
	return show(&options);
}
