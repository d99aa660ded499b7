/* SPDX-License-Identifier: MIT */
#include "recorder/boot_end.h"

#include "base/clock.h"
#include "base/text.h"

/* All questions about units; a small machine answers within a tenth. */
#define UNITS_MAX_US (3 * US_PER_S)

static void note_when(const struct boot_watch *watch, const struct systemd_boot *boot,
	bool is_systemd, struct boot_end_fact *end)
{
	struct text because;

	text_init(&because, end->because, sizeof(end->because));
	if (is_systemd && boot->finished_us) {
		end->up_us = boot->finished_us;
		text_append(&because, "systemd has finished the boot");
		return;
	}
	end->up_us = watch->login_us;
	text_append(&because, watch->login);
	text_append(&because, " runs");
	if (is_systemd && boot->jobs) {
		text_append(&because, ", ");
		text_append_u64(&because, boot->jobs);
		text_append(&because, boot->jobs > 1 ? " jobs are left" : " job is left");
	}
}

static void note_seen(const struct boot_watch *watch, struct boot_end_fact *end)
{
	fact_foreach (part, watch->ended.slow) {
		*fact_new(end->slow) = *part;
		fact_done(end->slow);
	}
}

void boot_end_gather(const struct sysroot *proc, const struct boot_watch *watch,
	const struct systemd_boot *boot, outcome_t by_systemd, struct boot_end_fact *end)
{
	bool is_systemd = by_systemd == OUTCOME_OK;

	fact_list_reset(&end->slow.list);
	note_when(watch, boot, is_systemd, end);
	end->handoff_us = is_systemd ? boot->began_us : watch->root_us;
	end->units_read = by_systemd;
	if (is_systemd)
		end->units_read = outcome_from(systemd_boot_slowest(
			proc, clock_now_us() + UNITS_MAX_US, end->handoff_us, end->up_us, end));
	else
		note_seen(watch, end);
}
