/* SPDX-License-Identifier: MIT */
#include "parse/pnp.h"

#include "base/text.h"

#include <string.h>

static void parse_state(struct acpi_device_fact *fact, char *rest)
{
	char *equals = text_next_field(&rest);
	char *state = equals ? text_next_field(&rest) : NULL;

	if (state)
		text_copy(fact->pnp_state, sizeof(fact->pnp_state), state);
}

static void parse_io(struct acpi_device_fact *fact, char *rest)
{
	char *range = text_next_field(&rest);
	char *dash = range ? strchr(range, '-') : NULL;
	struct io_range io;

	if (!dash || fact->pnp_io_count >= ACPI_RANGES_MAX)
		return;
	*dash = '\0';
	if (text_parse_u32(range, 16, &io.first) < 0 ||
		text_parse_u32(dash + 1, 16, &io.last) < 0 || io.last < io.first)
		return;
	fact->pnp_io[fact->pnp_io_count++] = io;
}

static void parse_irq(struct acpi_device_fact *fact, char *rest)
{
	char *number = text_next_field(&rest);
	uint32_t irq;

	if (!number || fact->pnp_irq_count >= ACPI_RANGES_MAX ||
		text_parse_u32(number, 10, &irq) < 0)
		return;
	fact->pnp_irqs[fact->pnp_irq_count++] = irq;
}

void pnp_resources_parse(char *text, struct acpi_device_fact *fact)
{
	static const struct {
		const char *word;
		void (*parse)(struct acpi_device_fact *fact, char *rest);
	} LINES[] = {{"state", parse_state}, {"io", parse_io}, {"irq", parse_irq}};
	char *line;

	while ((line = text_next_line(&text))) {
		char *word = text_next_field(&line);

		for (size_t i = 0; word && i < ARRAY_SIZE(LINES); i++) {
			if (strcmp(word, LINES[i].word) == 0)
				LINES[i].parse(fact, line);
		}
	}
}
