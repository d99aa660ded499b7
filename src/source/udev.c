/* SPDX-License-Identifier: MIT */
#include "source/udev.h"

#include "base/text.h"

#include <errno.h>
#include <libudev.h>
#include <stddef.h>
#include <string.h>

static struct udev_monitor *monitor_open(struct udev *udev, const char *group)
{
	struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, group);

	if (!monitor)
		return NULL;
	/* 256 disks with 128 partitions each may announce themselves before we are scheduled. */
	(void)udev_monitor_set_receive_buffer_size(monitor, 4 << 20);
	(void)udev_monitor_filter_add_match_subsystem_devtype(monitor, "block", NULL);
	(void)udev_monitor_filter_add_match_subsystem_devtype(monitor, "virtio-ports", NULL);
	(void)udev_monitor_filter_add_match_subsystem_devtype(monitor, "virtio", NULL);
	if (udev_monitor_enable_receiving(monitor) < 0)
		return udev_monitor_unref(monitor), NULL;
	return monitor;
}

int udev_source_open(struct udev_source *ret_source)
{
	struct udev_source source = {.udev = udev_new()};

	if (!source.udev)
		return -ENOMEM;
	source.kernel = monitor_open(source.udev, "kernel");
	source.processed = monitor_open(source.udev, "udev");
	*ret_source = source;
	return source.kernel ? 0 : -ENOTCONN;
}

void udev_source_close(struct udev_source *source)
{
	if (source->kernel)
		udev_monitor_unref(source->kernel);
	if (source->processed)
		udev_monitor_unref(source->processed);
	if (source->udev)
		udev_unref(source->udev);
	*source = UDEV_SOURCE_CLOSED;
}

int udev_source_kernel_fd(const struct udev_source *source)
{
	return source->kernel ? udev_monitor_get_fd(source->kernel) : -1;
}

int udev_source_processed_fd(const struct udev_source *source)
{
	return source->processed ? udev_monitor_get_fd(source->processed) : -1;
}

static enum udev_action action_parse(const char *action)
{
	if (!action)
		return UDEV_OTHER;
	if (strcmp(action, "add") == 0)
		return UDEV_ADD;
	if (strcmp(action, "change") == 0)
		return UDEV_CHANGE;
	return strcmp(action, "remove") == 0 ? UDEV_REMOVE : UDEV_OTHER;
}

static bool monitor_next(struct udev_monitor *monitor, struct udev_event *ret_event)
{
	struct udev_device *device = monitor ? udev_monitor_receive_device(monitor) : NULL;
	const char *name, *subsystem, *devtype;

	if (!device)
		return false;
	name = udev_device_get_sysname(device);
	subsystem = udev_device_get_subsystem(device);
	devtype = udev_device_get_devtype(device);
	*ret_event = (struct udev_event){
		.action = action_parse(udev_device_get_action(device)),
		.is_block = subsystem && strcmp(subsystem, "block") == 0,
		.is_virtio = subsystem && strcmp(subsystem, "virtio") == 0,
		.is_disk = devtype && strcmp(devtype, "disk") == 0,
	};
	text_copy(ret_event->name, sizeof(ret_event->name), name ? name : "");
	udev_device_unref(device);
	return true;
}

bool udev_source_next(struct udev_source *source, struct udev_event *ret_event)
{
	if (monitor_next(source->kernel, ret_event))
		return true;
	if (!monitor_next(source->processed, ret_event))
		return false;
	ret_event->is_processed = true;
	return true;
}
