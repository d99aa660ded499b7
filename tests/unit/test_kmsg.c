/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "parse/kmsg.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static int parse(const char *bytes, struct kmsg_record *record)
{
	return kmsg_parse(bytes, strlen(bytes), record);
}

START_TEST(records_are_parsed)
{
	struct kmsg_record r;

	ck_assert_int_eq(parse("6,339,5140900,-;NET: Registered\n SUBSYSTEM=x\n", &r), 0);
	ck_assert_uint_eq(r.facility, 0);
	ck_assert_uint_eq(r.level, 6);
	ck_assert_uint_eq(r.sequence, 339);
	ck_assert_uint_eq(r.stamp_us, 5140900);
	ck_assert_uint_eq(r.text_length, strlen("NET: Registered"));
	ck_assert_int_eq(memcmp(r.text, "NET: Registered", r.text_length), 0);
	/* a caller and what may come later; no newline; no text */
	ck_assert_int_eq(parse("30,1,2,c,caller=T1,x;a;b", &r), 0);
	ck_assert_uint_eq(r.facility, 3);
	ck_assert_uint_eq(r.text_length, 3);
	ck_assert_int_eq(parse("6,0,0,-;", &r), 0);
	ck_assert_uint_eq(r.text_length, 0);
}
END_TEST

START_TEST(other_bytes_are_refused)
{
	static const char *const CASES[] = {"", "6", "6,", "6,1,2", "6,1,2,-", "6,1,2;x",
		"x,1,2,-;t", "6,-1,2,-;t", "6,99999999999999999999,2,-;t", "99999999999,1,2,-;t",
		",,,;", "\n", "6, 1,2,-;t"};
	struct kmsg_record r = {.sequence = 7};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_msg(parse(CASES[i], &r) == -EINVAL, "%s", CASES[i]);
	ck_assert_uint_eq(r.sequence, 7);
	/* A length that ends within the record. */
	ck_assert_int_eq(kmsg_parse("6,1,2,-;text", 7, &r), -EINVAL);
	ck_assert_int_eq(kmsg_parse("6,1,2,-;text", 10, &r), 0);
	ck_assert_uint_eq(r.text_length, 2);
}
END_TEST

START_TEST(files_are_split_into_records)
{
	static const char FILE_TEXT[] = "6,0,0,-;a\n K=v\n L=w\n6,1,0,-;b\n";
	size_t first = strlen("6,0,0,-;a\n K=v\n L=w\n");

	ck_assert_uint_eq(kmsg_record_length(FILE_TEXT, strlen(FILE_TEXT), false), first);
	ck_assert_uint_eq(
		kmsg_record_length(FILE_TEXT + first, strlen(FILE_TEXT) - first, false), 0);
	ck_assert_uint_eq(
		kmsg_record_length(FILE_TEXT + first, strlen(FILE_TEXT) - first, true), 10);
	ck_assert_uint_eq(kmsg_record_length("6,0", 3, false), 0);
	ck_assert_uint_eq(kmsg_record_length("6,0", 3, true), 3);
	ck_assert_uint_eq(kmsg_record_length("", 0, true), 0);
}
END_TEST

/* Texts of Linux 6.1 and 6.12 from real boots, but for those that are marked. */
static const struct {
	const char *text;
	int kind; /* -1: none */
	const char *subject;
} TEXTS[] = {
	{"printk: console [ttyS0] enabled", KERNEL_EVENT_CONSOLE_ENABLED, "ttyS0"},
	{"printk: legacy console [ttyS0] enabled", KERNEL_EVENT_CONSOLE_ENABLED, "ttyS0"},
	{"printk: bootconsole [uart8250] enabled", KERNEL_EVENT_CONSOLE_ENABLED, "uart8250"},
	{"printk: legacy bootconsole [earlyser0] enabled", KERNEL_EVENT_CONSOLE_ENABLED,
		"earlyser0"},
	{"printk: legacy console [ttyS0] disabled", -1, ""},
	{"console [tty0] enabled", KERNEL_EVENT_CONSOLE_ENABLED, "tty0"},
	{"printk: xonsole [ttyS0] enabled", -1, ""},
	{"printk: console [ttyS0] enabled?", -1, ""},
	{"Console: colour *CGA 80x25", -1, ""},
	{"Warning: unable to open an initial console.", KERNEL_EVENT_NO_INITIAL_CONSOLE, ""},
	{"00:03: ttyS0 at I/O 0x3f8 (irq = 4, base_baud = 115200) is a 16550A",
		KERNEL_EVENT_UART_FOUND, "ttyS0"},
	{"serial8250: ttyS1 at I/O 0x2f8 (irq = 3, base_baud = 115200) is a 16550A",
		KERNEL_EVENT_UART_FOUND, "ttyS1"},
	{"0000:00:05.0: ttyS4 at I/O 0xc0a0 (irq = 11, base_baud = 115200) is a 16550A",
		KERNEL_EVENT_UART_FOUND, "ttyS4"},
	{"ARMH0011:00: ttyAMA0 at MMIO 0x9000000 (irq = 13, base_baud = 0) is a PL011 rev1",
		KERNEL_EVENT_UART_FOUND, "ttyAMA0"},
	{"Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled", -1, ""},
	{"sd 0:0:0:0: [sda] Attached SCSI disk", KERNEL_EVENT_DISK_ATTACHED, "sda"},
	{"sd 0:0:0:0: [sda] Attached SCSI removable disk", KERNEL_EVENT_DISK_ATTACHED, "sda"},
	{"sd 0:0:0:0: [sda] 262144 512-byte logical blocks: (134 MB/128 MiB)", -1, ""},
	{"sd 0:0:0:0: [sda] Write Protect is off", -1, ""},
	{"sr 1:0:0:0: Attached scsi CD-ROM sr0", KERNEL_EVENT_DISK_ATTACHED, "sr0"},
	{"virtio_blk virtio2: [vda] 65536 512-byte logical blocks (33.6 MB/32.0 MiB)",
		KERNEL_EVENT_DISK_ATTACHED, "vda"},
	{"virtio_blk virtio1: [vda] new size: 536870912 512-byte logical blocks (275 GB/256 GiB)",
		KERNEL_EVENT_DISK_RESIZED, "vda"},
	{"loop0: detected capacity change from 0 to 8", -1, ""},
	{"sda: detected capacity change from 8 to 16", KERNEL_EVENT_DISK_RESIZED, "sda"},
	{"nvme nvme0: pci function 0000:00:06.0", KERNEL_EVENT_DISK_ATTACHED, "nvme0"},
	{"nvme nvme0: 1/0/0 default/read/poll queues", -1, ""},
	{" vda: vda1 vda2", KERNEL_EVENT_PARTITIONS, "vda"},
	{" nvme0n1: p1", KERNEL_EVENT_PARTITIONS, "nvme0n1"},
	{" sda:", KERNEL_EVENT_PARTITIONS, "sda"},
	{" sdb: unable to read partition table", KERNEL_EVENT_IO_ERROR, "sdb"},
	{" node 0: [mem 0x0000000000001000-0x000000000009efff]", -1, ""},
	{"  vda: vda1", -1, ""},
	{"GPT:Primary header thinks Alt. header is not at the end of the disk.",
		KERNEL_EVENT_GPT_COMPLAINT, ""},
	{"GPT:131071 != 262143", KERNEL_EVENT_GPT_COMPLAINT, ""},
	{"GPT: Use GNU Parted to correct GPT errors.", -1, ""},
	{"Alternate GPT is invalid, using primary GPT.", KERNEL_EVENT_GPT_COMPLAINT, ""},
	{"sda: p2 size 4096 extends beyond EOD, truncated", KERNEL_EVENT_GPT_COMPLAINT, "sda"},
	{"EXT4-fs (sda1): mounted filesystem 5b062d4b-3d15-4251-b717-c557e1110b2d r/w with "
	 "ordered data mode. Quota mode: none.",
		KERNEL_EVENT_MOUNT, "sda1"},
	{"EXT4-fs (vda1): mounted filesystem without journal. Quota mode: none.",
		KERNEL_EVENT_MOUNT, "vda1"},
	{"EXT4-fs (sda1): unmounting filesystem 5b062d4b-3d15-4251-b717-c557e1110b2d.", -1, ""},
	{"EXT4-fs (sda1): Cannot load crc32c driver.", KERNEL_EVENT_MOUNT_FAILURE, "sda1"},
	{"EXT4-fs (vda): VFS: Can't find ext4 filesystem", KERNEL_EVENT_MOUNT_FAILURE, "vda"},
	{"virtio-fs: tag <rootfs> not found", KERNEL_EVENT_MOUNT_FAILURE, "rootfs"},
	{"9pnet_virtio: no channels available for device rootfs", KERNEL_EVENT_MOUNT_FAILURE,
		"rootfs"},
	{"XFS (vda2): Mounting V5 Filesystem", KERNEL_EVENT_MOUNT, "vda2"},
	{"XFS (vda2): Ending clean mount", -1, ""},
	{"BTRFS info (device vda2): first mount of filesystem 0f3c5a4e", KERNEL_EVENT_MOUNT,
		"vda2"},
	{"VFS: Cannot open root device \"sda1\" or unknown-block(0,0): error -6",
		KERNEL_EVENT_MOUNT_FAILURE, ""},
	{"virtio_blk: Unknown symbol __virtio_unbreak_device (err -2)", KERNEL_EVENT_MODULE_FAILURE,
		"virtio_blk"},
	{"nvme: disagrees about version of symbol module_layout", KERNEL_EVENT_MODULE_FAILURE,
		"nvme"},
	{"foo: module verification failed: signature and/or required key missing - tainting kernel",
		-1, ""},
	{"virtio_blk: probe of virtio0 failed with error -28", KERNEL_EVENT_MODULE_FAILURE,
		"virtio0"},
	{"ahci: probe of 0000:00:1f.2 failed with error -12", KERNEL_EVENT_MODULE_FAILURE,
		"0000:00:1f.2"},
	{"virtio_blk virtio0: probe with driver virtio_blk failed with error -28",
		KERNEL_EVENT_MODULE_FAILURE, "virtio0"},
	{"bnx2 0000:02:00.0: Direct firmware load for bnx2/x.fw failed with error -2",
		KERNEL_EVENT_MODULE_FAILURE, "bnx2/x.fw"},
	{"I/O error, dev sdb, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2",
		KERNEL_EVENT_IO_ERROR, "sdb"},
	{"blk_update_request: I/O error, dev vda, sector 8", KERNEL_EVENT_IO_ERROR, "vda"},
	{"Buffer I/O error on dev sdb, logical block 0, async page read", KERNEL_EVENT_IO_ERROR,
		"sdb"},
	{"Trying to unpack rootfs image as initramfs...", KERNEL_EVENT_INITRD, ""},
	{"Initramfs unpacking failed: invalid magic at start of compressed archive",
		KERNEL_EVENT_INITRD, ""},
	{"Run /init as init process", KERNEL_EVENT_INITRD, "/init"},
	{"Failed to execute /init (error -2)", KERNEL_EVENT_INITRD, "/init"},
	{"ACPI BIOS Error (bug): Could not resolve symbol [\\_SB.X], AE_NOT_FOUND",
		KERNEL_EVENT_ACPI_ERROR, ""},
	{"ACPI Error: Aborting method \\_SB.X due to previous error", KERNEL_EVENT_ACPI_ERROR, ""},
	{"ACPI: Added _OSI(Module Device)", -1, ""},
	{"Out of memory: Killed process 123 (x) total-vm:1kB", KERNEL_EVENT_OOM, ""},
	{"systemd-udevd invoked oom-killer: gfp_mask=0x1", KERNEL_EVENT_OOM, "systemd-udevd"},
	{"INFO: task kworker/0:1:23 blocked for more than 120 seconds.", KERNEL_EVENT_HUNG,
		"kworker/0:1:23"},
	{"watchdog: BUG: soft lockup - CPU#0 stuck for 22s!", KERNEL_EVENT_HUNG, ""},
	{"Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000200",
		KERNEL_EVENT_PANIC, ""},
	{"Kernel command line: console=ttyS0 password=x", -1, ""},
	{"", -1, ""},
};

static bool judge(const char *text, unsigned facility, struct kernel_event_fact *event)
{
	struct kmsg_record record = {.facility = facility,
		.sequence = 5,
		.stamp_us = 6,
		.text = text,
		.text_length = strlen(text)};

	memset(event, 0, sizeof(*event));
	return kmsg_judge(&record, NULL, event);
}

START_TEST(texts_are_told_apart)
{
	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		struct kernel_event_fact event;
		bool is_event = judge(TEXTS[i].text, 0, &event);

		ck_assert_msg((is_event ? (int)event.kind : -1) == TEXTS[i].kind, "%s: %d %d",
			TEXTS[i].text, is_event, (int)event.kind);
		ck_assert_msg(strcmp(event.subject, TEXTS[i].subject) == 0, "%s: subject %s",
			TEXTS[i].text, event.subject);
		if (is_event) {
			ck_assert_uint_eq(event.sequence, 5);
			ck_assert_uint_eq(event.stamp_us, 6);
		}
	}
}
END_TEST

START_TEST(only_the_kernel_is_believed)
{
	struct kernel_event_fact event;

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++)
		ck_assert(!judge(TEXTS[i].text, 1, &event));
	ck_assert(!judge("bootprobe: {\"bootprobe\":1,\"text\":\"ACPI Error: x\"}", 0, &event));
}
END_TEST

START_TEST(long_texts_are_cut)
{
	static char text[4096] = "ACPI Error: ";
	struct kernel_event_fact event;
	size_t start = strlen(text);

	memset(text + start, 'x', sizeof(text) - 1 - start);
	ck_assert(judge(text, 0, &event));
	ck_assert_uint_eq(strlen(event.text), sizeof(event.text) - 1);
	memcpy(text, "printk: legacy console [", 24);
	memset(text + 24, 'y', 200);
	strcpy(text + 224, "] enabled");
	ck_assert(judge(text, 0, &event));
	ck_assert_uint_eq(strlen(event.subject), sizeof(event.subject) - 1);
}
END_TEST

/* A text made to match almost everything costs no more than its length times the pattern's. */
START_TEST(hostile_texts_end)
{
	static char text[KMSG_RECORD_MAX];
	struct kernel_event_fact event;

	for (size_t i = 0; i + 8 < sizeof(text); i += 8)
		memcpy(text + i, ": tty at", 8);
	for (int i = 0; i < 20; i++)
		ck_assert(!judge(text, 0, &event));
}
END_TEST

UNIT_MAIN("kmsg", records_are_parsed, other_bytes_are_refused, files_are_split_into_records,
	texts_are_told_apart, only_the_kernel_is_believed, long_texts_are_cut, hostile_texts_end)
