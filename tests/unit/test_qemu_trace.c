/* SPDX-License-Identifier: MIT */
#include "parse/qemu_trace.h"

#include "unit.h"

#include <string.h>

static struct qemu_trace trace;

static bool parse(const char *text)
{
	trace = (struct qemu_trace){0};
	return qemu_trace_parse(text, &trace);
}

START_TEST(a_virtio_disk)
{
	ck_assert(parse("virtio_blk_handle_read vdev 0x562abaf1d4b0 req 0x562ab9f13800 sector "
			"131064 nsectors 8"));
	ck_assert_int_eq(trace.kind, QEMU_REQUEST);
	ck_assert_str_eq(trace.operation, "read");
	ck_assert(trace.device == 0x562abaf1d4b0 && trace.request == 0x562ab9f13800);
	ck_assert(trace.offset_bytes == 131064 * 512 && trace.length_bytes == 4096);
	ck_assert(parse("virtio_blk_req_complete vdev 0x1 req 0x2 status 1"));
	ck_assert_int_eq(trace.kind, QEMU_DONE);
	ck_assert_uint_eq(trace.value, 1);
	ck_assert(parse("virtio_set_status vdev 0x1 val 15"));
	ck_assert_int_eq(trace.kind, QEMU_STATUS);
	ck_assert_uint_eq(trace.value, QEMU_STATUS_DRIVER_OK);
}
END_TEST

START_TEST(other_disks)
{
	ck_assert(parse("scsi_disk_dma_command_READ Read (sector 2048, count 16)"));
	ck_assert_int_eq(trace.kind, QEMU_REQUEST);
	ck_assert(trace.offset_bytes == 2048 * 512 && trace.length_bytes == 8192);
	ck_assert(parse("scsi_disk_dma_command_WRITE Write (sector 1, count 1)"));
	ck_assert_str_eq(trace.operation, "write");
	ck_assert(parse("pci_nvme_read cid 5 nsid 1 nlb 8 count 32768 lba 0x10"));
	ck_assert_int_eq(trace.kind, QEMU_REQUEST);
	ck_assert(trace.offset_bytes == 0x10 * 4096 && trace.length_bytes == 32768);
	ck_assert(parse("pci_nvme_write cid 5 opname 'NVME_NVM_CMD_WRITE' nsid 1 nlb 1 count 512 "
			"lba 0x10"));
	ck_assert_str_eq(trace.operation, "write");
}
END_TEST

START_TEST(the_machine)
{
	ck_assert(parse("vm_state_notify running 1 reason 9 (running)"));
	ck_assert_int_eq(trace.kind, QEMU_RUNNING);
	ck_assert(trace.value == 1 && !trace.is_end);
	ck_assert(parse("vm_state_notify running 0 reason 11 (shutdown)"));
	ck_assert(trace.value == 0 && trace.is_end);
	ck_assert(parse("virtio_console_flush_buf port 2, in_len 5542, out_len 5542"));
	ck_assert_int_eq(trace.kind, QEMU_OUTPUT);
	ck_assert(trace.value == 2 && trace.length_bytes == 5542);
}
END_TEST

/* Another version may say other things of an event; it is counted all the same. */
START_TEST(what_is_only_counted)
{
	static const char *const LINES[] = {"virtio_notify vdev 0x1 vq 0x2",
		"memory_region_ops_read",
		"virtio_blk_handle_read vdev x req 0x2 sector 1 nsectors 8",
		"virtio_blk_handle_read vdev 0x1 req 0x2 sector 1",
		"virtio_blk_handle_read vdev 0x1 req 0x2 sector 18446744073709551615 nsectors 8",
		"virtio_set_status", "virtio_set_status vdev 0x1 val 99999999999",
		"pci_nvme_read cid 5 nsid 1 nlb 0 count 0 lba 0x10",
		"scsi_disk_dma_command_READ Read (sector x, count 16)"};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		ck_assert_msg(parse(LINES[i]), "%s", LINES[i]);
		ck_assert_msg(trace.kind == QEMU_OTHER, "%s", LINES[i]);
		ck_assert(trace.device == 0 && trace.offset_bytes == 0);
	}
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const LINES[] = {"", " ", "x", "a word", "qemu-system-x86_64: warning",
		"1_a", "virtio_blk_handle_read: x", "[ID: 1] x_y"};
	char longest[128];

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++)
		ck_assert_msg(!parse(LINES[i]), "%s", LINES[i]);
	memset(longest, '_', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert(!parse(longest));
}
END_TEST

UNIT_MAIN("qemu_trace", a_virtio_disk, other_disks, the_machine, what_is_only_counted, what_is_none)
