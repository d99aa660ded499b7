/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

#include <stdio.h>
#include <sys/mman.h>

/* No smaller than a page. */
enum { FACTS_ALIGNMENT = 65536 };

struct facts facts __attribute__((aligned(FACTS_ALIGNMENT)));
struct findings findings;

/* ------------------------------------------------------------------------------- builders */

/* Most of it is as empty as it was: the kernel takes back the pages that were written to. */
void facts_reset(void)
{
	size_t whole = sizeof(facts) - sizeof(facts) % FACTS_ALIGNMENT;

	ck_assert_int_eq(madvise(&facts, whole, MADV_DONTNEED), 0);
	memset((char *)&facts + whole, 0, sizeof(facts) - whole);
}

void set_cmdline(const char *text)
{
	set_text(facts.cmdline.text, text);
	facts.cmdline.read = OUTCOME_OK;
	fact_publish(&facts.cmdline.once);
}

struct console_fact *add_console(const char *name, enum console_kind kind)
{
	struct console_fact *console = add_to(facts.consoles);

	fact_foreach (other, facts.consoles)
		other->is_last = false;
	set_text(console->name, name);
	console->kind = kind;
	console->is_requested = console->is_last = true;
	console->is_registered = console->is_live = console->is_writable_now = ANSWER_YES;
	console->is_dev_console = ANSWER_NO;
	console->open = console->tcgetattr = console->empty_write = OUTCOME_OK;
	console->uart_type = kind == CONSOLE_UART ? 4 : -1;
	console->serial_ioctl = kind == CONSOLE_UART ? OUTCOME_OK : -ENOTTY;
	return console;
}

struct console_fact *console_named(const char *name)
{
	fact_foreach (console, facts.consoles) {
		if (strcmp(console->name, name) == 0)
			return console;
	}
	ck_abort_msg("no console %s", name);
}

void make_phantom(void)
{
	struct console_fact *console = console_named("ttyS0");

	console->uart_type = 0;
	console->tcgetattr = console->empty_write = -EIO;
	console->is_live = ANSWER_NO;
	facts.dev_console.tcgetattr = facts.dev_console.empty_write = -EIO;
	facts.uart_total.live_count = 0;
	facts.uart_total.phantom_count = 4;
	fact_list_reset(&facts.uarts.list);
	fact_list_reset(&facts.acpi_devices.list);
	forget_probe("console-sink");
}

void close_console(outcome_t error)
{
	facts.dev_console.open = error;
	facts.dev_console.empty_write = facts.dev_console.tcgetattr = OUTCOME_UNKNOWN;
	fact_foreach (console, facts.consoles) {
		console->is_registered = console->is_dev_console = ANSWER_NO;
		console->is_live = ANSWER_UNKNOWN;
		console->open = -ENOENT;
	}
}

void remove_serial(void)
{
	fact_list_reset(&facts.consoles.list);
	fact_list_reset(&facts.uarts.list);
	fact_list_reset(&facts.acpi_devices.list);
	facts.uart_total.live_count = 0;
	facts.uart_total.phantom_count = facts.uart_total.port_count = 4;
	set_text(facts.dev_console.device, "tty0");
}

struct uart_fact *add_uart(const char *name, uint64_t port, const char *bus)
{
	struct uart_fact *uart = add_to(facts.uarts);

	set_text(uart->name, name);
	set_text(uart->bus, bus);
	uart->is_live = ANSWER_YES;
	uart->port = port;
	uart->type = 4;
	facts.uart_total.live_count++;
	facts.uart_total.port_count++;
	return uart;
}

struct acpi_device_fact *add_com_port(const char *path, uint32_t port)
{
	struct acpi_device_fact *device = add_to(facts.acpi_devices);

	set_text(device->path, path);
	set_text(device->hid, "PNP0501");
	set_text(device->pnp_name, "00:03");
	set_text(device->pnp_state, "active");
	device->is_declared = device->is_in_kernel = ANSWER_YES;
	device->hid_declared = device->crs_declared = DECLARED_CONST;
	device->kernel_status_read = OUTCOME_OK;
	device->kernel_status = 15;
	device->io[0] = device->pnp_io[0] = (struct io_range){port, port + 7};
	device->io_count = device->pnp_io_count = 1;
	return device;
}

struct acpi_table_fact *add_table(const char *name, const char *signature)
{
	struct acpi_table_fact *table = add_to(facts.acpi_tables);

	set_text(table->name, name);
	set_text(table->signature, signature);
	table->read = OUTCOME_OK;
	table->is_checksum_right = ANSWER_YES;
	table->header_length_bytes = table->file_length_bytes = 4096;
	return table;
}

struct block_fact *add_disk(const char *name, const char *transport)
{
	struct block_fact *block = add_to(facts.blocks);

	set_text(block->name, name);
	set_text(block->transport, transport);
	block->size_bytes = 20 * GIB;
	block->logical_sector_bytes = 512;
	block->is_removable = block->is_read_only = ANSWER_NO;
	block->open = OUTCOME_OK;
	for (uint32_t i = 0; i < 5; i++)
		block->read[i] = (struct block_read_fact){.offset_bytes = 512 * i,
			.length_bytes = 512,
			.result = OUTCOME_OK,
			.started_us = 1000 * (i + 1),
			.duration_us = 200};
	atomic_store(&block->read_count, 5);
	atomic_store(&block->is_look_over, 1);
	return block;
}

struct block_fact *add_partition(const char *disk, const char *name, uint32_t number)
{
	struct block_fact *block = add_to(facts.blocks);

	set_text(block->name, name);
	set_text(block->parent, disk);
	block->partition = number;
	block->start_lba = UINT64_C(2048) * number;
	block->size_bytes = GIB;
	return block;
}

struct block_fact *block_named(const char *name)
{
	fact_foreach (block, facts.blocks) {
		if (strcmp(block->name, name) == 0)
			return block;
	}
	ck_abort_msg("no block device %s", name);
}

struct filesystem_fact *filesystem_on(const char *name)
{
	return &facts.filesystems[block_named(name) - facts.blocks.item];
}

void set_filesystem(const char *device, const char *type, const char *uuid)
{
	struct filesystem_fact *filesystem = filesystem_on(device);

	set_text(filesystem->device, device);
	set_text(filesystem->type, type);
	set_text(filesystem->uuid, uuid);
	set_text(filesystem->usage, "filesystem");
	filesystem->probe = OUTCOME_OK;
	filesystem->module = DRIVER_BUILT_IN;
	fact_publish(&filesystem->once);
}

struct gpt_fact *add_gpt(const char *disk)
{
	static const struct gpt_header_fact SOUND = {
		.read = OUTCOME_OK,
		.has_signature = ANSWER_YES,
		.is_header_crc_right = ANSWER_YES,
		.is_entries_crc_right = ANSWER_YES,
		.is_sane = ANSWER_YES,
		.entry_count = 128,
		.entry_length_bytes = 128,
	};
	struct gpt_fact *gpt = add_to(facts.gpts);

	set_text(gpt->disk, disk);
	gpt->kind = TABLE_GPT;
	gpt->logical_sector_bytes = 512;
	gpt->disk_lba = 20 * GIB / 512;
	gpt->mbr_read = OUTCOME_OK;
	gpt->has_protective_mbr = true;
	gpt->primary = gpt->backup = SOUND;
	gpt->do_headers_match = gpt->do_entries_match = ANSWER_YES;
	gpt->has_overlap = ANSWER_NO;
	gpt->does_kernel_agree = gpt->does_libblkid_agree = ANSWER_YES;
	gpt->partition_count = gpt->last_partition = 1;
	fact_publish(&gpt->once);
	return gpt;
}

struct gpt_fact *gpt_on(const char *disk)
{
	fact_foreach (gpt, facts.gpts) {
		if (strcmp(gpt->disk, disk) == 0)
			return gpt;
	}
	ck_abort_msg("no table on %s", disk);
}

struct probe_fact *add_probe(const char *name, const char *subject, enum probe_state state)
{
	struct probe_fact *probe = add_to(facts.probes);

	set_text(probe->name, name);
	set_text(probe->subject, subject);
	probe->state = state;
	probe->started_us = 1000;
	probe->budget_us = probe->duration_us = 5 * US_PER_S;
	return probe;
}

void forget_probe(const char *name)
{
	fact_foreach (probe, facts.probes) {
		if (strcmp(probe->name, name) == 0)
			probe->state = PROBE_RUNNING;
	}
}

struct unbound_device_fact *add_unbound(const char *bus, const char *device, enum device_role role,
	const char *ids, const char *module, enum driver_state state)
{
	struct unbound_device_fact *unbound = add_to(facts.unbound_devices);

	set_text(unbound->bus, bus);
	set_text(unbound->device, device);
	set_text(unbound->ids, ids);
	set_text(unbound->module, module);
	unbound->role = role;
	unbound->state = state;
	return unbound;
}

struct grower_fact *add_grower(const char *name, bool is_in_initrd)
{
	struct grower_fact *grower = add_to(facts.growers);

	set_text(grower->name, name);
	set_text(grower->path, "scripts/local-bottom/growroot");
	grower->is_in_initrd = is_in_initrd;
	grower->is_output_in_file = ANSWER_NO;
	return grower;
}

void set_trap(uint64_t room_bytes)
{
	add_grower("growroot", true)->does_exit_on_error = ANSWER_YES;
	gpt_on("vda")->free_behind_last_bytes = room_bytes;
	facts.boot.phase = BOOT_PHASE_EARLY;
	facts.handoff.is_root_mounted = ANSWER_NO;
}

struct kernel_event_fact *add_event(
	enum kernel_event_kind kind, const char *subject, const char *text)
{
	struct kernel_event_fact *event = add_to(facts.kernel_events);

	event->kind = kind;
	set_text(event->subject, subject);
	set_text(event->text, text);
	return event;
}

struct sink_fact *add_sink(const char *name)
{
	struct sink_fact *sink = add_to(facts.sinks);

	set_text(sink->name, name);
	sink->state = OUTCOME_OK;
	sink->delivered = 30;
	return sink;
}

void stall(void)
{
	facts.boot.phase = BOOT_PHASE_STALLED;
	memset(&facts.handoff, 0, sizeof(facts.handoff));
}

void lose_root(void)
{
	stall();
	facts.root.match_count = 0;
	facts.root.resolved_us = 0;
	facts.root.has_idle = false;
	filesystem_on("vda1")->uuid[0] = 'c';
}

/* -------------------------------------------------------------------------- a healthy machine */

static void add_platform(void)
{
	struct platform_fact *platform = &facts.platform;

	platform->hypervisor = HYPERVISOR_KVM;
	platform->firmware = FIRMWARE_SEABIOS;
	platform->initrd = INITRD_DRACUT;
	platform->is_nested = ANSWER_NO;
	platform->cpus = 2;
	set_text(platform->dmi_sys_vendor, "QEMU");
	set_text(platform->architecture, "x86_64");
	fact_publish(&platform->once);
	facts.acpi.tables_read = OUTCOME_OK;
	fact_publish(&facts.acpi.once);
	(void)add_table("DSDT", "DSDT");
	(void)add_table("FACP", "FACP");
	facts.fwcfg.is_declared = ANSWER_YES;
	facts.fwcfg.driver = DRIVER_BOUND;
	fact_publish(&facts.fwcfg.once);
}

static void add_serial(void)
{
	(void)add_console("tty0", CONSOLE_VT);
	add_console("ttyS0", CONSOLE_UART)->is_dev_console = ANSWER_YES;
	facts.dev_console.open = facts.dev_console.tcgetattr = facts.dev_console.empty_write =
		OUTCOME_OK;
	set_text(facts.dev_console.device, "ttyS0");
	fact_publish(&facts.dev_console.once);
	(void)add_com_port("\\_SB_.PCI0.S08_.COM1", 0x3f8);
	(void)add_uart("ttyS0", 0x3f8, "pnp");
	fact_publish(&facts.uart_total.once);
}

static void add_root(void)
{
	struct block_fact *disk = add_disk("vda", "virtio");

	set_text(disk->serial, "root");
	(void)add_partition("vda", "vda1", 1);
	(void)add_gpt("vda");
	set_filesystem("vda1", "ext4", ROOT_UUID_TEXT);
	facts.root.kind = ROOT_UUID;
	set_text(facts.root.spec, "UUID=" ROOT_UUID_TEXT);
	set_text(facts.root.value, ROOT_UUID_TEXT);
	set_text(facts.root.matches[0], "vda1");
	facts.root.match_count = 1;
	facts.root.resolved_us = 3 * US_PER_S;
	facts.root.resolved_idle_us = 2 * US_PER_S;
	facts.root.has_idle = true;
	fact_publish(&facts.root.once);
}

static void add_handoff(void)
{
	struct handoff_fact *handoff = &facts.handoff;

	handoff->root_open = handoff->init_stat = OUTCOME_OK;
	handoff->is_root_mounted = ANSWER_YES;
	handoff->is_root_read_only = ANSWER_NO;
	set_text(handoff->root_fstype, "ext4");
	set_text(handoff->root_source, "/dev/vda1");
	handoff->has_free_counts = ANSWER_YES;
	handoff->free_bytes = GIB;
	handoff->free_inodes = 100000;
	set_text(handoff->init, "/sbin/init");
	set_text(handoff->init_type, "elf");
	set_text(handoff->init_architecture, "x86_64");
	handoff->init_mode = S_IFREG | 0755;
	handoff->is_architecture_right = ANSWER_YES;
	set_text(handoff->interpreter[0], "/lib64/ld-linux-x86-64.so.2");
	handoff->interpreter_stat[0] = OUTCOME_OK;
	handoff->interpreter_count = 1;
	fact_publish(&handoff->once);
}

static void add_outputs(void)
{
	struct virtio_port_fact *port = add_to(facts.virtio_ports);

	set_text(port->name, "org.bootprobe.report.0");
	port->is_ours = true;
	port->is_read_by_host = ANSWER_YES;
	(void)add_sink("kmsg");
	add_sink("virtio")->is_read = ANSWER_YES;
	(void)add_sink("run");
}

void healthy(void)
{
	static const char *const PROBES[] = {"platform", "cmdline", "acpi", "fwcfg", "console",
		"uart", "virtio", "driver", "block", "grower", "root", "handoff", "timeline"};

	facts_reset();
	facts.boot = (struct boot_fact){.phase = BOOT_PHASE_HANDOFF,
		.started_us = 2 * US_PER_S,
		.started_idle_us = US_PER_S,
		.has_idle = true,
		.now_us = 6 * US_PER_S,
		.is_virtio_wanted = true};
	set_cmdline("bootprobe console=tty0 console=ttyS0 root=UUID=" ROOT_UUID_TEXT);
	add_platform();
	add_serial();
	add_root();
	add_handoff();
	add_outputs();
	facts.recorder.state = RECORDER_NOT_WANTED;
	fact_publish(&facts.recorder.once);
	facts.observer.state = OBSERVER_NOT_WANTED;
	fact_publish(&facts.observer.once);
	for (size_t i = 0; i < ARRAY_SIZE(PROBES); i++)
		(void)add_probe(PROBES[i], "", PROBE_DONE);
	(void)add_probe("disk", "vda", PROBE_DONE);
	(void)add_probe("console-sink", "ttyS0", PROBE_DONE);
}

/* ------------------------------------------------------------------------------- judging */

enum verdict judge(const char *id)
{
	for (size_t i = 0; i < RULES_COUNT; i++) {
		struct judgement judgement = {
			.facts = &facts, .findings = &findings, .rule = &RULES[i]};

		if (strcmp(RULES[i].id, id) != 0)
			continue;
		memset(&findings, 0, sizeof(findings));
		return facts.boot.phase < RULES[i].from ? VERDICT_UNKNOWN
							: RULES[i].judge(&judgement);
	}
	ck_abort_msg("no rule %s", id);
}

void judge_all(void)
{
	rules_judge(&facts, &findings);
	assert_sound();
}

bool has_fix(const struct finding *finding, const char *tool, const char *text)
{
	for (uint32_t i = 0; i < finding->fix_count; i++) {
		if ((!tool || strcmp(finding->fix[i].tool, tool) == 0) &&
			(!text || strstr(finding->fix[i].change, text)))
			return true;
	}
	return false;
}

#define assert_ends(array) ck_assert_uint_lt(strnlen(array, sizeof(array)), sizeof(array))

static void assert_finding(const struct finding *finding)
{
	ck_assert_ptr_nonnull(finding->id);
	ck_assert_int_lt(finding->severity, SEVERITY_COUNT);
	assert_ends(finding->subject);
	assert_ends(finding->summary);
	ck_assert_msg(finding->summary[0], "%s says nothing", finding->id);
	ck_assert_uint_le(finding->fix_count, FIXES_MAX);
	for (uint32_t i = 0; i < finding->fix_count; i++) {
		ck_assert_ptr_nonnull(finding->fix[i].tool);
		assert_ends(finding->fix[i].change);
		ck_assert(finding->fix[i].change[0]);
	}
	ck_assert_uint_le(finding->because_count, BECAUSE_MAX);
	for (uint32_t i = 0; i < finding->because_count; i++)
		ck_assert_uint_lt(finding->because[i], sizeof(facts));
	if (finding->part_of)
		ck_assert_ptr_nonnull(findings_find(&findings, finding->part_of));
}

void assert_sound(void)
{
	ck_assert_uint_le(findings.count, FINDINGS_MAX);
	ck_assert_uint_le(findings.undecided_count, RULES_COUNT);
	for (uint32_t i = 0; i < findings.count; i++)
		assert_finding(&findings.item[i]);
}

void assert_no_alarm(const char *machine)
{
	judge_all();
	for (uint32_t i = 0; i < findings.count; i++)
		ck_assert_msg(findings.item[i].severity == SEVERITY_INFO, "%s: %s: %s", machine,
			findings.item[i].id, findings.item[i].summary);
}
