/* SPDX-License-Identifier: MIT */
/*
 * Cases for rules: a healthy machine, what is changed on it, and what the rule must say of that.
 * The cases of all subjects are judged together by test_rule.c, which also holds that each rule has
 * a bad, a good and an unknown one.
 */
#ifndef TESTS_UNIT_RULE_CASE_H
#define TESTS_UNIT_RULE_CASE_H

#include "base/clock.h"
#include "base/text.h"
#include "rule/judge.h"
#include "rule/rule.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define GIB (UINT64_C(1) << 30)
#define ROOT_UUID_TEXT "b0079a0b-0000-4000-8000-000000000003"

/* What the builders fill and the judges read. */
extern struct facts facts;
extern struct findings findings;

struct rule_case {
	const char *id;
	void (*build)(void); /* changes a healthy machine; NULL: nothing */
	enum verdict verdict;
	/* BAD only; NULL: whatever it is */
	enum severity severity;
	const char *subject, *says;
	const char *tool, *fix; /* a change of this tool that holds this text */
};

/* A fresh entry of a list of facts. */
#define add_to(list)                                               \
	({                                                         \
		__typeof__(&(list).item[0]) new_ = fact_new(list); \
		ck_assert_ptr_nonnull(new_);                       \
		memset(new_, 0, sizeof(*new_));                    \
		fact_done(list);                                   \
		new_;                                              \
	})

extern const struct rule_case CONSOLE_CASES[], UART_CASES[], DISK_CASES[], GPT_CASES[],
	ROOT_CASES[], HANDOFF_CASES[], DEVICE_CASES[], MACHINE_CASES[], PID1_CASES[],
	PROGRESS_CASES[], LIVELOCK_CASES[];
extern const size_t CONSOLE_CASES_COUNT, UART_CASES_COUNT, DISK_CASES_COUNT, GPT_CASES_COUNT,
	ROOT_CASES_COUNT, HANDOFF_CASES_COUNT, DEVICE_CASES_COUNT, MACHINE_CASES_COUNT,
	PID1_CASES_COUNT, PROGRESS_CASES_COUNT, LIVELOCK_CASES_COUNT;

/* A row ends where what it wants ends. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define RULE_CASES(name, ...)                          \
	const struct rule_case name[] = {__VA_ARGS__}; \
	const size_t name##_COUNT = ARRAY_SIZE(name)

/* ------------------------------------------------------------------------------- machines */

/* Nothing is known. */
void facts_reset(void);
/* A virtual machine of QEMU/KVM at the handoff: one UART, which is the last console; one virtio
 * disk with a GPT and an ext4 root; a report port that is read. Every probe came to its end. */
void healthy(void);

/* ------------------------------------------------------------------------------- builders */

#define set_text(array, value) (void)text_copy(array, sizeof(array), value)

void set_cmdline(const char *text);
struct console_fact *add_console(const char *name, enum console_kind kind);
struct console_fact *console_named(const char *name);
/* ttyS0 becomes the console without hardware, and so does /dev/console. */
void make_phantom(void);
void close_console(outcome_t error);
/* No UART at all, and no console that anybody asked for. */
void remove_serial(void);
struct uart_fact *add_uart(const char *name, uint64_t port, const char *bus);
struct acpi_device_fact *add_com_port(const char *path, uint32_t port);
struct acpi_table_fact *add_table(const char *name, const char *signature);
struct block_fact *add_disk(const char *name, const char *transport);
struct block_fact *add_partition(const char *disk, const char *name, uint32_t number);
struct block_fact *block_named(const char *name);
struct filesystem_fact *filesystem_on(const char *name);
void set_filesystem(const char *device, const char *type, const char *uuid);
/* A whole GPT whose last partition is the first one, without room behind it. */
struct gpt_fact *add_gpt(const char *disk);
struct gpt_fact *gpt_on(const char *disk);
struct probe_fact *add_probe(const char *name, const char *subject, enum probe_state state);
void forget_probe(const char *name);
struct unbound_device_fact *add_unbound(const char *bus, const char *device, enum device_role role,
	const char *ids, const char *module, enum driver_state state);
struct grower_fact *add_grower(const char *name, bool is_in_initrd);
/* A grower under "set -e" in the initrd, and room behind the root partition. */
void set_trap(uint64_t room_bytes);
struct kernel_event_fact *add_event(
	enum kernel_event_kind kind, const char *subject, const char *text);
struct sink_fact *add_sink(const char *name);
/* The boot has not come to its handoff, and nothing is mounted. */
void stall(void);
/* The same, and root= was not found. */
void lose_root(void);

/* ------------------------------------------------------------------------------- judging */

/* Judges by one rule alone. A rule that is not due yet is unknown. */
enum verdict judge(const char *id);
/* Judges by all. */
void judge_all(void);
bool has_fix(const struct finding *finding, const char *tool, const char *text);
/* That whatever was found is whole: strings that end, counts and indices within bounds. */
void assert_sound(void);
/* That nothing worse than good to know was found. */
void assert_no_alarm(const char *machine);

/* The other tests of rules, by file. */
#define RULE_TESTS(function, ...)                              \
	void function(TCase *tcase)                            \
	{                                                      \
		const TTest *const tests[] = {__VA_ARGS__};    \
                                                               \
		for (size_t i = 0; i < ARRAY_SIZE(tests); i++) \
			tcase_add_test(tcase, tests[i]);       \
	}

void add_story_tests(TCase *tcase);
void add_fix_tests(TCase *tcase);
void add_healthy_tests(TCase *tcase);
void add_healthy_machines(TCase *tcase);

#endif
