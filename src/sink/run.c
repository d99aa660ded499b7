/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_WAIT_MS = 5000 };

/* /run is moved along at the switch of root, so what lies here is there for stage 2. */
static int run_open(struct sink *sink)
{
	struct sysroot directory;
	int fd;

	if (sink->run.fd < 0)
		return -ENOENT;
	if (mkdirat(sink->run.fd, "bootprobe", 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = sysroot_open_below(&sink->run, "bootprobe", &directory);
	if (fd < 0)
		return fd;
	fd = openat(directory.fd, "report.jsonl",
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		int r = -errno;
		sysroot_close(&directory);
		return r;
	}
	/* From here on the folder itself is what files are put into. */
	sysroot_close(&sink->run);
	sink->run = directory;
	text_copy(
		sink->account.target, sizeof(sink->account.target), "/run/bootprobe/report.jsonl");
	sink->fd = fd;
	return 0;
}

static ssize_t run_write(struct sink *sink, const char *bytes, size_t length)
{
	ssize_t n = write(sink->fd, bytes, length);

	if (n < 0 && errno != EINTR && errno != EAGAIN)
		sink->account.state = -errno;
	return n < 0 ? -errno : n;
}

/* Somebody waits for this one: a reader of a pipe may take its time, but not for ever. */
static ssize_t file_write(struct sink *sink, const char *bytes, size_t length)
{
	struct pollfd poller = {.fd = sink->fd, .events = POLLOUT};
	ssize_t n = run_write(sink, bytes, length);

	if (n != -EAGAIN)
		return n;
	if (sink->account.state == OUTCOME_OK && poll(&poller, 1, FILE_WAIT_MS) > 0)
		return run_write(sink, bytes, length);
	sink->account.state = -ETIMEDOUT;
	return -ETIMEDOUT;
}

const struct sink_operations SINK_RUN_OPERATIONS = {
	.kind = SINK_RUN, .open = run_open, .write = run_write};
const struct sink_operations SINK_FILE_OPERATIONS = {
	.kind = SINK_KIND_COUNT, .open = NULL, .write = file_write};

int run_write_file(const struct sink *sink, const char *name, const char *text)
{
	_cleanup_close_ int fd = -1;

	if (sink->fd < 0)
		return -ENOENT;
	fd = openat(
		sink->run.fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}
