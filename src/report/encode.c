/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

static void (*const ENCODERS[])(struct encoding *encoding) = {
	encode_platform,
	encode_cmdline,
	encode_acpi_tables,
	encode_acpi_devices,
	encode_fwcfg,
	encode_consoles,
	encode_uarts,
	encode_virtio_ports,
	encode_virtio_devices,
	encode_unbound_devices,
	encode_blocks,
	encode_gpts,
	encode_filesystems,
	encode_root,
	encode_handoff,
	encode_kernel_events,
	encode_probes,
};

void encode_facts(struct encoding *encoding)
{
	for (size_t i = 0; i < ARRAY_SIZE(ENCODERS); i++)
		ENCODERS[i](encoding);
}
