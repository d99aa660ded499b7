/* SPDX-License-Identifier: MIT */
/*
 * Events of block devices, virtio devices and their ports, from the kernel itself and from udev
 * once it is through with a device. Only what systemd's libudev and libudev-zero both offer is
 * used.
 */
#ifndef SOURCE_UDEV_H
#define SOURCE_UDEV_H

#include <stdbool.h>
#include <stdint.h>

struct udev;
struct udev_monitor;

struct udev_source {
	struct udev *udev;
	struct udev_monitor *kernel, *processed;
};

enum udev_action { UDEV_ADD, UDEV_CHANGE, UDEV_REMOVE, UDEV_OTHER };

struct udev_event {
	char name[32];
	enum udev_action action;
	bool is_block, is_disk, is_virtio;
	bool is_processed; /* from udev, not from the kernel */
};

#define UDEV_SOURCE_CLOSED ((struct udev_source){0})

/* Returns 0 or a negative errno: without netlink a boot is followed by looking at sysfs. */
int udev_source_open(struct udev_source *ret_source);
void udev_source_close(struct udev_source *source);
/* Descriptors to poll for reading, or -1. */
int udev_source_kernel_fd(const struct udev_source *source);
int udev_source_processed_fd(const struct udev_source *source);
/* The next waiting event: true if there was one. Never blocks. */
bool udev_source_next(struct udev_source *source, struct udev_event *ret_event);

#endif
