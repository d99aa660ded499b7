/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "source/kmod.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

/* The kernel copies at most this much of one write (virtio_console: 32 KiB). */
enum { PORT_WRITE_MAX = 32 * 1024 };

/* The kernel's name (vport1p1) of the port with our name, by sysfs: the link with the port's own
 * name below /dev/virtio-ports exists only where udev made it. */
static int port_find(const struct sysroot *sys, char *buf, size_t size)
{
	_cleanup_closedir_ DIR *ports = sysroot_opendir(sys, "class/virtio-ports");
	const char *entry;
	char name[64];

	if (!ports)
		return -errno;
	while ((entry = sysroot_next_entry(ports))) {
		if (sysroot_attribute(sys, name, sizeof(name), "class/virtio-ports/", entry,
			    "/name", NULL) < 0)
			continue;
		if (strcmp(name, REPORT_PORT_NAME) == 0)
			return text_copy(buf, size, entry) ? 0 : -ENAMETOOLONG;
	}
	return -ENOENT;
}

static int port_open(struct sink *sink)
{
	char name[32];
	int r = port_find(&sink->sys, name, sizeof(name));
	int fd;

	if (r < 0)
		return r;
	/* EBUSY: a port has one opener. */
	fd = sysroot_openat(&sink->dev, name, O_WRONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	text_join(sink->account.target, sizeof(sink->account.target), "/dev/", name, NULL);
	sink->fd = fd;
	return 0;
}

/* Whole lines only, as far as they go into one write. */
static size_t whole_lines(const char *bytes, size_t length)
{
	const char *end;

	if (length <= PORT_WRITE_MAX)
		return length;
	end = memrchr(bytes, '\n', PORT_WRITE_MAX);
	return end ? (size_t)(end - bytes) + 1 : PORT_WRITE_MAX;
}

static ssize_t port_write(struct sink *sink, const char *bytes, size_t length)
{
	struct pollfd port = {.fd = sink->fd, .events = POLLOUT};
	ssize_t n;

	/* POLLHUP: nobody on the host has the port open; what is written now would wait for ever.
	 */
	if (poll(&port, 1, 0) < 0)
		return -errno;
	sink->account.is_read = answer_from(!(port.revents & POLLHUP));
	if (!(port.revents & POLLOUT) || port.revents & POLLHUP)
		return -EAGAIN;

	n = write(sink->fd, bytes, whole_lines(bytes, length));
	if (n < 0 && errno == ENODEV) {
		/* Unplugged: another one may come. */
		cleanup_close(&sink->fd);
		sink->fd = -1;
	}
	return n < 0 ? -errno : n;
}

/* Virtio 1.2, section 4.1.2 and 5.3: a console device by PCI (transitional and modern id), by the
 * virtio bus, and the ACPI id of a virtio-mmio transport. */
static bool is_console_pci(const struct sysroot *sys, const char *device)
{
	unsigned long long vendor = 0, id = 0;

	(void)sysroot_number(sys, 0, &vendor, "bus/pci/devices/", device, "/vendor", NULL);
	(void)sysroot_number(sys, 0, &id, "bus/pci/devices/", device, "/device", NULL);
	return vendor == 0x1af4 && (id == 0x1003 || id == 0x1043);
}

static bool is_console_virtio(const struct sysroot *sys, const char *device)
{
	unsigned long long id = 0;

	(void)sysroot_number(sys, 0, &id, "bus/virtio/devices/", device, "/device", NULL);
	return id == 3;
}

static bool is_virtio_mmio(const struct sysroot *sys, const char *device)
{
	(void)sys;
	return text_starts_with(device, "LNRO0005:");
}

/* Is there a device on that bus which matches and has no driver? */
static bool is_waiting_for_driver(const struct sysroot *sys, const char *bus,
	bool (*matches)(const struct sysroot *sys, const char *device))
{
	_cleanup_closedir_ DIR *devices = NULL;
	const char *entry;
	char path[64], driver[32];

	text_join(path, sizeof(path), "bus/", bus, "/devices", NULL);
	devices = sysroot_opendir(sys, path);
	if (!devices)
		return false;
	while ((entry = sysroot_next_entry(devices))) {
		if (matches(sys, entry) && sysroot_link_name(sys, driver, sizeof(driver), path, "/",
						   entry, "/driver", NULL) == -ENOENT)
			return true;
	}
	return false;
}

/* Each row's module makes the device of the next one appear. */
static const struct {
	const char *bus, *module;
	bool (*matches)(const struct sysroot *sys, const char *device);
} STEPS[] = {
	{"pci", "virtio_pci", is_console_pci},
	{"platform", "virtio_mmio", is_virtio_mmio},
	{"virtio", "virtio_console", is_console_virtio},
};

static bool is_there(const struct sysroot *sys, const char *bus,
	bool (*matches)(const struct sysroot *sys, const char *device))
{
	_cleanup_closedir_ DIR *devices = NULL;
	const char *entry;
	char path[64];

	text_join(path, sizeof(path), "bus/", bus, "/devices", NULL);
	devices = sysroot_opendir(sys, path);
	while (devices && (entry = sysroot_next_entry(devices))) {
		if (matches(sys, entry))
			return true;
	}
	return false;
}

bool virtio_is_controller_there(const struct sink *sink)
{
	for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
		if (is_there(&sink->sys, STEPS[i].bus, STEPS[i].matches))
			return true;
	}
	return false;
}

static bool port_may_come(const struct sink *sink)
{
	for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
		if (is_waiting_for_driver(&sink->sys, STEPS[i].bus, STEPS[i].matches))
			return true;
	}
	return false;
}

const struct sink_operations SINK_VIRTIO_OPERATIONS = {
	.kind = SINK_VIRTIO, .may_come = port_may_come, .open = port_open, .write = port_write};

int virtio_modules_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct sysroot sys;
	int r = sysroot_open_below(&sources->root, "sys", &sys);

	(void)facts;
	(void)subject;
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
		if (is_waiting_for_driver(&sys, STEPS[i].bus, STEPS[i].matches))
			(void)kmod_source_load(sources, STEPS[i].module);
	}
	sysroot_close(&sys);
	return 0;
}
