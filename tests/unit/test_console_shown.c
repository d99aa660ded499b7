/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "hook/collector_part.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;

static struct probe_fact *add_writer(const char *console, enum probe_state state)
{
	struct probe_fact *probe = fact_new(facts.probes);

	(void)text_copy(probe->name, sizeof(probe->name), "console-sink");
	(void)text_copy(probe->subject, sizeof(probe->subject), console);
	probe->state = state;
	fact_done(facts.probes);
	return probe;
}

START_TEST(the_console_of_a_script_has_the_page)
{
	struct probe_fact *last;

	(void)text_copy(facts.dev_console.device, sizeof(facts.dev_console.device), "ttyS0");
	ck_assert(!console_output_is_shown(&facts));
	(void)add_writer("tty0", PROBE_DONE);
	ck_assert(!console_output_is_shown(&facts));
	(void)add_writer("ttyS0", PROBE_DONE);
	ck_assert(console_output_is_shown(&facts));
	last = add_writer("ttyS0", PROBE_TIMEOUT);
	ck_assert(!console_output_is_shown(&facts));
	last->state = PROBE_DONE;
	last->error = -EIO;
	ck_assert(!console_output_is_shown(&facts));
	last->error = 0;
	ck_assert(console_output_is_shown(&facts));
	/* What a script writes comes out of another one. */
	facts.console_redirect.outcome = OUTCOME_OK;
	fact_publish(&facts.console_redirect.once);
	ck_assert(!console_output_is_shown(&facts));
}

UNIT_MAIN("console_shown", the_console_of_a_script_has_the_page)
