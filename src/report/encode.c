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
	encode_growers,
	encode_kernel_events,
	encode_probes,
};

static uint32_t place_of(const struct encoding *encoding, const void *fact)
{
	return (uint32_t)((const char *)fact - (const char *)encoding->facts);
}

void encoding_note(struct encoding *encoding, const void *fact, uint32_t sequence)
{
	struct said_facts *said = encoding->said;
	uint32_t place = place_of(encoding, fact);
	uint32_t i = 0;

	if (!said || !sequence)
		return;
	while (i < said->count && said->item[i].place != place)
		i++;
	if (i == ARRAY_SIZE(said->item))
		return;
	said->item[i].place = place;
	said->item[i].sequence = sequence;
	said->count += i == said->count;
}

void encoding_end(struct encoding *encoding, const void *fact)
{
	encoding_note(encoding, fact, record_end(encoding->record));
}

uint32_t encoding_sequence(const struct encoding *encoding, uint32_t place)
{
	for (uint32_t i = 0; encoding->said && i < encoding->said->count; i++) {
		if (encoding->said->item[i].place == place)
			return encoding->said->item[i].sequence;
	}
	return 0;
}

void encode_facts(struct encoding *encoding)
{
	for (size_t i = 0; i < ARRAY_SIZE(ENCODERS); i++)
		ENCODERS[i](encoding);
}
