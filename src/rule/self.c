/* SPDX-License-Identifier: MIT */
/*
 * Findings about bootprobe's own work: what it could not find out or deliver.
 */
#include "rule/judge.h"

#include <errno.h>
#include <signal.h>

/* A process that was at work when its time was over ('R'), on a machine that has none to spare; a
 * disc that has to be spun up first, a drive that cannot read what lies in it. */
static enum severity probe_severity(const struct facts *facts, const struct probe_fact *probe)
{
	const struct block_fact *block = block_find(facts, probe->subject);

	if (probe->state == PROBE_TIMEOUT && probe->process_state == 'R')
		return SEVERITY_INFO;
	return block && !is_plain_disk(facts, block) ? SEVERITY_INFO : SEVERITY_WARNING;
}

static bool has_ended(const struct probe_fact *probe)
{
	return probe->state == PROBE_DONE || probe->state == PROBE_FAILED ||
	       probe->state == PROBE_TIMEOUT || probe->state == PROBE_CRASHED;
}

bool probe_is_overtaken(const struct facts *facts, const struct probe_fact *probe)
{
	/* Runs stand in the order in which they were started. */
	fact_foreach (later, facts->probes) {
		if (later > probe && has_ended(later) &&
			is_equal(later->name, probe->name, sizeof(probe->name)) &&
			is_equal(later->subject, probe->subject, sizeof(probe->subject)))
			return true;
	}
	return false;
}

const struct probe_fact *short_probe(const struct facts *facts)
{
	fact_foreach (probe, facts->probes) {
		bool is_short = probe->state == PROBE_NO_CHILD ||
				(probe->state == PROBE_FAILED &&
					(probe->error == -ENOMEM || probe->error == -ENFILE ||
						probe->error == -EMFILE));

		if (is_short && !probe_is_overtaken(facts, probe))
			return probe;
	}
	return NULL;
}

static void tell_probe(struct judgement *judgement, const struct probe_fact *probe)
{
	bool has_subject = !is_text_empty(probe->subject);
	struct finding *finding = finding_add(judgement, probe_severity(judgement->facts, probe),
		has_subject ? probe->subject : probe->name,
		has_subject ? sizeof(probe->subject) : sizeof(probe->name));

	finding_say(finding, "the probe ", NULL);
	finding_say_array(finding, probe->name);
	if (has_subject) {
		finding_say(finding, " of ", NULL);
		finding_say_array(finding, probe->subject);
	}
	if (probe->state == PROBE_CRASHED && probe->signal == SIGSYS) {
		finding_say(finding,
			" was stopped: it tried what no probe does, as to write, to open for "
			"writing, to reach the network or to start a program",
			NULL);
	} else if (probe->state == PROBE_CRASHED) {
		finding_say(finding, " died of signal ", NULL);
		finding_say_u64(finding, (uint64_t)(uint32_t)probe->signal);
	} else {
		finding_say(finding, " did not come to an end and was left behind", NULL);
	}
	if (probe->state == PROBE_TIMEOUT && !is_text_empty(probe->wait_channel)) {
		finding_say_name(finding, " (it waits in ", probe->wait_channel, ")");
	}
	finding_because(judgement, finding, probe);
}

static enum verdict judge_probes(struct judgement *judgement, enum probe_state state)
{
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_count(judgement->facts->probes))
		return VERDICT_UNKNOWN;
	fact_foreach (probe, judgement->facts->probes) {
		if (probe->state != state || probe_is_overtaken(judgement->facts, probe))
			continue;
		tell_probe(judgement, probe);
		verdict = VERDICT_BAD;
	}
	return verdict;
}

enum verdict judge_probe_timeout(struct judgement *judgement)
{
	return judge_probes(judgement, PROBE_TIMEOUT);
}

enum verdict judge_probe_crashed(struct judgement *judgement)
{
	return judge_probes(judgement, PROBE_CRASHED);
}

/* A port on the host that is not there, or that nobody has read, is no fault: virtio.port-missing
 * and virtio.port-unread tell of it. */
static bool is_port_without_reader(const struct sink_fact *sink)
{
	return is_equal(sink->name, "virtio", sizeof(sink->name)) &&
	       (sink->state != OUTCOME_OK || sink->is_read == ANSWER_NO);
}

enum verdict judge_sink_dropped(struct judgement *judgement)
{
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_count(judgement->facts->sinks))
		return VERDICT_UNKNOWN;

	fact_foreach (sink, judgement->facts->sinks) {
		struct finding *finding;

		if (!sink->dropped)
			continue;
		finding = finding_about(judgement,
			is_port_without_reader(sink) ? SEVERITY_INFO : SEVERITY_WARNING,
			sink->name);
		finding_say_u64(finding, sink->dropped);
		finding_say(finding, " records could not be delivered to ", NULL);
		if (sink->target[0])
			finding_say_array(finding, sink->target);
		else
			finding_say_array(finding, sink->name);
		verdict = VERDICT_BAD;
	}
	return verdict;
}
