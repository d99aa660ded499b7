/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

static struct unbound_device_fact *add_scsi(enum driver_state state)
{
	return add_unbound("virtio", "virtio1", ROLE_STORAGE, "scsi", "virtio_scsi", state);
}

static void lose_disk(void)
{
	lose_root();
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
}

static void missing(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_MISSING);
}

/* The root is a folder of the host: its device, and no disk. */
static void share_without_driver(void)
{
	lose_disk();
	facts.root.kind = ROOT_VIRTIOFS;
	set_text(facts.root.value, "share");
	(void)add_scsi(DRIVER_MISSING);
	(void)add_unbound(
		"virtio", "virtio7", ROLE_STORAGE, "filesystem", "virtiofs", DRIVER_MISSING);
}

static void share_behind_pci(void)
{
	share_without_driver();
	set_text(facts.unbound_devices.item[1].bus, "pci");
	set_text(facts.unbound_devices.item[1].device, "0000:00:09.0");
	set_text(facts.unbound_devices.item[1].ids, "1af4:105a");
	set_text(facts.unbound_devices.item[1].module, "virtio_pci");
}

static void share_beside_a_lost_disk(void)
{
	lose_disk();
	(void)add_unbound(
		"virtio", "virtio7", ROLE_STORAGE, "filesystem", "virtiofs", DRIVER_MISSING);
}

static void share_and_an_unbound_disk(void)
{
	lose_disk();
	facts.root.kind = ROOT_VIRTIOFS;
	set_text(facts.root.value, "share");
	(void)add_scsi(DRIVER_MISSING);
}

static void missing_on_nixos(void)
{
	missing();
	facts.platform.initrd = INITRD_NIXOS_SCRIPTED;
}

static void missing_without_index(void)
{
	lose_disk();
	(void)add_unbound("pci", "0000:00:05.0", ROLE_NVME, "1b36:0010", "", DRIVER_MISSING);
	set_text(facts.unbound_devices.item[0].class_id, "010802");
}

static void unknown_device(void)
{
	lose_disk();
	(void)add_unbound("pci", "0000:00:06.0", ROLE_STORAGE, "abcd:0001", "", DRIVER_MISSING);
}

static void blacklisted(void)
{
	missing();
	facts.unbound_devices.item[0].state = DRIVER_BLACKLISTED;
	set_cmdline("root=UUID=x modprobe.blacklist=virtio_scsi");
}

static void blacklisted_by_file(void)
{
	missing();
	facts.unbound_devices.item[0].state = DRIVER_BLACKLISTED;
}

static void broken(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_MODULE_FILE);
	(void)add_event(KERNEL_EVENT_MODULE_FAILURE, "", "virtio-scsi: module verification failed");
}

static void cut_short(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_FAILED);
}

/* Somebody asked for a shell before stage 1 loads modules: that it has not is no news. */
static void held_by_a_shell(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_MODULE_FILE);
	set_cmdline("root=UUID=x rd.break");
}

static void held_by_a_debug_shell(void)
{
	held_by_a_shell();
	set_cmdline("root=UUID=x boot.debug1");
}

/* Its script dies of closed descriptors before it loads anything. */
static void held_by_its_console(void)
{
	held_by_a_shell();
	set_cmdline("root=UUID=x");
	facts.platform.initrd = INITRD_NIXOS_SCRIPTED;
	close_console(-ENODEV);
}

static void its_console_holds_another(void)
{
	held_by_its_console();
	facts.platform.initrd = INITRD_DRACUT;
}

static void its_console_is_well(void)
{
	held_by_its_console();
	facts.dev_console.open = OUTCOME_OK;
}

static void held_and_missing(void)
{
	missing();
	set_cmdline("root=UUID=x rd.break");
}

static void not_loaded(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_MODULE_FILE);
}

static void controller_of_a_disc(void)
{
	lose_disk();
	(void)add_unbound(
		"pci", "0000:00:01.1", ROLE_STORAGE, "8086:7010", "ata_piix", DRIVER_MISSING);
}

static void controller_beside_a_disk(void)
{
	lose_root();
	(void)add_unbound(
		"pci", "0000:00:01.1", ROLE_STORAGE, "8086:7010", "ata_piix", DRIVER_MISSING);
}

static void virtio_beside_a_disk(void)
{
	lose_root();
	(void)add_scsi(DRIVER_MISSING);
}

static void bound_since(void)
{
	lose_disk();
	(void)add_scsi(DRIVER_BOUND);
}

/* An initrd that was made for one machine lacks the drivers of its other disks. */
static void data_disk(void)
{
	(void)add_unbound("pci", "0000:00:05.0", ROLE_NVME, "1b36:0010", "nvme", DRIVER_MISSING);
}

static void passphrase(void)
{
	lose_root();
	data_disk();
	set_filesystem("vda1", "crypto_LUKS", "3333");
	set_cmdline("root=/dev/mapper/root rd.luks.uuid=3333");
}

static void netboot(void)
{
	missing();
	facts.root.kind = ROOT_NFS;
}

static void netboot_in_memory(void)
{
	missing();
	facts.root.kind = ROOT_NONE;
	facts.platform.is_network_boot = ANSWER_YES;
}

static void live_disc(void)
{
	missing();
	facts.root.kind = ROOT_LIVE;
	(void)add_disk("sr0", "ata");
}

static void ram_disk(void)
{
	missing();
	facts.root.kind = ROOT_DEVICE;
	set_text(facts.root.value, "/dev/ram0");
}

static void nixos_without_disk(void)
{
	missing();
	facts.root.kind = ROOT_NONE;
}

static void initrd_of_no_known_kind(void)
{
	nixos_without_disk();
	facts.platform.initrd = INITRD_UNKNOWN;
}

static void root_in_tmpfs(void)
{
	nixos_without_disk();
	set_text(facts.root.in_memory, "tmpfs");
}

static void file_system(void)
{
	stall();
	filesystem_on("vda1")->module = DRIVER_MISSING;
	set_filesystem("vda1", "btrfs", ROOT_UUID_TEXT);
	filesystem_on("vda1")->module = DRIVER_MISSING;
}

static void file_system_cut_short(void)
{
	file_system();
	filesystem_on("vda1")->module = DRIVER_FAILED;
}

static void file_system_by_another_name(void)
{
	file_system();
	set_text(filesystem_on("vda1")->type, "ext3");
	filesystem_on("vda1")->module = DRIVER_BLACKLISTED;
}

static void console_without_driver(void)
{
	console_named("ttyS0")->is_last = false;
	add_console("hvc0", CONSOLE_HVC)->is_registered = ANSWER_NO;
	(void)add_unbound(
		"virtio", "virtio2", ROLE_SERIAL, "console", "virtio_console", DRIVER_MISSING);
}

static void pci_serial(void)
{
	make_phantom();
	(void)add_unbound("pci", "0000:00:07.0", ROLE_SERIAL, "1b36:0002", "", DRIVER_MISSING);
	set_text(facts.unbound_devices.item[0].class_id, "0700");
}

static void acpi_serial(void)
{
	make_phantom();
	(void)add_unbound("acpi", "PNP0501:00", ROLE_SERIAL, "PNP0501", "", DRIVER_MISSING);
}

static void console_of_another_kind(void)
{
	(void)add_unbound(
		"virtio", "virtio2", ROLE_SERIAL, "console", "virtio_console", DRIVER_MISSING);
}

/* The serial port of the report, beside a UART that is not there. */
static void report_port(void)
{
	make_phantom();
	(void)add_unbound(
		"pci", "0000:00:03.0", ROLE_SERIAL, "1af4:1003", "virtio_pci", DRIVER_MODULE_FILE);
	(void)add_unbound(
		"virtio", "virtio2", ROLE_SERIAL, "console", "virtio_console", DRIVER_MISSING);
}

static void console_behind_pci(void)
{
	console_without_driver();
	set_text(facts.unbound_devices.item[0].bus, "pci");
	set_text(facts.unbound_devices.item[0].device, "0000:00:03.0");
	set_text(facts.unbound_devices.item[0].ids, "1af4:1043");
}

static void console_to_be_loaded(void)
{
	console_without_driver();
	facts.unbound_devices.item[0].state = DRIVER_MODULE_FILE;
}

static void console_yet_to_be_loaded(void)
{
	console_to_be_loaded();
	facts.boot.phase = BOOT_PHASE_EARLY;
}

static void not_looked(void)
{
	forget_probe("driver");
}

static void too_early(void)
{
	missing();
	facts.boot.phase = BOOT_PHASE_EARLY;
}

RULE_CASES(DEVICE_CASES, {"device.no-driver", NULL, VERDICT_GOOD},
	{"device.no-driver", missing, VERDICT_BAD, SEVERITY_ERROR, "virtio1",
		"its module virtio_scsi is not in the initrd", "dracut",
		"dracut --force --add-drivers virtio_scsi"},
	{"device.no-driver", missing_on_nixos, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "nixos",
		"boot.initrd.availableKernelModules = [ \"virtio_scsi\" ];"},
	{"device.no-driver", missing_without_index, VERDICT_BAD, SEVERITY_ERROR, "0000:00:05.0",
		"1b36:0010", "dracut", "--add-drivers nvme"},
	{"device.no-driver", unknown_device, VERDICT_BAD, SEVERITY_ERROR, "0000:00:06.0",
		"no module for it is in the initrd"},
	{"device.no-driver", blacklisted, VERDICT_BAD, SEVERITY_ERROR, NULL, "is blacklisted",
		"kernel", "remove virtio_scsi from modprobe.blacklist"},
	{"device.no-driver", blacklisted_by_file, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "guest",
		"/etc/modprobe.d"},
	{"device.no-driver", broken, VERDICT_BAD, SEVERITY_ERROR, NULL, "failed to load", "guest",
		"rebuild the initrd"},
	{"device.no-driver", cut_short, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"its module virtio_scsi failed to load", "guest", "rebuild the initrd"},
	{"device.no-driver", its_console_holds_another, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", its_console_is_well, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", held_and_missing, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", held_by_a_shell, VERDICT_GOOD},
	{"device.no-driver", held_by_a_debug_shell, VERDICT_GOOD},
	{"device.no-driver", held_by_its_console, VERDICT_GOOD},
	{"device.no-driver", not_loaded, VERDICT_BAD, SEVERITY_ERROR, NULL, "was not loaded"},
	{"device.no-driver", controller_of_a_disc, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", virtio_beside_a_disk, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", nixos_without_disk, VERDICT_BAD, SEVERITY_ERROR},
	{"device.no-driver", file_system, VERDICT_BAD, SEVERITY_ERROR, "vda1",
		"is btrfs, and the initrd has no driver for it", "dracut", "--add-drivers btrfs"},
	{"device.no-driver", file_system_cut_short, VERDICT_BAD, SEVERITY_ERROR, "vda1",
		"is btrfs, and the initrd has a damaged copy of its driver"},
	{"device.no-driver", file_system_by_another_name, VERDICT_BAD, SEVERITY_ERROR, "vda1",
		"may not load", "dracut", "--add-drivers ext4"},
	{"device.no-driver", console_without_driver, VERDICT_BAD, SEVERITY_WARNING, "virtio2",
		"the last console needs one", "dracut", "--add-drivers virtio_console"},
	{"device.no-driver", pci_serial, VERDICT_BAD, SEVERITY_WARNING, "0000:00:07.0", "8250_pci"},
	{"device.no-driver", share_without_driver, VERDICT_BAD, SEVERITY_ERROR, "virtio7",
		"its module virtiofs is not in the initrd", "dracut", "--add-drivers virtiofs"},
	{"device.no-driver", share_behind_pci, VERDICT_BAD, SEVERITY_ERROR, "0000:00:09.0",
		"its module virtio_pci"},
	{"device.no-driver", share_beside_a_lost_disk, VERDICT_GOOD},
	{"device.no-driver", share_and_an_unbound_disk, VERDICT_GOOD},
	{"device.no-driver", controller_beside_a_disk, VERDICT_GOOD},
	{"device.no-driver", bound_since, VERDICT_GOOD},
	{"device.no-driver", data_disk, VERDICT_GOOD},
	{"device.no-driver", passphrase, VERDICT_GOOD}, {"device.no-driver", netboot, VERDICT_GOOD},
	{"device.no-driver", netboot_in_memory, VERDICT_GOOD},
	{"device.no-driver", initrd_of_no_known_kind, VERDICT_GOOD},
	{"device.no-driver", root_in_tmpfs, VERDICT_GOOD},
	{"device.no-driver", live_disc, VERDICT_GOOD}, {"device.no-driver", ram_disk, VERDICT_GOOD},
	{"device.no-driver", acpi_serial, VERDICT_GOOD},
	{"device.no-driver", console_of_another_kind, VERDICT_GOOD},
	{"device.no-driver", report_port, VERDICT_GOOD},
	{"device.no-driver", console_behind_pci, VERDICT_BAD, SEVERITY_WARNING, "0000:00:03.0",
		"the last console needs one"},
	{"device.no-driver", console_to_be_loaded, VERDICT_BAD, SEVERITY_WARNING, "virtio2",
		"was not loaded"},
	{"device.no-driver", console_yet_to_be_loaded, VERDICT_UNKNOWN},
	{"device.no-driver", too_early, VERDICT_UNKNOWN},
	{"device.no-driver", not_looked, VERDICT_UNKNOWN});
