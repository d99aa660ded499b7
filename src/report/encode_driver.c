/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "parse/modalias.h"
#include "report/driver_state.h"

#include <string.h>

static const char *const ROLES[ROLE_COUNT] = {
	[ROLE_OTHER] = "other",
	[ROLE_STORAGE] = "storage",
	[ROLE_SERIAL] = "serial",
	[ROLE_VIRTIO] = "virtio",
	[ROLE_NVME] = "nvme",
	[ROLE_NETWORK] = "network",
	[ROLE_FWCFG] = "fwcfg",
};

void encode_virtio_ports(struct encoding *encoding)
{
	struct record *record = encoding->record;

	fact_foreach (port, encoding->facts->virtio_ports) {
		record_begin(record, encoding->report, "virtio.port");
		record_text(record, "device", port->device);
		record_subject(record);
		record_text(record, "name", port->name);
		record_text(record, "parent", port->parent);
		record_flag(record, "is_ours", port->is_ours);
		record_answer(record, "is_console", port->is_console);
		record_answer(record, "is_read", port->is_read_by_host);
		encoding_end(encoding, port);
	}
}

/* All virtio devices share one record: what matters of one without a driver has its own below. */
void encode_virtio_devices(struct encoding *encoding)
{
	struct record *record = encoding->record;

	if (!fact_count(encoding->facts->virtio_devices))
		return;
	record_begin(record, encoding->report, "device");
	record_string(record, "bus", "virtio");
	record_subject(record);
	record_array_begin(record, "devices");
	fact_foreach (device, encoding->facts->virtio_devices) {
		record_object_begin(record);
		record_text(record, "name", device->name);
		record_u64(record, "virtio_type", device->type);
		record_string(record, "kind", virtio_type_name(device->type));
		record_text(record, "driver", device->driver);
		record_text(record, "parent", device->parent);
		record_text(record, "tag", device->tag);
		if (device->has_vsock_cid)
			record_u64(record, "vsock_cid", device->vsock_cid);
		if (device->has_status && device->status & 0xc0)
			record_hex(record, "status", device->status);
		record_object_end(record);
	}
	record_array_end(record);
	(void)record_end(record);
}

/* Before udev no device has its driver, and nearly all get theirs: one that got it is news only
 * where it was told of before. */
static bool is_news(const struct encoding *encoding, const struct unbound_device_fact *device)
{
	const char *base = (const char *)encoding->facts;

	if (encoding->facts->boot.phase == BOOT_PHASE_EARLY)
		return false;
	return device->state != DRIVER_BOUND ||
	       encoding_sequence(encoding, (uint32_t)((const char *)device - base));
}

void encode_unbound_devices(struct encoding *encoding)
{
	struct record *record = encoding->record;

	fact_foreach (device, encoding->facts->unbound_devices) {
		if (!is_news(encoding, device))
			continue;
		record_begin(record, encoding->report, "device");
		record_text(record, "bus", device->bus);
		record_text(record, "name", device->device);
		record_subject(record);
		record_string(record, "role", ROLES[device->role % ROLE_COUNT]);
		record_bool(record, "bound", device->state == DRIVER_BOUND);
		/* One that has a driver was told of before. */
		if (device->state != DRIVER_BOUND) {
			record_text(record, "ids", device->ids);
			record_text(record, "class", device->class_id);
			record_text(record, "modalias", device->modalias);
		}
		record_text(record, "module", device->module);
		record_string(record, "state", driver_state_name(device->state));
		if (device->lookup < 0)
			record_outcome(record, "lookup", device->lookup);
		encoding_end(encoding, device);
	}
}
