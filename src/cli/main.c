/* SPDX-License-Identifier: MIT */
/*
 * bootprobe: the command that people type.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/hint.h"
#include "cli/nearest.h"
#include "cli/output.h"

#include <jansson.h>
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
	{"correlate", correlate_main, "put logs of the host on the axis of a report"},
	{"explain", explain_main, "say what a finding or a word means, and what to do"},
	{"acpi", acpi_main, "list the devices that ACPI tables declare"},
	{"gpt", gpt_main, "check the partition table of a disk image or a device"},
	{"cpio", cpio_main, "write an archive with the hook, to append to an initrd"},
	{"proxmox", proxmox_main, "print how a VM gets a port for its report"},
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
		"  bootprobe read --follow /run/qemu-server/100.serial1\n"
		"  journalctl -k -o json | bootprobe read --boots\n"
		"\n"
		"Exit status: 0 fine, 1 something is wrong with the machine or the input, 2 usage\n"
		"or input that cannot be read.\n",
		stream);
}

enum { NEAR_DISTANCE_MAX = 2 };

/* The command that was probably meant, or NULL. */
static const char *nearest_command(const char *name)
{
	size_t best_distance = NEAR_DISTANCE_MAX + 1;
	const char *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(COMMANDS); i++) {
		size_t found = nearest_distance(name, COMMANDS[i].name);

		/* some of a short name must be right */
		if (found < best_distance && found < strlen(COMMANDS[i].name)) {
			best_distance = found;
			best = COMMANDS[i].name;
		}
	}
	return best;
}

static const char *command_named(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(COMMANDS); i++) {
		if (strcmp(name, COMMANDS[i].name) == 0)
			return COMMANDS[i].name;
	}
	return NULL;
}

/* "help", as other commands have it. */
static int refuse_help(const char *verb)
{
	verb = command_named(verb);
	(void)fprintf(stderr, "bootprobe: no such command: help; type 'bootprobe %s%s--help'\n",
		verb ? verb : "", verb ? " " : "");
	return 2;
}

static int refuse(const char *word)
{
	const char *nearest = word[0] == '-' ? NULL : nearest_command(word);

	(void)fputs(word[0] == '-' ? "bootprobe: no such option: " : "bootprobe: no such command: ",
		stderr);
	output_raw(stderr, word);
	if (nearest)
		(void)fprintf(stderr, "; did you mean %s?", nearest);
	(void)fputs("\nTry 'bootprobe --help'.\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	/* What a guest wrote is hashed; a reader that is confined opens no /dev/urandom. */
	json_object_seed(0);
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
	if (strcmp(argv[1], "help") == 0)
		return refuse_help(argv[2]);
	return hint_at_file(argv[1]) ? 2 : refuse(argv[1]);
}
