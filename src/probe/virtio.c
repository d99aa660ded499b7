/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "bootprobe/config.h"
#include "parse/virtio_port.h"
#include "source/names.h"
#include "source/vsock.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define DEVICES "sys/bus/virtio/devices/"
#define PORTS "sys/class/virtio-ports/"

/* VIRTIO 1.2, section 5 */
enum { VIRTIO_TYPE_VSOCK = 19 };

static void note_parent(
	const struct sysroot *root, const char *entry, struct virtio_device_fact *fact)
{
	char path[PATH_MAX], link[64];
	char *slash, *parent;

	text_join(link, sizeof(link), DEVICES, entry, NULL);
	if (sysroot_resolve(root, link, path, sizeof(path)) < 0)
		return;
	slash = strrchr(path, '/');
	if (!slash)
		return;
	*slash = '\0';
	(void)sysroot_link_name(
		root, fact->parent_driver, sizeof(fact->parent_driver), path, "/driver", NULL);
	parent = strrchr(path, '/');
	text_copy(fact->parent, sizeof(fact->parent), parent ? parent + 1 : path);
}

/* The tag of a shared folder: 9p has it on the device, virtiofs (since Linux 6.9) in its own place.
 */
static void note_tag(const struct sysroot *root, const char *entry, struct virtio_device_fact *fact)
{
	_cleanup_closedir_ DIR *instances = NULL;
	const char *instance;

	if (fact->type == VIRTIO_TYPE_9P)
		(void)sysroot_attribute(
			root, fact->tag, sizeof(fact->tag), DEVICES, entry, "/mount_tag", NULL);
	if (fact->type != VIRTIO_TYPE_FS)
		return;
	instances = sysroot_opendir(root, "sys/fs/virtiofs");
	while (instances && (instance = sysroot_next_entry(instances))) {
		char device[32];

		if (sysroot_link_name(root, device, sizeof(device), "sys/fs/virtiofs/", instance,
			    "/device", NULL) == 0 &&
			strcmp(device, entry) == 0)
			(void)sysroot_attribute(root, fact->tag, sizeof(fact->tag),
				"sys/fs/virtiofs/", instance, "/tag", NULL);
	}
}

static void device_note(
	const struct sources *sources, const char *entry, struct virtio_device_fact *fact)
{
	const struct sysroot *root = &sources->root;
	unsigned long long value;
	uint32_t cid;

	if (sysroot_number(root, 0, &value, DEVICES, entry, "/device", NULL) == 0)
		fact->type = (uint32_t)value;
	fact->has_status = sysroot_number(root, 0, &value, DEVICES, entry, "/status", NULL) == 0;
	fact->status = fact->has_status ? (uint32_t)value : 0;
	(void)sysroot_link_name(
		root, fact->driver, sizeof(fact->driver), DEVICES, entry, "/driver", NULL);
	note_parent(root, entry, fact);
	note_tag(root, entry, fact);
	if (fact->type == VIRTIO_TYPE_VSOCK && vsock_cid(sources, &cid) == 0) {
		fact->has_vsock_cid = true;
		fact->vsock_cid = cid;
	}
}

/* virtio2 before virtio10. Names without room count as dropped, as the entries of a full list do.
 */
static const struct names *list_names(
	const struct sysroot *root, const char *folder, struct fact_list *list)
{
	static struct names names;
	_cleanup_closedir_ DIR *directory = sysroot_opendir(root, folder);
	const char *entry;

	names_begin(&names, strverscmp);
	while (directory && (entry = sysroot_next_entry(directory)))
		names_add(&names, entry);
	atomic_fetch_add_explicit(&list->dropped, names.dropped, memory_order_relaxed);
	return &names;
}

static void list_devices(const struct sources *sources, struct facts *facts)
{
	const struct names *names =
		list_names(&sources->root, DEVICES, &facts->virtio_devices.list);

	for (uint32_t i = 0; i < names->count; i++) {
		struct virtio_device_fact *fact = fact_new(facts->virtio_devices);
		const char *entry = names_at(names, i);

		if (!fact)
			continue;
		*fact = (struct virtio_device_fact){0};
		text_copy(fact->name, sizeof(fact->name), entry);
		device_note(sources, entry, fact);
		fact_done(facts->virtio_devices);
	}
}

/* A port has one opener and its host sees it open, so those of others are not touched: whether the
 * host reads them is known only where debugfs is mounted. */
static void port_note(const struct sysroot *root, const char *entry, struct virtio_port_fact *fact)
{
	struct virtio_port_state state;
	char path[96], text[512];

	text_copy(fact->device, sizeof(fact->device), entry);
	(void)sysroot_attribute(root, fact->name, sizeof(fact->name), PORTS, entry, "/name", NULL);
	fact->is_ours = strcmp(fact->name, REPORT_PORT_NAME) == 0;
	(void)sysroot_link_name(
		root, fact->parent, sizeof(fact->parent), PORTS, entry, "/device", NULL);
	text_join(path, sizeof(path), "sys/kernel/debug/virtio-ports/", entry, NULL);
	if (sysroot_read(root, path, text, sizeof(text)) < 0)
		return;
	virtio_port_parse(text, &state);
	fact->is_console = state.is_console;
	fact->is_read_by_host = state.is_host_connected;
}

static void list_ports(const struct sysroot *root, struct facts *facts)
{
	const struct names *names = list_names(root, PORTS, &facts->virtio_ports.list);

	for (uint32_t i = 0; i < names->count; i++) {
		struct virtio_port_fact *fact = fact_new(facts->virtio_ports);

		if (!fact)
			continue;
		*fact = (struct virtio_port_fact){0};
		port_note(root, names_at(names, i), fact);
		fact_done(facts->virtio_ports);
	}
}

int virtio_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	(void)subject;
	fact_list_reset(&facts->virtio_devices.list);
	fact_list_reset(&facts->virtio_ports.list);
	list_devices(sources, facts);
	list_ports(&sources->root, facts);
	return 0;
}
