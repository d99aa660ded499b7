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

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result of an operation on the machine: not tried (0), done (OUTCOME_OK), or a negative
 * errno. A missing, a forbidden, a broken and a hung thing differ by their errno. */
typedef int32_t outcome_t;
#define OUTCOME_UNKNOWN 0
#define OUTCOME_OK 1

static inline outcome_t outcome_from(long result)
{
	return result < 0 ? (outcome_t)result : OUTCOME_OK;
}

/* A yes-or-no question. */
enum answer { ANSWER_UNKNOWN = 0, ANSWER_NO, ANSWER_YES };

static inline enum answer answer_from(bool value)
{
	return value ? ANSWER_YES : ANSWER_NO;
}

/* The head of every list of facts: entries below count are whole. Entries that found no room are
 * counted in dropped. */
struct fact_list {
	_Atomic uint32_t count;
	_Atomic uint32_t dropped;
};

static inline uint32_t fact_list_count(const struct fact_list *list, uint32_t capacity)
{
	uint32_t count = atomic_load_explicit(&list->count, memory_order_acquire);
	return count < capacity ? count : capacity;
}

/* The index of the next entry to fill, or -1 (counted as dropped) when the list is full. One
 * process at a time fills a list. */
static inline int64_t fact_list_reserve(struct fact_list *list, uint32_t capacity)
{
	uint32_t count = atomic_load_explicit(&list->count, memory_order_relaxed);

	if (count < capacity)
		return count;
	atomic_fetch_add_explicit(&list->dropped, 1, memory_order_relaxed);
	return -1;
}

static inline void fact_list_publish(struct fact_list *list)
{
	atomic_fetch_add_explicit(&list->count, 1, memory_order_release);
}

/* For probes that run again: the list is empty until the next publication. */
static inline void fact_list_reset(struct fact_list *list)
{
	atomic_store_explicit(&list->count, 0, memory_order_release);
	atomic_store_explicit(&list->dropped, 0, memory_order_relaxed);
}

/* For facts that exist once. */
struct fact_once {
	_Atomic uint32_t is_known;
};

static inline void fact_publish(struct fact_once *once)
{
	atomic_store_explicit(&once->is_known, 1, memory_order_release);
}

static inline bool fact_is_known(const struct fact_once *once)
{
	return atomic_load_explicit(&once->is_known, memory_order_acquire) != 0;
}

/* A pointer to the next free entry of facts->NAME, or NULL; and its publication. */
#define fact_new(facts_list)                                                                   \
	({                                                                                     \
		int64_t at_ = fact_list_reserve(&(facts_list).list,                            \
			(uint32_t)(sizeof((facts_list).item) / sizeof((facts_list).item[0]))); \
		at_ < 0 ? NULL : &(facts_list).item[at_];                                      \
	})
#define fact_done(facts_list) fact_list_publish(&(facts_list).list)
#define fact_count(facts_list)              \
	fact_list_count(&(facts_list).list, \
		(uint32_t)(sizeof((facts_list).item) / sizeof((facts_list).item[0])))
/* for every whole entry: fact_foreach (console, facts->consoles) ... */
#define fact_foreach(entry, facts_list)                                              \
	for (__typeof__(&(facts_list).item[0])                                       \
			entry = (facts_list).item,                                   \
			end_of_##entry = (facts_list).item + fact_count(facts_list); \
		entry < end_of_##entry; entry++)

#define FACT_LIST(type, capacity)           \
	struct {                            \
		struct fact_list list;      \
		struct type item[capacity]; \
	}

/* -------------------------------------------------------------------------------- platform */

enum hypervisor {
	HYPERVISOR_UNKNOWN = 0, /* not determined */
	HYPERVISOR_NONE,        /* bare metal, as far as can be told */
	HYPERVISOR_OTHER,       /* a hypervisor is there, but not one we know */
	HYPERVISOR_KVM,
	HYPERVISOR_QEMU_TCG,
	HYPERVISOR_QEMU, /* QEMU, and no word about its accelerator */
	HYPERVISOR_VMWARE,
	HYPERVISOR_VIRTUALBOX,
	HYPERVISOR_HYPERV,
	HYPERVISOR_XEN_HVM,
	HYPERVISOR_XEN_PVH,
	HYPERVISOR_XEN_PV,
	HYPERVISOR_XEN_DOM0,
	HYPERVISOR_BOCHS,
	HYPERVISOR_BHYVE,
	HYPERVISOR_PARALLELS,
	HYPERVISOR_FIRECRACKER,
	HYPERVISOR_CLOUD_HYPERVISOR,
	HYPERVISOR_COUNT
};

enum firmware {
	FIRMWARE_UNKNOWN = 0,
	FIRMWARE_SEABIOS,
	FIRMWARE_OVMF,   /* UEFI built from EDK II for virtual machines */
	FIRMWARE_UEFI,   /* any other UEFI */
	FIRMWARE_BIOS,   /* any other PC BIOS */
	FIRMWARE_DIRECT, /* none ran: direct kernel boot (PVH, microvm, Firecracker, Xen PV) */
	FIRMWARE_DEVICETREE,
	FIRMWARE_COUNT
};

enum initrd_kind {
	INITRD_UNKNOWN = 0,
	INITRD_NIXOS_SCRIPTED,
	INITRD_NIXOS_SYSTEMD,
	INITRD_DRACUT,
	INITRD_DRACUT_SYSTEMD,
	INITRD_INITRAMFS_TOOLS,
	INITRD_MKINITCPIO,
	INITRD_MKINITCPIO_SYSTEMD,
	INITRD_NONE, /* the running root is no initrd */
	INITRD_COUNT
};

struct platform_fact {
	struct fact_once once;
	enum hypervisor hypervisor;
	char hypervisor_told_by[48]; /* cpuid, dmi, sys-hypervisor, acpi-oem, device-tree */
	char cpuid_signature[16];    /* of leaf 0x40000000, empty without the hypervisor bit */
	enum answer is_nested;
	char nested_because[96];
	char machine[64]; /* QEMU machine type or DMI product as users know it */
	char dmi_sys_vendor[64], dmi_product_name[64], dmi_product_version[64];
	char dmi_bios_vendor[64], dmi_bios_version[64], dmi_bios_date[16];
	char dmi_board_vendor[64], dmi_board_name[64], dmi_chassis_vendor[64];
	enum firmware firmware;
	char firmware_version[64];
	enum answer is_efi;
	uint32_t efi_bits; /* 32 or 64, 0 unknown */
	char kernel_release[72];
	char architecture[24];
	uint64_t memory_kib;
	uint32_t cpus;
	char clocksource[40];
	char boot_loader[24]; /* as it told an x86 kernel: "grub", "qemu", "kexec" */
	enum answer is_kexec;
	char kexec_because[48];
	enum answer is_network_boot;
	char network_boot_because[96];
	enum initrd_kind initrd;
	char initrd_because[64];
	bool is_initramfs_system; /* the initramfs is the whole system: no stage 2 follows */
};

/* --------------------------------------------------------------------------------- cmdline */

struct cmdline_fact {
	struct fact_once once;
	outcome_t read;
	uint32_t length_bytes;   /* as the kernel reports it */
	uint32_t redacted_count; /* values replaced by *** */
	bool is_cut;
	char text[4096]; /* redacted; never the original */
};

/* ----------------------------------------------------------------------------------- acpi */

enum { ACPI_TABLES_MAX = 64, ACPI_DEVICES_MAX = 192, ACPI_RANGES_MAX = 4, ACPI_CIDS_MAX = 4 };

struct acpi_table_fact {
	char name[16];     /* the sysfs file: DSDT, SSDT3, dynamic/SSDT7 */
	char signature[5]; /* unprintable bytes as '?' */
	char oem_id[7], oem_table_id[9], creator_id[5];
	uint32_t oem_revision;
	uint8_t revision;
	uint32_t header_length_bytes, file_length_bytes;
	outcome_t read;
	enum answer is_checksum_right;
	/* AML tables only */
	uint32_t device_count;
	uint32_t incomplete_count; /* scopes that could not be walked to their end */
	char incomplete_because[64];
	uint32_t incomplete_offset_bytes;
};

/* How an attribute of a device is declared. */
enum declared {
	DECLARED_ABSENT = 0,
	DECLARED_CONST,
	DECLARED_METHOD,  /* computed by AML: "not constant" */
	DECLARED_PATCHED, /* a constant that AML or firmware writes to */
	DECLARED_OTHER,   /* any other object type */
};

struct io_range {
	uint32_t first, last;
};

/* One device of interest: what the tables declare and what the kernel made of it, joined by path
 * and, for UARTs, by I/O port. */
struct acpi_device_fact {
	char path[96];
	/* declared: the walk of the tables; is_declared is NO for a device only the kernel knows */
	enum answer is_declared;
	char table[16];
	char hid[16];
	char cids[ACPI_CIDS_MAX][16];
	uint32_t cid_count;
	enum declared hid_declared, sta_declared, crs_declared;
	uint32_t sta;
	struct io_range io[ACPI_RANGES_MAX];
	uint32_t io_count;
	uint32_t irqs[ACPI_RANGES_MAX];
	uint32_t irq_count;
	bool is_conditional, is_orphan, is_duplicate;
	/* the kernel: /sys/bus/acpi/devices, /sys/bus/pnp/devices */
	enum answer is_in_kernel;
	char kernel_name[24]; /* PNP0501:00 */
	outcome_t kernel_status_read;
	uint32_t kernel_status;
	char pnp_name[16];  /* 00:03 */
	char pnp_state[16]; /* active, disabled */
	struct io_range pnp_io[ACPI_RANGES_MAX];
	uint32_t pnp_io_count;
	uint32_t pnp_irqs[ACPI_RANGES_MAX];
	uint32_t pnp_irq_count;
	char driver[32];
	char tty[16];
};

struct acpi_fact {
	struct fact_once once;
	outcome_t tables_read; /* -ENOENT: no ACPI on this boot */
	uint32_t declared_device_count, kernel_device_count;
	/* FADT IA-PC boot architecture flags, when there is a FADT */
	enum answer has_fadt, has_legacy_devices, has_8042, is_vga_absent, is_hardware_reduced;
	enum answer has_spcr;
	uint32_t spcr_interface; /* serial subtype of the DBG2 specification */
	uint64_t spcr_address;
	uint32_t spcr_space; /* 0 memory, 1 I/O */
	uint32_t spcr_irq, spcr_gsi, spcr_baud, spcr_terminal;
	enum answer has_dbg2;
	uint32_t dbg2_device_count;
	enum answer has_mcfg;
	uint32_t mcfg_segment_count;
};

/* ---------------------------------------------------------------------------------- fwcfg */

enum driver_state {
	DRIVER_UNKNOWN = 0,
	DRIVER_BOUND,
	DRIVER_BUILT_IN,    /* in the kernel, not bound */
	DRIVER_LOADED,      /* module is in, not bound to this device */
	DRIVER_MODULE_FILE, /* a module file that nobody loaded */
	DRIVER_BLACKLISTED,
	DRIVER_FAILED,  /* loading it failed, or must fail: its file is damaged */
	DRIVER_MISSING, /* neither built in nor a module file in this root */
	DRIVER_COUNT
};

struct fwcfg_item_fact {
	char name[64];
	uint32_t size_bytes;
	/* Only of items that may be shown: text as it is, a number in decimal. */
	char content[160];
	outcome_t content_read;
	bool is_content_cut;
};

struct fwcfg_fact {
	struct fact_once once;
	enum answer is_declared; /* ACPI QEMU0002 or device tree */
	char acpi_path[64];
	enum driver_state driver;
	bool was_loaded_by_us;
	outcome_t load;
	/* "QEMU" once the driver has bound, which it does only after reading it; the device itself
	 * is never touched by us. */
	char signature[8];
	outcome_t revision_read;
	uint32_t revision; /* bit 0 the traditional interface, bit 1 DMA */
	enum answer has_dma;
	bool is_list_cut;    /* more items or deeper names than we go into */
	uint32_t item_count; /* all of them; the list keeps the first ones */
};

/* -------------------------------------------------------------------------------- console */

enum console_kind {
	CONSOLE_KIND_UNKNOWN = 0,
	CONSOLE_UART,
	CONSOLE_VT,
	CONSOLE_HVC,
	CONSOLE_NULL,
	CONSOLE_OTHER,
	CONSOLE_KIND_COUNT
};

/* One console: named by console=, registered by the kernel, or both. */
struct console_fact {
	char name[24]; /* ttyS0 */
	enum console_kind kind;
	/* console= */
	bool is_requested;
	uint32_t position; /* 1 for the first console=, 0 when not requested */
	bool is_last;      /* the last console= of the command line */
	char options[32];  /* as written, behind the comma */
	uint32_t baud;     /* 0: not given */
	char parity;       /* n, o, e or 0 */
	uint32_t bits;
	bool has_flow_control;
	bool is_option_malformed;
	/* /proc/consoles, /sys/class/tty/console/active */
	enum answer is_registered;
	char flags[16]; /* as in /proc/consoles: "EC p a" */
	enum answer is_enabled;
	enum answer is_active;      /* named in console/active */
	enum answer is_dev_console; /* /dev/console leads here */
	uint32_t major, minor;
	/* tried on /dev/NAME with O_NONBLOCK | O_NOCTTY */
	outcome_t open, tcgetattr, empty_write;
	enum answer is_writable_now; /* poll says POLLOUT */
	uint64_t refused_us;         /* since when the empty write gives EAGAIN; 0: it does not */
	outcome_t serial_ioctl;      /* TIOCGSERIAL */
	int32_t uart_type;           /* TIOCGSERIAL: -1 unknown, 0 no hardware */
	char backend[40];            /* what a VT is drawn on: "VGA+", "dummy device" */
	enum answer is_live;         /* proven by the above */
};

struct dev_console_fact {
	struct fact_once once;
	outcome_t open, tcgetattr, empty_write;
	uint32_t major, minor; /* of the tty behind it (TIOCGDEV) */
	char device[24];       /* its name */
	char active[96];       /* /sys/class/tty/console/active */
	char earlycon[64];     /* earlycon= or earlyprintk= as given */
	enum answer has_earlycon;
};

/* bootprobe.heal=console: where writes to /dev/console go instead of a console that fails them.
 * Known once it was tried. */
struct console_redirect_fact {
	struct fact_once once;
	char console[24]; /* the phantom that /dev/console leads to */
	char target[24];  /* the tty that takes its place; "": none was found */
	outcome_t outcome;
	enum answer is_undone; /* a live console came later: /dev/console leads there */
	outcome_t undo;
};

struct pid1_descriptor_fact {
	uint32_t number;
	outcome_t link; /* -ENOENT: closed; -ESRCH: no PID 1 to be seen */
	char target[64];
	uint32_t major, minor;
};

/* -------------------------------------------------------------------------------- recorder */

enum recorder_state {
	RECORDER_UNKNOWN = 0,
	RECORDER_NOT_WANTED,
	RECORDER_WATCHING,
	RECORDER_SAW_EXIT,
	RECORDER_SAW_UP,
	RECORDER_TIME_OVER,
	RECORDER_LOST /* it ended before PID 1 did, and before the boot was through */
};

/* bootprobe.record=exit: whether PID 1 is watched, and by what. */
struct recorder_fact {
	struct fact_once once;
	enum recorder_state state;
	outcome_t seize; /* PTRACE_SEIZE of PID 1 */
	outcome_t trace; /* an instance of tracefs of our own */
	outcome_t paths; /* the kprobe that tells of path names */
	uint64_t ended_us;
};

/* One system call that failed, as tracefs told. */
struct failed_call_fact {
	uint32_t pid;
	char comm[16];
	uint64_t at_us;
	uint32_t number;
	char name[16];      /* "" where the number is not known by name */
	int32_t descriptor; /* -1: not known, or the call takes none */
	char path[112];     /* the last path that the call looked up, "" unknown */
	outcome_t error;
};

/* PID 1 at the moment when it ended, before the kernel panics of it. */
struct pid1_exit_fact {
	struct fact_once once;
	uint64_t at_us;
	int32_t wait_status; /* as waitpid(2) gives it */
	char comm[16];
	char executable[96];
	char arguments[192];      /* separated by blanks, secrets hidden */
	uint64_t available_bytes; /* MemAvailable */
	/* Of PID 1 and of what it had started, oldest first. */
	FACT_LIST(failed_call_fact, 24) calls;
	FACT_LIST(pid1_descriptor_fact, 4) descriptors; /* as they were in the end */
};

/* ----------------------------------------------------------------------------------- uart */

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

/* --------------------------------------------------------------------------------- virtio */

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

/* --------------------------------------------------------------------------------- driver */

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

/* ---------------------------------------------------------------------------------- block */

enum { BLOCK_MAX = 512, BLOCK_READS_MAX = 8 };

struct block_read_fact {
	char what[16]; /* mbr, gpt-primary, gpt-entries, gpt-backup, ... */
	uint64_t offset_bytes;
	uint32_t length_bytes;
	outcome_t result;
	uint64_t started_us;  /* 0: never started */
	uint64_t duration_us; /* 0 while it is open */
	bool is_direct;       /* O_DIRECT */
};

/* A whole disk or a partition. */
struct block_fact {
	char name[32];   /* sda, nvme0n1p2 */
	char parent[32]; /* the disk, for a partition */
	uint32_t partition;
	uint32_t major, minor;
	uint64_t size_bytes;
	uint64_t start_lba; /* partition start in 512-byte units, as in sysfs */
	uint32_t logical_sector_bytes, physical_sector_bytes;
	enum answer is_rotational, is_read_only, is_removable;
	char transport[16]; /* virtio, scsi, virtio-scsi, ata, nvme, usb, mmc, xen, loop, dm, md;
			      image: a disk looked at offline */
	char driver[32];
	char vendor[24], model[48], serial[64], wwn[64];
	char holder[32];    /* the first device that is built on this one: dm-0, md0 */
	bool is_removed;    /* was listed before and is gone; its entry stays where it is */
	outcome_t open;     /* by the child that looks at this disk */
	uint64_t listed_us; /* when it was seen in sysfs first */
	/* I/O counters, taken when the device was first listed and at the switch of root. */
	uint64_t reads, read_sectors, read_ms, writes, in_flight;
	/* Header reads: filled by the child that looks at this disk. A read that is still open has
	 * a start and no result, so that a hang leaves its trace. */
	struct block_read_fact read[BLOCK_READS_MAX];
	_Atomic uint32_t read_count;
	_Atomic uint32_t is_look_over; /* that child has come to its end */
};

/* When a block or virtio device came and went, as the collector saw it. The collector alone writes
 * these. */
struct device_event_fact {
	char name[32];
	uint64_t arrived_us; /* kernel uevent; 0: was there before the collector listened */
	uint64_t udev_us;    /* udev finished with it; 0: not yet */
	uint64_t removed_us; /* 0: still there */
};

/* ------------------------------------------------------------------------------------ gpt */

enum table_kind {
	TABLE_UNKNOWN = 0,
	TABLE_GPT,
	TABLE_MBR,
	TABLE_HYBRID,     /* a GPT and an MBR that is not merely protective */
	TABLE_NONE,       /* nothing: neither table nor file system */
	TABLE_FILESYSTEM, /* a file system on the whole disk */
	TABLE_KIND_COUNT
};

struct gpt_header_fact {
	outcome_t read;
	enum answer has_signature, is_header_crc_right, is_entries_crc_right, is_sane;
	uint64_t found_lba; /* where it was read */
	uint64_t my_lba, alternate_lba, first_usable_lba, last_usable_lba, entries_lba;
	uint32_t header_length_bytes, entry_count, entry_length_bytes;
	uint32_t header_crc, entries_crc, computed_header_crc, computed_entries_crc;
	uint8_t disk_guid[16];
	/* The array is longer than what is read of it: its CRC stays unknown. */
	bool is_entries_cut;
	char problem[64]; /* why it is not sane */
};

/* A header that can be believed: what it says of its entry array is another question. */
static inline bool gpt_header_is_sound(const struct gpt_header_fact *header)
{
	return header->has_signature == ANSWER_YES && header->is_header_crc_right == ANSWER_YES &&
	       header->is_sane == ANSWER_YES;
}

enum { GPT_PARTITIONS_MAX = 128, GPT_DISKS_MAX = 256 };

struct gpt_partition_fact {
	uint32_t number; /* from 1 */
	uint8_t type_guid[16], unique_guid[16];
	uint64_t first_lba, last_lba, attributes;
	char name[112];     /* UTF-8, 36 UTF-16 units at most */
	char type_name[32]; /* esp, linux-root-x86-64; empty: not a usual one */
	uint8_t mbr_type;   /* plain MBR: type byte */
};

/* The partition table of one disk: GPT, MBR or none. */
struct gpt_fact {
	struct fact_once once;
	char disk[32];
	enum table_kind kind;
	uint32_t logical_sector_bytes;
	uint64_t disk_lba; /* logical sectors of the disk */
	outcome_t mbr_read;
	bool has_protective_mbr; /* one that the kernel takes: of type 0xEE from sector 1 */
	uint64_t protective_last_lba;
	uint32_t mbr_signature; /* plain MBR: the first half of its PARTUUIDs */
	struct gpt_header_fact primary, backup;
	/* the backup where the last sector is, or where the primary header says */
	uint64_t backup_misplaced_bytes; /* > 0: the disk grew since the table was written */
	uint64_t disk_shrunk_bytes; /* > 0: the primary header says the disk was that much longer */
	enum answer do_headers_match; /* primary and backup: GUID, usable area, entries */
	enum answer do_entries_match; /* primary and backup entries */
	bool is_from_backup;          /* the partitions below are the backup's */
	enum answer has_overlap;
	uint32_t overlap_first, overlap_second; /* partition numbers */
	uint32_t out_of_range; /* number of the first partition outside the usable area, 0: none */
	uint32_t wrong_sector_bytes; /* a sound header at this other sector size, 0: none */
	/* What the last partition could grow by: up to the disk's end, less the backup table. */
	uint64_t free_behind_last_bytes;
	uint32_t last_partition; /* the one with the highest end */
	enum answer does_kernel_agree, does_libblkid_agree;
	char disagreement[96];
	uint32_t partition_count; /* in use; the first GPT_PARTITIONS_MAX are kept */
	struct gpt_partition_fact partition[GPT_PARTITIONS_MAX];
	/* What a tool like sgdisk takes for the disk, as a shell's word. Empty: /dev/NAME. */
	char argument[128];
	uint32_t protective_count; /* entries of type 0xEE */
	uint64_t protective_first_lba;
	bool is_protective_active; /* has the boot flag: EDK2 takes no GPT behind it */
	uint32_t hybrid_mismatch; /* number of an MBR entry that is no partition of the GPT, or 0 */
	uint32_t twin_first, twin_second; /* partitions of one GUID that is not zero, or 0 */
};

static inline bool gpt_has_table(const struct gpt_fact *gpt)
{
	return gpt->kind == TABLE_GPT || gpt->kind == TABLE_MBR || gpt->kind == TABLE_HYBRID;
}

/* ----------------------------------------------------------------- filesystem, root, handoff */

struct filesystem_fact {
	struct fact_once once;
	char device[32];
	char type[24], uuid[48], label[64], part_uuid[48], part_label[112];
	char uuid_sub[48];  /* of one device of a file system on many */
	char usage[16];     /* filesystem, raid, crypto, other */
	outcome_t probe;    /* -ENOENT: libblkid knows nothing there */
	bool is_ambivalent; /* libblkid found more than one type and will not choose */
	uint64_t started_us, duration_us; /* of libblkid's look, as in struct block_read_fact */
	enum driver_state module;         /* of the file system's kernel module */
	char module_name[32];
};

enum root_kind {
	ROOT_NONE = 0,
	ROOT_DEVICE,
	ROOT_UUID,
	ROOT_PARTUUID,
	ROOT_LABEL,
	ROOT_PARTLABEL,
	ROOT_FSTAB,
	ROOT_GPT_AUTO,
	ROOT_VIRTIOFS,
	ROOT_9P,
	ROOT_NFS,
	ROOT_LIVE,
	ROOT_OTHER,
	ROOT_KIND_COUNT
};

enum { ROOT_MATCHES_MAX = 4 };

struct root_fact {
	struct fact_once once;
	enum root_kind kind;
	char spec[160];  /* root= as given, redacted like all that follows */
	char value[128]; /* what it names */
	char rootfstype[24];
	char matches[ROOT_MATCHES_MAX][32]; /* devices that bear it; more than one is ambiguous */
	uint32_t match_count;
	bool is_one_filesystem; /* the matches are the devices of one file system (btrfs, zfs) */
	/* What the root file system is where no device bears it: "tmpfs", "ramfs", or "initramfs",
	 * out of which nothing leads. Empty: it is not in memory, or not known yet. */
	char in_memory[16];
	/* Since when: a device name since the kernel announced it; what only udev can find since it
	 * was through with it, and where there is no udev as a device name. 0: not resolved, not
	 * known, or there before anybody listened. */
	uint64_t resolved_us;
	bool is_settling; /* found before udev was through with it: resolved_us may still change */
	/* The idle time of all processors when it was found first, as in struct boot_fact. */
	uint64_t resolved_idle_us;
	bool has_idle;
	uint64_t mounted_us; /* when its mount was seen first; 0: not seen, or nobody watched */
};

/* A mount of PID 1's, as the collector saw it. The collector alone writes these. */
struct mount_fact {
	uint32_t id; /* mountinfo's, which stays when the mount is moved; 0: this place is free */
	uint64_t seen_us; /* 0: was there before the collector watched */
	char fstype[24], source[64];
};

enum { MOUNTS_MAX = 64 };

struct handoff_fact {
	struct fact_once once;
	char root_path[256]; /* --root; only shown, so that it may be cut */
	outcome_t root_open;
	char root_fstype[24], root_source[64];
	enum answer is_root_mounted; /* --root is a mount point */
	uint32_t root_mount_id;      /* mountinfo's; 0: not known */
	enum answer is_root_read_only;
	enum answer has_free_counts; /* the two below are known */
	uint64_t free_bytes, free_inodes;
	char init[160]; /* the one that will be started */
	bool is_init_from_cmdline;
	char requested_init[160]; /* the one that the command line asks for, where it is not that */
	outcome_t requested_stat; /* -EACCES: it is there, and not executable */
	outcome_t init_stat;
	char init_target[160]; /* after links */
	uint32_t init_mode;
	char init_type[16];         /* elf, script, other */
	char init_architecture[16]; /* ELF e_machine by name */
	enum answer is_architecture_right;
	char interpreter[4][160]; /* the chain: #! or PT_INTERP, each below the root */
	outcome_t interpreter_stat[4];
	uint32_t interpreter_count;
	outcome_t dev_console_stat; /* /dev/console in the new root or the /dev that moves along */
	enum answer is_dev_moved;   /* a devtmpfs is mounted that the switch of root will move */
};

/* --------------------------------------------------------------------------- kernel.event */

enum kernel_event_kind {
	KERNEL_EVENT_OTHER = 0,
	KERNEL_EVENT_CONSOLE_ENABLED,
	KERNEL_EVENT_NO_INITIAL_CONSOLE,
	KERNEL_EVENT_UART_FOUND,
	KERNEL_EVENT_DISK_ATTACHED,
	KERNEL_EVENT_DISK_RESIZED,
	KERNEL_EVENT_PARTITIONS,
	KERNEL_EVENT_GPT_COMPLAINT,
	KERNEL_EVENT_MOUNT,
	KERNEL_EVENT_MOUNT_FAILURE,
	KERNEL_EVENT_MODULE_FAILURE,
	KERNEL_EVENT_IO_ERROR,
	KERNEL_EVENT_INITRD,
	KERNEL_EVENT_ACPI_ERROR,
	KERNEL_EVENT_OOM,
	KERNEL_EVENT_HUNG, /* a task or a processor that does not go on */
	KERNEL_EVENT_PANIC,
	KERNEL_EVENT_COUNT
};

struct kernel_event_fact {
	enum kernel_event_kind kind;
	uint64_t stamp_us; /* the kernel log's own clock */
	uint64_t sequence; /* of the kernel log */
	char subject[32];  /* ttyS0, sda */
	char text[160];
	uint32_t repeat_count; /* how often the same text came again */
};

enum { KERNEL_EVENTS_MAX = 160, KERNEL_EVENTS_OF_A_KIND_MAX = 16 };

/* How the kernel log was read. One process at a time writes it, going on behind next_sequence. */
struct timeline_fact {
	struct fact_once once;
	outcome_t read;
	uint64_t first_sequence; /* > 0: the start of the log was overwritten before we read it */
	uint64_t next_sequence;
	uint64_t lost_count; /* records overwritten while we read */
	uint32_t malformed_count;
	uint32_t kept_count[KERNEL_EVENT_COUNT];
	/* Events of a kind beyond KERNEL_EVENTS_OF_A_KIND_MAX, which are only counted. */
	uint32_t omitted_count[KERNEL_EVENT_COUNT];
};

/* ---------------------------------------------------------------------------------- probe */

enum probe_state {
	PROBE_NOT_RUN = 0,
	PROBE_RUNNING,
	PROBE_DONE,
	PROBE_FAILED,   /* run() returned an error */
	PROBE_TIMEOUT,  /* left behind at its deadline */
	PROBE_CRASHED,  /* died of a signal */
	PROBE_NO_CHILD, /* fork failed */
	PROBE_STATE_COUNT
};

struct probe_fact {
	char name[16];
	char subject[32]; /* the disk, for a per-disk probe */
	enum probe_state state;
	int32_t error;  /* negative errno of run() */
	int32_t signal; /* that killed it */
	uint64_t started_us, duration_us, budget_us;
	char wait_channel[48]; /* /proc/PID/wchan of one that was left behind */
	char process_state;    /* /proc/PID/stat: D, S, R */
};

/* --------------------------------------------------------------------------------- grower */

/* Something that enlarges partitions during the boot: where it lies, and what it does when its own
 * output fails. */
struct grower_fact {
	char name[24];                  /* growroot, systemd-repart, growpart, cloud-init */
	char path[96];                  /* the file that gave it away, below its root */
	bool is_in_initrd;              /* else in the root of stage 2 */
	enum answer does_exit_on_error; /* a shell script under "set -e" */
	enum answer is_output_in_file;  /* the initrd was told to write its output to a file */
	/* The new root says that it was grown before, or that it must not be. */
	enum answer is_done;
};

enum { GROWERS_MAX = 8 };

/* ----------------------------------------------------------------------------------- sink */

/* What one output did so far. */
struct sink_fact {
	char name[16];
	char target[64]; /* the file, port or console */
	outcome_t state; /* of opening it, or of a write that failed; -ENOENT: not there */
	uint32_t delivered, dropped, waiting; /* records */
	uint64_t bytes;
	enum answer is_read; /* virtio: the host has the port open */
};

enum { SINKS_MAX = 5 };

/* ------------------------------------------------------------------------------------ boot */

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

/* ------------------------------------------------------------------------------------ all */

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
	_Atomic uint64_t console_sink_bytes; /* by all children that write to consoles */
	struct timeline_fact timeline;
	FACT_LIST(kernel_event_fact, KERNEL_EVENTS_MAX) kernel_events;
	FACT_LIST(probe_fact, 640) probes;
};

#endif
