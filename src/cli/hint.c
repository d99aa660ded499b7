/* SPDX-License-Identifier: MIT */
#include "cli/hint.h"

#include "base/text.h"
#include "cli/output.h"

#include <sys/stat.h>

static void hint(const char *what, const char *command, const char *path)
{
	(void)fprintf(stderr, "  %-22s bootprobe %s ", what, command);
	output_raw(stderr, path);
	(void)fputc('\n', stderr);
}

bool hint_at_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	(void)fputs("bootprobe: ", stderr);
	output_raw(stderr, path);
	(void)fputs(" is no command. To look at it:\n", stderr);
	if (S_ISDIR(status.st_mode))
		hint("ACPI tables", "acpi", path);
	if (S_ISSOCK(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
		hint("a boot, as it happens", "read --follow", path);
	if (S_ISREG(status.st_mode))
		hint("a log or a report", "read", path);
	if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode))
		hint("a disk or its image", "gpt", path);
	return true;
}
