/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

/* ------------------------------------------------------------------------------- phantom */

static void phantom_before_tty0(void)
{
	make_phantom();
	console_named("ttyS0")->is_dev_console = ANSWER_NO;
	console_named("ttyS0")->is_last = false;
	console_named("tty0")->is_dev_console = ANSWER_YES;
	console_named("tty0")->is_last = true;
}

static void phantom_and_trap(void)
{
	make_phantom();
	set_trap(18 * GIB);
}

/* Another port is there: the console is on the wrong one. */
static void phantom_beside_a_port(void)
{
	make_phantom();
	(void)add_uart("ttyS1", 0x2f8, "pnp");
}

/* A port of another driver has another name, and is none that console=ttyS names. */
static void phantom_beside_a_port_of_another_kind(void)
{
	make_phantom();
	(void)add_uart("ttyAMA0", 0, "acpi");
}

static void phantom_beside_a_dead_port(void)
{
	phantom_beside_a_port();
	facts.uarts.item[0].is_live = ANSWER_NO;
}

static void phantom_after_the_trap(void)
{
	phantom_and_trap();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
}

static void phantom_and_grower_without_room(void)
{
	make_phantom();
	set_trap(0);
}

static void phantom_on_virtualbox(void)
{
	make_phantom();
	facts.platform.hypervisor = HYPERVISOR_VIRTUALBOX;
}

static void phantom_that_nobody_asked_for(void)
{
	phantom_before_tty0();
	console_named("ttyS0")->is_requested = false;
}

/* A PPC64 machine has its 16550A at port 0: the type tells. */
static void uart_at_port_zero(void)
{
	facts.uarts.item[0].port = 0;
}

static void eio_of_a_uart(void)
{
	console_named("ttyS0")->empty_write = -EIO;
}

static void consoles_not_looked_at(void)
{
	memset(&facts.dev_console, 0, sizeof(facts.dev_console));
	fact_list_reset(&facts.consoles.list);
	forget_probe("console");
	forget_probe("console-sink");
}

static void console_that_held_on_to_its_probe(void)
{
	console_named("ttyS0")->open = OUTCOME_UNKNOWN;
}

/* -------------------------------------------------------------------------------- closed */

static void closed(void)
{
	close_console(-ENODEV);
}

static void closed_at_once(void)
{
	closed();
	facts.boot.phase = BOOT_PHASE_EARLY;
}

static void closed_by_null(void)
{
	fact_list_reset(&facts.consoles.list);
	(void)add_console("null", CONSOLE_NULL);
	closed();
}

static void closed_by_nothing(void)
{
	remove_serial();
	closed();
}

static void closed_by_null_on_nixos(void)
{
	closed_by_null();
	facts.platform.initrd = INITRD_NIXOS_SCRIPTED;
}

static void closed_before(void)
{
	(void)add_event(KERNEL_EVENT_NO_INITIAL_CONSOLE, "", "unable to open an initial console.");
}

static void closed_before_on_nixos(void)
{
	closed_before();
	facts.platform.initrd = INITRD_NIXOS_SCRIPTED;
}

static void forbidden(void)
{
	close_console(-EACCES);
	facts.boot.phase = BOOT_PHASE_RUNNING;
}

static void no_node_and_no_pid1(void)
{
	close_console(-ENOENT);
	for (uint32_t i = 0; i < 3; i++) {
		struct pid1_descriptor_fact *descriptor = fact_new(facts.pid1_descriptors);

		*descriptor = (struct pid1_descriptor_fact){.number = i, .link = -ESRCH};
		fact_done(facts.pid1_descriptors);
	}
}

static void no_node(void)
{
	no_node_and_no_pid1();
	facts.pid1_descriptors.item[0].link = -ENOENT;
}

static void no_node_and_filled_descriptors(void)
{
	no_node_and_no_pid1();
	fact_foreach (descriptor, facts.pid1_descriptors)
		descriptor->link = OUTCOME_OK;
}

static void container(void)
{
	close_console(-ENOENT);
	facts.boot.phase = BOOT_PHASE_RUNNING;
}

/* -------------------------------------------------------------------------------- absent */

static struct console_fact *add_absent(const char *name, enum console_kind kind)
{
	struct console_fact *console = add_console(name, kind);

	console->is_registered = console->is_live = ANSWER_NO;
	console->open = -ENOENT;
	return console;
}

static void misspelt(void)
{
	(void)add_absent("ttySO", CONSOLE_OTHER);
}

static void absent_hvc_last(void)
{
	(void)add_absent("hvc0", CONSOLE_HVC);
}

static void absent_hvc_alone(void)
{
	fact_list_reset(&facts.consoles.list);
	absent_hvc_last();
}

static void absent_before_others(void)
{
	(void)add_absent("ttyAMA0", CONSOLE_UART);
	console_named("ttyAMA0")->is_last = false;
	console_named("ttyS0")->is_last = true;
}

static void console_null(void)
{
	(void)add_absent("null", CONSOLE_NULL);
}

static void empty_console(void)
{
	(void)add_absent("", CONSOLE_OTHER);
}

static void registration_unknown(void)
{
	console_named("ttyS0")->is_registered = ANSWER_UNKNOWN;
}

/* ------------------------------------------------------------------------------- blocked */

static void write_held(void)
{
	forget_probe("console-sink");
	(void)add_probe("console-sink", "ttyS0", PROBE_TIMEOUT);
}

static void write_refused(void)
{
	forget_probe("console-sink");
	add_probe("console-sink", "ttyS0", PROBE_FAILED)->error = -ETIMEDOUT;
}

static void write_refused_by_flow_control(void)
{
	write_refused();
	console_named("ttyS0")->has_flow_control = true;
}

/* Each look gets EAGAIN, for a second now. */
static void refused_by_each_look(void)
{
	struct console_fact *console = console_named("ttyS0");

	forget_probe("console-sink");
	console->empty_write = -EAGAIN;
	console->is_writable_now = console->is_live = ANSWER_NO;
	console->refused_us = facts.boot.now_us - US_PER_S;
}

static void refused_just_now(void)
{
	refused_by_each_look();
	console_named("ttyS0")->refused_us = facts.boot.now_us - 100 * US_PER_MS;
	console_named("ttyS0")->is_live = ANSWER_YES;
}

static void write_without_time(void)
{
	forget_probe("console-sink");
	add_probe("console-sink", "ttyS0", PROBE_TIMEOUT)->duration_us = 100 * US_PER_MS;
	console_named("ttyS0")->is_writable_now = ANSWER_YES;
}

static void write_failed_otherwise(void)
{
	forget_probe("console-sink");
	add_probe("console-sink", "ttyS0", PROBE_FAILED)->error = -ENXIO;
}

/* A line at work: its buffer is full for a moment. */
static void full_for_a_moment(void)
{
	console_named("ttyS0")->is_writable_now = ANSWER_NO;
}

static void full_and_never_written(void)
{
	full_for_a_moment();
	forget_probe("console-sink");
}

static void phantom(void)
{
	make_phantom();
}

/* ------------------------------------------------------------------------------- no-uart */

static void no_uart(void)
{
	remove_serial();
}

static void no_uart_on_xen(void)
{
	remove_serial();
	facts.platform.hypervisor = HYPERVISOR_XEN_HVM;
}

static void no_uart_in_dom0(void)
{
	remove_serial();
	facts.platform.hypervisor = HYPERVISOR_XEN_DOM0;
}

static void hvc_in_dom0(void)
{
	no_uart_in_dom0();
	(void)add_console("hvc0", CONSOLE_HVC);
}

static void hvc_in_a_pv_guest(void)
{
	hvc_in_dom0();
	facts.platform.hypervisor = HYPERVISOR_XEN_PV;
}

static void dead_hvc_in_dom0(void)
{
	hvc_in_dom0();
	console_named("hvc0")->is_live = ANSWER_NO;
}

/* virtio's, which no serial console of a QEMU host shows. */
static void hvc_in_qemu(void)
{
	remove_serial();
	(void)add_console("hvc0", CONSOLE_HVC);
}

static void no_uart_on_a_laptop(void)
{
	remove_serial();
	facts.platform.hypervisor = HYPERVISOR_NONE;
}

static void hvc_of_unknown_type(void)
{
	remove_serial();
	facts.uart_total.unknown_count = 1;
}

static void uarts_not_counted(void)
{
	memset(&facts.uart_total, 0, sizeof(facts.uart_total));
}

/* ------------------------------------------------------------------------------- healed */

static void healed_with(outcome_t outcome)
{
	make_phantom();
	text_copy(facts.console_redirect.console, sizeof(facts.console_redirect.console), "ttyS0");
	text_copy(facts.console_redirect.target, sizeof(facts.console_redirect.target), "tty1");
	facts.console_redirect.outcome = outcome;
	fact_publish(&facts.console_redirect.once);
	if (outcome == OUTCOME_OK)
		facts.dev_console.empty_write = OUTCOME_OK;
}

static void healed(void)
{
	healed_with(OUTCOME_OK);
}

static void forwarded(void)
{
	healed();
	text_copy(facts.console_redirect.target, sizeof(facts.console_redirect.target),
		CONSOLE_FORWARDED);
}

static void healed_at_the_trap(void)
{
	phantom_and_trap();
	healed();
}

static void not_healed(void)
{
	healed_with(-EBUSY);
}

static void healed_and_undone(void)
{
	healed();
	facts.console_redirect.is_undone = ANSWER_YES;
}

static void console_not_looked_at(void)
{
	memset(&facts.dev_console.once, 0, sizeof(facts.dev_console.once));
}

RULE_CASES(CONSOLE_CASES, {"console.healed", NULL, VERDICT_GOOD},
	{"console.healed", phantom, VERDICT_GOOD}, {"console.healed", not_healed, VERDICT_GOOD},
	{"console.healed", healed_and_undone, VERDICT_GOOD},
	{"console.healed", console_not_looked_at, VERDICT_UNKNOWN},
	{"console.healed", healed, VERDICT_BAD, SEVERITY_INFO, "ttyS0", "goes to tty1 instead of",
		"proxmox", "qm set VMID --serial0 socket"},
	{"console.healed", forwarded, VERDICT_BAD, SEVERITY_INFO, "ttyS0",
		"goes to the report port (bootprobe read --follow shows it) instead of"},
	{"growroot.trap", healed_at_the_trap, VERDICT_GOOD},
	{"console.phantom", healed_at_the_trap, VERDICT_BAD, SEVERITY_INFO, "ttyS0"},
	{"console.phantom", healed, VERDICT_BAD, SEVERITY_INFO, "ttyS0"},
	{"console.phantom", not_healed, VERDICT_BAD, SEVERITY_WARNING, "ttyS0"},
	{"console.phantom", NULL, VERDICT_GOOD},
	{"console.phantom", phantom, VERDICT_BAD, SEVERITY_WARNING, "ttyS0",
		"has no UART behind it", "proxmox", "qm set VMID --serial0 socket"},
	{"console.phantom", phantom, VERDICT_BAD, SEVERITY_WARNING, "ttyS0", "PID 1", "kernel",
		"console=tty0"},
	{"console.phantom", phantom_on_virtualbox, VERDICT_BAD, SEVERITY_WARNING, "ttyS0", NULL,
		"virtualbox", "--uart1"},
	{"console.phantom", phantom_beside_a_port, VERDICT_BAD, SEVERITY_WARNING, "ttyS0", NULL,
		"kernel", "console=ttyS1   (instead of console=ttyS0: that port is there)"},
	{"console.phantom", phantom_beside_a_port, VERDICT_BAD, SEVERITY_WARNING, "ttyS0", NULL,
		"proxmox", "qm set VMID --serial0 socket"},
	{"console.phantom", phantom_beside_a_port_of_another_kind, VERDICT_BAD, SEVERITY_WARNING,
		"ttyS0", NULL, "kernel", "console=tty0"},
	{"console.phantom", phantom_beside_a_dead_port, VERDICT_BAD, SEVERITY_WARNING, "ttyS0",
		NULL, "kernel", "console=tty0"},
	{"console.phantom", phantom_before_tty0, VERDICT_BAD, SEVERITY_INFO, "ttyS0"},
	{"console.phantom", phantom_and_trap, VERDICT_BAD, SEVERITY_ERROR, "ttyS0"},
	{"console.phantom", phantom_after_the_trap, VERDICT_BAD, SEVERITY_WARNING, "ttyS0"},
	{"console.phantom", phantom_and_grower_without_room, VERDICT_BAD, SEVERITY_WARNING},
	{"console.phantom", phantom_that_nobody_asked_for, VERDICT_GOOD},
	{"console.phantom", uart_at_port_zero, VERDICT_GOOD},
	{"console.phantom", eio_of_a_uart, VERDICT_GOOD},
	{"console.phantom", consoles_not_looked_at, VERDICT_UNKNOWN},
	{"console.phantom", console_that_held_on_to_its_probe, VERDICT_UNKNOWN},

	{"console.closed", NULL, VERDICT_GOOD},
	{"console.closed", closed, VERDICT_BAD, SEVERITY_ERROR, "/dev/console", "console=ttyS0",
		"kernel", "console=tty0"},
	{"console.closed", closed, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "terraform",
		"serial_device {}"},
	{"console.closed", closed_by_null, VERDICT_BAD, SEVERITY_INFO},
	{"console.closed", closed_by_nothing, VERDICT_BAD, SEVERITY_INFO},
	{"console.closed", closed_by_null_on_nixos, VERDICT_BAD, SEVERITY_ERROR},
	{"console.closed", closed_before, VERDICT_BAD, SEVERITY_INFO, NULL, "it is now"},
	{"console.closed", closed_before_on_nixos, VERDICT_BAD, SEVERITY_ERROR},
	{"console.closed", closed_at_once, VERDICT_UNKNOWN},
	{"console.closed", forbidden, VERDICT_UNKNOWN},
	{"console.closed", container, VERDICT_UNKNOWN},
	{"console.closed", no_node, VERDICT_BAD, SEVERITY_ERROR, NULL, "without standard input"},
	{"console.closed", no_node_and_filled_descriptors, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"another output"},
	{"console.closed", no_node_and_no_pid1, VERDICT_UNKNOWN},
	{"console.closed", consoles_not_looked_at, VERDICT_UNKNOWN},

	{"console.absent", NULL, VERDICT_GOOD},
	{"console.absent", misspelt, VERDICT_BAD, SEVERITY_WARNING, "ttySO",
		"no console of that name in Linux", "kernel", "instead of console=ttySO"},
	{"console.absent", absent_hvc_last, VERDICT_BAD, SEVERITY_INFO, "hvc0"},
	{"console.absent", absent_hvc_alone, VERDICT_BAD, SEVERITY_WARNING, "hvc0", NULL, "dracut",
		"--add-drivers virtio_console"},
	{"console.absent", absent_hvc_alone, VERDICT_BAD, SEVERITY_WARNING, "hvc0", NULL, "kernel",
		"remove console=hvc0"},
	{"console.absent", absent_before_others, VERDICT_BAD, SEVERITY_INFO, "ttyAMA0"},
	{"console.absent", console_null, VERDICT_GOOD},
	{"console.absent", empty_console, VERDICT_GOOD},
	{"console.absent", registration_unknown, VERDICT_UNKNOWN},
	{"console.absent", consoles_not_looked_at, VERDICT_UNKNOWN},

	{"console.blocked", NULL, VERDICT_GOOD},
	{"console.blocked", write_held, VERDICT_BAD, SEVERITY_WARNING, "ttyS0", "takes no bytes"},
	{"console.blocked", write_refused, VERDICT_BAD, SEVERITY_WARNING, "ttyS0"},
	{"console.blocked", write_refused_by_flow_control, VERDICT_BAD, SEVERITY_WARNING, "ttyS0",
		NULL, "kernel", "without the r"},
	{"console.blocked", refused_by_each_look, VERDICT_BAD, SEVERITY_WARNING, "ttyS0"},
	{"console.blocked", refused_just_now, VERDICT_UNKNOWN},
	{"console.blocked", write_without_time, VERDICT_GOOD},
	{"console.blocked", full_for_a_moment, VERDICT_GOOD},
	{"console.blocked", phantom, VERDICT_GOOD},
	{"console.blocked", write_failed_otherwise, VERDICT_GOOD},
	{"console.blocked", full_and_never_written, VERDICT_UNKNOWN},
	{"console.blocked", consoles_not_looked_at, VERDICT_UNKNOWN},

	{"console.no-uart", NULL, VERDICT_GOOD},
	{"console.no-uart", no_uart, VERDICT_BAD, SEVERITY_INFO, "", "no serial port", "libvirt",
		"<serial type='pty'/>"},
	{"console.no-uart", no_uart_on_xen, VERDICT_BAD, SEVERITY_INFO, "", NULL, "xen",
		"serial = 'pty'"},
	{"console.no-uart", no_uart_in_dom0, VERDICT_BAD, SEVERITY_INFO, "",
		"Xen leaves this machine no serial port", "kernel", "console=hvc0"},
	{"console.no-uart", dead_hvc_in_dom0, VERDICT_BAD, SEVERITY_INFO},
	{"console.no-uart", hvc_in_qemu, VERDICT_BAD, SEVERITY_INFO},
	{"console.no-uart", hvc_in_dom0, VERDICT_GOOD},
	{"console.no-uart", hvc_in_a_pv_guest, VERDICT_GOOD},
	{"console.no-uart", no_uart_on_a_laptop, VERDICT_GOOD},
	{"console.no-uart", hvc_of_unknown_type, VERDICT_UNKNOWN},
	{"console.no-uart", uarts_not_counted, VERDICT_UNKNOWN});
