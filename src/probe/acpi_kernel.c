/* SPDX-License-Identifier: MIT */
#include "probe/acpi_kernel.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/pnp.h"

#include <errno.h>
#include <string.h>

#define DEVICES "sys/bus/acpi/devices/"

/* Serial ports, fw_cfg and its kin, processors, virtio-mmio, storage and VM buses. */
static const char *const OF_INTEREST[] = {
	"PNP0500",
	"PNP0501",
	"PNP0502",
	"PNP0510",
	"PNP0511",
	"PNP0C60",
	"RSCV0003",
	"ARMH0011",
	"AMDI0020",
	"QEMU0001",
	"QEMU0002",
	"QEMUVGID",
	"ACPI0007",
	"ACPI0010",
	"LNRO0005",
	"VMBUS",
	"VMBus",
	"MSFT1000",
	"ACPI0012",
	"PNP0600",
	"VMW0003",
	"XEN0000",
	"ACPI0013",
};

static bool is_id_of_interest(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(OF_INTEREST); i++) {
		if (strcmp(id, OF_INTEREST[i]) == 0)
			return true;
	}
	return false;
}

bool acpi_is_of_interest(const struct acpi_device_fact *fact)
{
	if (is_id_of_interest(fact->hid))
		return true;
	for (uint32_t i = 0; i < fact->cid_count; i++) {
		if (is_id_of_interest(fact->cids[i]))
			return true;
	}
	return false;
}

/* "PNP0501:00" without its instance, which says nothing. */
static void id_of_kernel_name(const char *name, char *buf, size_t size)
{
	text_copy_bytes(buf, size, name, strcspn(name, ":"));
}

/* Only devices that may be joined have their path read: a machine has hundreds. */
static bool may_join(const struct facts *facts, const char *id)
{
	if (is_id_of_interest(id))
		return true;
	fact_foreach (device, facts->acpi_devices) {
		if (strcmp(device->hid, id) == 0)
			return true;
	}
	return false;
}

static struct acpi_device_fact *device_by_path(
	struct facts *facts, const char *path, const char *id, bool *ret_is_new)
{
	struct acpi_device_fact *fresh;

	*ret_is_new = false;
	fact_foreach (device, facts->acpi_devices) {
		/* Of two declarations with one path the first counts, in the kernel as well. */
		if (!device->is_duplicate && strncmp(device->path, path, sizeof(device->path)) == 0)
			return device;
	}
	if (!is_id_of_interest(id))
		return NULL;
	fresh = fact_new(facts->acpi_devices);
	if (!fresh)
		return NULL;
	*ret_is_new = true;
	*fresh = (struct acpi_device_fact){.is_declared = ANSWER_NO};
	text_copy(fresh->path, sizeof(fresh->path), path);
	text_copy(fresh->hid, sizeof(fresh->hid), id);
	return fresh;
}

static bool tty_in(const struct sysroot *root, const char *folder, char *buf, size_t size)
{
	_cleanup_closedir_ DIR *directory = sysroot_opendir(root, folder);
	const char *entry = directory ? sysroot_next_entry(directory) : NULL;

	return entry && text_copy(buf, size, entry);
}

/* Since Linux 6.7 a tty lies below two devices of the serial core's own bus. */
static void note_tty(const struct sysroot *root, const char *node, const char *name,
	struct acpi_device_fact *fact)
{
	char folder[192];

	text_join(folder, sizeof(folder), node, "/tty", NULL);
	if (tty_in(root, folder, fact->tty, sizeof(fact->tty)))
		return;
	text_join(folder, sizeof(folder), node, "/", name, ":0/", name, ":0.0/tty", NULL);
	(void)tty_in(root, folder, fact->tty, sizeof(fact->tty));
}

static void note_pnp(const struct sysroot *root, const char *name, struct acpi_device_fact *fact)
{
	char path[96], text[1024];

	text_join(path, sizeof(path), "sys/bus/pnp/devices/", name, "/resources", NULL);
	if (sysroot_read(root, path, text, sizeof(text)) < 0)
		return;
	text_copy(fact->pnp_name, sizeof(fact->pnp_name), name);
	fact->pnp_io_count = fact->pnp_irq_count = 0;
	pnp_resources_parse(text, fact);
}

static void note_physical_node(
	const struct sysroot *root, const char *entry, struct acpi_device_fact *fact)
{
	char node[128], name[64];

	text_join(node, sizeof(node), DEVICES, entry, "/physical_node", NULL);
	if (sysroot_link_name(root, name, sizeof(name), node, NULL) < 0)
		return;
	(void)sysroot_link_name(root, fact->driver, sizeof(fact->driver), node, "/driver", NULL);
	note_pnp(root, name, fact);
	note_tty(root, node, name, fact);
}

/* Some UARTs get their tty without a physical node of their own (pnpacpi=off): by I/O port. */
static void note_tty_by_port(const struct sysroot *root, struct acpi_device_fact *fact)
{
	_cleanup_closedir_ DIR *ttys = NULL;
	const char *entry;

	if (!text_is_empty(fact->tty) || !fact->io_count)
		return;
	ttys = sysroot_opendir(root, "sys/class/tty");
	while (ttys && (entry = sysroot_next_entry(ttys))) {
		unsigned long long port = 0, type = 0;

		if (!text_starts_with(entry, "ttyS"))
			continue;
		(void)sysroot_number(root, 0, &port, "sys/class/tty/", entry, "/port", NULL);
		(void)sysroot_number(root, 0, &type, "sys/class/tty/", entry, "/type", NULL);
		if (type && port == fact->io[0].first) {
			text_copy(fact->tty, sizeof(fact->tty), entry);
			return;
		}
	}
}

static void join_one(const struct sysroot *root, struct facts *facts, const char *entry)
{
	struct acpi_device_fact *fact;
	unsigned long long status = 0;
	char path[96], id[24];
	bool is_new;
	int r;

	id_of_kernel_name(entry, id, sizeof(id));
	if (!may_join(facts, id) ||
		sysroot_attribute(root, path, sizeof(path), DEVICES, entry, "/path", NULL) < 0)
		return;
	fact = device_by_path(facts, path, id, &is_new);
	if (!fact)
		return;
	fact->is_in_kernel = ANSWER_YES;
	text_copy(fact->kernel_name, sizeof(fact->kernel_name), entry);
	/* -ENOENT: the device has no _STA. */
	r = sysroot_number(root, 10, &status, DEVICES, entry, "/status", NULL);
	fact->kernel_status_read = outcome_from(r);
	fact->kernel_status = (uint32_t)status;
	note_physical_node(root, entry, fact);
	note_tty_by_port(root, fact);
	if (is_new)
		fact_done(facts->acpi_devices);
}

void acpi_kernel_join(const struct sources *sources, struct facts *facts)
{
	_cleanup_closedir_ DIR *devices = sysroot_opendir(&sources->root, DEVICES);
	const char *entry;

	if (!devices)
		return;
	fact_foreach (device, facts->acpi_devices)
		device->is_in_kernel = ANSWER_NO;
	while ((entry = sysroot_next_entry(devices))) {
		facts->acpi.kernel_device_count++;
		join_one(&sources->root, facts, entry);
	}
}
