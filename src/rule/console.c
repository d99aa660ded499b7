/* SPDX-License-Identifier: MIT */
/*
 * Consoles: which of those that were asked for are there, and what PID 1 meets when it writes.
 */
#include "rule/fix.h"
#include "rule/judge.h"

#include "base/clock.h"

#include <errno.h>

/* -------------------------------------------------------------------------- console.phantom */

/* A console that is not the one of PID 1 costs its own output. One that is makes every write of PID
 * 1 fail, which systemd and most scripts survive; where something is known that does not survive
 * it, it is an error. */
static enum severity phantom_severity(const struct facts *facts, const struct console_fact *console)
{
	if (console->is_dev_console != ANSWER_YES || is_console_healed(facts))
		return SEVERITY_INFO;
	/* At the handoff the grower has been through, and survived. */
	if (facts->boot.phase == BOOT_PHASE_HANDOFF || !grower_at_risk(facts))
		return SEVERITY_WARNING;
	return root_room_bytes(facts) ? SEVERITY_ERROR : SEVERITY_WARNING;
}

static bool is_worth_telling(const struct console_fact *console)
{
	return console->is_requested || console->is_dev_console == ANSWER_YES;
}

static const struct uart_fact *live_uart(const struct facts *facts)
{
	fact_foreach (uart, facts->uarts) {
		if (uart->is_live == ANSWER_YES && strncmp(uart->name, "ttyS", 4) == 0)
			return uart;
	}
	return NULL;
}

/* Where another port is there, the console is on the wrong one. */
static void fix_phantom(struct finding *finding, const struct facts *facts, const char *console)
{
	const struct uart_fact *uart = live_uart(facts);
	char name[sizeof(uart->name) + 1];
	const char *number = console + strlen("ttyS");

	if (!uart || strncmp(console, "ttyS", 4) != 0) {
		fix_add_serial_port(finding, facts);
		fix_console_to_tty0(finding, facts);
		return;
	}
	(void)text_copy_bytes(
		name, sizeof(name), uart->name, strnlen(uart->name, sizeof(uart->name)));
	finding_fix(finding, "kernel", "console=", name, "   (instead of console=", console,
		": that port is there)", NULL);
	if (is_qemu(&facts->platform))
		finding_fix(finding, "proxmox", "qm set VMID --serial", number, " socket", NULL);
}

static void tell_phantom(struct judgement *judgement, const struct console_fact *console)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding =
		finding_about(judgement, phantom_severity(facts, console), console->name);
	COPY_OF(name, console->name);

	finding_say(finding, "the console ", name, NULL);
	finding_say(
		finding, " has no UART behind it: it opens, and every write fails with EIO", NULL);
	if (console->is_dev_console == ANSWER_YES && !is_console_healed(facts))
		finding_say(finding, ", those of PID 1 to /dev/console included", NULL);
	finding_because(judgement, finding, console);
	if (console->is_dev_console == ANSWER_YES)
		finding_because(judgement, finding, &facts->dev_console);
	finding_because(judgement, finding, &facts->uart_total);
	finding_because(judgement, finding, &facts->console_redirect);
	fix_phantom(finding, facts, name);
}

enum verdict judge_console_phantom(struct judgement *judgement)
{
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&judgement->facts->dev_console.once))
		return VERDICT_UNKNOWN;
	fact_foreach (console, judgement->facts->consoles) {
		if (console->is_registered != ANSWER_YES || !is_worth_telling(console))
			continue;
		if (is_phantom(console)) {
			tell_phantom(judgement, console);
			verdict = VERDICT_BAD;
		} else if (console->open == OUTCOME_UNKNOWN) {
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
		}
	}
	return verdict;
}

/* --------------------------------------------------------------------------- console.closed */

static const struct kernel_event_fact *no_console_event(const struct facts *facts)
{
	fact_foreach (event, facts->kernel_events) {
		if (event->kind == KERNEL_EVENT_NO_INITIAL_CONSOLE)
			return event;
	}
	return NULL;
}

/* One that was closed when PID 1 started and opens now: a driver came later. NixOS's scripted stage
 * 1 dies of it, others open it anew when they want it. */
static enum verdict judge_closed_before(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct kernel_event_fact *event = no_console_event(facts);
	bool is_fatal = facts->platform.initrd == INITRD_NIXOS_SCRIPTED;
	struct finding *finding;

	if (!event)
		return VERDICT_GOOD;
	finding = finding_add(judgement, is_fatal ? SEVERITY_ERROR : SEVERITY_INFO, "/dev/console",
		sizeof("/dev/console"));
	finding_say(finding,
		"PID 1 was started without standard input and output, because no "
		"console was there yet; it is now",
		NULL);
	finding_because(judgement, finding, event);
	finding_because(judgement, finding, &facts->dev_console);
	fix_console_to_tty0(finding, judgement->facts);
	return VERDICT_BAD;
}

/* console=null and the like ask for no console; so does a command line without console= on a
 * machine that has none (a microVM without screen and UART). */
static bool is_console_wanted(const struct facts *facts)
{
	const struct console_fact *console = last_console(facts);

	return console && console->kind != CONSOLE_NULL && !is_text_empty(console->name);
}

/* systemd opens the console anew for each use; NixOS's scripted stage 1 dies of descriptors that
 * are closed. */
static enum severity closed_severity(const struct facts *facts)
{
	return facts->platform.initrd == INITRD_NIXOS_SCRIPTED || is_console_wanted(facts)
		       ? SEVERITY_ERROR
		       : SEVERITY_INFO;
}

static bool is_pid1_seen(const struct facts *facts)
{
	fact_foreach (descriptor, facts->pid1_descriptors) {
		if (descriptor->link == OUTCOME_OK || descriptor->link == -ENOENT)
			return true;
	}
	return false;
}

/* As PID 1 itself, the hook opens something on descriptors that are closed. */
static bool has_pid1_output(const struct facts *facts)
{
	uint32_t open = 0;

	fact_foreach (descriptor, facts->pid1_descriptors)
		open += descriptor->link == OUTCOME_OK;
	return open == 3;
}

enum verdict judge_console_closed(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct dev_console_fact *console = &facts->dev_console;
	struct finding *finding;

	if (!fact_is_known(&console->once) || console->open == OUTCOME_UNKNOWN)
		return VERDICT_UNKNOWN;
	/* Somebody's shell need not be allowed to open it. */
	if (console->open == -EACCES || console->open == -EPERM)
		return VERDICT_UNKNOWN;
	if (console->open == OUTCOME_OK)
		return judge_closed_before(judgement);
	/* In a container the node may be missing, and nothing comes of it; where PID 1 is not to be
	 * seen either, nobody may have looked at a machine at all. */
	if (console->open == -ENOENT &&
		(facts->boot.phase == BOOT_PHASE_RUNNING || !is_pid1_seen(facts)))
		return VERDICT_UNKNOWN;

	finding = finding_add(
		judgement, closed_severity(facts), "/dev/console", sizeof("/dev/console"));
	finding_say(finding, "/dev/console cannot be opened: ",
		has_pid1_output(facts) ? "PID 1 has got another output, but who opens it fails"
				       : "PID 1 runs without standard input and output",
		NULL);
	if (last_console(facts))
		finding_say_name(finding, " (console=", last_console(facts)->name,
			" is the last one asked for)");
	finding_because(judgement, finding, console);
	finding_because(judgement, finding, last_console(facts));
	finding_because(judgement, finding, no_console_event(facts));
	fix_console_to_tty0(finding, judgement->facts);
	if (last_console(facts) && last_console(facts)->kind == CONSOLE_UART)
		fix_add_serial_port(finding, facts);
	return VERDICT_BAD;
}

/* --------------------------------------------------------------------------- console.absent */

/* How many edits turn one name of a console into another matters less than that it was meant. */
static bool looks_misspelt(const char *name)
{
	static const char *const DRIVERS[] = {"ttyS", "ttyAMA", "tty", "hvc", "ttyUSB", "ttysclp",
		"netcon", "xvc", "lp", "brl", "null", "ttyLP", "ttymxc", "ttyPS", "ttySAC", "ttyHS",
		"ttyMSM", "ttySC", "ttyO", "hvsi", "efi"};

	for (size_t i = 0; i < ARRAY_SIZE(DRIVERS); i++) {
		size_t length = strlen(DRIVERS[i]);
		const char *rest = name + length;

		if (strncmp(name, DRIVERS[i], length) == 0 &&
			strspn(rest, "0123456789") == strlen(rest))
			return false;
	}
	return true;
}

/* Images for many machines name consoles of all of them: what matters is that PID 1 has one of
 * those. A name that exists nowhere is a slip that somebody wants to know of. */
static enum severity absent_severity(const struct facts *facts, const struct console_fact *console)
{
	COPY_OF(name, console->name);

	if (!console->is_last)
		return SEVERITY_INFO;
	fact_foreach (other, facts->consoles) {
		if (other->is_requested && other->is_dev_console == ANSWER_YES &&
			other->is_live == ANSWER_YES && !looks_misspelt(name))
			return SEVERITY_INFO;
	}
	return SEVERITY_WARNING;
}

static void tell_absent(struct judgement *judgement, const struct console_fact *console)
{
	const struct facts *facts = judgement->facts;
	COPY_OF(name, console->name);
	struct finding *finding =
		finding_about(judgement, absent_severity(facts, console), console->name);

	finding_say(finding, "console=", name, " names something that no driver registered", NULL);
	if (looks_misspelt(name))
		finding_say(finding, ": there is no console of that name in Linux", NULL);
	finding_because(judgement, finding, console);
	if (console->kind == CONSOLE_HVC)
		fix_add_module(finding, facts, "virtio_console");
	else if (console->kind == CONSOLE_UART && !looks_misspelt(name))
		fix_add_serial_port(finding, facts);
	if (looks_misspelt(name))
		finding_fix(
			finding, "kernel", "console=ttyS0   (instead of console=", name, ")", NULL);
	else
		finding_fix(finding, "kernel", "remove console=", name, NULL);
}

enum verdict judge_console_absent(struct judgement *judgement)
{
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&judgement->facts->dev_console.once))
		return VERDICT_UNKNOWN;

	fact_foreach (console, judgement->facts->consoles) {
		/* "console=" and "console=null" ask for nothing, and get it. */
		if (!console->is_requested || console->kind == CONSOLE_NULL ||
			is_text_empty(console->name))
			continue;
		if (console->is_registered == ANSWER_NO) {
			tell_absent(judgement, console);
			verdict = VERDICT_BAD;
		} else if (console->is_registered == ANSWER_UNKNOWN) {
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
		}
	}
	return verdict;
}

/* -------------------------------------------------------------------------- console.blocked */

static const uint64_t WRITE_US = 400 * US_PER_MS;

/* Our own write of the page to that console, in a process of its own. */
static const struct probe_fact *find_write(
	const struct facts *facts, const struct console_fact *console, enum probe_state state)
{
	fact_foreach (probe, facts->probes) {
		if (probe->state == state &&
			is_equal(probe->name, "console-sink", sizeof(probe->name)) &&
			is_equal(probe->subject, console->name, sizeof(console->name)))
			return probe;
	}
	return NULL;
}

static const struct probe_fact *stuck_write(
	const struct facts *facts, const struct console_fact *console)
{
	const struct probe_fact *refused = find_write(facts, console, PROBE_FAILED);
	const struct probe_fact *stuck = find_write(facts, console, PROBE_TIMEOUT);

	if (refused && refused->error == -ETIMEDOUT)
		return refused;
	/* One that was given no time to write says nothing of the console. */
	return stuck && stuck->duration_us >= WRITE_US ? stuck : NULL;
}

/* Refused by one look after the other. */
static bool is_refusing(const struct facts *facts, const struct console_fact *console)
{
	return console->empty_write == -EAGAIN && console->refused_us &&
	       facts->boot.now_us >= console->refused_us + WRITE_US;
}

/* A serial port that is being written to takes nothing more for a moment, which is all that one
 * look at it tells: one that took a page since is well. */
static enum verdict is_console_blocked(
	const struct facts *facts, const struct console_fact *console)
{
	if (stuck_write(facts, console) || is_refusing(facts, console))
		return VERDICT_BAD;
	if (console->is_registered == ANSWER_NO || console->is_live == ANSWER_NO ||
		console->kind == CONSOLE_VT)
		return VERDICT_GOOD;
	if (console->is_writable_now == ANSWER_YES || find_write(facts, console, PROBE_DONE))
		return VERDICT_GOOD;
	return VERDICT_UNKNOWN;
}

static void tell_blocked(struct judgement *judgement, const struct console_fact *console)
{
	struct finding *finding = finding_about(judgement, SEVERITY_WARNING, console->name);

	finding_say_name(finding, "the console ", console->name,
		" takes no bytes: whoever writes to it waits, PID 1 included");
	finding_because(judgement, finding, console);
	finding_because(judgement, finding, stuck_write(judgement->facts, console));
	if (console->has_flow_control)
		finding_fix(finding, "kernel", "console=... without the r (flow control)", NULL);
	fix_console_to_tty0(finding, judgement->facts);
}

enum verdict judge_console_blocked(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&facts->dev_console.once))
		return VERDICT_UNKNOWN;
	fact_foreach (console, facts->consoles) {
		enum verdict one = is_console_blocked(facts, console);

		if (one == VERDICT_BAD)
			tell_blocked(judgement, console);
		verdict = verdict_worst(verdict, one);
	}
	return verdict;
}

/* -------------------------------------------------------------------------- console.healed */

enum verdict judge_console_healed(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct console_redirect_fact *redirect = &facts->console_redirect;
	struct finding *finding;

	if (!fact_is_known(&facts->dev_console.once))
		return VERDICT_UNKNOWN;
	/* Whether there was something to heal is what console.phantom says. */
	if (!is_console_healed(facts))
		return VERDICT_GOOD;
	finding = finding_about(judgement, SEVERITY_INFO, redirect->console);
	finding_say(finding, "what is written to /dev/console goes to ", NULL);
	if (strcmp(redirect->target, CONSOLE_FORWARDED) == 0)
		finding_say(finding, "the report port (bootprobe read --follow shows it)", NULL);
	else
		finding_say_array(finding, redirect->target);
	finding_say_name(finding, " instead of ", redirect->console,
		", which fails every write (bootprobe.heal=console)");
	finding_because(judgement, finding, redirect);
	finding_because(judgement, finding, &facts->dev_console);
	fix_add_serial_port(finding, facts);
	fix_console_to_tty0(finding, facts);
	return VERDICT_BAD;
}

/* -------------------------------------------------------------------------- console.no-uart */

static bool is_on_xen(const struct facts *facts)
{
	return facts->platform.hypervisor == HYPERVISOR_XEN_PV ||
	       facts->platform.hypervisor == HYPERVISOR_XEN_DOM0;
}

/* Xen keeps the serial ports for itself. What a PV guest writes to hvc0, xl console shows; what
 * dom0 writes there comes out of Xen's own console, its serial port as a rule. */
static bool has_xen_console(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (console->kind == CONSOLE_HVC && console->is_registered == ANSWER_YES &&
			console->is_live == ANSWER_YES)
			return is_on_xen(facts);
	}
	return false;
}

enum verdict judge_console_no_uart(struct judgement *judgement)
{
	const struct uart_total_fact *total = &judgement->facts->uart_total;
	struct finding *finding;

	if (!fact_is_known(&total->once))
		return VERDICT_UNKNOWN;
	if (total->live_count)
		return VERDICT_GOOD;
	if (total->unknown_count)
		return VERDICT_UNKNOWN;
	/* Few laptops have one, and nobody looks at theirs from a host. */
	if (judgement->facts->platform.hypervisor == HYPERVISOR_NONE ||
		has_xen_console(judgement->facts))
		return VERDICT_GOOD;
	finding = finding_add(judgement, SEVERITY_INFO, "", 1);
	finding_say(finding,
		is_on_xen(judgement->facts)
			? "Xen leaves this machine no serial port, and its console hvc0 is not in "
			  "use: a serial console shows nothing of this kernel"
			: "this machine has no serial port: a serial console (qm terminal, virsh "
			  "console) shows nothing",
		NULL);
	finding_because(judgement, finding, total);
	fix_add_serial_port(finding, judgement->facts);
	return VERDICT_BAD;
}
