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
	encode_recording,
	encode_kernel_events,
	encode_probes,
};

static uint32_t place_of(const struct encoding *encoding, const void *fact)
{
	return (uint32_t)((const char *)fact - (const char *)encoding->facts);
}

/* Places are multiples of 8; the factor spreads them (Knuth). */
static uint32_t bucket_of(uint32_t place)
{
	return place * UINT32_C(2654435761) >> 20 & (SAID_FACTS_BUCKETS - 1);
}

static uint32_t said_at(const struct said_facts *said, uint32_t place)
{
	uint32_t at = said->first[bucket_of(place)];

	while (at && said->item[at - 1].place != place)
		at = said->item[at - 1].next;
	return at;
}

void encoding_note(struct encoding *encoding, const void *fact, uint32_t sequence)
{
	struct said_facts *said = encoding->said;
	uint32_t place = place_of(encoding, fact), at;

	if (!said || !sequence)
		return;
	at = said_at(said, place);
	if (at) {
		said->item[at - 1].sequence = sequence;
	} else if (said->count < SAID_FACTS_MAX) {
		uint32_t *first = &said->first[bucket_of(place)];

		said->item[said->count++] = (struct said_fact){place, sequence, *first};
		*first = said->count;
	}
}

void encoding_end(struct encoding *encoding, const void *fact)
{
	encoding_note(encoding, fact, record_end(encoding->record));
}

uint32_t encoding_sequence(const struct encoding *encoding, uint32_t place)
{
	uint32_t at = encoding->said ? said_at(encoding->said, place) : 0;

	return at ? encoding->said->item[at - 1].sequence : 0;
}

void encode_facts(struct encoding *encoding)
{
	report_omit_nothing(encoding->report);
	for (size_t i = 0; i < ARRAY_SIZE(ENCODERS); i++)
		ENCODERS[i](encoding);
}
