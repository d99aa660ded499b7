/* SPDX-License-Identifier: MIT */
#include "cli/proxmox_lines.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "bootprobe/config.h"
#include "cli/proxmox_port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where Proxmox keeps what belongs to running VMs; only root writes there. */
#define RUN_FOLDER "/run/qemu-server/"

const char *const SWITCH_NAMES[SWITCH_COUNT] = {
	[SWITCH_SMBIOS] = "smbios",
	[SWITCH_FWCFG] = "fw_cfg",
	[SWITCH_CMDLINE] = "cmdline",
};

static const char *const SWITCH_ARGS[SWITCH_COUNT] = {
	[SWITCH_SMBIOS] = "-smbios type=11,value=bootprobe",
	[SWITCH_FWCFG] = "-fw_cfg name=opt/org.bootprobe/cmdline,string=bootprobe",
	[SWITCH_CMDLINE] = "",
};

/* With more words: a value each; or one value, whose spaces Proxmox keeps within quotes. */
#define SMBIOS_MORE ",value="
static const char FWCFG_WORDS[] = "-fw_cfg \"name=opt/org.bootprobe/cmdline,string=bootprobe ";
#define OUR_PREFIX "bootprobe."

/* NULL: no memory. */
static char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *text, ...)
{
	char *made = NULL;
	va_list more;

	va_start(more, text);
	if (vasprintf(&made, text, more) < 0)
		made = NULL;
	va_end(more);
	return made;
}

/* One word of a shell. Where it is not plain text, in the form that bash, zsh and ksh know. */
static char *quote(const char *word)
{
	char *quoted = NULL;
	size_t size;
	FILE *out = open_memstream(&quoted, &size);
	bool is_plain = true;

	if (!out)
		return NULL;
	for (const char *c = word; *c; c++)
		is_plain = is_plain && *c >= ' ' && *c <= '~';
	(void)fputs(is_plain ? "'" : "$'", out);
	for (const char *c = word; *c; c++) {
		if (*c < ' ' || *c > '~')
			(void)fprintf(out, "\\%03o", (unsigned char)*c);
		else if (is_plain && *c == '\'')
			(void)fputs("'\\''", out);
		else if (!is_plain && (*c == '\'' || *c == '\\'))
			(void)fprintf(out, "\\%c", *c);
		else
			(void)fputc(*c, out);
	}
	(void)fputc('\'', out);
	return fclose(out) == 0 ? quoted : (free(quoted), NULL);
}

bool proxmox_lines_take(const char *parameters)
{
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.,=_-";

	for (const char *at = parameters;; at++) {
		size_t length = strspn(at, PLAIN);

		if (!text_starts_with(at, OUR_PREFIX) || length == strlen(OUR_PREFIX))
			return false;
		at += length;
		if (*at != ' ')
			return !*at;
	}
}

/* What switches it on, and has these words for it. In a value QEMU wants each comma twice. */
static char *switch_args(enum proxmox_switch kind, const char *parameters)
{
	bool is_smbios = kind == SWITCH_SMBIOS;
	char *made = NULL;
	size_t size;
	FILE *out;

	if (!*parameters || kind == SWITCH_CMDLINE)
		return strdup(SWITCH_ARGS[kind]);
	out = open_memstream(&made, &size);
	if (!out)
		return NULL;
	(void)fputs(is_smbios ? SWITCH_ARGS[kind] : FWCFG_WORDS, out);
	(void)fputs(is_smbios ? SMBIOS_MORE : "", out);
	for (const char *c = parameters; *c; c++) {
		if (*c == ' ' && is_smbios)
			(void)fputs(SMBIOS_MORE, out);
		else
			(void)fputs(*c == ',' ? ",," : (const char[]){*c, '\0'}, out);
	}
	(void)fputs(is_smbios ? "" : "\"", out);
	return fclose(out) == 0 ? made : (free(made), NULL);
}

static char *port_args(const char *vmid)
{
	return format(
		"-device virtio-serial-pci,id=bootprobe "
		"-chardev file,id=bootprobe,path=" RUN_FOLDER "%s.bootprobe.jsonl "
		"-device virtserialport,bus=bootprobe.0,chardev=bootprobe,name=" REPORT_PORT_NAME,
		vmid);
}

/* How much of this is values behind the first one of SMBIOS that are ours. */
static size_t our_values(const char *at)
{
	size_t length = 0;

	while (text_starts_with(at + length, SMBIOS_MORE OUR_PREFIX)) {
		length++;
		while (at[length] && at[length] != ' ' &&
			(at[length] != ',' || at[length + 1] == ','))
			length += at[length] == ',' ? 2 : 1;
	}
	return length;
}

/* Takes a part out of args, with the space before it. Returns whether it was there. */
static bool take_out(char *args, const char *part)
{
	char *found = *part ? strstr(args, part) : NULL;
	size_t length = strlen(part);

	if (found && part == SWITCH_ARGS[SWITCH_SMBIOS])
		length += our_values(found + length);
	if (found && part == FWCFG_WORDS) {
		length += strcspn(found + length, "\"");
		found = found[length] ? found : NULL;
		length++;
	}
	if (!found || (found > args && found[-1] != ' ') ||
		(found[length] != ' ' && found[length] != '\0'))
		return false;
	if (found > args) {
		found--;
		length++;
	} else if (found[length] == ' ') {
		length++;
	}
	memmove(found, found + length, strlen(found + length) + 1);
	return true;
}

static void take_switches_out(char *args)
{
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		(void)take_out(args, SWITCH_ARGS[i]);
	(void)take_out(args, FWCFG_WORDS);
}

/* "qm set VMID --args 'what is there and what is added'", or the line that leaves none. */
static char *args_line(const char *vmid, const char *args, const char *port, const char *more)
{
	_cleanup_free_ char *all =
		format("%s%s%s%s%s", args, *args && *port ? " " : "", port, *more ? " " : "", more);
	_cleanup_free_ char *quoted = all && *all ? quote(all) : NULL;

	if (!all || (*all && !quoted))
		return NULL;
	return *all ? format("qm set %s --args %s", vmid, quoted)
		    : format("qm set %s --delete args", vmid);
}

/* A path as a word of a shell; what is plain stays so. */
static char *path_word(const char *path)
{
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+:@%-";

	return *path == '/' && !path[strspn(path, PLAIN)] ? strdup(path) : quote(path);
}

static int make_readers(struct proxmox_lines *lines)
{
	_cleanup_free_ char *word = path_word(lines->report);

	if (!word)
		return -ENOMEM;
	lines->follow = format("bootprobe read --follow %s", word);
	lines->read = lines->is_socket ? NULL : format("bootprobe read %s", word);
	return lines->follow && (lines->read || lines->is_socket) ? 0 : -ENOMEM;
}

/* A port that somebody gave it in another way: where it leads, and args without it. */
static int make_other(const char *vmid, char *args, struct proxmox_lines *lines)
{
	struct proxmox_port port;

	if (!proxmox_port_find(args, &port))
		return 0;
	lines->is_socket = port.is_socket;
	lines->report = strdup(port.path);
	if (!lines->report || make_readers(lines) < 0)
		return -ENOMEM;
	if (!proxmox_port_remove(args, &port))
		return 0;
	take_switches_out(args);
	lines->take_away = args_line(vmid, args, "", "");
	return lines->take_away ? 0 : -ENOMEM;
}

static int make_args(const char *vmid, const struct qm_config *config, const char *parameters,
	struct proxmox_lines *lines)
{
	_cleanup_free_ char *args = strdup(config->args), *port = port_args(vmid);

	if (!args || !port)
		return -ENOMEM;
	lines->has_ours = take_out(args, port);
	if (lines->has_ours)
		take_switches_out(args);
	lines->has_other = strstr(args, REPORT_PORT_NAME);
	for (size_t i = 0; i < SWITCH_COUNT && !lines->has_other; i++) {
		_cleanup_free_ char *more = switch_args((enum proxmox_switch)i, parameters);

		lines->give[i] = more ? args_line(vmid, args, port, more) : NULL;
		if (!lines->give[i])
			return -ENOMEM;
	}
	if (lines->has_other)
		return make_other(vmid, args, lines);
	lines->report = format(RUN_FOLDER "%s.bootprobe.jsonl", vmid);
	if (!lines->report || make_readers(lines) < 0)
		return -ENOMEM;
	lines->take_away = args_line(vmid, args, "", "");
	return lines->take_away ? 0 : -ENOMEM;
}

/* The guest counts the ports that are there, and not their numbers on the host: a port in front of
 * others would give those new names. */
static int make_serial(const char *vmid, const struct qm_config *config, const char *parameters,
	struct proxmox_lines *lines)
{
	int port = 0, tty = __builtin_popcount(config->serial_ports);

	while (config->serial_ports >> port)
		port++;
	if (port >= QM_SERIAL_PORTS)
		return 0;
	lines->serial_give = format("qm set %s --serial%d socket", vmid, port);
	lines->serial_words =
		format("bootprobe console=ttyS%d bootprobe.sinks=kmsg,run,console-records%s%s", tty,
			*parameters ? " " : "", parameters);
	lines->serial_follow =
		format("bootprobe read --follow " RUN_FOLDER "%s.serial%d", vmid, port);
	lines->serial_take_away = format("qm set %s --delete serial%d", vmid, port);
	return lines->serial_give && lines->serial_words && lines->serial_follow &&
			       lines->serial_take_away
		       ? 0
		       : -ENOMEM;
}

int proxmox_lines_make(const char *vmid, const struct qm_config *config, const char *parameters,
	struct proxmox_lines *ret_lines)
{
	int r;

	*ret_lines = (struct proxmox_lines){0};
	ret_lines->restart = format("qm stop %s && qm start %s", vmid, vmid);
	ret_lines->cmdline = format("bootprobe%s%s", *parameters ? " " : "", parameters);
	if (!ret_lines->restart || !ret_lines->cmdline)
		return -ENOMEM;
	r = make_args(vmid, config, parameters, ret_lines);
	return r < 0 ? r : make_serial(vmid, config, parameters, ret_lines);
}

void proxmox_lines_free(struct proxmox_lines *lines)
{
	char **all[] = {&lines->cmdline, &lines->take_away, &lines->restart, &lines->report,
		&lines->follow, &lines->read, &lines->serial_give, &lines->serial_words,
		&lines->serial_follow, &lines->serial_take_away};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		free(*all[i]);
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		free(lines->give[i]);
}
