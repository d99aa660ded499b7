/* SPDX-License-Identifier: MIT */
/*
 * Consoles: what the command line asks for, what the kernel registered, and what answers. All that
 * is known without touching a device is published first, so that a console that holds on to its
 * opener costs the answers behind it at most.
 */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/console_option.h"
#include "parse/device_number.h"
#include "parse/proc_consoles.h"
#include "source/cmdline.h"
#include "source/tty.h"

#include <errno.h>
#include <string.h>

static struct console_fact *console_by_name(struct facts *facts, const char *name)
{
	struct console_fact *fresh;

	fact_foreach (console, facts->consoles) {
		if (strcmp(console->name, name) == 0)
			return console;
	}
	fresh = fact_new(facts->consoles);
	if (!fresh)
		return NULL;
	*fresh = (struct console_fact){.uart_type = -1, .kind = console_kind_from_name(name)};
	text_copy(fresh->name, sizeof(fresh->name), name);
	fact_done(facts->consoles);
	return fresh;
}

/* ---------------------------------------------------------------------------- the command line */

static void note_console_parameter(
	struct facts *facts, const struct cmdline_parameter *parameter, uint32_t position)
{
	struct console_option option;
	struct console_fact *console;

	console_option_parse(parameter->value, parameter->value_length, &option);
	console = console_by_name(facts, option.name);
	fact_foreach (other, facts->consoles)
		other->is_last = false;
	if (!console)
		return;
	console->kind = option.kind;
	console->is_requested = true;
	console->position = console->position ? console->position : position;
	console->is_last = true;
	text_copy(console->options, sizeof(console->options), option.options);
	console->baud = option.baud;
	console->parity = option.parity;
	console->bits = option.bits;
	console->has_flow_control = option.has_flow_control;
	console->is_option_malformed = option.is_malformed;
}

static void note_earlycon(struct dev_console_fact *fact, const struct cmdline_parameter *parameter)
{
	fact->has_earlycon = ANSWER_YES;
	text_copy_bytes(
		fact->earlycon, sizeof(fact->earlycon), parameter->token, parameter->token_length);
}

static void note_cmdline(const struct sysroot *root, struct facts *facts)
{
	static char whole[CMDLINE_SIZE], text[CMDLINE_SIZE];
	struct cmdline_parameter parameter;
	const char *cursor = text;
	uint32_t position = 0;
	unsigned redacted;

	if (cmdline_source_read(root, whole, sizeof(whole)) < 0)
		return;
	/* Options are reported as they are written. */
	(void)cmdline_redact(whole, text, sizeof(text), &redacted);
	facts->dev_console.has_earlycon = ANSWER_NO;
	while (cmdline_next(&cursor, &parameter)) {
		/* The kernel ignores a "console" without '='. */
		if (cmdline_is_name(&parameter, "console") && parameter.value)
			note_console_parameter(facts, &parameter, ++position);
		else if (cmdline_is_name(&parameter, "earlycon") ||
			 cmdline_is_name(&parameter, "earlyprintk"))
			note_earlycon(&facts->dev_console, &parameter);
	}
}

/* ---------------------------------------------------------------------------------- the kernel */

static void note_registered(const struct sysroot *root, struct facts *facts)
{
	struct proc_console line;
	char text[4096];
	char *cursor = text;

	if (sysroot_read(root, "proc/consoles", text, sizeof(text)) < 0)
		return;
	fact_foreach (console, facts->consoles)
		console->is_registered = ANSWER_NO;
	while (proc_consoles_next(&cursor, &line)) {
		struct console_fact *console = console_by_name(facts, line.name);

		if (!console)
			continue;
		console->is_registered = ANSWER_YES;
		console->is_enabled = answer_from(line.is_enabled);
		console->is_dev_console = answer_from(line.is_preferred);
		text_copy(console->flags, sizeof(console->flags), line.flags);
		console->major = line.major;
		console->minor = line.minor;
	}
}

static void note_active(const struct sysroot *root, struct facts *facts)
{
	struct dev_console_fact *fact = &facts->dev_console;
	char text[sizeof(fact->active)];
	char *cursor = text, *name;

	if (sysroot_attribute(root, fact->active, sizeof(fact->active),
		    "sys/class/tty/console/active", NULL) < 0)
		return;
	fact_foreach (console, facts->consoles)
		console->is_active = ANSWER_NO;
	text_copy(text, sizeof(text), fact->active);
	while ((name = text_next_field(&cursor))) {
		fact_foreach (console, facts->consoles) {
			if (strcmp(console->name, name) == 0)
				console->is_active = ANSWER_YES;
		}
	}
}

/* What virtual terminals are drawn on: "(S) VGA+", "(M) frame buffer device". The dummy device is
 * drawn on nothing; it counts only where no other is bound. */
static void vt_backend(const struct sysroot *root, char *buf, size_t size)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(root, "sys/class/vtconsole");
	const char *entry;

	buf[0] = '\0';
	while (directory && (entry = sysroot_next_entry(directory))) {
		unsigned long long is_bound = 0;
		char name[48], *what = name;

		(void)sysroot_number(
			root, 10, &is_bound, "sys/class/vtconsole/", entry, "/bind", NULL);
		if (!is_bound || sysroot_attribute(root, name, sizeof(name), "sys/class/vtconsole/",
					 entry, "/name", NULL) < 0)
			continue;
		if (name[0] == '(' && strchr(name, ')'))
			what = strchr(name, ')') + 1;
		while (*what == ' ')
			what++;
		if (text_is_empty(buf) || strcmp(buf, "dummy device") == 0)
			text_copy(buf, size, what);
	}
}

/* Without an adapter the VGA driver takes whatever memory answers for a CGA or an MDA, which it
 * marks by an asterisk. */
static enum answer is_drawn(const char *backend)
{
	if (text_is_empty(backend) || backend[0] == '*')
		return ANSWER_UNKNOWN;
	return answer_from(strcmp(backend, "dummy device") != 0);
}

bool console_has_screen(const struct sources *sources)
{
	char backend[sizeof(((struct console_fact *)0)->backend)];

	vt_backend(&sources->root, backend, sizeof(backend));
	return is_drawn(backend) == ANSWER_YES;
}

/* --------------------------------------------------------------------------------- the devices */

static enum answer judge_uart(const struct console_fact *console)
{
	/* By type, never by port: the legacy port table has ports without hardware. */
	if (console->serial_ioctl == OUTCOME_OK && console->uart_type == 0)
		return ANSWER_NO;
	/* Somebody is writing to it, and does not get on or is not through yet. */
	if (console->empty_write == -EAGAIN)
		return ANSWER_UNKNOWN;
	return answer_from(console->empty_write == OUTCOME_OK);
}

static enum answer judge_live(const struct console_fact *console)
{
	if (console->kind == CONSOLE_NULL)
		return ANSWER_NO;
	/* Who may not open it has not seen it. */
	if (console->open == OUTCOME_UNKNOWN || console->open == -ENOENT ||
		console->open == -EACCES || console->open == -EPERM)
		return ANSWER_UNKNOWN;
	if (console->open != OUTCOME_OK)
		return ANSWER_NO;
	if (console->empty_write == OUTCOME_UNKNOWN)
		return ANSWER_UNKNOWN;
	if (console->kind == CONSOLE_UART)
		return judge_uart(console);
	if (console->empty_write != OUTCOME_OK)
		return ANSWER_NO;
	if (console->kind != CONSOLE_VT)
		return ANSWER_YES;
	return is_drawn(console->backend);
}

/* What an earlier look found refused, and since when. */
static uint64_t refused_before(const struct console_fact *before, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (strncmp(before[i].name, name, sizeof(before[i].name)) == 0)
			return before[i].refused_us;
	}
	return 0;
}

static void examine(const struct sources *sources, struct console_fact *console)
{
	struct tty_state state;

	if (console->kind == CONSOLE_VT)
		vt_backend(&sources->root, console->backend, sizeof(console->backend));
	tty_examine(sources, console->name, &state);
	console->open = state.open;
	console->tcgetattr = state.tcgetattr;
	console->empty_write = state.empty_write;
	console->is_writable_now = state.is_writable_now;
	console->serial_ioctl = state.serial;
	console->uart_type = state.serial == OUTCOME_OK ? state.type : -1;
	console->is_live = judge_live(console);
}

static void device_name(const struct sysroot *root, struct dev_console_fact *fact)
{
	char numbers[32];
	struct text text;

	text_init(&text, numbers, sizeof(numbers));
	device_number_append(&text, fact->major, fact->minor);
	(void)sysroot_link_name(
		root, fact->device, sizeof(fact->device), "sys/dev/char/", numbers, NULL);
}

static void examine_dev_console(const struct sources *sources, struct facts *facts)
{
	struct dev_console_fact *fact = &facts->dev_console;
	struct tty_state state;

	tty_examine(sources, "console", &state);
	fact->open = state.open;
	fact->tcgetattr = state.tcgetattr;
	fact->empty_write = state.empty_write;
	if (state.has_device) {
		fact->major = state.major;
		fact->minor = state.minor;
		device_name(&sources->root, fact);
	}
	fact_publish(&fact->once);
}

static void note_pid1(const struct sources *sources, struct facts *facts)
{
	for (unsigned number = 0; number < 3; number++) {
		struct pid1_descriptor_fact *fact = fact_new(facts->pid1_descriptors);
		struct tty_descriptor descriptor = {0};

		if (!fact)
			return;
		*fact = (struct pid1_descriptor_fact){.number = number};
		fact->link = outcome_from(tty_pid1_descriptor(sources, number, &descriptor));
		text_copy(fact->target, sizeof(fact->target), descriptor.target);
		fact->major = descriptor.major;
		fact->minor = descriptor.minor;
		fact_done(facts->pid1_descriptors);
	}
}

int console_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static struct console_fact
		before[sizeof(facts->consoles.item) / sizeof(facts->consoles.item[0])];
	uint32_t count = fact_count(facts->consoles);

	(void)subject;
	memcpy(before, facts->consoles.item, sizeof(before));
	fact_list_reset(&facts->consoles.list);
	fact_list_reset(&facts->pid1_descriptors.list);
	memset(&facts->dev_console, 0, sizeof(facts->dev_console));
	note_cmdline(&sources->root, facts);
	note_registered(&sources->root, facts);
	note_active(&sources->root, facts);
	note_pid1(sources, facts);
	examine_dev_console(sources, facts);
	fact_foreach (console, facts->consoles) {
		examine(sources, console);
		if (console->empty_write == -EAGAIN) {
			uint64_t since_us = refused_before(before, count, console->name);
			console->refused_us = since_us ? since_us : clock_now_us();
		}
	}
	return 0;
}
