/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;
static struct findings findings;
static struct config config;
static char page[SUMMARY_SIZE];

static void write_page(void)
{
	summary_write(&facts, &config, &findings, "finish", "1a2b3c4d", page, sizeof(page));
}

#define set_text(array, value) (void)text_copy(array, sizeof(array), value)

static void lines_fit(void)
{
	for (const char *line = page; *line; line += strcspn(line, "\n") + 1)
		ck_assert_uint_le(strcspn(line, "\n"), 78);
}

static struct console_fact *add_console(const char *name)
{
	struct console_fact *console = fact_new(facts.consoles);

	ck_assert_ptr_nonnull(console);
	memset(console, 0, sizeof(*console));
	text_copy(console->name, sizeof(console->name), name);
	fact_done(facts.consoles);
	return console;
}

START_TEST(the_phantom_is_named)
{
	struct console_fact *console;

	memset(&facts, 0, sizeof(facts));
	console = add_console("ttyS0");
	console->is_registered = ANSWER_YES;
	console->is_last = true;
	console->is_live = ANSWER_NO;
	console->kind = CONSOLE_UART;
	console->empty_write = -EIO;
	console->uart_type = 0;
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "consoles   ttyS0 (last) PHANTOM (no UART)\n"));
}
END_TEST

START_TEST(a_misplaced_backup_is_told_in_sizes)
{
	struct block_fact *block;
	struct gpt_fact *gpt;

	memset(&facts, 0, sizeof(facts));
	block = fact_new(facts.blocks);
	text_copy(block->name, sizeof(block->name), "sda");
	block->size_bytes = UINT64_C(20) << 30;
	fact_done(facts.blocks);
	gpt = fact_new(facts.gpts);
	text_copy(gpt->disk, sizeof(gpt->disk), "sda");
	gpt->kind = TABLE_GPT;
	gpt->logical_sector_bytes = 512;
	gpt->disk_lba = UINT64_C(20) << 21;
	gpt->backup_misplaced_bytes = UINT64_C(18) << 30;
	fact_publish(&gpt->once);
	fact_done(facts.gpts);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "disk       sda 20 GiB, GPT made for 2 GiB\n"));
}
END_TEST

/* The longest console line of a machine that works. */
START_TEST(what_matters_is_never_cut)
{
	static const char *const NAMES[] = {"tty0", "ttyS0", "ttyS1", "hvc0", "ttyAMA0"};

	memset(&facts, 0, sizeof(facts));
	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		struct console_fact *console = add_console(NAMES[i]);

		console->is_registered = ANSWER_YES;
		console->is_last = i == 1;
		console->is_live = i == 1 ? ANSWER_YES : ANSWER_UNKNOWN;
	}
	set_text(facts.dev_console.device, "ttyS0");
	facts.dev_console.open = OUTCOME_OK;
	fact_publish(&facts.dev_console.once);
	facts.root.kind = ROOT_UUID;
	set_text(facts.root.spec,
		"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-0-0-0-0-0-0-0-0-part1");
	fact_publish(&facts.root.once);
	set_text(facts.handoff.init,
		"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos-system-vm-24.11/init");
	facts.handoff.init_stat = -ENOENT;
	fact_publish(&facts.handoff.once);
	write_page();
	ck_assert_ptr_nonnull(
		strstr(page, "consoles   /dev/console is ttyS0; tty0 not proven, ttyS0 "
			     "(last) live, ttyS1...\n"));
	ck_assert_ptr_nonnull(strstr(page, "...: not there\n"));
	ck_assert_ptr_nonnull(strstr(page, "... ENOENT\n"));
	lines_fit();
	/* What is there gives way to what it is. */
	facts.handoff.init_stat = OUTCOME_OK;
	set_text(facts.handoff.init_type, "elf");
	set_text(facts.handoff.interpreter[0], "/nix/store/x-glibc/lib/ld-linux-x86-64.so.2");
	facts.handoff.interpreter_stat[0] = OUTCOME_OK;
	facts.handoff.interpreter_count = 1;
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "..., elf\n"));
	set_text(facts.handoff.init, "/sbin/init");
	facts.handoff.init_stat = OUTCOME_OK;
	set_text(facts.handoff.init_type, "script");
	set_text(facts.handoff.interpreter[0], "/bin/sh");
	facts.handoff.interpreter_stat[0] = -ENOENT;
	facts.handoff.interpreter_count = 1;
	set_text(facts.handoff.requested_init, "/nonexistent");
	facts.handoff.requested_stat = -ENOENT;
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "handoff    /sbin/init, script -> /bin/sh ENOENT; not "
					   "/nonexistent ENOENT\n"));
}
END_TEST

START_TEST(nothing_is_said_of_nothing)
{
	memset(&facts, 0, sizeof(facts));
	fact_publish(&facts.platform.once);
	facts.dev_console.open = -ENOENT;
	fact_publish(&facts.dev_console.once);
	fact_publish(&facts.uart_total.once);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\nmachine    unknown hypervisor\n"));
	ck_assert_ptr_nonnull(strstr(page, "\nconsoles   /dev/console ENOENT\n"));
	ck_assert_ptr_nonnull(strstr(page, "\nserial     none: a serial console shows nothing\n"));
	facts.platform.hypervisor = HYPERVISOR_NONE;
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\nserial     none\n"));
	facts.platform.hypervisor = HYPERVISOR_KVM;
	write_page();
	ck_assert_ptr_nonnull(
		strstr(page, "\nserial     none: a serial console of this VM shows nothing\n"));
	facts.platform.hypervisor = HYPERVISOR_XEN_DOM0;
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\nserial     none: Xen keeps them\n"));
}
END_TEST

START_TEST(a_folder_of_the_host_is_no_disk)
{
	memset(&facts, 0, sizeof(facts));
	facts.root.kind = ROOT_VIRTIOFS;
	set_text(facts.root.spec, "virtiofs:rootfs");
	fact_publish(&facts.root.once);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\nroot       virtiofs:rootfs, shared by virtiofs\n"));
	facts.root.kind = ROOT_9P;
	facts.root.match_count = 1;
	set_text(facts.root.matches[0], "virtio4");
	facts.root.mounted_us = 5950000;
	write_page();
	ck_assert_ptr_nonnull(strstr(
		page, "\nroot       virtiofs:rootfs: virtio4, shared by 9p, mounted at 5.9 s\n"));
	lines_fit();
}
END_TEST

/* No disk is normal there, and the file that holds NixOS' store is none. */
START_TEST(a_root_in_memory_is_named)
{
	struct block_fact *block;

	memset(&facts, 0, sizeof(facts));
	fact_publish(&facts.root.once);
	write_page();
	ck_assert_ptr_null(strstr(page, "\nroot "));
	set_text(facts.root.in_memory, "initramfs");
	block = fact_new(facts.blocks);
	set_text(block->name, "loop0");
	set_text(block->transport, "loop");
	fact_done(facts.blocks);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\ndisk       none\n"));
	ck_assert_ptr_nonnull(
		strstr(page, "\nroot       none asked for: initramfs, no stage 2 follows\n"));
	set_text(facts.root.in_memory, "tmpfs");
	block = fact_new(facts.blocks);
	set_text(block->name, "vda");
	block->size_bytes = UINT64_C(2) << 30;
	fact_done(facts.blocks);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\ndisk       vda 2 GiB\n"));
	ck_assert_ptr_nonnull(strstr(page, "\nroot       none asked for: tmpfs, in memory\n"));
	facts.root.kind = ROOT_FSTAB;
	set_text(facts.root.spec, "fstab");
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "\nroot       fstab: tmpfs, in memory\n"));
}
END_TEST

/* A look by somebody who may not look is none. */
START_TEST(what_was_not_seen_is_said)
{
	struct console_fact *console;
	struct block_fact *block;

	memset(&facts, 0, sizeof(facts));
	write_page();
	ck_assert(strncmp(page, "OK         nothing wrong was found\n", 35) == 0);
	findings.is_undecided = true;
	write_page();
	ck_assert(strncmp(page, "OK         nothing wrong was found, as far as", 45) == 0);
	/* What had no room was something. */
	findings.dropped = 1;
	write_page();
	ck_assert(strncmp(page, "INCOMPLETE more was found than", 30) == 0);
	memset(&findings, 0, sizeof(findings));
	console = add_console("ttyS0");
	console->is_registered = ANSWER_YES;
	console->open = -EACCES;
	block = fact_new(facts.blocks);
	set_text(block->name, "sda");
	block->open = -EACCES;
	fact_done(facts.blocks);
	facts.acpi.tables_read = -EACCES;
	facts.timeline.read = -EPERM;
	write_page();
	ck_assert(strncmp(page, "INCOMPLETE nothing wrong was found", 34) == 0);
	ck_assert_ptr_nonnull(
		strstr(page, "\nunseen     ACPI, consoles, disks, kernel log: run it as root\n"));
	ck_assert_ptr_nonnull(strstr(page, "\nconsoles   ttyS0 open EACCES\n"));
	/* Nobody is told to become what he is. */
	facts.boot.is_root_user = true;
	write_page();
	ck_assert_ptr_null(strstr(page, "run it as root"));
	ck_assert_ptr_nonnull(strstr(page, "disks, kernel log: root may not here"));
	memset(&facts, 0, sizeof(facts));
	facts.cmdline.read = -ENOENT;
	write_page();
	ck_assert(strncmp(page, "INCOMPLETE ", 11) == 0);
	ck_assert_ptr_nonnull(strstr(page, "\nunseen     /proc\n"));
}
END_TEST

START_TEST(parameters_that_were_not_understood_are_named)
{
	memset(&facts, 0, sizeof(facts));
	write_page();
	ck_assert_ptr_null(strstr(page, "parameters"));
	config.problem_count = 2;
	set_text(config.problem[0], "bootprobe.stal: not known");
	set_text(config.problem[1], "bootprobe.budget: no time");
	write_page();
	ck_assert_ptr_nonnull(strstr(page,
		"\nparameters not understood: bootprobe.stal: not known; bootprobe.budget: no "));
	lines_fit();
	/* More than are kept, and each as long as it gets. */
	memset(&config, 0xff, sizeof(config));
	write_page();
	lines_fit();
	ck_assert_ptr_nonnull(strstr(page, "boot 1a2b3c4d\n"));
}
END_TEST

/* Names that a hostile guest chose, and more of everything than fits. */
START_TEST(the_page_is_bounded_and_printable)
{
	uint32_t lines = 0;

	memset(&facts, 0xff, sizeof(facts));
	write_page();
	for (const char *at = page; *at; at++) {
		ck_assert(*at == '\n' || (*at >= ' ' && *at <= '~'));
		lines += *at == '\n';
	}
	ck_assert_uint_le(lines, 12);
	for (const char *at = page, *end; (end = strchr(at, '\n')); at = end + 1)
		ck_assert_int_le(end - at, 79);
}
END_TEST

UNIT_MAIN("summary", what_matters_is_never_cut, nothing_is_said_of_nothing,
	a_folder_of_the_host_is_no_disk, what_was_not_seen_is_said,
	parameters_that_were_not_understood_are_named, the_phantom_is_named,
	a_misplaced_backup_is_told_in_sizes, a_root_in_memory_is_named,
	the_page_is_bounded_and_printable)
