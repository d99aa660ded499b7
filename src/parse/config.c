/* SPDX-License-Identifier: MIT */
#include "parse/config.h"

#include "base/clock.h"
#include "base/text.h"
#include "parse/cmdline.h"

#include <string.h>

const char *const SINK_NAMES[SINK_KIND_COUNT] = {
	[SINK_KMSG] = "kmsg",
	[SINK_VIRTIO] = "virtio",
	[SINK_CONSOLE] = "console",
	[SINK_CONSOLE_RECORDS] = "console-records",
	[SINK_RUN] = "run",
};

/* A boot is not held up for longer than this, whatever the command line says. */
#define BUDGET_MAX_US (60 * US_PER_S)
#define STALL_MIN_US (1 * US_PER_S)
#define STALL_MAX_US (24 * 3600 * US_PER_S)
#define RECORD_MIN_US STALL_MIN_US
#define RECORD_MAX_US STALL_MAX_US

void config_init(struct config *config)
{
	*config = (struct config){
		.budget_us = 1 * US_PER_S,
		.stall_us = 30 * US_PER_S,
		.record_us = 600 * US_PER_S,
		.sinks = 1U << SINK_KMSG | 1U << SINK_VIRTIO | 1U << SINK_CONSOLE | 1U << SINK_RUN,
	};
}

static void add_problem(
	struct config *config, const struct cmdline_parameter *parameter, const char *why)
{
	/* What is no name any more may be a value, and a secret one. */
	size_t name = strspn(parameter->name, "abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	struct text text;

	if (config->problem_count++ >= CONFIG_PROBLEMS_MAX)
		return;
	text_init(&text, config->problem[config->problem_count - 1], sizeof(config->problem[0]));
	text_append_bytes(&text, parameter->name,
		name < parameter->name_length ? name : parameter->name_length);
	text_append(&text, ": ");
	text_append(&text, why);
}

static int parse_switch(const char *value, bool *ret_value)
{
	static const char *const ON[] = {"", "1", "on", "yes", "y", "true"};
	static const char *const OFF[] = {"0", "off", "no", "n", "false"};

	for (size_t i = 0; i < ARRAY_SIZE(ON); i++) {
		if (strcmp(value, ON[i]) == 0)
			return *ret_value = true, 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(OFF); i++) {
		if (strcmp(value, OFF[i]) == 0)
			return *ret_value = false, 0;
	}
	return -1;
}

/* A whole number with ms, s, min or nothing (seconds) behind it. */
static int parse_duration(const char *value, uint64_t *ret_us)
{
	static const struct {
		const char *suffix;
		uint64_t factor;
	} UNITS[] = {{"ms", US_PER_MS}, {"min", 60 * US_PER_S}, {"s", US_PER_S}, {"", US_PER_S}};
	size_t digits = strspn(value, "0123456789");
	char number[21];
	uint64_t count;

	if (!text_copy_bytes(number, sizeof(number), value, digits) ||
		text_parse_u64(number, 10, &count) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(UNITS); i++) {
		if (strcmp(value + digits, UNITS[i].suffix) == 0)
			return __builtin_mul_overflow(count, UNITS[i].factor, ret_us) ? -1 : 0;
	}
	return -1;
}

static const char *set_switch(struct config *config, char *value)
{
	return parse_switch(value, &config->is_on) < 0 ? "neither on nor off" : NULL;
}

static const char *set_budget(struct config *config, char *value)
{
	uint64_t us;

	if (parse_duration(value, &us) < 0)
		return "not a duration";
	if (us > BUDGET_MAX_US)
		return "more than 60 s";
	config->budget_us = us;
	return NULL;
}

static const char *set_stall(struct config *config, char *value)
{
	uint64_t us;

	if (parse_duration(value, &us) < 0)
		return "not a duration";
	if (us < STALL_MIN_US || us > STALL_MAX_US)
		return "not between 1 s and one day";
	config->stall_us = us;
	return NULL;
}

static int sink_by_name(const char *name)
{
	for (int i = 0; i < SINK_KIND_COUNT; i++) {
		if (strcmp(name, SINK_NAMES[i]) == 0)
			return i;
	}
	return -1;
}

static const char *set_sinks(struct config *config, char *value)
{
	const char *problem = NULL;
	uint32_t sinks = 0;

	while (*value) {
		size_t length = strcspn(value, ",");
		char *next = value + length + (value[length] == ',');
		int kind;

		value[length] = '\0';
		kind = sink_by_name(value);
		if (kind >= 0)
			sinks |= 1U << kind;
		else
			problem = "a sink that is not known";
		value = next;
	}
	/* A report that goes nowhere is never what was meant. */
	if (!sinks)
		return "no sink";
	config->sinks = sinks;
	return problem;
}

static const char *set_heal(struct config *config, char *value)
{
	bool is_console = strcmp(value, "console") == 0;

	if (!is_console && strcmp(value, "off") != 0)
		return "neither off nor console";
	config->may_heal_console = is_console;
	return NULL;
}

static const char *set_record(struct config *config, char *value)
{
	bool is_full = strcmp(value, "full") == 0, is_exit = strcmp(value, "exit") == 0;

	if (!is_full && !is_exit && strcmp(value, "off") != 0)
		return "neither off nor exit nor full";
	config->is_recording = is_full || is_exit;
	config->is_recording_full = is_full;
	return NULL;
}

static const char *set_record_for(struct config *config, char *value)
{
	uint64_t us;

	if (parse_duration(value, &us) < 0)
		return "not a duration";
	if (us < RECORD_MIN_US || us > RECORD_MAX_US)
		return "not between 1 s and one day";
	config->record_us = us;
	return NULL;
}

static const struct {
	const char *name;
	/* Returns what is wrong with the value, or NULL. */
	const char *(*set)(struct config *config, char *value);
} SETTERS[] = {
	{"bootprobe", set_switch},
	{"bootprobe.budget", set_budget},
	{"bootprobe.stall", set_stall},
	{"bootprobe.sinks", set_sinks},
	{"bootprobe.record", set_record},
	{"bootprobe.record-for", set_record_for},
	{"bootprobe.heal", set_heal},
};

static void config_apply(struct config *config, const struct cmdline_parameter *parameter)
{
	char value[256];
	const char *problem;

	if (!text_copy_bytes(value, sizeof(value), parameter->value ? parameter->value : "",
		    parameter->value_length)) {
		add_problem(config, parameter, "too long");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(SETTERS); i++) {
		if (!cmdline_is_name(parameter, SETTERS[i].name))
			continue;
		problem = SETTERS[i].set(config, value);
		if (problem)
			add_problem(config, parameter, problem);
		return;
	}
	add_problem(config, parameter, "not known");
}

static bool is_ours(const struct cmdline_parameter *parameter)
{
	static const char OURS[] = "bootprobe";
	size_t length = sizeof(OURS) - 1;

	return parameter->name_length >= length && memcmp(parameter->name, OURS, length) == 0 &&
	       (parameter->name_length == length || parameter->name[length] == '.');
}

bool config_is_ours(const char *text)
{
	struct cmdline_parameter parameter;

	return cmdline_next(&text, &parameter) && is_ours(&parameter);
}

void config_parse(struct config *config, const char *text)
{
	struct cmdline_parameter parameter;

	while (cmdline_next(&text, &parameter)) {
		if (is_ours(&parameter))
			config_apply(config, &parameter);
	}
}
