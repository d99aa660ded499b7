/* SPDX-License-Identifier: MIT */
/*
 * bootprobe: the command that people type.
 */
#include "base/text.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} COMMANDS[] = {
	{"acpi", acpi_main, "list the devices that ACPI tables declare"},
	{"gpt", gpt_main, "check the partition table of a disk image or a device"},
};

static void usage(FILE *stream)
{
	(void)fputs("Usage: bootprobe COMMAND [ARGUMENT...]\n\nCommands:\n", stream);
	for (size_t i = 0; i < ARRAY_SIZE(COMMANDS); i++)
		(void)fprintf(stream, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	(void)fputs(
		"\nbootprobe COMMAND --help says more. Exit status: 0 fine, 1 something is wrong\n"
		"with the input, 2 usage or input that cannot be read.\n",
		stream);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr), 2;
	if (strcmp(argv[1], "--help") == 0)
		return usage(stdout), 0;
	if (strcmp(argv[1], "--version") == 0)
		return puts("bootprobe " BOOTPROBE_VERSION), 0;
	for (size_t i = 0; i < ARRAY_SIZE(COMMANDS); i++) {
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	}
	(void)fprintf(stderr, "bootprobe: no such command\n");
	usage(stderr);
	return 2;
}
