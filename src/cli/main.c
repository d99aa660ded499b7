/* SPDX-License-Identifier: MIT */
/*
 * bootprobe: the command that people type.
 */
#include "base/text.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* The order is that of the help. The man page and the completions name the same verbs. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} COMMANDS[] = {
	{"read", read_main, "explain a report, out of any log that holds one"},
	{"show", show_main, "explain the report of this boot, in the guest"},
	{"compare", compare_main, "say what differs between two reports"},
	{"timeline", timeline_main, "draw a boot on one time axis"},
	{"explain", explain_main, "say what a finding means and what to do about it"},
	{"acpi", acpi_main, "list the devices that ACPI tables declare"},
	{"gpt", gpt_main, "check the partition table of a disk image or a device"},
};

static void usage(FILE *stream)
{
	(void)fputs("Usage: bootprobe COMMAND [ARGUMENT...]\n"
		    "\n"
		    "Why does this VM not come up, and what is to be changed?\n"
		    "\n"
		    "Commands:\n",
		stream);
	for (size_t i = 0; i < ARRAY_SIZE(COMMANDS); i++)
		(void)fprintf(stream, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	(void)fputs(
		"\n"
		"Options:\n"
		"  --help     this text; bootprobe COMMAND --help says more\n"
		"  --version  the version\n"
		"\n"
		"Examples:\n"
		"  bootprobe read /tmp/bootprobe-100.jsonl\n"
		"  bootprobe read --follow /var/run/qemu-server/100.serial1\n"
		"  journalctl -k -o json | bootprobe read --boots\n"
		"\n"
		"Exit status: 0 fine, 1 something is wrong with the machine or the input, 2 usage\n"
		"or input that cannot be read.\n",
		stream);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr), 2;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout), 0;
	if (strcmp(argv[1], "--version") == 0)
		return puts("bootprobe " BOOTPROBE_VERSION), 0;
	for (size_t i = 0; i < ARRAY_SIZE(COMMANDS); i++) {
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	}
	(void)fprintf(stderr,
		argv[1][0] == '-' ? "bootprobe: no such option; 'bootprobe --help' lists them\n"
				  : "bootprobe: no such command; 'bootprobe --help' lists them\n");
	return 2;
}
