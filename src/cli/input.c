/* SPDX-License-Identifier: MIT */
#include "cli/input.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/read.h"

#include <errno.h>
#include <string.h>

void input_complain(const char *verb, const char *path, const char *why)
{
	(void)fprintf(stderr, "bootprobe %s: ", verb);
	output_raw(stderr, *path ? path : "\"\"");
	(void)fputs(": ", stderr);
	output_raw(stderr, why);
	(void)fputc('\n', stderr);
}

/* The page is there, and no record. */
static void complain_of_page(const char *verb, const char *path, const struct seen_page *page)
{
	char why[80];

	(void)text_join(why, sizeof(why), "no report of bootprobe in it, only the page of boot ",
		page->boot, ":", NULL);
	input_complain(verb, path, why);
	for (const char *line = page->text; *line; line += strcspn(line, "\n") + 1) {
		(void)fputs("  ", stderr);
		output_chars(stderr, line, strcspn(line, "\n"));
		(void)fputc('\n', stderr);
	}
	(void)fputs("A serial console shows the page alone. The records of that boot are in the\n"
		    "kernel log (dmesg, journalctl -k), in /run/bootprobe/report.jsonl of the\n"
		    "guest, and behind the virtio port if the VM has one. For the next boot,\n"
		    "bootprobe.sinks=kmsg,virtio,console,run,console-records on the kernel\n"
		    "command line brings them to the console, too.\n",
		stderr);
}

/* A terminal that wraps lines makes new ones of them where they are copied. */
static void complain_of_damage(const char *verb, const char *path, unsigned long long damaged)
{
	char why[96];

	(void)snprintf(why, sizeof(why), "no report of bootprobe in it; %llu record%s, all damaged",
		damaged, damaged == 1 ? "" : "s");
	input_complain(verb, path, why);
	(void)fputs("Were its lines copied from a screen that wraps them, or mixed with other "
		    "output?\n"
		    "Take the log itself (script, qm terminal ... | tee), or another way out of\n"
		    "the report.\n",
		stderr);
}

static void complain_of_nothing(const char *verb, const char *path)
{
	input_complain(verb, path, "no report of bootprobe in it");
	(void)fputs("Does that kernel's command line say `bootprobe`, and its initrd have the "
		    "hook?\n",
		stderr);
}

void input_complain_absent(const char *verb, const char *path, const struct reader *reader,
	const char *boot, int error)
{
	const struct seen_page *page = reader_page(reader);

	if (error == -EINVAL)
		input_complain(verb, path,
			"a boot is named by 8 hex digits, as 1a2b3c4d; `bootprobe read --boots` "
			"lists them");
	else if (error != -ENOENT)
		input_complain(verb, path, strerror(-error));
	else if (!boot && reader_loss(reader).damaged_lines)
		complain_of_damage(verb, path, reader_loss(reader).damaged_lines);
	else if (!text_is_empty(page->boot) && (!boot || strcmp(boot, page->boot) == 0))
		complain_of_page(verb, path, page);
	else if (boot)
		input_complain(verb, path,
			"no report of that boot in it; `bootprobe read --boots` lists them");
	else
		complain_of_nothing(verb, path);
}

int input_open(const char *verb, const char *path)
{
	const struct read_options options = {.verb = verb, .path = path};
	bool is_socket;

	return read_open(&options, &is_socket);
}

int input_report(const char *verb, const char *path, int fd, const char *boot,
	struct reader_report **ret_report)
{
	_cleanup_(cleanup_reader) struct reader *reader = reader_new(NULL);
	int result = reader ? read_all(fd, reader) : -ENOMEM;

	if (fd > STDIN_FILENO)
		(void)close(fd);
	if (result < 0) {
		input_complain(verb, path, strerror(-result));
		return result;
	}
	result = reader_report(reader, boot, ret_report);
	if (result < 0)
		input_complain_absent(verb, path, reader, boot, result);
	return result;
}
