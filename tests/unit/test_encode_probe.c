/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;
static struct said_facts said;
static struct report report;
static struct record record;
static struct encoding encoding = {&report, &record, &facts, &said};
static char lines[8][1024];
static size_t line_count;

static uint64_t fixed_clock(void)
{
	return 1;
}

static void keep(void *context, const char *line, size_t length)
{
	(void)context;
	ck_assert_uint_lt(line_count, ARRAY_SIZE(lines));
	(void)text_copy_bytes(lines[line_count++], sizeof(lines[0]), line, length);
}

static void begin(void)
{
	memset(&facts, 0, sizeof(facts));
	memset(&said, 0, sizeof(said));
	report_init(&report, "12345678", keep, NULL, fixed_clock);
	line_count = 0;
}

static struct probe_fact *run(const char *name, const char *subject, enum probe_state state)
{
	struct probe_fact *probe = fact_new(facts.probes);

	(void)text_copy(probe->name, sizeof(probe->name), name);
	(void)text_copy(probe->subject, sizeof(probe->subject), subject);
	probe->state = state;
	fact_done(facts.probes);
	return probe;
}

/* Says what is new; the last line must hold the state, NULL: there is no new one. */
static void say(const char *state)
{
	size_t before = line_count;

	report_omit_nothing(&report);
	encode_probes(&encoding);
	ck_assert_uint_eq(line_count - before, state ? 1 : 0);
	if (state)
		ck_assert_ptr_nonnull(strstr(lines[line_count - 1], state));
}

START_TEST(what_was_said_is_taken_back)
{
	begin();
	(void)run("console", "", PROBE_DONE);
	(void)run("acpi", "", PROBE_TIMEOUT);
	say("\"name\":\"acpi\",\"state\":\"timeout\"");
	(void)run("acpi", "sda", PROBE_DONE);
	(void)run("acpi", "", PROBE_RUNNING);
	say(NULL);
	(void)run("acpi", "", PROBE_DONE);
	say("\"name\":\"acpi\",\"state\":\"done\"");
	say(NULL);
	(void)run("acpi", "", PROBE_CRASHED);
	say("\"state\":\"crashed\"");
}
END_TEST

START_TEST(what_could_not_be_confined_is_told)
{
	begin();
	run("acpi", "", PROBE_DONE)->unconfined = -ENOMEM;
	say("\"unconfined\":\"ENOMEM\"");
	say(NULL);
}
END_TEST

START_TEST(what_was_not_said_need_not_be)
{
	begin();
	(void)run("acpi", "", PROBE_TIMEOUT);
	(void)run("acpi", "", PROBE_DONE);
	say(NULL);
	(void)run("disk", "sda", PROBE_TIMEOUT);
	(void)run("disk", "sda", PROBE_TIMEOUT);
	say("\"subject\":\"sda\",\"state\":\"timeout\"");
}
END_TEST

static uint32_t devices_told(enum boot_phase phase)
{
	size_t before = line_count;

	facts.boot.phase = phase;
	report_omit_nothing(&report);
	encode_unbound_devices(&encoding);
	return (uint32_t)(line_count - before);
}

/* Before udev no device has its driver; one that has it later is news only where that was told. */
START_TEST(a_device_is_told_of_when_its_driver_is_late)
{
	struct unbound_device_fact *early, *late;

	begin();
	early = fact_new(facts.unbound_devices);
	(void)text_copy(early->device, sizeof(early->device), "virtio0");
	early->state = DRIVER_MODULE_FILE;
	fact_done(facts.unbound_devices);
	late = fact_new(facts.unbound_devices);
	(void)text_copy(late->device, sizeof(late->device), "virtio1");
	late->state = DRIVER_MODULE_FILE;
	fact_done(facts.unbound_devices);

	ck_assert_uint_eq(devices_told(BOOT_PHASE_EARLY), 0);
	early->state = DRIVER_BOUND;
	ck_assert_uint_eq(devices_told(BOOT_PHASE_STALLED), 1);
	ck_assert_ptr_nonnull(strstr(lines[0], "\"virtio1\""));
	ck_assert_ptr_nonnull(strstr(lines[0], "\"bound\":false"));
	late->state = DRIVER_BOUND;
	ck_assert_uint_eq(devices_told(BOOT_PHASE_EARLY), 0);
	ck_assert_uint_eq(devices_told(BOOT_PHASE_HANDOFF), 1);
	ck_assert_ptr_nonnull(strstr(lines[1], "\"virtio1\""));
	ck_assert_ptr_nonnull(strstr(lines[1], "\"bound\":true"));
}
END_TEST

UNIT_MAIN("encode_probe", a_device_is_told_of_when_its_driver_is_late, what_was_said_is_taken_back,
	what_could_not_be_confined_is_told, what_was_not_said_need_not_be)
