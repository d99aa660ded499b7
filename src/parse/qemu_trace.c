/* SPDX-License-Identifier: MIT */
#include "parse/qemu_trace.h"

#include "base/text.h"

#include <string.h>

static const uint64_t SECTOR = 512;

/* ------------------------------------------------------------------------------------- arguments
 */

/* The value behind "KEY ", up to a blank or a comma: decimal, or hexadecimal with 0x. */
static bool argument(const char *text, const char *key, uint64_t *ret)
{
	char data[32];
	size_t length = strlen(key), width;

	for (const char *at = text; (at = strstr(at, key)); at += length) {
		if ((at > text && at[-1] != ' ' && at[-1] != '(') ||
			(at[length] != ' ' && at[length] != '='))
			continue;
		at += length + 1;
		width = strcspn(at, " ,)");
		return text_copy_bytes(data, sizeof(data), at, width) &&
		       text_parse_u64(data, 0, ret) == 0;
	}
	return false;
}

static bool argument_u32(const char *text, const char *key, uint32_t *ret)
{
	uint64_t value;

	if (!argument(text, key, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool set_place(struct qemu_trace *trace, uint64_t first, uint64_t count, uint64_t unit)
{
	return !__builtin_mul_overflow(first, unit, &trace->offset_bytes) &&
	       !__builtin_mul_overflow(count, unit, &trace->length_bytes);
}

/* ---------------------------------------------------------------------------------------- events
 */

static bool parse_blk_request(const char *text, struct qemu_trace *trace)
{
	uint64_t sector = 0, count = 0;

	trace->kind = QEMU_REQUEST;
	return argument(text, "vdev", &trace->device) && argument(text, "req", &trace->request) &&
	       (!argument(text, "sector", &sector) || argument(text, "nsectors", &count)) &&
	       set_place(trace, sector, count, SECTOR);
}

static bool parse_blk_done(const char *text, struct qemu_trace *trace)
{
	trace->kind = QEMU_DONE;
	return argument(text, "vdev", &trace->device) && argument(text, "req", &trace->request) &&
	       argument_u32(text, "status", &trace->value);
}

/* "Read (sector 0, count 8)": which disk is not told, nor when it was done. */
static bool parse_scsi(const char *text, struct qemu_trace *trace)
{
	uint64_t sector, count;

	trace->kind = QEMU_REQUEST;
	return argument(text, "sector", &sector) && argument(text, "count", &count) &&
	       set_place(trace, sector, count, SECTOR);
}

/* nlb blocks are count bytes. */
static bool parse_nvme(const char *text, struct qemu_trace *trace)
{
	uint64_t block, blocks, bytes, unit;

	trace->kind = QEMU_REQUEST;
	if (!argument(text, "nsid", &trace->device) || !argument(text, "nlb", &blocks) ||
		!argument(text, "count", &bytes) || !argument(text, "lba", &block) || !blocks)
		return false;
	unit = bytes / blocks;
	return set_place(trace, block, blocks, unit);
}

static bool parse_status(const char *text, struct qemu_trace *trace)
{
	trace->kind = QEMU_STATUS;
	return argument(text, "vdev", &trace->device) && argument_u32(text, "val", &trace->value);
}

static bool parse_running(const char *text, struct qemu_trace *trace)
{
	trace->kind = QEMU_RUNNING;
	trace->is_end = strstr(text, "(shutdown)") != NULL;
	return argument_u32(text, "running", &trace->value);
}

static bool parse_output(const char *text, struct qemu_trace *trace)
{
	trace->kind = QEMU_OUTPUT;
	return argument_u32(text, "port", &trace->value) &&
	       argument(text, "in_len", &trace->length_bytes);
}

static const struct {
	const char *event, *operation;
	bool (*parse)(const char *text, struct qemu_trace *trace);
} EVENTS[] = {
	{"virtio_blk_handle_read", "read", parse_blk_request},
	{"virtio_blk_handle_write", "write", parse_blk_request},
	{"virtio_blk_req_complete", "", parse_blk_done},
	{"virtio_set_status", "", parse_status},
	{"vm_state_notify", "", parse_running},
	{"virtio_console_flush_buf", "", parse_output},
	{"scsi_disk_dma_command_READ", "read", parse_scsi},
	{"scsi_disk_dma_command_WRITE", "write", parse_scsi},
	{"pci_nvme_read", "read", parse_nvme},
	{"pci_nvme_write", "write", parse_nvme},
};

/* Words with an underscore, as all events but those of a few old devices have. */
static size_t event_length(const char *text)
{
	size_t length =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if ((text[length] && text[length] != ' ') || !memchr(text, '_', length) ||
		(*text >= '0' && *text <= '9'))
		return 0;
	return length;
}

bool qemu_trace_parse(const char *text, struct qemu_trace *ret)
{
	struct qemu_trace trace = {0};
	size_t length = event_length(text);

	if (!length || !text_copy_bytes(trace.event, sizeof(trace.event), text, length))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		if (strcmp(EVENTS[i].event, trace.event) != 0)
			continue;
		(void)text_copy(trace.operation, sizeof(trace.operation), EVENTS[i].operation);
		/* An event of another version of QEMU is counted. */
		if (!EVENTS[i].parse(text + length, &trace)) {
			struct qemu_trace other = {.kind = QEMU_OTHER};

			(void)text_copy(other.event, sizeof(other.event), trace.event);
			trace = other;
		}
		break;
	}
	*ret = trace;
	return true;
}
