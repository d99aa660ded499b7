/* SPDX-License-Identifier: MIT */
/*
 * Machines of many kinds that are well: whatever is good to know of them, nothing is an alarm.
 */
#include "rule_case.h"

#include <errno.h>

static void root_is(const char *name, enum root_kind kind, const char *value)
{
	facts.root.kind = kind;
	set_text(facts.root.spec, value);
	set_text(facts.root.value, value);
	set_text(facts.root.matches[0], name);
	facts.root.match_count = 1;
}

static void screen_only(void)
{
	remove_serial();
	add_console("tty0", CONSOLE_VT)->is_dev_console = ANSWER_YES;
	fact_list_reset(&facts.virtio_ports.list);
	facts.sinks.item[1].state = -ENOENT;
}

static void on(enum hypervisor hypervisor, const char *disk, const char *transport)
{
	facts.platform.hypervisor = hypervisor;
	facts.platform.dmi_sys_vendor[0] = '\0';
	set_text(block_named("vda")->transport, transport);
	(void)disk;
}

static void laptop(void)
{
	screen_only();
	on(HYPERVISOR_NONE, "nvme0n1", "nvme");
	facts.platform.firmware = FIRMWARE_UEFI;
	add_table("TCPA", "TCPA")->is_checksum_right = ANSWER_NO;
	add_table("SSDT7", "SSDT")->incomplete_count = 2;
	add_disk("sr0", "ata")->is_removable = ANSWER_YES;
	add_disk("sdb", "usb")->is_removable = ANSWER_YES;
	add_gpt("sdb")->has_overlap = ANSWER_YES;
}

/* It waits at its prompt, and has a second disk that its initrd has no driver for. */
static void laptop_with_luks(void)
{
	laptop();
	stall();
	facts.root.match_count = 0;
	root_is("", ROOT_DEVICE, "/dev/mapper/root");
	facts.root.match_count = 0;
	set_filesystem("vda1", "crypto_LUKS", "3333");
	(void)add_unbound("pci", "0000:02:00.0", ROLE_NVME, "144d:a80a", "nvme", DRIVER_MISSING);
}

/* The passphrase came after a minute. */
static void laptop_unlocked(void)
{
	laptop();
	set_filesystem("vda1", "crypto_LUKS", "3333");
	set_text(block_named("vda1")->holder, "dm-0");
	(void)add_disk("dm-0", "dm");
	root_is("dm-0", ROOT_DEVICE, "/dev/mapper/root");
	facts.root.resolved_us = 60 * US_PER_S;
	facts.root.resolved_idle_us = 100 * US_PER_S;
}

static void vmware(void)
{
	screen_only();
	on(HYPERVISOR_VMWARE, "sda", "scsi");
	for (uint32_t i = 0; i < 30; i++)
		add_com_port("\\_SB_.PCI0.ISA_.SIO_.COMA", 0)->kernel_status = 0;
	add_disk("fd0", "floppy")->open = -EOPNOTSUPP;
}

static void virtualbox(void)
{
	screen_only();
	on(HYPERVISOR_VIRTUALBOX, "sda", "ata");
	(void)add_unbound(
		"pci", "0000:00:01.1", ROLE_STORAGE, "8086:7111", "ata_piix", DRIVER_MODULE_FILE);
}

static void hyperv_gen2(void)
{
	screen_only();
	on(HYPERVISOR_HYPERV, "sda", "hyperv");
	facts.platform.firmware = FIRMWARE_UEFI;
	add_com_port("\\_SB_.UAR1", 0x3f8)->is_in_kernel = ANSWER_NO;
}

static void xen_hvm(void)
{
	on(HYPERVISOR_XEN_HVM, "xvda", "xen");
	facts.fwcfg.is_declared = ANSWER_NO;
}

static void xen_pv(void)
{
	remove_serial();
	add_console("hvc0", CONSOLE_HVC)->is_dev_console = ANSWER_YES;
	on(HYPERVISOR_XEN_PV, "xvda", "xen");
	facts.platform.firmware = FIRMWARE_DIRECT;
	facts.acpi.tables_read = -ENOENT;
	facts.uart_total.unknown_count = 1;
}

/* By the handbook: reboot=k panic=1 8250.nr_uarts=0, and no console. */
static void firecracker(void)
{
	remove_serial();
	close_console(-ENODEV);
	on(HYPERVISOR_FIRECRACKER, "vda", "virtio");
	facts.platform.firmware = FIRMWARE_DIRECT;
	set_cmdline("reboot=k panic=1 8250.nr_uarts=0 root=/dev/vda");
	(void)add_com_port("\\_SB_.COM1", 0x3f8);
	root_is("vda", ROOT_DEVICE, "/dev/vda");
	gpt_on("vda")->kind = TABLE_FILESYSTEM;
	(void)add_event(KERNEL_EVENT_NO_INITIAL_CONSOLE, "", "unable to open an initial console.");
}

static void microvm(void)
{
	facts.platform.firmware = FIRMWARE_DIRECT;
	facts.fwcfg.is_declared = ANSWER_NO;
	set_text(facts.acpi_devices.item[0].path, "\\_SB_.COM1");
}

static void nixos(void)
{
	facts.platform.initrd = INITRD_NIXOS_SCRIPTED;
	facts.root.kind = ROOT_NONE;
	facts.root.match_count = 0;
	set_text(facts.handoff.init, "/nix/store/abc-nixos-system/init");
	set_text(facts.handoff.init_type, "script");
	set_text(facts.handoff.interpreter[0], "/nix/store/def-bash/bin/bash");
	facts.handoff.is_init_from_cmdline = true;
}

static void lvm(void)
{
	set_filesystem("vda1", "LVM2_member", "4444");
	set_text(block_named("vda1")->holder, "dm-0");
	(void)add_disk("dm-0", "dm");
	set_filesystem("dm-0", "ext4", ROOT_UUID_TEXT);
	root_is("dm-0", ROOT_DEVICE, "/dev/mapper/vg-root");
	/* A whole disk is one more physical volume, with what is left of an old table. */
	(void)add_disk("vdb", "virtio");
	set_filesystem("vdb", "LVM2_member", "5555");
	add_gpt("vdb")->kind = TABLE_FILESYSTEM;
	gpt_on("vdb")->primary.has_signature = ANSWER_NO;
}

/* A host: its guests' disks are volumes. */
static void host_of_guests(void)
{
	lvm();
	facts.boot.phase = BOOT_PHASE_RUNNING;
	(void)add_disk("dm-9", "dm");
	add_gpt("dm-9")->backup_misplaced_bytes = 30 * GIB;
	gpt_on("dm-9")->does_kernel_agree = ANSWER_NO;
}

static void zfs(void)
{
	facts.root.kind = ROOT_OTHER;
	facts.root.match_count = 0;
	set_text(facts.root.spec, "zfs:rpool/ROOT/debian");
	set_filesystem("vda1", "zfs_member", "6666");
	set_text(facts.handoff.root_fstype, "zfs");
	set_text(facts.handoff.root_source, "rpool/ROOT/debian");
	facts.handoff.free_inodes = 0;
}

static void btrfs(void)
{
	set_filesystem("vda1", "btrfs", ROOT_UUID_TEXT);
	(void)add_disk("vdb", "virtio");
	set_filesystem("vdb", "btrfs", ROOT_UUID_TEXT);
	set_text(facts.root.matches[1], "vdb");
	facts.root.match_count = 2;
	facts.root.is_one_filesystem = true;
	set_text(facts.handoff.root_fstype, "btrfs");
	facts.handoff.free_inodes = 0;
}

/* An array with two controllers, one of them in reserve: reads by way of it fail. */
static void multipath(void)
{
	(void)add_disk("sdb", "fc");
	(void)add_disk("sdc", "fc");
	(void)add_disk("dm-0", "dm");
	for (const char *const *name = (const char *const[]){"sdb", "sdc", NULL}; *name; name++) {
		set_text(block_named(*name)->wwn, "naa.600144f0");
		set_text(block_named(*name)->holder, "dm-0");
		add_gpt(*name)->does_kernel_agree = ANSWER_NO;
	}
	block_named("sdc")->read[0].result = -EIO;
}

static void fake_raid(void)
{
	set_text(block_named("vda")->holder, "md126");
	gpt_on("vda")->backup_misplaced_bytes = 5 * GIB;
	(void)add_disk("md126", "md");
	(void)add_gpt("md126");
}

static void network_root(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
	facts.root.match_count = 0;
	facts.root.kind = ROOT_NFS;
	facts.platform.is_network_boot = ANSWER_YES;
	set_text(facts.handoff.root_fstype, "nfs4");
	(void)add_unbound(
		"pci", "0000:00:01.1", ROLE_STORAGE, "8086:7010", "ata_piix", DRIVER_MISSING);
}

static void network_root_in_time(void)
{
	network_root();
	stall();
}

static void netboot_in_memory(void)
{
	network_root();
	facts.root.kind = ROOT_DEVICE;
	set_text(facts.root.value, "/dev/ram0");
	stall();
}

static void without_disks(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
	memset(&facts.root, 0, sizeof(facts.root));
	fact_publish(&facts.root.once);
}

/* NixOS by kexec: its store is a file in the initrd, its root a tmpfs. The disk of the system
 * before it is one that nobody has asked for. */
static void store_in_memory(void)
{
	without_disks();
	facts.platform.initrd = INITRD_NIXOS_SYSTEMD;
	(void)add_disk("loop0", "loop");
	set_filesystem("loop0", "squashfs", "");
	root_is("", ROOT_FSTAB, "fstab");
	facts.root.match_count = 0;
	set_text(facts.root.in_memory, "tmpfs");
	set_text(facts.handoff.root_fstype, "tmpfs");
	(void)add_unbound("virtio", "virtio3", ROLE_STORAGE, "block", "virtio_blk", DRIVER_MISSING);
}

/* Kernel and initramfs, and that is the system; nobody has told the kernel of the network. */
static void system_in_initramfs(void)
{
	without_disks();
	stall();
	facts.boot.phase = BOOT_PHASE_RUNNING;
	facts.platform.initrd = INITRD_NONE;
	set_text(facts.root.in_memory, "initramfs");
	(void)add_unbound("virtio", "virtio3", ROLE_STORAGE, "block", "virtio_blk", DRIVER_MISSING);
}

/* From a disc, with a disc's image on a stick that says it is none. */
static void live_iso(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
	(void)add_disk("sr0", "ata");
	set_filesystem("sr0", "iso9660", "2024-01-01");
	(void)add_disk("sdb", "usb");
	add_partition("sdb", "sdb1", 1)->start_lba = 64;
	set_filesystem("sdb1", "iso9660", "2024-01-01");
	add_gpt("sdb")->backup_misplaced_bytes = 20 * GIB;
	gpt_on("sdb")->has_overlap = ANSWER_YES;
	facts.root.kind = ROOT_LIVE;
	facts.root.match_count = 2;
	set_text(facts.handoff.root_fstype, "overlay");
	facts.handoff.free_bytes = 0;
}

static void cloud_image(void)
{
	remove_serial();
	set_text(facts.platform.dmi_sys_vendor, "Amazon EC2");
	add_console("ttyS0", CONSOLE_UART)->is_dev_console = ANSWER_YES;
	(void)add_uart("ttyS0", 0x3f8, "pnp");
	for (const char *const *name = (const char *const[]){"ttyAMA0", "hvc0", NULL}; *name;
		name++) {
		struct console_fact *console =
			add_console(*name, (*name)[0] == 'h' ? CONSOLE_HVC : CONSOLE_UART);
		console->is_registered = console->is_live = ANSWER_NO;
	}
	facts.fwcfg.is_declared = ANSWER_NO;
	(void)add_grower("cloud-init", false);
	gpt_on("vda")->backup_misplaced_bytes = 6 * GIB;
	gpt_on("vda")->free_behind_last_bytes = 6 * GIB;
}

/* The same where there is no UART, with the screen as the last console. */
static void cloud_image_with_phantom_first(void)
{
	make_phantom();
	console_named("ttyS0")->is_dev_console = ANSWER_NO;
	console_named("ttyS0")->is_last = false;
	console_named("tty0")->is_dev_console = ANSWER_YES;
	console_named("tty0")->is_last = true;
	facts.dev_console.empty_write = facts.dev_console.tcgetattr = OUTCOME_OK;
}

/* growroot with the console that it needs. */
static void grower_in_initrd(void)
{
	set_trap(18 * GIB);
	gpt_on("vda")->backup_misplaced_bytes = 18 * GIB;
}

static void image_based(void)
{
	(void)add_disk("dm-0", "dm");
	block_named("dm-0")->is_read_only = ANSWER_YES;
	root_is("dm-0", ROOT_DEVICE, "/dev/mapper/root");
	facts.handoff.free_bytes = 0;
}

/* A slow emulator on a busy host. */
static void emulated(void)
{
	facts.platform.hypervisor = HYPERVISOR_QEMU_TCG;
	for (uint32_t i = 0; i < 5; i++)
		block_named("vda")->read[i].duration_us = 400 * US_PER_MS;
	block_named("vda")->reads = 400;
	block_named("vda")->read_ms = 800;
	facts.root.resolved_us = 15 * US_PER_S;
	facts.root.resolved_idle_us = facts.boot.started_idle_us + US_PER_S;
}

static void serial_line_at_work(void)
{
	console_named("ttyS0")->is_writable_now = ANSWER_NO;
}

static void container(void)
{
	facts.boot.phase = BOOT_PHASE_RUNNING;
	facts.dev_console.open = -ENOENT;
	memset(&facts.handoff, 0, sizeof(facts.handoff));
}

static void drive_with_a_disc_that_spins_up(void)
{
	add_disk("sr0", "ata")->read[1] = (struct block_read_fact){.started_us = 1000};
	atomic_store(&block_named("sr0")->read_count, 1);
	(void)add_probe("disk", "sr0", PROBE_TIMEOUT);
}

static void nothing_special(void)
{
}

/* Its lists are empty since they could not be read. */
static void out_of_descriptors(void)
{
	stall();
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.uarts.list);
	fact_list_reset(&facts.virtio_ports.list);
	facts.root.match_count = 0;
	forget_probe("block");
	add_probe("block", "", PROBE_FAILED)->error = -ENFILE;
}

static const struct {
	const char *name;
	void (*build)(void);
} MACHINES[] = {
	{"a virtual machine", nothing_special},
	{"out of descriptors", out_of_descriptors},
	{"laptop", laptop},
	{"laptop that waits for its passphrase", laptop_with_luks},
	{"laptop that got its passphrase", laptop_unlocked},
	{"VMware", vmware},
	{"VirtualBox", virtualbox},
	{"Hyper-V, generation 2", hyperv_gen2},
	{"Xen HVM", xen_hvm},
	{"Xen PV", xen_pv},
	{"Firecracker", firecracker},
	{"microvm", microvm},
	{"NixOS", nixos},
	{"LVM", lvm},
	{"a host of guests", host_of_guests},
	{"ZFS", zfs},
	{"btrfs on two disks", btrfs},
	{"multipath", multipath},
	{"firmware RAID", fake_raid},
	{"root on NFS", network_root},
	{"root on NFS, slow", network_root_in_time},
	{"netboot into memory", netboot_in_memory},
	{"NixOS with its store in memory", store_in_memory},
	{"a system in the initramfs", system_in_initramfs},
	{"live ISO", live_iso},
	{"cloud image, many consoles", cloud_image},
	{"cloud image, the screen last", cloud_image_with_phantom_first},
	{"growroot with a console", grower_in_initrd},
	{"image-based root", image_based},
	{"slow emulator", emulated},
	{"serial line at work", serial_line_at_work},
	{"container", container},
	{"disc that spins up", drive_with_a_disc_that_spins_up},
};

START_TEST(healthy_machine_raises_no_alarm)
{
	healthy();
	MACHINES[_i].build();
	assert_no_alarm(MACHINES[_i].name);
}
END_TEST

void add_healthy_machines(TCase *tcase)
{
	tcase_add_loop_test(tcase, healthy_machine_raises_no_alarm, 0, ARRAY_SIZE(MACHINES));
}

/* Whatever may become of the healthy machine itself, at each point of its boot. */
START_TEST(a_healthy_machine_raises_nothing_at_any_time)
{
	for (uint32_t phase = BOOT_PHASE_EARLY; phase <= BOOT_PHASE_RUNNING; phase++) {
		healthy();
		facts.boot.phase = phase;
		judge_all();
		ck_assert_uint_eq(findings.count, 0);
	}
	healthy();
	judge_all();
	ck_assert_uint_eq(findings.undecided_count, 0);
}
END_TEST

RULE_TESTS(add_healthy_tests, a_healthy_machine_raises_nothing_at_any_time)
