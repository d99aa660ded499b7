/* SPDX-License-Identifier: MIT */
#include "rule/judge.h"

enum verdict judge_platform_nested(struct judgement *judgement)
{
	const struct platform_fact *platform = &judgement->facts->platform;
	struct finding *finding;

	if (!fact_is_known(&platform->once) || platform->is_nested == ANSWER_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (platform->is_nested == ANSWER_NO)
		return VERDICT_GOOD;
	finding = finding_add(judgement, SEVERITY_INFO, "", 1);
	finding_say(finding, "this machine runs in a hypervisor inside a hypervisor: ", NULL);
	finding_say_array(finding, platform->nested_because);
	finding_because(judgement, finding, platform);
	return VERDICT_BAD;
}

enum verdict judge_platform_unknown(struct judgement *judgement)
{
	const struct platform_fact *platform = &judgement->facts->platform;
	struct finding *finding;

	if (!fact_is_known(&platform->once) || platform->hypervisor == HYPERVISOR_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (platform->hypervisor != HYPERVISOR_OTHER)
		return VERDICT_GOOD;
	finding = finding_add(judgement, SEVERITY_INFO, "", 1);
	if (platform->cpuid_signature[0]) {
		finding_say_name(finding,
			"this hypervisor is not one that is known here: CPUID says \"",
			platform->cpuid_signature, "\"");
	} else {
		finding_say(finding,
			"there is a hypervisor, and which one cannot be told: nothing names it",
			NULL);
	}
	finding_because(judgement, finding, platform);
	return VERDICT_BAD;
}

/* ----------------------------------------------------------------------------------- fw_cfg */

/* microvm and the like have no such device declared for good reason: only PCs do. */
static bool should_have_fwcfg(const struct facts *facts)
{
	return is_qemu(&facts->platform) && fact_is_known(&facts->acpi.once) &&
	       facts->acpi.tables_read == OUTCOME_OK;
}

enum verdict judge_fwcfg_absent(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding;

	if (!fact_is_known(&facts->fwcfg.once) || !fact_is_known(&facts->platform.once))
		return VERDICT_UNKNOWN;
	if (!should_have_fwcfg(facts) || facts->fwcfg.driver == DRIVER_BOUND)
		return VERDICT_GOOD;
	if (facts->fwcfg.is_declared != ANSWER_NO)
		return facts->fwcfg.is_declared == ANSWER_YES ? VERDICT_GOOD : VERDICT_UNKNOWN;
	finding = finding_add(judgement, SEVERITY_INFO, "", 1);
	finding_say(finding,
		"QEMU declares no fw_cfg device (QEMU0002) here, so the host cannot hand "
		"the guest settings that way",
		NULL);
	finding_because(judgement, finding, &facts->fwcfg);
	return VERDICT_BAD;
}

enum verdict judge_fwcfg_unbound(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	struct finding *finding;

	if (!fact_is_known(&facts->fwcfg.once) || facts->fwcfg.is_declared == ANSWER_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (facts->fwcfg.is_declared == ANSWER_NO || facts->fwcfg.driver == DRIVER_BOUND)
		return VERDICT_GOOD;
	finding = finding_add(judgement, SEVERITY_INFO, "", 1);
	finding_say(finding,
		"fw_cfg is declared and its driver is not loaded, so what the host handed "
		"over was not read",
		NULL);
	finding_because(judgement, finding, &facts->fwcfg);
	finding_fix(finding, "kernel",
		"modules-load=qemu_fw_cfg   (or put the module into the initrd)", NULL);
	return VERDICT_BAD;
}
