/* SPDX-License-Identifier: MIT */
/*
 * That the changes which findings advise are for the machine at hand.
 */
#include "rule_case.h"

#include "rule/fix.h"

static struct finding finding;

static void reset(void)
{
	healthy();
	memset(&finding, 0, sizeof(finding));
}

/* One tool for each hypervisor; NULL: its owner cannot give it a serial port. */
static const struct {
	enum hypervisor hypervisor;
	const char *tool, *change;
} SERIAL[HYPERVISOR_COUNT] = {
	{HYPERVISOR_UNKNOWN, NULL, NULL},
	{HYPERVISOR_NONE, NULL, NULL},
	{HYPERVISOR_OTHER, NULL, NULL},
	{HYPERVISOR_KVM, "proxmox", "qm set VMID --serial0 socket"},
	{HYPERVISOR_QEMU_TCG, "terraform", "serial_device {}"},
	{HYPERVISOR_QEMU, "libvirt", "<serial type='pty'/>"},
	{HYPERVISOR_VMWARE, "vmware", "serial0.present = \"TRUE\""},
	{HYPERVISOR_VIRTUALBOX, "virtualbox", "VBoxManage modifyvm NAME --uart1 0x3F8 4"},
	{HYPERVISOR_HYPERV, "hyper-v",
		"Set-VMComPort -VMName NAME -Number 1 -Path \\\\.\\pipe\\NAME"},
	{HYPERVISOR_XEN_HVM, "xen", "serial = 'pty'"},
	{HYPERVISOR_XEN_PVH, "xen", "serial = 'pty'"},
	{HYPERVISOR_XEN_PV, "kernel", "console=hvc0"},
	{HYPERVISOR_XEN_DOM0, "kernel", "console=hvc0"},
	{HYPERVISOR_BOCHS, "bochs", "com1: enabled=1"},
	{HYPERVISOR_BHYVE, "bhyve", "-l com1,/dev/nmdm0A"},
	{HYPERVISOR_PARALLELS, "parallels", "prlctl set NAME --device-add serial"},
	{HYPERVISOR_FIRECRACKER, NULL, NULL},
	{HYPERVISOR_CLOUD_HYPERVISOR, "cloud-hypervisor", "--serial file=serial.log"},
};

START_TEST(a_serial_port_is_added_with_the_tool_of_the_hypervisor)
{
	for (uint32_t i = 0; i < HYPERVISOR_COUNT; i++) {
		ck_assert_int_eq(SERIAL[i].hypervisor, i);
		reset();
		facts.platform.hypervisor = SERIAL[i].hypervisor;
		fix_add_serial_port(&finding, &facts);
		ck_assert_msg(SERIAL[i].tool ? has_fix(&finding, SERIAL[i].tool, SERIAL[i].change)
					     : finding.fix_count == 0,
			"hypervisor %u: %s", i, finding.fix[0].change);
	}
}
END_TEST

START_TEST(qemu_has_three_tools)
{
	reset();
	fix_add_serial_port(&finding, &facts);
	ck_assert_uint_eq(finding.fix_count, 3);
	ck_assert(has_fix(&finding, "proxmox", "qm set VMID --serial0 socket"));
	ck_assert(has_fix(&finding, "terraform", "serial_device {}"));
	ck_assert(has_fix(&finding, "libvirt", "<serial type='pty'/>"));
}
END_TEST

START_TEST(nobody_adds_a_port_to_a_machine_of_a_cloud)
{
	reset();
	set_text(facts.platform.dmi_sys_vendor, "Amazon EC2");
	fix_add_serial_port(&finding, &facts);
	ck_assert_uint_eq(finding.fix_count, 0);
}
END_TEST

START_TEST(a_xen_pv_guest_has_no_tty0)
{
	reset();
	facts.platform.hypervisor = HYPERVISOR_XEN_PV;
	fix_console_to_tty0(&finding, &facts);
	ck_assert_uint_eq(finding.fix_count, 0);
	facts.platform.hypervisor = HYPERVISOR_VMWARE;
	fix_console_to_tty0(&finding, &facts);
	ck_assert(has_fix(&finding, "kernel", "console=tty0"));
}
END_TEST

static const struct {
	enum initrd_kind initrd;
	const char *tool, *change;
	uint32_t count;
} MODULE[INITRD_COUNT] = {
	{INITRD_UNKNOWN, "dracut", "dracut --force --add-drivers nvme", 3},
	{INITRD_NIXOS_SCRIPTED, "nixos", "boot.initrd.availableKernelModules = [ \"nvme\" ];", 1},
	{INITRD_NIXOS_SYSTEMD, "nixos", "boot.initrd.availableKernelModules = [ \"nvme\" ];", 1},
	{INITRD_DRACUT, "dracut", "dracut --force --add-drivers nvme", 1},
	{INITRD_DRACUT_SYSTEMD, "dracut", "dracut --force --add-drivers nvme", 1},
	{INITRD_INITRAMFS_TOOLS, "initramfs-tools",
		"echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u", 1},
	{INITRD_MKINITCPIO, "mkinitcpio", "MODULES=(nvme)", 1},
	{INITRD_MKINITCPIO_SYSTEMD, "mkinitcpio", "MODULES=(nvme)", 1},
	{INITRD_NONE, "nixos", "[ \"nvme\" ]", 3},
};

START_TEST(a_module_is_added_with_the_tool_of_the_initrd)
{
	for (uint32_t i = 0; i < INITRD_COUNT; i++) {
		ck_assert_int_eq(MODULE[i].initrd, i);
		reset();
		facts.platform.initrd = MODULE[i].initrd;
		fix_add_module(&finding, &facts, "nvme");
		ck_assert_uint_eq(finding.fix_count, MODULE[i].count);
		ck_assert(has_fix(&finding, MODULE[i].tool, MODULE[i].change));
	}
}
END_TEST

/* A finding has room for so many; the rest is left out whole. */
START_TEST(changes_are_bounded)
{
	reset();
	for (uint32_t i = 0; i < 4; i++)
		fix_add_serial_port(&finding, &facts);
	ck_assert_uint_eq(finding.fix_count, FIXES_MAX);
}
END_TEST

/* What the guest's command line holds is pasted into no shell of the host. */
START_TEST(no_change_holds_what_a_shell_would_run)
{
	static const char *const TAGS[] = {"share", "$(reboot)"};

	for (size_t i = 0; i < ARRAY_SIZE(TAGS); i++) {
		bool is_there = false;

		healthy();
		lose_root();
		facts.root.kind = ROOT_VIRTIOFS;
		facts.root.match_count = 0;
		facts.root.mounted_us = 0;
		set_text(facts.root.value, TAGS[i]);
		rules_judge(&facts, &findings);
		ck_assert_ptr_nonnull(findings_find(&findings, "root.absent"));
		for (uint32_t k = 0; k < findings.count; k++) {
			for (uint32_t n = 0; n < findings.item[k].fix_count; n++)
				is_there |= strstr(findings.item[k].fix[n].change, TAGS[i]) != NULL;
		}
		ck_assert_msg(is_there == (i == 0), "%s", TAGS[i]);
	}
}
END_TEST

static void waits_for_unit(const char *unit)
{
	struct job_fact *job;

	healthy();
	facts.observer.state = OBSERVER_WATCHING;
	facts.stall.jobs_read = OUTCOME_OK;
	facts.stall.job_count = 1;
	fact_publish(&facts.stall.once);
	job = add_to(facts.stall.jobs);
	set_text(job->unit, unit);
	set_text(job->state, "running");
}

/* Nor does a kernel parameter hold a unit whose name would end it. */
START_TEST(no_parameter_holds_what_would_end_it)
{
	static const char *const UNITS[] = {"a.service", "a b.service", "a\".service"};

	for (size_t i = 0; i < ARRAY_SIZE(UNITS); i++) {
		waits_for_unit(UNITS[i]);
		ck_assert_int_eq(judge("boot.stalled"), VERDICT_BAD);
		ck_assert_uint_eq(findings.item[0].fix_count, i == 0);
	}
}
END_TEST

/* What comes first is what to look at first; on a console each change has one line of 80 columns.
 */
START_TEST(a_device_has_changes_of_a_line_each)
{
	static const char *const UNITS[] = {"dev-vdb.device", "dev-disk-by\\x2dpartuuid-1.device"};

	for (size_t i = 0; i < ARRAY_SIZE(UNITS); i++) {
		const struct finding *told = &findings.item[0];

		waits_for_unit(UNITS[i]);
		ck_assert_int_eq(judge("boot.stalled"), VERDICT_BAD);
		ck_assert_uint_eq(told->fix_count, 2 + i);
		ck_assert_msg(
			strstr(told->fix[0].change, "attach that disk"), "%s", told->fix[0].change);
		for (uint32_t k = 0; k < told->fix_count; k++)
			ck_assert_uint_le(strlen("fix        or, : ") + strlen(told->fix[k].tool) +
						  strlen(told->fix[k].change),
				80);
	}
}
END_TEST

RULE_TESTS(add_fix_tests, a_device_has_changes_of_a_line_each, no_parameter_holds_what_would_end_it,
	no_change_holds_what_a_shell_would_run,
	a_serial_port_is_added_with_the_tool_of_the_hypervisor, qemu_has_three_tools,
	nobody_adds_a_port_to_a_machine_of_a_cloud, a_xen_pv_guest_has_no_tty0,
	a_module_is_added_with_the_tool_of_the_initrd, changes_are_bounded)
