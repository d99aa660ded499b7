/* SPDX-License-Identifier: MIT */
#include "rule/judge.h"

static const struct virtio_port_fact *our_port(const struct facts *facts)
{
	fact_foreach (port, facts->virtio_ports) {
		if (port->is_ours)
			return port;
	}
	return NULL;
}

static const struct sink_fact *virtio_sink(const struct facts *facts)
{
	fact_foreach (sink, facts->sinks) {
		if (is_equal(sink->name, "virtio", sizeof(sink->name)))
			return sink;
	}
	return NULL;
}

enum verdict judge_virtio_port_missing(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	const struct sink_fact *sink = virtio_sink(facts);
	struct finding *finding;

	if (our_port(facts) || (sink && sink->state == OUTCOME_OK))
		return VERDICT_GOOD;
	if (!has_probed(facts, "virtio"))
		return VERDICT_UNKNOWN;
	/* Whoever loads modules may not have come to its driver yet. */
	if (facts->boot.phase == BOOT_PHASE_EARLY)
		return VERDICT_UNKNOWN;
	/* Without a hypervisor there is no host to read it. */
	if (!facts->boot.is_virtio_wanted || facts->platform.hypervisor == HYPERVISOR_NONE)
		return VERDICT_GOOD;
	finding = finding_add(judgement, SEVERITY_INFO, "org.bootprobe.report.0",
		sizeof("org.bootprobe.report.0"));
	finding_say(finding,
		"the machine has no virtio-serial port for the report, so it stands in the "
		"kernel log and in /run/bootprobe only",
		NULL);
	if (is_qemu(&facts->platform))
		finding_fix(finding, "proxmox",
			"qm set VMID --args '-device virtio-serial-pci,id=bootprobe -chardev "
			"file,id=bootprobe,path=/run/qemu-server/VMID.bootprobe.jsonl -device "
			"virtserialport,bus=bootprobe.0,chardev=bootprobe,"
			"name=org.bootprobe.report.0'",
			NULL);
	return VERDICT_BAD;
}

enum verdict judge_virtio_port_unread(struct judgement *judgement)
{
	const struct virtio_port_fact *port = our_port(judgement->facts);
	struct finding *finding;

	if (!port)
		return has_probed(judgement->facts, "virtio") ? VERDICT_GOOD : VERDICT_UNKNOWN;
	if (port->is_read_by_host != ANSWER_NO)
		return port->is_read_by_host == ANSWER_YES ? VERDICT_GOOD : VERDICT_UNKNOWN;
	finding = finding_about(judgement, SEVERITY_INFO, port->name);
	finding_say(finding,
		"nobody on the host reads the report port; the report is kept and handed "
		"over when somebody does",
		NULL);
	finding_because(judgement, finding, port);
	finding_fix(finding, "host", "socat - UNIX-CONNECT:/run/qemu-server/VMID.bootprobe", NULL);
	return VERDICT_BAD;
}
