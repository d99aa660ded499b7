/* SPDX-License-Identifier: MIT */
/*
 * Everything that bootprobe knows about a machine, as plain bounded structs without pointers.
 *
 * The structs live in one anonymous mapping that is shared between the collector and the probe
 * children. A child fills a fact and then publishes it; what was published stays when the child
 * hangs or dies. Nothing in the mapping is trusted by those who read it: counts are clamped by
 * fact_list_count(), strings are read with their size as a bound.
 *
 * All memory starts zeroed, and zero always means "unknown": see enum outcome and enum answer.
 * Units stand in the names: _us microseconds of CLOCK_MONOTONIC or a duration, _bytes, _kib,
 * _lba logical sectors.
 */
#ifndef BOOTPROBE_FACTS_H
#define BOOTPROBE_FACTS_H

#include "bootprobe/facts/acpi.h"
#include "bootprobe/facts/block.h"
#include "bootprobe/facts/console.h"
#include "bootprobe/facts/device.h"
#include "bootprobe/facts/fwcfg.h"
#include "bootprobe/facts/gpt.h"
#include "bootprobe/facts/platform.h"
#include "bootprobe/facts/progress.h"
#include "bootprobe/facts/recorder.h"
#include "bootprobe/facts/report.h"
#include "bootprobe/facts/root.h"
#include "bootprobe/facts/timeline.h"

/* How far the boot has come when the facts are judged. The collector alone writes this. */
enum boot_phase {
	BOOT_PHASE_EARLY = 0, /* before udev, or devices are still coming */
	BOOT_PHASE_STALLED,   /* stage 1 has not gone on for a long time, or is being ended */
	BOOT_PHASE_HANDOFF,   /* the last moment before the switch of root */
	BOOT_PHASE_RUNNING,   /* a look at a machine that runs */
};

struct boot_fact {
	enum boot_phase phase;
	/* The root of stage 2 was seen mounted, by who is not told of the handoff: what is wrong
	 * with it is known as far as it will ever be. */
	bool is_root_there;
	uint64_t started_us; /* when we began to look, CLOCK_MONOTONIC */
	/* What all processors together had had nothing to do for by then (/proc/uptime). */
	uint64_t started_idle_us;
	bool has_idle;
	uint64_t now_us;       /* when the facts are judged */
	bool is_virtio_wanted; /* a report port was asked for */
	bool is_root_user;     /* who looks has all rights that are to be had here */
};

struct facts {
	struct boot_fact boot;
	struct platform_fact platform;
	struct cmdline_fact cmdline;
	struct acpi_fact acpi;
	FACT_LIST(acpi_table_fact, ACPI_TABLES_MAX) acpi_tables;
	FACT_LIST(acpi_device_fact, ACPI_DEVICES_MAX) acpi_devices;
	struct fwcfg_fact fwcfg;
	FACT_LIST(fwcfg_item_fact, 96) fwcfg_items;
	FACT_LIST(console_fact, 24) consoles;
	struct dev_console_fact dev_console;
	struct console_redirect_fact console_redirect;
	FACT_LIST(pid1_descriptor_fact, 3) pid1_descriptors;
	FACT_LIST(uart_fact, 48) uarts;
	struct uart_total_fact uart_total;
	FACT_LIST(virtio_device_fact, VIRTIO_DEVICES_MAX) virtio_devices;
	FACT_LIST(virtio_port_fact, VIRTIO_PORTS_MAX) virtio_ports;
	FACT_LIST(unbound_device_fact, 64) unbound_devices;
	FACT_LIST(block_fact, BLOCK_MAX) blocks;
	FACT_LIST(device_event_fact, BLOCK_MAX) device_events;
	FACT_LIST(mount_fact, MOUNTS_MAX) mounts;
	/* Many disks are looked at in parallel, each by its own child. The collector reserves a
	 * disk's entry in gpts (publishing it empty) before the child starts; the child fills it
	 * and then sets gpt_fact.once. A filesystem fact has the index of its device in blocks. */
	FACT_LIST(gpt_fact, GPT_DISKS_MAX) gpts;
	struct filesystem_fact filesystems[BLOCK_MAX];
	struct root_fact root;
	struct handoff_fact handoff;
	FACT_LIST(grower_fact, GROWERS_MAX) growers;
	FACT_LIST(sink_fact, SINKS_MAX) sinks;
	struct recorder_fact recorder;
	struct pid1_exit_fact pid1_exit;
	struct observer_fact observer;
	struct heartbeat_fact heartbeat;
	struct stall_fact stall;
	struct call_rates_fact call_rates;
	struct boot_end_fact boot_end;
	_Atomic uint64_t console_sink_bytes; /* by all children that write to consoles */
	_Atomic uint64_t own_processes;      /* that the collector and its children started */
	struct timeline_fact timeline;
	FACT_LIST(kernel_event_fact, KERNEL_EVENTS_MAX) kernel_events;
	FACT_LIST(probe_fact, 640) probes;
};

#endif
