/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include "base/text.h"
#include "rule/judge.h"

#include <string.h>

const char *const SEVERITY_NAMES[SEVERITY_COUNT] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

/* What keeps others from being told apart stands before them: a disk that cannot be read before the
 * root that is not found, a UART that no driver took before the console that it would have been. */
const struct rule RULES[] = {
	{"growroot.trap", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_growroot_trap},
	{"device.no-driver", SEVERITY_ERROR, BOOT_PHASE_STALLED, judge_device_no_driver},
	{"disk.hung", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_disk_hung},
	{"disk.read-error", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_disk_read_error},
	{"gpt.sector-size", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_gpt_sector_size},
	{"gpt.primary-corrupt", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_gpt_primary_corrupt},
	{"gpt.overlap", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_gpt_overlap},
	{"root.absent", SEVERITY_ERROR, BOOT_PHASE_STALLED, judge_root_absent},
	{"root.ambiguous", SEVERITY_ERROR, BOOT_PHASE_STALLED, judge_root_ambiguous},
	{"handoff.init-missing", SEVERITY_ERROR, BOOT_PHASE_HANDOFF, judge_handoff_init_missing},
	{"handoff.init-unusable", SEVERITY_ERROR, BOOT_PHASE_HANDOFF, judge_handoff_init_unusable},
	{"pid1.exit", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_pid1_exit},
	{"pid1.frozen", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_pid1_frozen},
	{"boot.livelock", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_boot_livelock},
	{"boot.stalled", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_boot_stalled},
	{"uart.unbound", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_uart_unbound},
	{"console.closed", SEVERITY_ERROR, BOOT_PHASE_STALLED, judge_console_closed},
	{"console.phantom", SEVERITY_ERROR, BOOT_PHASE_EARLY, judge_console_phantom},
	{"console.absent", SEVERITY_WARNING, BOOT_PHASE_STALLED, judge_console_absent},
	{"console.blocked", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_console_blocked},
	{"acpi.malformed", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_acpi_malformed},
	{"acpi.off", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_acpi_off},
	{"gpt.backup-corrupt", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_gpt_backup_corrupt},
	{"gpt.entries-mismatch", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_gpt_entries_mismatch},
	{"gpt.kernel-mismatch", SEVERITY_WARNING, BOOT_PHASE_STALLED, judge_gpt_kernel_mismatch},
	{"gpt.backup-misplaced", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_gpt_backup_misplaced},
	{"disk.slow", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_disk_slow},
	{"root.late", SEVERITY_WARNING, BOOT_PHASE_STALLED, judge_root_late},
	{"root.full", SEVERITY_WARNING, BOOT_PHASE_HANDOFF, judge_root_full},
	{"uart.undeclared", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_uart_undeclared},
	{"probe.timeout", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_probe_timeout},
	{"probe.crashed", SEVERITY_WARNING, BOOT_PHASE_EARLY, judge_probe_crashed},
	{"sink.dropped", SEVERITY_WARNING, BOOT_PHASE_STALLED, judge_sink_dropped},
	{"gpt.growable", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_gpt_growable},
	{"console.healed", SEVERITY_INFO, BOOT_PHASE_EARLY, judge_console_healed},
	{"console.no-uart", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_console_no_uart},
	{"virtio.port-missing", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_virtio_port_missing},
	{"virtio.port-unread", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_virtio_port_unread},
	{"fwcfg.absent", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_fwcfg_absent},
	{"fwcfg.unbound", SEVERITY_INFO, BOOT_PHASE_STALLED, judge_fwcfg_unbound},
	{"platform.nested", SEVERITY_INFO, BOOT_PHASE_EARLY, judge_platform_nested},
	{"platform.unknown", SEVERITY_INFO, BOOT_PHASE_EARLY, judge_platform_unknown},
};
const size_t RULES_COUNT = ARRAY_SIZE(RULES);

/* --------------------------------------------------------------------------------- one story */

const struct story STORIES[] = {
	{"pid1.exit", "growroot.trap", STORY_ANY},
	{"pid1.exit", "handoff.init-missing", STORY_ANY},
	{"pid1.exit", "handoff.init-unusable", STORY_ANY},
	{"pid1.exit", "root.absent", STORY_ANY},
	{"boot.stalled", "boot.livelock", STORY_ANY},
	{"boot.stalled", "disk.hung", STORY_ITS_DISK},
	{"pid1.frozen", "root.absent", STORY_ANY},
	{"console.phantom", "growroot.trap", STORY_ANY},
	{"gpt.growable", "growroot.trap", STORY_ANY},
	{"gpt.backup-misplaced", "growroot.trap", STORY_ANY},
	{"console.no-uart", "growroot.trap", STORY_ANY},
	{"console.closed", "growroot.trap", STORY_ANY},
	{"console.closed", "uart.unbound", STORY_ANY},
	{"console.phantom", "uart.unbound", STORY_ANY},
	{"console.phantom", "console.healed", STORY_ANY},
	{"console.absent", "uart.unbound", STORY_ANY},
	{"console.absent", "console.closed", STORY_ANY},
	{"console.absent", "device.no-driver", STORY_ANY},
	{"console.no-uart", "uart.unbound", STORY_ANY},
	{"console.no-uart", "console.phantom", STORY_ANY},
	{"console.no-uart", "console.absent", STORY_ANY},
	{"console.no-uart", "console.healed", STORY_ANY},
	{"uart.undeclared", "acpi.malformed", STORY_ANY},
	{"probe.timeout", "disk.hung", STORY_ANY},
	{"probe.timeout", "disk.slow", STORY_SAME_SUBJECT},
	{"probe.timeout", "console.blocked", STORY_SAME_SUBJECT},
	{"probe.crashed", "acpi.malformed", STORY_ANY},
	{"disk.slow", "disk.hung", STORY_SAME_SUBJECT},
	{"disk.slow", "disk.read-error", STORY_SAME_SUBJECT},
	{"disk.read-error", "disk.hung", STORY_SAME_SUBJECT},
	{"gpt.primary-corrupt", "disk.read-error", STORY_SAME_SUBJECT},
	{"gpt.backup-corrupt", "disk.read-error", STORY_SAME_SUBJECT},
	{"gpt.backup-corrupt", "disk.hung", STORY_SAME_SUBJECT},
	{"gpt.backup-corrupt", "gpt.sector-size", STORY_SAME_SUBJECT},
	{"gpt.backup-corrupt", "gpt.primary-corrupt", STORY_SAME_SUBJECT},
	{"gpt.entries-mismatch", "gpt.primary-corrupt", STORY_SAME_SUBJECT},
	{"gpt.entries-mismatch", "gpt.overlap", STORY_SAME_SUBJECT},
	{"gpt.entries-mismatch", "gpt.backup-corrupt", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "disk.hung", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "disk.read-error", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "gpt.sector-size", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "gpt.primary-corrupt", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "gpt.overlap", STORY_SAME_SUBJECT},
	{"gpt.kernel-mismatch", "gpt.backup-corrupt", STORY_SAME_SUBJECT},
	{"gpt.backup-misplaced", "gpt.primary-corrupt", STORY_SAME_SUBJECT},
	{"root.absent", "device.no-driver", STORY_ANY},
	{"root.absent", "disk.hung", STORY_ITS_DISK},
	{"root.absent", "disk.read-error", STORY_ITS_DISK},
	{"root.absent", "gpt.sector-size", STORY_ITS_DISK},
	{"root.absent", "gpt.primary-corrupt", STORY_ITS_DISK},
	{"root.late", "disk.hung", STORY_ANY},
	{"root.late", "disk.slow", STORY_ANY},
};
const size_t STORIES_COUNT = ARRAY_SIZE(STORIES);

static bool is_in_scope(
	const struct finding *leader, const struct finding *part, enum story_scope scope)
{
	if (scope == STORY_SAME_SUBJECT)
		return strcmp(leader->subject, part->subject) == 0;
	return scope == STORY_ANY || !part->disk[0] || strcmp(leader->subject, part->disk) == 0;
}

static const struct finding *leader_of(
	const struct findings *findings, const struct finding *part, const struct story *story)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->item[i];

		if (strcmp(finding->id, story->leader) == 0 &&
			finding->severity >= part->severity &&
			is_in_scope(finding, part, story->scope))
			return finding;
	}
	return NULL;
}

/* A leader may belong to a story itself; the one that leads it all is named. */
static const char *story_of(const struct findings *findings, const struct finding *part)
{
	const char *found = NULL;

	for (size_t hops = 0; hops < 4; hops++) {
		const struct finding *leader = NULL;

		for (size_t i = 0; i < STORIES_COUNT && !leader; i++) {
			if (strcmp(STORIES[i].part, part->id) == 0)
				leader = leader_of(findings, part, &STORIES[i]);
		}
		if (!leader)
			break;
		found = leader->id;
		part = leader;
	}
	return found;
}

/* ------------------------------------------------------------------------------------- order */

static size_t rank_of(const char *id)
{
	for (size_t i = 0; i < RULES_COUNT; i++) {
		if (strcmp(RULES[i].id, id) == 0)
			return i;
	}
	return RULES_COUNT;
}

/* Of several findings that bear the leader's id, the one about the same disk; else the first. */
static const struct finding *leader_for(
	const struct findings *findings, const struct finding *finding)
{
	const struct finding *leader = NULL;

	if (!finding->part_of)
		return finding;
	for (uint32_t i = 0; i < findings->count && !leader; i++) {
		if (strcmp(findings->item[i].id, finding->part_of) == 0 &&
			strcmp(findings->item[i].subject,
				finding->disk[0] ? finding->disk : finding->subject) == 0)
			leader = &findings->item[i];
	}
	return leader ? leader : findings_find(findings, finding->part_of);
}

/* Greater is told first. */
static size_t weight_of(const struct findings *findings, const struct finding *finding)
{
	const struct finding *leader = leader_for(findings, finding);
	size_t own = RULES_COUNT - rank_of(finding->id);
	size_t story = RULES_COUNT - rank_of(leader->id);

	return (((size_t)leader->severity * 128 + story) * 2 +
		       (leader == finding || !finding->part_of)) *
		       1024 +
	       (size_t)finding->severity * 128 + own;
}

/* Insertion: stable, so that subjects keep the order of their facts. */
static void put_in_order(struct findings *findings)
{
	size_t weight[FINDINGS_MAX];

	for (uint32_t i = 0; i < findings->count; i++)
		weight[i] = weight_of(findings, &findings->item[i]);
	for (uint32_t i = 1; i < findings->count; i++) {
		struct finding moved = findings->item[i];
		size_t moved_weight = weight[i];
		uint32_t to = i;

		for (; to && weight[to - 1] < moved_weight; to--) {
			findings->item[to] = findings->item[to - 1];
			weight[to] = weight[to - 1];
		}
		findings->item[to] = moved;
		weight[to] = moved_weight;
	}
}

void findings_arrange(struct findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++)
		findings->item[i].part_of = story_of(findings, &findings->item[i]);
	put_in_order(findings);
}

/* --------------------------------------------------------------------------------------- all */

/* Findings that something is not there, or that two lists do not agree. */
static const char *const OF_ABSENCE[] = {"device.no-driver", "root.absent", "uart.unbound",
	"console.absent", "gpt.kernel-mismatch", "uart.undeclared", "console.no-uart",
	"virtio.port-missing", "fwcfg.absent", "fwcfg.unbound", "platform.unknown", "acpi.off",
	"console.closed"};

/* A probe that found nothing for want of memory or descriptors has seen no absence. */
static bool is_of_absence(const struct rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(OF_ABSENCE); i++) {
		if (strcmp(OF_ABSENCE[i], rule->id) == 0)
			return true;
	}
	return false;
}

/* Whether what a rule asks is known by now: devices that are not there may still come. */
static bool is_time_for(const struct rule *rule, const struct boot_fact *boot)
{
	return boot->phase >= rule->from ||
	       (boot->is_root_there && rule->from == BOOT_PHASE_HANDOFF);
}

void rules_judge(const struct facts *facts, struct findings *ret)
{
	bool is_short = short_probe(facts) != NULL;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < RULES_COUNT; i++) {
		struct judgement judgement = {.facts = facts, .findings = ret, .rule = &RULES[i]};

		if (!is_time_for(&RULES[i], &facts->boot))
			continue;
		if (!(is_short && is_of_absence(&RULES[i])) &&
			RULES[i].judge(&judgement) != VERDICT_UNKNOWN)
			continue;
		if (ret->undecided_count < RULES_MAX)
			ret->undecided[ret->undecided_count++] = RULES[i].id;
		ret->is_undecided |= RULES[i].worst > SEVERITY_INFO;
	}
	findings_arrange(ret);
}

uint32_t findings_count(const struct findings *findings, enum severity severity)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < findings->count; i++)
		count += findings->item[i].severity == severity && !findings->item[i].part_of;
	return count;
}

enum severity findings_worst(const struct findings *findings)
{
	enum severity worst = SEVERITY_INFO;

	for (uint32_t i = 0; i < findings->count; i++) {
		if (findings->item[i].severity > worst)
			worst = findings->item[i].severity;
	}
	return worst;
}

const struct finding *findings_find(const struct findings *findings, const char *id)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		if (strcmp(findings->item[i].id, id) == 0)
			return &findings->item[i];
	}
	return NULL;
}
