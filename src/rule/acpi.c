/* SPDX-License-Identifier: MIT */
#include "rule/judge.h"

#include <errno.h>

enum verdict judge_acpi_off(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum firmware firmware = facts->platform.firmware;
	bool is_asked_for = has_kernel_parameter(facts, "acpi", "off");
	struct finding *finding;

	if (!fact_is_known(&facts->acpi.once))
		return VERDICT_UNKNOWN;
	if (facts->acpi.tables_read == OUTCOME_OK && !is_asked_for)
		return VERDICT_GOOD;
	if (facts->acpi.tables_read != -ENOENT && !is_asked_for)
		return VERDICT_UNKNOWN;
	/* Machines without firmware, or with a device tree, need none. */
	if (!is_asked_for && firmware != FIRMWARE_SEABIOS && firmware != FIRMWARE_OVMF &&
		firmware != FIRMWARE_UEFI && firmware != FIRMWARE_BIOS)
		return firmware == FIRMWARE_UNKNOWN ? VERDICT_UNKNOWN : VERDICT_GOOD;

	finding = finding_add(judgement, SEVERITY_WARNING, "", 1);
	if (is_asked_for)
		finding_say(finding,
			"ACPI is switched off by acpi=off: devices that only ACPI "
			"describes are not found, and the machine cannot be shut down "
			"from the host",
			NULL);
	else
		finding_say(finding,
			"the kernel has no ACPI tables, though this firmware should "
			"have given some",
			NULL);
	finding_because(judgement, finding, &facts->acpi);
	finding_because(judgement, finding, &facts->cmdline);
	if (is_asked_for)
		finding_fix(finding, "kernel", "remove acpi=off", NULL);
	else if (is_qemu(&facts->platform))
		finding_fix(finding, "proxmox", "qm set VMID --acpi 1", NULL);
	return VERDICT_BAD;
}

/* Real boards ship with tables whose checksums are wrong (TCPA, SLIC, ...), and run. In a virtual
 * machine somebody made the table: it matters where the kernel gets devices from it. */
static enum severity malformed_severity(
	const struct facts *facts, const struct acpi_table_fact *table)
{
	static const char *const USED[] = {
		"DSDT", "SSDT", "PSDT", "RSDT", "XSDT", "FACP", "APIC", "MCFG", "SPCR", "SRAT"};

	if (facts->platform.hypervisor == HYPERVISOR_NONE)
		return SEVERITY_INFO;
	for (size_t i = 0; i < ARRAY_SIZE(USED); i++) {
		if (is_equal(table->signature, USED[i], sizeof(table->signature)))
			return SEVERITY_WARNING;
	}
	return table->incomplete_count ? SEVERITY_WARNING : SEVERITY_INFO;
}

static void tell_malformed(struct judgement *judgement, const struct acpi_table_fact *table)
{
	struct finding *finding =
		finding_about(judgement, malformed_severity(judgement->facts, table), table->name);

	finding_say(finding, "the ACPI table ", NULL);
	finding_say_array(finding, table->name);
	if (table->is_checksum_right == ANSWER_NO) {
		finding_say(finding, " has a wrong checksum", NULL);
	} else if (table->incomplete_count) {
		finding_say_name(finding, " cannot be read to its end: ", table->incomplete_because,
			" at byte ");
		finding_say_u64(finding, table->incomplete_offset_bytes);
	} else {
		finding_say(finding, " says that it is ", NULL);
		finding_say_u64(finding, table->header_length_bytes);
		finding_say(finding, " bytes long and is ", NULL);
		finding_say_u64(finding, table->file_length_bytes);
	}
	finding_because(judgement, finding, table);
	finding_fix(finding, "host",
		"remove or mend the table (-acpitable file=..., or the firmware)", NULL);
}

enum verdict judge_acpi_malformed(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&facts->acpi.once))
		return VERDICT_UNKNOWN;
	fact_foreach (table, facts->acpi_tables) {
		bool is_short = table->read == OUTCOME_OK &&
				table->header_length_bytes != table->file_length_bytes;

		if (table->read < 0 && table->read != -EFBIG)
			verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
		/* FACS has no checksum (ACPI 6.5, section 5.2.10). */
		if (is_equal(table->signature, "FACS", sizeof(table->signature)))
			continue;
		if (table->is_checksum_right != ANSWER_NO && !table->incomplete_count && !is_short)
			continue;
		tell_malformed(judgement, table);
		verdict = VERDICT_BAD;
	}
	return verdict;
}
