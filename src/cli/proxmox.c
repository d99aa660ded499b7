/* SPDX-License-Identifier: MIT */
/*
 * bootprobe proxmox: what to type on a Proxmox host to get a VM's report. Prints, and runs nothing.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/proxmox_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_TOLD = 0, EXIT_USAGE = 2 };
enum { CONFIG_SIZE_MAX = 1 << 20, NOTES_MAX = 6 };

static const char HELP[] =
	"Usage: bootprobe proxmox [--config FILE] [--parameters WORDS] [--json] VMID\n"
	"\n"
	"Prints the commands that give a VM of Proxmox VE a port for its report, switch\n"
	"bootprobe on from the host, and take both away again. Runs none of them. All\n"
	"that the VM has in args: stays in each line.\n"
	"\n"
	"  --config FILE  the configuration of the VM, instead of\n"
	"                 /etc/pve/qemu-server/VMID.conf\n"
	"  --parameters WORDS\n"
	"                 more for the hook, as bootprobe.record=full where the VM\n"
	"                 panics or hangs and the page says that nothing was found\n"
	"  --json         one JSON object\n"
	"  --help         this text\n"
	"\n"
	"Exit status: 0 fine, 2 usage, or FILE cannot be read or is none of a VM.\n";

struct vm {
	const char *vmid;
	char path[PATH_MAX];
	bool is_known; /* its configuration was read */
	struct qm_config config;
	struct proxmox_lines lines;
	const char *notes[NOTES_MAX];
	size_t note_count;
};

/* ---------------------------------------------------------------------------------- reading */

/* At most size bytes, and room for a NUL. */
static ssize_t read_config_file(const char *path, char *text, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t length = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, text + length, size - length);
		if (n < 0)
			return -errno;
		length += (size_t)n;
	} while (n > 0 && length < size);
	return length < size ? (ssize_t)length : -EFBIG;
}

static int read_config(struct vm *vm, const char *path)
{
	_cleanup_free_ char *text = malloc(CONFIG_SIZE_MAX + 1);
	ssize_t n = text ? read_config_file(path, text, CONFIG_SIZE_MAX) : -ENOMEM;

	if (n < 0)
		return (int)n;
	qm_config_parse(text, (size_t)n, &vm->config);
	(void)text_copy(vm->path, sizeof(vm->path), path);
	vm->is_known = true;
	if (vm->config.is_container)
		return -ENOTSUP;
	if (!vm->config.has_known_key)
		return -EBADMSG;
	return vm->config.is_args_cut ? -EFBIG : 0;
}

static int read_below(struct vm *vm, const char *folder)
{
	const char *root = getenv("BOOTPROBE_ROOT");
	char path[PATH_MAX];

	if (!text_join(path, sizeof(path), root ? root : "", folder, vm->vmid, ".conf", NULL))
		return -ENAMETOOLONG;
	return read_config(vm, path);
}

/* The VMs of the host that this runs on; one number is never both a VM's and a container's. */
static int read_own_config(struct vm *vm)
{
	int r = read_below(vm, "/etc/pve/qemu-server/");

	return r == -ENOENT && read_below(vm, "/etc/pve/lxc/") == -ENOTSUP ? -ENOTSUP : r;
}

static const char *why_not(int error)
{
	switch (error) {
	case -EFBIG:
		return "too long for any configuration";
	case -EBADMSG:
		return "no configuration of a VM: it has no line as memory: 2048";
	case -ENOTSUP:
		return "a container, not a VM: it boots no kernel, and has no stage 1 to look at";
	default:
		return strerror(-error);
	}
}

/* ------------------------------------------------------------------------------------ notes */

static void note(struct vm *vm, const char *text)
{
	if (vm->note_count < NOTES_MAX)
		vm->notes[vm->note_count++] = text;
}

static void note_all(struct vm *vm)
{
	if (!vm->is_known)
		note(vm,
			"its configuration was not read: taken to have no args and no serial port; "
			"see qm config VMID first, for --args replaces what is there");
	if (vm->lines.has_ours)
		note(vm, "it has this report port already: each line replaces it");
	if (vm->lines.has_other)
		note(vm, vm->lines.report
				 ? "it has a report port already, which was made in another way"
				 : "its args have a report port of another make: read that, or "
				   "take it out of args first");
	if (vm->config.is_pending)
		note(vm, "changes of it are pending: the lines go by what its next start will use");
	if (!vm->lines.serial_give)
		note(vm, "no serial port is free behind those that it has");
	note(vm, "only root@pam may change args; a reboot inside of the guest starts no new QEMU");
}

/* --------------------------------------------------------------------------------- printing */

static void print_command(const char *heading, const char *first, const char *second)
{
	if (!first)
		return;
	(void)printf("\n%s\n  %s\n", heading, first);
	if (second)
		(void)printf("  %s\n", second);
}

static void print_text(const struct vm *vm)
{
	static const char *const HEADINGS[SWITCH_COUNT] = {
		[SWITCH_SMBIOS] = "Give it a report port, and switch bootprobe on from here",
		[SWITCH_FWCFG] = "Or through fw_cfg, whose driver the initrd then needs",
		[SWITCH_CMDLINE] = "Or the port alone",
	};
	const struct proxmox_lines *lines = &vm->lines;

	(void)printf("VM %s", vm->vmid);
	if (vm->config.name[0]) {
		(void)fputs(", ", stdout);
		output_array(stdout, vm->config.name);
	}
	(void)fputs(vm->is_known ? ", as in " : "\n", stdout);
	if (vm->is_known) {
		output_raw(stdout, vm->path);
		(void)fputs("\n", stdout);
	}
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		print_command(HEADINGS[i], lines->give[i], NULL);
	if (!lines->has_other) {
		(void)printf("  with %s on the kernel command line\n", lines->cmdline);
		print_command("Then stop it and start it", lines->restart, NULL);
	}
	print_command(lines->is_socket ? "Read the report, as it comes"
				       : "Read the report, as it comes or later",
		lines->follow, lines->read);
	print_command(lines->has_other ? "Take that port away" : "Take all that away again",
		lines->take_away, lines->has_other && lines->take_away ? lines->restart : NULL);
	print_command("Another way, without args: records on a serial port", lines->serial_give,
		lines->serial_follow);
	if (lines->serial_give)
		(void)printf("  with %s\n  on the kernel command line, and away again with\n  %s\n",
			lines->serial_words, lines->serial_take_away);
	(void)fputs("\n", stdout);
	for (size_t i = 0; i < vm->note_count; i++) {
		(void)fputs("Note  ", stdout);
		output_words(stdout, 6, 6, vm->notes[i]);
	}
}

/* Text that is no UTF-8 is left out. */
static void set_text(json_t *object, const char *key, const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	if (value)
		(void)json_object_set_new(object, key, value);
}

static json_t *encode_serial(const struct proxmox_lines *lines)
{
	json_t *serial = json_object();

	set_text(serial, "give", lines->serial_give);
	set_text(serial, "kernel_parameters", lines->serial_words);
	set_text(serial, "follow", lines->serial_follow);
	set_text(serial, "take_away", lines->serial_take_away);
	return serial;
}

static json_t *encode(const struct vm *vm)
{
	const struct proxmox_lines *lines = &vm->lines;
	json_t *object = json_object(), *give = json_object(), *notes = json_array();

	set_text(object, "vmid", vm->vmid);
	set_text(object, "name", vm->config.name[0] ? vm->config.name : NULL);
	set_text(object, "config", vm->is_known ? vm->path : NULL);
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		set_text(give, SWITCH_NAMES[i], lines->give[i]);
	(void)json_object_set_new(object, "give", give);
	set_text(object, "restart", lines->restart);
	set_text(object, "report", lines->report);
	set_text(object, "follow", lines->follow);
	set_text(object, "read", lines->read);
	set_text(object, "take_away", lines->take_away);
	if (lines->serial_give)
		(void)json_object_set_new(object, "serial", encode_serial(lines));
	for (size_t i = 0; i < vm->note_count; i++)
		(void)json_array_append_new(notes, json_string(vm->notes[i]));
	(void)json_object_set_new(object, "notes", notes);
	return object;
}

static int print(const struct vm *vm, bool is_json)
{
	json_t *object = is_json ? encode(vm) : NULL;
	int r = 0;

	if (is_json)
		r = object ? output_json(stdout, object, true) : -ENOMEM;
	else
		print_text(vm);
	json_decref(object);
	return r < 0 || fflush(stdout) != 0 ? -EIO : 0;
}

/* ---------------------------------------------------------------------------------- options */

/* As Proxmox has them: 100 to 999999999. */
static bool is_vmid(const char *word)
{
	size_t length = strspn(word, "0123456789");

	return !word[length] && length >= 3 && length <= 9 && word[0] != '0';
}

struct proxmox_options {
	const char *config, *parameters;
	bool is_json;
};

static int tell(struct vm *vm, const struct proxmox_options *options)
{
	const char *config = options->config;
	int r = config ? read_config(vm, config) : read_own_config(vm);

	/* A VM of another host, or no host of Proxmox at all: told in a note. */
	if (r < 0 && (config || r == -EFBIG || r == -EBADMSG || r == -ENOTSUP)) {
		input_complain("proxmox", config ? config : vm->path, why_not(r));
		return EXIT_USAGE;
	}
	r = proxmox_lines_make(vm->vmid, &vm->config, options->parameters, &vm->lines);
	if (r == 0) {
		note_all(vm);
		if (*options->parameters && vm->lines.has_other)
			note(vm,
				"parameters are in no line of a port that was made in another way: "
				"write them on the kernel command line");
		r = print(vm, options->is_json);
	}
	proxmox_lines_free(&vm->lines);
	if (r == 0)
		return EXIT_TOLD;
	(void)fprintf(stderr, "bootprobe proxmox: %s\n",
		r == -EIO ? "standard output does not take it" : strerror(-r));
	return EXIT_USAGE;
}

static const char *take_option(void *context, int option)
{
	struct proxmox_options *options = context;

	if (option == 'c')
		options->config = optarg;
	else if (option == 'p')
		options->parameters = optarg;
	else
		options->is_json = true;
	return NULL;
}

int proxmox_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {{"config", required_argument, NULL, 'c'},
		{"parameters", required_argument, NULL, 'p'}, {"json", no_argument, NULL, 'j'},
		{0}};
	static const struct options SYNTAX = {
		.verb = "proxmox", .help = HELP, .table = OPTIONS, .take = take_option};
	static struct vm vm;
	struct proxmox_options options = {.parameters = ""};
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	if (argc - optind != 1)
		return options_complain("proxmox", "one VMID, as qm list shows them");
	if (!is_vmid(argv[optind]))
		return options_complain("proxmox", "a VMID is a number from 100 to 999999999");
	vm.vmid = argv[optind];
	if (*options.parameters && !proxmox_lines_take(options.parameters))
		return options_complain("proxmox",
			"parameters are words as bootprobe.record=full, with a space between two");
	return tell(&vm, &options);
}
