/* SPDX-License-Identifier: MIT */
/*
 * Devices of a kind that a boot may need and that no driver took, with the module that would.
 */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/modalias.h"
#include "source/cmdline.h"
#include "source/kmod.h"
#include "source/names.h"

#include <errno.h>
#include <string.h>

#define FOLDER(name) "sys/bus/" name "/devices"

/* Numbers are hexadecimal and of fixed width on PCI and ACPI; VMBus has UUIDs. */
static const struct bus {
	const char *name, *folder;
	names_order_fn order;
} BUSES[] = {
	{"pci", FOLDER("pci"), strcmp},
	{"virtio", FOLDER("virtio"), strverscmp},
	{"scsi", FOLDER("scsi"), strverscmp},
	{"acpi", FOLDER("acpi"), strcmp},
	{"vmbus", FOLDER("vmbus"), strcmp},
	{"xen", FOLDER("xen"), strverscmp},
};

struct search {
	const struct sources *sources;
	struct facts *facts;
	struct kmod_source kmod;
	bool is_network_boot;
};

static bool is_network_boot(const struct sysroot *root)
{
	static const char *const SIGNS[] = {"BOOTIF", "ip", "nfsroot", "netroot"};
	static char text[CMDLINE_SIZE];
	char value[8];

	if (cmdline_source_read(root, text, sizeof(text)) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(SIGNS); i++) {
		if (cmdline_get(text, SIGNS[i], value, sizeof(value)))
			return true;
	}
	return false;
}

static bool has_link(
	const struct sysroot *root, const char *folder, const char *entry, const char *link)
{
	char name[64];

	return sysroot_link_name(root, name, sizeof(name), folder, "/", entry, link, NULL) !=
	       -ENOENT;
}

/* An ACPI device is driven through the device that the kernel made for it. One that is absent
 * (status without the present and functioning bits) has none, and needs none. */
static bool is_acpi_idle(const struct sysroot *root, const char *folder, const char *entry)
{
	unsigned long long status = 0xf;

	(void)sysroot_number(root, 10, &status, folder, "/", entry, "/status", NULL);
	return (status & 9) != 9 || has_link(root, folder, entry, "/physical_node/driver") ||
	       !has_link(root, folder, entry, "/physical_node");
}

/* By what a fact keeps of a name: a device of VMBus has a longer one. */
static struct unbound_device_fact *find(struct facts *facts, const char *bus, const char *device)
{
	fact_foreach (fact, facts->unbound_devices) {
		if (strcmp(fact->bus, bus) == 0 &&
			strncmp(fact->device, device, sizeof(fact->device) - 1) == 0)
			return fact;
	}
	return NULL;
}

static void publish(struct search *search, const char *bus, const char *entry, const char *modalias,
	const struct modalias_identity *identity)
{
	struct unbound_device_fact *fact = find(search->facts, bus, entry);

	if (fact) {
		(void)kmod_source_look_up(
			&search->kmod, modalias, fact->module, sizeof(fact->module), &fact->state);
		return;
	}
	fact = fact_new(search->facts->unbound_devices);
	if (!fact)
		return;
	*fact = (struct unbound_device_fact){.role = identity->role};
	text_copy(fact->bus, sizeof(fact->bus), bus);
	text_copy(fact->device, sizeof(fact->device), entry);
	text_copy(fact->modalias, sizeof(fact->modalias), modalias);
	text_copy(fact->ids, sizeof(fact->ids), identity->ids);
	text_copy(fact->class_id, sizeof(fact->class_id), identity->class_id);
	fact->lookup = outcome_from(kmod_source_look_up(
		&search->kmod, modalias, fact->module, sizeof(fact->module), &fact->state));
	fact_done(search->facts->unbound_devices);
}

/* A device that an earlier pass found without a driver stays in the list, as one that has it now.
 */
static bool is_bound(struct search *search, const char *bus, const char *folder, const char *entry)
{
	const struct sysroot *root = &search->sources->root;
	struct unbound_device_fact *fact;

	if (!has_link(root, folder, entry, "/driver") &&
		!(strcmp(bus, "acpi") == 0 && is_acpi_idle(root, folder, entry)))
		return false;
	fact = find(search->facts, bus, entry);
	if (fact)
		fact->state = DRIVER_BOUND;
	return true;
}

/* Whether a device is one to report, and what its modalias says. */
static bool identify(struct search *search, const struct bus *bus, const char *entry,
	char *modalias, size_t size, struct modalias_identity *identity)
{
	const struct sysroot *root = &search->sources->root;

	return !is_bound(search, bus->name, bus->folder, entry) &&
	       sysroot_attribute(
		       root, modalias, size, bus->folder, "/", entry, "/modalias", NULL) == 0 &&
	       modalias_identify(modalias, identity) &&
	       (identity->role != ROLE_NETWORK || search->is_network_boot);
}

/* Devices of interest are few and devices are many: only those are put in order. */
static void look_at(struct search *search, const struct bus *bus)
{
	_cleanup_closedir_ DIR *devices = sysroot_opendir(&search->sources->root, bus->folder);
	static struct names names;
	struct modalias_identity identity;
	char modalias[256];
	const char *entry;

	names_begin(&names, bus->order);
	while (devices && (entry = sysroot_next_entry(devices))) {
		if (identify(search, bus, entry, modalias, sizeof(modalias), &identity))
			names_add(&names, entry);
	}
	for (uint32_t i = 0; i < names.count; i++) {
		entry = names_at(&names, i);
		if (identify(search, bus, entry, modalias, sizeof(modalias), &identity))
			publish(search, bus->name, entry, modalias, &identity);
	}
}

int driver_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct search search = {.sources = sources, .facts = facts, .kmod = KMOD_SOURCE_CLOSED};

	(void)subject;
	(void)kmod_source_open(sources, &search.kmod);
	search.is_network_boot = is_network_boot(&sources->root);
	for (size_t i = 0; i < ARRAY_SIZE(BUSES); i++)
		look_at(&search, &BUSES[i]);
	kmod_source_close(&search.kmod);
	return 0;
}
