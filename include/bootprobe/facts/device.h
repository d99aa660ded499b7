/* SPDX-License-Identifier: MIT */
/* Serial ports, virtio devices, and devices that no driver took. */
#ifndef BOOTPROBE_FACTS_DEVICE_H
#define BOOTPROBE_FACTS_DEVICE_H

#include "bootprobe/facts/driver.h"

struct uart_fact {
	char name[16];       /* ttyS0, ttyAMA0, hvc0 */
	enum answer is_live; /* judged by type, never by port */
	outcome_t serial_ioctl;
	int32_t type; /* include/uapi/linux/serial.h PORT_*; -1 unknown */
	char type_name[16];
	uint64_t port, iomem;
	uint32_t irq;
	uint32_t clock_hz;
	char driver[32];
	char bus[12];    /* pnp, pci, platform, virtio, acpi */
	char device[64]; /* the device behind it: 00:03, 0000:00:05.0, serial8250 */
	char acpi_path[96];
	bool is_console;
	/* /proc/tty/driver/serial */
	bool has_counters;
	uint64_t tx_bytes, rx_bytes;
	char lines[40]; /* modem lines that are on: "RTS|CTS|DTR|DSR|CD" */
};

/* All serial ports of sys/class/tty, those without room or interest in the list included. */
struct uart_total_fact {
	struct fact_once once;
	uint32_t port_count, live_count, phantom_count, unknown_count;
};

enum { VIRTIO_DEVICES_MAX = 96, VIRTIO_PORTS_MAX = 32 };

/* VIRTIO 1.2, section 5: the types that share a folder of the host. */
enum { VIRTIO_TYPE_9P = 9, VIRTIO_TYPE_FS = 26 };

struct virtio_device_fact {
	char name[16];   /* virtio3 */
	uint32_t type;   /* VIRTIO 1.2, section 5: 1 network, 2 block, 3 console, ... */
	uint32_t status; /* section 2.1: 4 driver ok, 0x40 needs reset, 0x80 failed */
	bool has_status;
	char driver[32]; /* empty: none bound */
	char parent[32]; /* 0000:00:03.0 */
	char parent_driver[32];
	char tag[48]; /* virtiofs or 9p mount tag */
	uint64_t vsock_cid;
	bool has_vsock_cid;
};

struct virtio_port_fact {
	char device[16]; /* vport1p1 */
	char name[64];   /* org.bootprobe.report.0 */
	char parent[16]; /* virtio1 */
	bool is_ours;
	enum answer is_console;
	enum answer is_read_by_host;
};

enum device_role {
	ROLE_OTHER = 0,
	ROLE_STORAGE,
	ROLE_SERIAL,
	ROLE_VIRTIO,
	ROLE_NVME,
	ROLE_NETWORK,
	ROLE_FWCFG,
	ROLE_COUNT
};

/* A device of a class that a boot may need, and no driver bound to it when it was looked at first.
 * One that a driver took since has the state DRIVER_BOUND. */
struct unbound_device_fact {
	char bus[12];    /* pci, virtio, scsi, acpi */
	char device[40]; /* 0000:00:05.0, a GUID on VMBus */
	enum device_role role;
	char modalias[160];
	char ids[32]; /* 1af4:1001, or the ACPI HID */
	char class_id[12];
	char module[48]; /* resolved by libkmod, empty if nothing matches */
	enum driver_state state;
	outcome_t lookup;
};

#endif
