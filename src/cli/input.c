/* SPDX-License-Identifier: MIT */
#include "cli/input.h"

#include "base/cleanup.h"
#include "cli/read.h"

#include <errno.h>
#include <string.h>

void input_complain(const char *verb, const char *path, const char *why)
{
	(void)fprintf(stderr, "bootprobe %s: ", verb);
	output_raw(stderr, path);
	(void)fputs(": ", stderr);
	output_raw(stderr, why);
	(void)fputc('\n', stderr);
}

static const char *explain(int error, const char *boot)
{
	if (error == -ENOENT)
		return boot ? "no report of that boot in it; `bootprobe read --boots` lists them"
			    : "no report of bootprobe in it";
	if (error == -EINVAL)
		return "a boot is named by 8 hex digits, as 1a2b3c4d; `bootprobe read --boots` "
		       "lists them";
	return strerror(-error);
}

static int read_input(const struct read_options *options, struct reader *reader)
{
	bool is_socket;
	int fd = read_open(options, &is_socket);
	int result = fd < 0 ? fd : read_all(fd, reader);

	if (fd > STDIN_FILENO)
		(void)close(fd);
	return result;
}

int input_report(
	const char *verb, const char *path, const char *boot, struct reader_report **ret_report)
{
	_cleanup_(cleanup_reader) struct reader *reader = reader_new(NULL);
	const struct read_options options = {.verb = verb, .path = path};
	int result = reader ? 0 : -ENOMEM;

	if (result < 0) {
		input_complain(verb, path, strerror(-result));
		return result;
	}
	result = read_input(&options, reader);
	if (result < 0)
		return result;
	result = reader_report(reader, boot, ret_report);
	if (result < 0)
		input_complain(verb, path, explain(result, boot));
	return result;
}
