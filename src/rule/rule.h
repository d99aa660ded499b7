/* SPDX-License-Identifier: MIT */
/*
 * From facts to findings. A rule is pure: it reads facts and nothing else, and the same facts give
 * the same findings. What a rule cannot know makes it undecided, which is neither good nor bad.
 *
 * Adding a rule is one row in rule.c, one judge_* function beside those of its subject, one section
 * in docs/findings.md and a table of cases in tests/unit.
 */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include "bootprobe/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity { SEVERITY_INFO = 0, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_COUNT };
extern const char *const SEVERITY_NAMES[SEVERITY_COUNT];

enum verdict { VERDICT_UNKNOWN = 0, VERDICT_GOOD, VERDICT_BAD };

/* One change that a person can make. tool: where it is made ("proxmox", "terraform", "libvirt",
 * "guest", "nixos", "dracut", ...); change: what to type or to write there. */
enum { FIXES_MAX = 5, BECAUSE_MAX = 8 };

struct fix {
	const char *tool;
	char change[240];
	bool is_first; /* to be done before one of the others, which mend it each by itself */
};

struct finding {
	const char *id;
	enum severity severity;
	char subject[48];
	char disk[32];     /* that it is about, where the subject is none; empty: none, or any */
	char summary[240]; /* one sentence */
	struct fix fix[FIXES_MAX];
	uint32_t fix_count;
	/* The facts that it rests on, by their place in struct facts. */
	uint32_t because[BECAUSE_MAX];
	uint32_t because_count;
	/* The finding whose story this one belongs to; NULL: it leads its own. */
	const char *part_of;
};

enum { FINDINGS_MAX = 96, FINDINGS_OF_A_RULE_MAX = 16, RULES_MAX = 64 };

struct findings {
	/* Root causes first, each followed by what belongs to it. */
	struct finding item[FINDINGS_MAX];
	uint32_t count;
	uint32_t dropped;                 /* for which there was no room */
	const char *undecided[RULES_MAX]; /* ids of rules that could not tell */
	uint32_t undecided_count;
	bool is_undecided; /* about something that is more than good to know */
};

struct judgement;

struct rule {
	const char *id;
	enum severity worst; /* that a finding of this rule can have */
	/* The least that must have happened in the boot: a device that is not there before udev is
	 * no news. A rule for BOOT_PHASE_EARLY is judged at all times. */
	enum boot_phase from;
	enum verdict (*judge)(struct judgement *judgement);
};

/* In the order of precedence: of two findings of one severity, the one whose rule stands first is
 * told first. */
extern const struct rule RULES[];
extern const size_t RULES_COUNT;

enum story_scope {
	STORY_ANY = 0,
	STORY_SAME_SUBJECT, /* of the same disk or console only */
	STORY_ITS_DISK,     /* of the part's disk only, where it knows one */
};

/* part belongs to the story of a finding whose id is leader, if that is there and at least as
 * severe. The first row of a part that fits counts. */
struct story {
	const char *part, *leader;
	enum story_scope scope;
};

extern const struct story STORIES[];
extern const size_t STORIES_COUNT;

/* Judges by every rule that the boot has come far enough for, and puts the findings in order. */
void rules_judge(const struct facts *facts, struct findings *ret);

/* Says what is part of what, and puts root causes first: the last step of rules_judge(). */
void findings_arrange(struct findings *findings);

/* Whether a later run of that probe, of the same subject, has come to its end: only the last one
 * tells anything. */
bool probe_is_overtaken(const struct facts *facts, const struct probe_fact *probe);

/* Findings that lead their story, of one severity. */
uint32_t findings_count(const struct findings *findings, enum severity severity);
/* The most severe of all that lead their story; SEVERITY_INFO when there is none. */
enum severity findings_worst(const struct findings *findings);
const struct finding *findings_find(const struct findings *findings, const char *id);

/* A probe whose newest run ended for want of memory, descriptors or processes, or NULL: what it
 * lists may not be all. */
const struct probe_fact *short_probe(const struct facts *facts);

#endif
