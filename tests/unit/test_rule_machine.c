/* SPDX-License-Identifier: MIT */
/*
 * The platform, fw_cfg, the report port, and what bootprobe says of itself.
 */
#include "rule_case.h"

#include <signal.h>

static void platform_unknown(void)
{
	memset(&facts.platform, 0, sizeof(facts.platform));
}

static void nested(void)
{
	facts.platform.is_nested = ANSWER_YES;
	set_text(facts.platform.nested_because, "the processor has vmx, and a hypervisor");
}

static void nesting_unknown(void)
{
	facts.platform.is_nested = ANSWER_UNKNOWN;
}

static void other_hypervisor(void)
{
	facts.platform.hypervisor = HYPERVISOR_OTHER;
	set_text(facts.platform.cpuid_signature, "ACRNACRNACRN");
}

static void nameless_hypervisor(void)
{
	facts.platform.hypervisor = HYPERVISOR_OTHER;
	set_text(facts.platform.cpuid_signature, "");
}

static void bare_metal(void)
{
	facts.platform.hypervisor = HYPERVISOR_NONE;
}

static void hypervisor_unknown(void)
{
	facts.platform.hypervisor = HYPERVISOR_UNKNOWN;
}

/* -------------------------------------------------------------------------------- fw_cfg */

static void no_fwcfg(void)
{
	facts.fwcfg.is_declared = ANSWER_NO;
	facts.fwcfg.driver = DRIVER_UNKNOWN;
}

static void no_fwcfg_on_vmware(void)
{
	no_fwcfg();
	facts.platform.hypervisor = HYPERVISOR_VMWARE;
}

static void no_fwcfg_in_a_cloud(void)
{
	no_fwcfg();
	set_text(facts.platform.dmi_sys_vendor, "Amazon EC2");
}

static void no_fwcfg_without_acpi(void)
{
	no_fwcfg();
	facts.acpi.tables_read = -ENOENT;
}

static void declaration_unknown(void)
{
	facts.fwcfg.is_declared = ANSWER_UNKNOWN;
	facts.fwcfg.driver = DRIVER_UNKNOWN;
}

static void fwcfg_not_looked_at(void)
{
	memset(&facts.fwcfg, 0, sizeof(facts.fwcfg));
}

static void fwcfg_without_driver(void)
{
	facts.fwcfg.driver = DRIVER_MODULE_FILE;
}

/* ------------------------------------------------------------------------------ the port */

static void no_port(void)
{
	fact_list_reset(&facts.virtio_ports.list);
	facts.sinks.item[1].state = -ENOENT;
}

static void no_port_yet(void)
{
	no_port();
	facts.boot.phase = BOOT_PHASE_EARLY;
}

static void no_port_on_hyperv(void)
{
	no_port();
	facts.platform.hypervisor = HYPERVISOR_HYPERV;
}

static void no_port_wanted(void)
{
	no_port();
	facts.boot.is_virtio_wanted = false;
}

static void no_port_on_a_laptop(void)
{
	no_port();
	bare_metal();
}

static void port_without_udev(void)
{
	no_port();
	facts.sinks.item[1].state = OUTCOME_OK;
}

static void port_of_others(void)
{
	facts.virtio_ports.item[0].is_ours = false;
	facts.sinks.item[1].state = -ENOENT;
}

static void virtio_not_looked_at(void)
{
	no_port();
	forget_probe("virtio");
}

static void unread(void)
{
	facts.virtio_ports.item[0].is_read_by_host = ANSWER_NO;
}

static void reader_unknown(void)
{
	facts.virtio_ports.item[0].is_read_by_host = ANSWER_UNKNOWN;
}

/* -------------------------------------------------------------------------------- itself */

static void timeout(void)
{
	set_text(add_probe("fwcfg", "", PROBE_TIMEOUT)->wait_channel, "fw_cfg_dma_wait");
}

static void timeout_taken_back(void)
{
	timeout();
	(void)add_probe("fwcfg", "", PROBE_DONE);
}

static void timeout_not_taken_back(void)
{
	timeout();
	(void)add_probe("fwcfg", "vda", PROBE_DONE);
	(void)add_probe("fwcfg", "", PROBE_RUNNING);
	(void)add_probe("fwcfg", "", PROBE_NO_CHILD);
}

static void timeout_once_more(void)
{
	timeout();
	timeout();
	add_probe("fwcfg", "", PROBE_TIMEOUT)->process_state = 'R';
}

static void asleep(void)
{
	add_probe("acpi", "", PROBE_TIMEOUT)->process_state = 'S';
}

static void timeout_at_work(void)
{
	add_probe("acpi", "", PROBE_TIMEOUT)->process_state = 'R';
}

static void timeout_of_a_disk(void)
{
	(void)add_probe("disk", "vda", PROBE_TIMEOUT);
}

static void timeout_of_a_disc(void)
{
	(void)add_disk("sr0", "ata");
	(void)add_probe("disk", "sr0", PROBE_TIMEOUT);
}

static void crash(void)
{
	add_probe("acpi", "", PROBE_CRASHED)->signal = 11;
}

static void stopped(void)
{
	add_probe("acpi", "", PROBE_CRASHED)->signal = SIGSYS;
}

static void crash_taken_back(void)
{
	crash();
	(void)add_probe("acpi", "", PROBE_FAILED);
}

static void failure(void)
{
	add_probe("acpi", "", PROBE_FAILED)->error = -EIO;
}

static void nothing_ran(void)
{
	fact_list_reset(&facts.probes.list);
}

static void dropped(void)
{
	facts.sinks.item[2].dropped = 12;
	set_text(facts.sinks.item[2].target, "/run/bootprobe/report.jsonl");
}

static void dropped_for_want_of_a_reader(void)
{
	facts.sinks.item[1].dropped = 12;
	facts.sinks.item[1].is_read = ANSWER_NO;
}

static void dropped_for_want_of_a_port(void)
{
	facts.sinks.item[1].dropped = 12;
	facts.sinks.item[1].state = -ENOENT;
}

static void dropped_before_a_reader(void)
{
	facts.sinks.item[1].dropped = 12;
}

static void waiting(void)
{
	facts.sinks.item[1].waiting = 12;
}

static void no_outputs(void)
{
	fact_list_reset(&facts.sinks.list);
}

RULE_CASES(MACHINE_CASES, {"platform.nested", NULL, VERDICT_GOOD},
	{"platform.nested", nested, VERDICT_BAD, SEVERITY_INFO, "", "has vmx"},
	{"platform.nested", nesting_unknown, VERDICT_UNKNOWN},
	{"platform.nested", platform_unknown, VERDICT_UNKNOWN},

	{"platform.unknown", NULL, VERDICT_GOOD}, {"platform.unknown", bare_metal, VERDICT_GOOD},
	{"platform.unknown", other_hypervisor, VERDICT_BAD, SEVERITY_INFO, "",
		"not one that is known here: CPUID says \"ACRNACRNACRN\""},
	{"platform.unknown", nameless_hypervisor, VERDICT_BAD, SEVERITY_INFO, "",
		"which one cannot be told"},
	{"platform.unknown", hypervisor_unknown, VERDICT_UNKNOWN},
	{"platform.unknown", platform_unknown, VERDICT_UNKNOWN},

	{"fwcfg.absent", NULL, VERDICT_GOOD},
	{"fwcfg.absent", no_fwcfg, VERDICT_BAD, SEVERITY_INFO, "", "QEMU0002"},
	{"fwcfg.absent", no_fwcfg_on_vmware, VERDICT_GOOD},
	{"fwcfg.absent", no_fwcfg_in_a_cloud, VERDICT_GOOD},
	{"fwcfg.absent", no_fwcfg_without_acpi, VERDICT_GOOD},
	{"fwcfg.absent", fwcfg_without_driver, VERDICT_GOOD},
	{"fwcfg.absent", declaration_unknown, VERDICT_UNKNOWN},
	{"fwcfg.absent", fwcfg_not_looked_at, VERDICT_UNKNOWN},

	{"fwcfg.unbound", NULL, VERDICT_GOOD},
	{"fwcfg.unbound", fwcfg_without_driver, VERDICT_BAD, SEVERITY_INFO, "", "not loaded",
		"kernel", "modules-load=qemu_fw_cfg"},
	{"fwcfg.unbound", no_fwcfg, VERDICT_GOOD},
	{"fwcfg.unbound", declaration_unknown, VERDICT_UNKNOWN},
	{"fwcfg.unbound", fwcfg_not_looked_at, VERDICT_UNKNOWN},

	{"virtio.port-missing", NULL, VERDICT_GOOD},
	{"virtio.port-missing", no_port, VERDICT_BAD, SEVERITY_INFO, "org.bootprobe.report.0",
		"kernel log", "proxmox", "name=org.bootprobe.report.0"},
	{"virtio.port-missing", port_of_others, VERDICT_BAD, SEVERITY_INFO},
	{"virtio.port-missing", no_port_on_hyperv, VERDICT_BAD, SEVERITY_INFO},
	{"virtio.port-missing", no_port_yet, VERDICT_UNKNOWN},
	{"virtio.port-missing", no_port_wanted, VERDICT_GOOD},
	{"virtio.port-missing", no_port_on_a_laptop, VERDICT_GOOD},
	{"virtio.port-missing", port_without_udev, VERDICT_GOOD},
	{"virtio.port-missing", virtio_not_looked_at, VERDICT_UNKNOWN},

	{"virtio.port-unread", NULL, VERDICT_GOOD},
	{"virtio.port-unread", unread, VERDICT_BAD, SEVERITY_INFO, "org.bootprobe.report.0",
		"nobody on the host reads", "host", "socat"},
	{"virtio.port-unread", no_port, VERDICT_GOOD},
	{"virtio.port-unread", port_of_others, VERDICT_GOOD},
	{"virtio.port-unread", reader_unknown, VERDICT_UNKNOWN},
	{"virtio.port-unread", virtio_not_looked_at, VERDICT_UNKNOWN},

	{"probe.timeout", NULL, VERDICT_GOOD},
	{"probe.timeout", timeout, VERDICT_BAD, SEVERITY_WARNING, "fwcfg", "fw_cfg_dma_wait"},
	{"probe.timeout", timeout_of_a_disk, VERDICT_BAD, SEVERITY_WARNING, "vda", "disk of vda"},
	{"probe.timeout", timeout_at_work, VERDICT_BAD, SEVERITY_INFO, "acpi"},
	{"probe.timeout", asleep, VERDICT_BAD, SEVERITY_WARNING, "acpi"},
	{"probe.timeout", timeout_taken_back, VERDICT_GOOD},
	{"probe.timeout", timeout_not_taken_back, VERDICT_BAD, SEVERITY_WARNING, "fwcfg"},
	{"probe.timeout", timeout_once_more, VERDICT_BAD, SEVERITY_INFO, "fwcfg"},
	{"probe.timeout", timeout_of_a_disc, VERDICT_BAD, SEVERITY_INFO, "sr0"},
	{"probe.timeout", crash, VERDICT_GOOD}, {"probe.timeout", nothing_ran, VERDICT_UNKNOWN},

	{"probe.crashed", NULL, VERDICT_GOOD},
	{"probe.crashed", crash, VERDICT_BAD, SEVERITY_WARNING, "acpi", "died of signal 11"},
	{"probe.crashed", stopped, VERDICT_BAD, SEVERITY_WARNING, "acpi", "was stopped: it tried"},
	{"probe.crashed", crash_taken_back, VERDICT_GOOD}, {"probe.crashed", timeout, VERDICT_GOOD},
	{"probe.crashed", failure, VERDICT_GOOD}, {"probe.crashed", nothing_ran, VERDICT_UNKNOWN},

	{"sink.dropped", NULL, VERDICT_GOOD},
	{"sink.dropped", dropped, VERDICT_BAD, SEVERITY_WARNING, "run",
		"12 records could not be delivered to /run/bootprobe/report.jsonl"},
	{"sink.dropped", dropped_before_a_reader, VERDICT_BAD, SEVERITY_WARNING, "virtio"},
	{"sink.dropped", dropped_for_want_of_a_reader, VERDICT_BAD, SEVERITY_INFO, "virtio"},
	{"sink.dropped", dropped_for_want_of_a_port, VERDICT_BAD, SEVERITY_INFO, "virtio"},
	{"sink.dropped", waiting, VERDICT_GOOD}, {"sink.dropped", no_outputs, VERDICT_UNKNOWN});
