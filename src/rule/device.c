/* SPDX-License-Identifier: MIT */
/*
 * Devices without a driver. An initrd lacks the drivers of most devices by design, so a device is
 * told only when something waits for it: the root file system, or a console that was asked for.
 */
#include "rule/fix.h"
#include "rule/judge.h"

#include "base/text.h"

/* Where the initrd knows no module for a device, its index has none: these are the usual ones. */
static const struct {
	const char *bus, *ids, *class_id, *module;
} MODULES[] = {
	{"virtio", "block", NULL, "virtio_blk"},
	{"virtio", "console", NULL, "virtio_console"},
	{"virtio", "scsi", NULL, "virtio_scsi"},
	{"virtio", "9p", NULL, "9pnet_virtio"},
	{"virtio", "filesystem", NULL, "virtiofs"},
	{"pci", "1af4:", NULL, "virtio_pci"},
	{"pci", "15ad:07c0", NULL, "vmw_pvscsi"},
	{"pci", "1000:0030", NULL, "mptspi"},
	{"pci", "1000:0012", NULL, "sym53c8xx"},
	{"pci", "8086:7010", NULL, "ata_piix"},
	{"pci", "8086:7111", NULL, "ata_piix"},
	{"pci", NULL, "0108", "nvme"},
	{"pci", NULL, "0106", "ahci"},
	{"pci", NULL, "0700", "8250_pci"},
	{"vmbus", NULL, NULL, "hv_storvsc"},
	{"xen", "vbd", NULL, "xen_blkfront"},
	{"scsi", NULL, NULL, "sd_mod"},
	{"acpi", "PNP0501", NULL, "8250_pnp"},
	{"acpi", "QEMU0002", NULL, "qemu_fw_cfg"},
};

static bool has_prefix(const char *chars, size_t size, const char *prefix)
{
	return !prefix ||
	       strncmp(chars, prefix, strlen(prefix) < size ? strlen(prefix) : size) == 0;
}

static const char *usual_module(const struct unbound_device_fact *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(MODULES); i++) {
		if (has_prefix(device->bus, sizeof(device->bus), MODULES[i].bus) &&
			has_prefix(device->ids, sizeof(device->ids), MODULES[i].ids) &&
			has_prefix(device->class_id, sizeof(device->class_id), MODULES[i].class_id))
			return MODULES[i].module;
	}
	return "";
}

static bool is_same_module(const char *text, const char *module)
{
	/* Kernel messages write a module's name with dashes or underscores, as its file has it. */
	size_t length = strlen(module);

	for (; *text; text++) {
		size_t i = 0;
		while (i < length && (text[i] == module[i] || (text[i] == '-' && module[i] == '_')))
			i++;
		if (i == length)
			return length > 0;
	}
	return false;
}

static const struct kernel_event_fact *load_failure(const struct facts *facts, const char *module)
{
	fact_foreach (event, facts->kernel_events) {
		COPY_OF(text, event->text);

		if (event->kind == KERNEL_EVENT_MODULE_FAILURE && is_same_module(text, module))
			return event;
	}
	return NULL;
}

/* The parameter that forbids the module, for the fix. */
static const char *forbidding_parameter(const struct facts *facts, const char *module)
{
	static const char *const NAMES[] = {
		"modprobe.blacklist", "module_blacklist", "rd.driver.blacklist"};
	char value[256];

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		if (kernel_parameter(facts, NAMES[i], value, sizeof(value)) &&
			is_same_module(value, module))
			return NAMES[i];
	}
	return NULL;
}

static void say_state(struct finding *finding, const struct unbound_device_fact *device,
	const char *module, bool has_failed)
{
	static const char *const STATES[DRIVER_COUNT] = {
		[DRIVER_BUILT_IN] = " is in the kernel and did not take it",
		[DRIVER_LOADED] = " is loaded and did not take it",
		[DRIVER_MODULE_FILE] = " is in the initrd and was not loaded",
		[DRIVER_BLACKLISTED] = " is blacklisted",
		[DRIVER_FAILED] = " failed to load",
		[DRIVER_MISSING] = " is not in the initrd",
	};
	enum driver_state state = has_failed ? DRIVER_FAILED : device->state % DRIVER_COUNT;

	if (is_text_empty(module)) {
		finding_say(finding, ": no module for it is in the initrd", NULL);
		return;
	}
	finding_say(finding, ": its module ", module,
		STATES[state] ? STATES[state] : " is not bound", NULL);
}

static void fix_driver(struct finding *finding, const struct facts *facts,
	const struct unbound_device_fact *device, const char *module, bool has_failed)
{
	const char *parameter = forbidding_parameter(facts, module);

	if (is_text_empty(module))
		return;
	if (has_failed) {
		finding_fix(finding, "guest", "rebuild the initrd: its copy of ", module,
			" is damaged or of another kernel", NULL);
		return;
	}
	if (device->state == DRIVER_BLACKLISTED) {
		finding_fix(finding, parameter ? "kernel" : "guest", "remove ", module, " from ",
			parameter ? parameter : "the blacklists in /etc/modprobe.d", NULL);
		return;
	}
	fix_add_module(finding, facts, module);
}

static void tell(struct judgement *judgement, const struct unbound_device_fact *device,
	enum severity severity, const char *what_waits, const void *because)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding = finding_about(judgement, severity, device->device);
	COPY_OF(known, device->module);
	const char *module = is_text_empty(known) ? usual_module(device) : known;
	const struct kernel_event_fact *failure = load_failure(facts, module);
	bool has_failed =
		device->state == DRIVER_FAILED || (failure && device->state != DRIVER_BLACKLISTED);

	finding_say_name(finding, "no driver took the ", device->bus, " device ");
	finding_say_array(finding, device->device);
	finding_say(finding, " (", NULL);
	finding_say_array(finding, device->ids);
	finding_say(finding, "), and ", what_waits, NULL);
	say_state(finding, device, module, has_failed);
	finding_because(judgement, finding, device);
	finding_because(judgement, finding, because);
	finding_because(judgement, finding, failure);
	fix_driver(finding, facts, device, module, has_failed);
}

/* ------------------------------------------------------------------------- who waits for what */

static bool has_plain_disk(const struct facts *facts)
{
	fact_foreach (block, facts->blocks) {
		if (is_plain_disk(facts, block))
			return true;
	}
	return false;
}

static bool is_storage(const struct unbound_device_fact *device)
{
	return device->state != DRIVER_BOUND &&
	       (device->role == ROLE_STORAGE || device->role == ROLE_NVME);
}

/* A device that is there for its disks alone, or one that somebody kept from its driver. A
 * controller that a machine has anyway may have no disk behind it. */
static bool is_for_disks(const struct facts *facts, const struct unbound_device_fact *device)
{
	COPY_OF(module, device->module);

	if (device->state == DRIVER_BLACKLISTED || device->state == DRIVER_FAILED ||
		load_failure(facts, is_text_empty(module) ? usual_module(device) : module))
		return true;
	return device->role == ROLE_NVME || is_equal(device->bus, "virtio", 7) ||
	       is_equal(device->bus, "xen", 4) || is_equal(device->bus, "vmbus", 6) ||
	       has_prefix(device->ids, sizeof(device->ids), "1af4:");
}

/* Stage 1 has not come to loading modules: somebody asked for a shell before that, or NixOS's
 * script died of its closed descriptors. Modules that wait in the initrd tell nothing then. */
static bool is_stage1_held(const struct facts *facts)
{
	static const char *const SHELLS[] = {
		"boot.debug1", "boot.debug1devices", "rd.break", "break"};

	for (size_t i = 0; i < ARRAY_SIZE(SHELLS); i++) {
		if (has_kernel_parameter(facts, SHELLS[i], NULL))
			return true;
	}
	return facts->platform.initrd == INITRD_NIXOS_SCRIPTED && facts->dev_console.open < 0;
}

static uint32_t tell_storage(struct judgement *judgement, bool is_for_disks_alone)
{
	uint32_t told = 0;

	fact_foreach (device, judgement->facts->unbound_devices) {
		if (!is_storage(device) || !can_hold_root(judgement->facts, device) ||
			(device->state == DRIVER_MODULE_FILE && is_stage1_held(judgement->facts)) ||
			(is_for_disks_alone && !is_for_disks(judgement->facts, device)))
			continue;
		tell(judgement, device, SEVERITY_ERROR, "the root file system is waited for",
			&judgement->facts->root);
		told++;
	}
	return told;
}

/* Whether a machine without any disk lacks one: not when its root is on the network, in memory or
 * on a disc. */
static bool is_disk_wanted(const struct facts *facts)
{
	const struct root_fact *root = &facts->root;

	if (facts->handoff.is_root_mounted == ANSWER_YES || !fact_is_known(&root->once) ||
		!is_text_empty(root->in_memory))
		return false;
	switch (root->kind) {
	case ROOT_NFS:
	case ROOT_VIRTIOFS:
	case ROOT_9P:
	case ROOT_LIVE:
		return false;
	case ROOT_NONE:
		/* Only an initrd that is known may have been told of a root when it was made. */
		return facts->platform.is_network_boot != ANSWER_YES &&
		       facts->platform.initrd != INITRD_UNKNOWN &&
		       facts->platform.initrd != INITRD_NONE;
	case ROOT_OTHER:
		return facts->platform.is_network_boot != ANSWER_YES;
	default:
		return !is_equal(root->value, "/dev/ram", strlen("/dev/ram"));
	}
}

static enum verdict judge_for_root(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	bool has_disk = has_plain_disk(facts);
	bool is_diskless =
		facts->boot.phase == BOOT_PHASE_STALLED && !has_disk && is_disk_wanted(facts);
	uint32_t told;

	/* Where a passphrase is waited for, the disk is there. */
	if (is_root_locked(facts))
		return VERDICT_GOOD;
	if (is_root_missing(facts) != ANSWER_YES && !is_diskless)
		return VERDICT_GOOD;
	told = tell_storage(judgement, true);
	if (!told && !has_disk)
		told = tell_storage(judgement, false);
	return told ? VERDICT_BAD : VERDICT_GOOD;
}

/* The device, or the PCI function that it will be found behind: the numbers of a transitional and
 * of a modern one (VIRTIO 1.2, 4.1.2.1). */
static bool is_virtio_console(const struct unbound_device_fact *device)
{
	if (is_equal(device->bus, "virtio", 7))
		return is_equal(device->ids, "console", 8);
	return has_prefix(device->ids, sizeof(device->ids), "1af4:1003") ||
	       has_prefix(device->ids, sizeof(device->ids), "1af4:1043");
}

/* A virtio console has no UART, whatever else it is there for. */
static bool is_for_console(
	const struct unbound_device_fact *device, const struct console_fact *console)
{
	if (device->state == DRIVER_BOUND)
		return false;
	if (is_virtio_console(device))
		return console->kind == CONSOLE_HVC;
	return console->kind == CONSOLE_UART && device->role == ROLE_SERIAL;
}

static enum verdict judge_for_consoles(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct console_fact *console = last_console(facts);
	enum verdict verdict = VERDICT_GOOD;

	if (!console || (console->is_registered != ANSWER_NO && !is_phantom(console)))
		return VERDICT_GOOD;
	fact_foreach (device, facts->unbound_devices) {
		/* ACPI's serial ports have a rule of their own. */
		if (!is_for_console(device, console) || is_equal(device->bus, "acpi", 5))
			continue;
		/* Whoever loads modules may not have come to it yet. */
		if (facts->boot.phase == BOOT_PHASE_EARLY && device->state == DRIVER_MODULE_FILE) {
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
			continue;
		}
		tell(judgement, device, SEVERITY_WARNING, "the last console needs one", console);
		verdict = VERDICT_BAD;
	}
	return verdict;
}

/* libblkid's names of types are not all names of modules. */
static const char *module_of_type(const char *type)
{
	static const struct {
		const char *type, *module;
	} OTHERS[] = {{"ext2", "ext4"}, {"ext3", "ext4"}, {"iso9660", "isofs"}, {"ntfs", "ntfs3"}};

	for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++) {
		if (strcmp(type, OTHERS[i].type) == 0)
			return OTHERS[i].module;
	}
	return type;
}

/* The root file system is there and nothing can read it. */
static enum verdict judge_for_file_system(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct block_fact *root = root_block(facts);
	const struct filesystem_fact *filesystem;
	struct finding *finding;
	char type[sizeof(filesystem->type) + 1];

	if (!root || facts->boot.phase != BOOT_PHASE_STALLED)
		return VERDICT_GOOD;
	filesystem = &facts->filesystems[root - facts->blocks.item];
	if (!fact_is_known(&filesystem->once) || !is_equal(filesystem->usage, "filesystem", 16) ||
		(filesystem->module != DRIVER_MISSING && filesystem->module != DRIVER_BLACKLISTED &&
			filesystem->module != DRIVER_FAILED))
		return VERDICT_GOOD;
	(void)text_copy_bytes(type, sizeof(type), filesystem->type,
		strnlen(filesystem->type, sizeof(filesystem->type)));
	finding = finding_about(judgement, SEVERITY_ERROR, root->name);
	finding_say(finding, "the root file system on ", NULL);
	finding_say_array(finding, root->name);
	finding_say(finding, " is ", type, ", and the initrd ",
		filesystem->module == DRIVER_MISSING  ? "has no driver for it"
		: filesystem->module == DRIVER_FAILED ? "has a damaged copy of its driver"
						      : "may not load its driver",
		NULL);
	finding_because(judgement, finding, filesystem);
	finding_because(judgement, finding, &facts->root);
	fix_add_module(finding, facts, module_of_type(type));
	return VERDICT_BAD;
}

enum verdict judge_device_no_driver(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;

	if (!fact_count(facts->unbound_devices) && !has_probed(facts, "driver"))
		return VERDICT_UNKNOWN;
	return verdict_worst(
		verdict_worst(judge_for_root(judgement), judge_for_file_system(judgement)),
		judge_for_consoles(judgement));
}
