/* SPDX-License-Identifier: MIT */
/*
 * Logs of the host, from files and pipes: each is read twice, once for the clocks and once for what
 * is in it. What comes through a pipe is kept in a file without a name meanwhile.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/correlate.h"
#include "cli/input.h"
#include "cli/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const int64_t SECOND = 1000000;

struct pass {
	struct correlation *correlation;
	unsigned log;
	int error;
};

static void sight(void *context, const struct host_line *line)
{
	const struct pass *pass = context;

	correlation_sight(pass->correlation, pass->log, line);
}

static void count(void *context, const struct host_line *line)
{
	struct pass *pass = context;

	if (!pass->error)
		pass->error = correlation_count(pass->correlation, pass->log, line);
}

/* Local time less UTC. */
static int64_t local_zone(time_t at)
{
	struct tm parts;

	return localtime_r(&at, &parts) ? parts.tm_gmtoff * SECOND : 0;
}

/* What it was when clocks here showed that. mktime(3) would look for the zone's file again, and by
 * then nothing can be opened. */
static int64_t zone_at(int64_t civil_us)
{
	int64_t nearly_us = civil_us - local_zone((time_t)(civil_us / SECOND));

	return local_zone((time_t)(nearly_us / SECOND));
}

static int read_log(
	const struct correlate_options *options, int fd, host_line_fn line, struct pass *pass)
{
	enum { CHUNK = 256 * 1024 };
	time_t now = time(NULL);
	_cleanup_free_ char *buffer = malloc(CHUNK);
	struct host_log *log = host_log_new(options->has_zone ? options->zone_us : local_zone(now),
		(int64_t)now * SECOND, line, pass);
	ssize_t length = 0;

	if (!buffer || !log)
		pass->error = -ENOMEM;
	else if (!options->has_zone)
		host_log_use_zone(log, zone_at);
	while (!pass->error && (length = read(fd, buffer, CHUNK)) != 0) {
		if (length > 0)
			host_log_feed(log, buffer, (size_t)length);
		else if (errno != EINTR)
			pass->error = -errno;
	}
	if (!pass->error) {
		host_log_finish(log);
		correlation_note_log(pass->correlation, pass->log, host_log_count(log));
	}
	host_log_free(log);
	return pass->error;
}

/* A file without a name where files are to be that nobody keeps. */
static int open_scratch(void)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (!text_join(path, sizeof(path), folder && *folder ? folder : "/tmp", "/bootprobe-XXXXXX",
		    NULL))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	(void)unlink(path);
	return fd;
}

/* A full disk may take a part of it, and says why only the next time. */
static int write_whole(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* What cannot be read again is copied. Returns a descriptor that can. */
static int keep(int fd)
{
	enum { CHUNK = 64 * 1024 };
	_cleanup_free_ char *buffer = malloc(CHUNK);
	int kept = buffer ? open_scratch() : -ENOMEM, error = kept < 0 ? kept : 0;
	ssize_t length;

	while (!error && (length = read(fd, buffer, CHUNK)) != 0) {
		if (length > 0)
			error = write_whole(kept, buffer, (size_t)length);
		else if (errno != EINTR)
			error = -errno;
	}
	if (!error)
		return kept;
	if (kept >= 0)
		(void)close(kept);
	return error;
}

static int open_log(const char *path)
{
	const struct read_options options = {.verb = "correlate", .path = path};
	bool is_socket;
	int fd = read_open(&options, &is_socket), kept;

	if (fd < 0 || lseek(fd, 0, SEEK_CUR) == 0)
		return fd;
	kept = keep(fd);
	if (fd > STDIN_FILENO)
		(void)close(fd);
	if (kept < 0)
		input_complain("correlate", path, strerror(-kept));
	return kept;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int read_all_logs(const struct correlate_options *options, const int *fd,
	struct correlation *correlation, host_line_fn line)
{
	for (unsigned i = 0; i < options->log_count; i++) {
		struct pass pass = {.correlation = correlation, .log = i};

		if (lseek(fd[i], 0, SEEK_SET) < 0 || read_log(options, fd[i], line, &pass) < 0) {
			int error = pass.error ? pass.error : -errno;

			input_complain("correlate", options->log[i], strerror(-error));
			return error;
		}
		if (!correlation->log[i].stamped) {
			input_complain("correlate", options->log[i],
				"no line of it begins with a time stamp that is known here");
			return -EINVAL;
		}
	}
	return 0;
}

/* A time since 1970 is of the wall clock; anything before 2001 is an uptime. */
static void give(const struct correlate_options *options, struct correlation *correlation)
{
	if (options->has_offset)
		correlation_give(correlation,
			options->offset_us >= 1000000000 * SECOND ? HOST_WALL : HOST_UPTIME,
			options->offset_us);
}

int correlate_open(const struct correlate_options *options, int fd[CORRELATION_LOGS_MAX])
{
	/* The zone is read from a file, too. */
	(void)local_zone(time(NULL));
	for (unsigned i = 0; i < options->log_count; i++) {
		fd[i] = open_log(options->log[i]);
		if (fd[i] < 0) {
			int error = fd[i];

			correlate_close(fd, i);
			return error;
		}
	}
	return 0;
}

void correlate_close(const int *fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (fd[i] > STDIN_FILENO)
			(void)close(fd[i]);
	}
}

int correlate_read(
	const struct correlate_options *options, const int *fd, struct correlation *correlation)
{
	int result;

	for (unsigned i = 0; i < options->log_count; i++)
		(void)correlation_add_log(correlation, base_name(options->log[i]));
	give(options, correlation);
	result = read_all_logs(options, fd, correlation, sight);
	if (result == 0)
		result = correlation_estimate(correlation);
	if (result == 0)
		result = read_all_logs(options, fd, correlation, count);
	if (result == 0)
		correlation_finish(correlation);
	return result;
}
