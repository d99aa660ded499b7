/* SPDX-License-Identifier: MIT */
/*
 * What rules are written with, and the rules by subject.
 */
#ifndef RULE_JUDGE_H
#define RULE_JUDGE_H

#include "base/text.h"
#include "rule/rule.h"

#include <string.h>

struct judgement {
	const struct facts *facts;
	struct findings *findings;
	const struct rule *rule;
};

/* Adds a finding and returns it for its texts; never NULL: one that finds no room is counted and
 * lost. subject may be a char array of size bytes without an end. */
struct finding *finding_add(
	struct judgement *judgement, enum severity severity, const char *subject, size_t size);
#define finding_about(judgement, severity, array) \
	finding_add(judgement, severity, array, sizeof(array))

/* Appends strings to the summary, up to NULL. */
void finding_say(struct finding *finding, ...) __attribute__((sentinel));
void finding_say_u64(struct finding *finding, uint64_t value);
void finding_say_size(struct finding *finding, uint64_t bytes);
void finding_say_chars(struct finding *finding, const char *chars, size_t size);
#define finding_say_array(finding, array) finding_say_chars(finding, array, sizeof(array))
/* Strings around the char array of a fact: "the disk ", block->name, " is slow". */
#define finding_say_name(finding, before, array, after) \
	do {                                            \
		finding_say(finding, before, NULL);     \
		finding_say_array(finding, array);      \
		finding_say(finding, after, NULL);      \
	} while (0)

/* A copy of a fact's char array, which a probe that died may have left without its end. */
#define COPY_OF(copy, array)          \
	char copy[sizeof(array) + 1]; \
	(void)text_copy_bytes(copy, sizeof(copy), array, strnlen(array, sizeof(array)))

/* Adds a change, joined from the strings up to NULL. */
void finding_fix(struct finding *finding, const char *tool, ...) __attribute__((sentinel));

/* A fact of facts that the finding rests on. */
void finding_because(const struct judgement *judgement, struct finding *finding, const void *fact);

/* The worse of two verdicts, where "bad" wins over "unknown" and "unknown" over "good". */
enum verdict verdict_worst(enum verdict a, enum verdict b);

/* The value of the last such kernel parameter, or NULL. Out of the redacted command line; buf holds
 * it. */
const char *kernel_parameter(const struct facts *facts, const char *name, char *buf, size_t size);
bool has_kernel_parameter(const struct facts *facts, const char *name, const char *value);

bool is_text_empty(const char *chars);
bool is_equal(const char *a, const char *b, size_t size);

/* Machines by what their owner configures them with: a cloud's KVM is nobody's QEMU. */
bool is_qemu(const struct platform_fact *platform);

/* A list that is empty says something only when the probe that fills it came to its end. */
bool has_probed(const struct facts *facts, const char *probe);

/* Facts that several rules ask for. */
const struct console_fact *last_console(const struct facts *facts);
bool is_phantom(const struct console_fact *console);
/* What is written to /dev/console goes to another tty. */
bool is_console_healed(const struct facts *facts);
/* UNKNOWN where the console probe did not come to an end. */
enum verdict is_dev_console_failing(const struct facts *facts);
const struct block_fact *block_find(const struct facts *facts, const char *name);
const struct gpt_fact *gpt_find(const struct facts *facts, const char *disk);
/* UNKNOWN where nobody has listed the disks, or one of them is still being looked at; else GOOD. */
enum verdict are_disks_known(const struct facts *facts);
/* The disk that a partition lies on, or the block device itself. */
const struct block_fact *disk_of(const struct facts *facts, const struct block_fact *block);
/* The device that root= names, when there is exactly one. */
const struct block_fact *root_block(const struct facts *facts);
/* Discs and floppies, and disks that hold the image of a disc, have tables that no rule of ours can
 * judge. */
bool is_plain_disk(const struct facts *facts, const struct block_fact *block);
/* root= is a folder of the host, which a virtio device shares under a tag. */
bool is_root_share(const struct facts *facts);
/* The same for such a root alone: it takes a device with that tag. */
enum answer is_share_missing(const struct facts *facts);
/* What the host shares instead, and how it would share what is asked for. */
void say_what_is_shared(struct judgement *judgement, struct finding *finding);
/* Whether the root, of whatever kind, could be behind this device. */
bool can_hold_root(const struct facts *facts, const struct unbound_device_fact *device);
/* The initramfs is the system: there is no handoff that anything could be wrong with. */
bool is_without_stage2(const struct facts *facts);
/* YES: the root file system was not found although it is time; UNKNOWN: it cannot be told. */
enum answer is_root_missing(const struct facts *facts);
/* growpart(1) leaves alone what would grow by less than this. */
#define GROWTH_MIN_BYTES (UINT64_C(1) << 20)
/* How much the root partition may be enlarged by; 0: not at all, or not known. */
uint64_t root_room_bytes(const struct facts *facts);
const struct grower_fact *grower_at_risk(const struct facts *facts);
/* Something that must be opened or put together (crypto_LUKS, LVM2_member, ...) and was not. */
const struct filesystem_fact *unopened_find(const struct facts *facts, const char *type);
/* Opening the root takes a passphrase, by what the command line says, and nobody gave it yet. */
bool is_root_locked(const struct facts *facts);

enum verdict judge_console_phantom(struct judgement *judgement);
enum verdict judge_console_closed(struct judgement *judgement);
enum verdict judge_console_absent(struct judgement *judgement);
enum verdict judge_console_blocked(struct judgement *judgement);
enum verdict judge_pid1_exit(struct judgement *judgement);
enum verdict judge_boot_livelock(struct judgement *judgement);
enum verdict judge_boot_stalled(struct judgement *judgement);
enum verdict judge_pid1_frozen(struct judgement *judgement);
enum verdict judge_console_healed(struct judgement *judgement);
enum verdict judge_console_no_uart(struct judgement *judgement);
enum verdict judge_uart_undeclared(struct judgement *judgement);
enum verdict judge_uart_unbound(struct judgement *judgement);
enum verdict judge_acpi_off(struct judgement *judgement);
enum verdict judge_acpi_malformed(struct judgement *judgement);
enum verdict judge_fwcfg_absent(struct judgement *judgement);
enum verdict judge_fwcfg_unbound(struct judgement *judgement);
enum verdict judge_virtio_port_missing(struct judgement *judgement);
enum verdict judge_virtio_port_unread(struct judgement *judgement);
enum verdict judge_device_no_driver(struct judgement *judgement);
enum verdict judge_root_absent(struct judgement *judgement);
enum verdict judge_root_late(struct judgement *judgement);
enum verdict judge_root_ambiguous(struct judgement *judgement);
enum verdict judge_root_full(struct judgement *judgement);
enum verdict judge_disk_slow(struct judgement *judgement);
enum verdict judge_disk_hung(struct judgement *judgement);
enum verdict judge_disk_read_error(struct judgement *judgement);
enum verdict judge_gpt_primary_corrupt(struct judgement *judgement);
enum verdict judge_gpt_backup_corrupt(struct judgement *judgement);
enum verdict judge_gpt_backup_misplaced(struct judgement *judgement);
enum verdict judge_gpt_entries_mismatch(struct judgement *judgement);
enum verdict judge_gpt_overlap(struct judgement *judgement);
enum verdict judge_gpt_sector_size(struct judgement *judgement);
enum verdict judge_gpt_kernel_mismatch(struct judgement *judgement);
enum verdict judge_gpt_growable(struct judgement *judgement);
enum verdict judge_growroot_trap(struct judgement *judgement);
enum verdict judge_handoff_init_missing(struct judgement *judgement);
enum verdict judge_handoff_init_unusable(struct judgement *judgement);
enum verdict judge_platform_nested(struct judgement *judgement);
enum verdict judge_platform_unknown(struct judgement *judgement);
enum verdict judge_probe_timeout(struct judgement *judgement);
enum verdict judge_probe_crashed(struct judgement *judgement);
enum verdict judge_sink_dropped(struct judgement *judgement);

#endif
