/* SPDX-License-Identifier: MIT */
#include "rule/fix.h"

#include "base/text.h"

static void add_for_qemu(struct finding *finding)
{
	finding_fix(finding, "proxmox", "qm set VMID --serial0 socket", NULL);
	finding_fix(finding, "terraform", "serial_device {}   (bpg/proxmox, in the VM's resource)",
		NULL);
	finding_fix(finding, "libvirt", "<serial type='pty'/>   (in <devices>, virsh edit)", NULL);
}

void fix_add_serial_port(struct finding *finding, const struct facts *facts)
{
	switch (facts->platform.hypervisor) {
	case HYPERVISOR_VIRTUALBOX:
		finding_fix(
			finding, "virtualbox", "VBoxManage modifyvm NAME --uart1 0x3F8 4", NULL);
		break;
	case HYPERVISOR_VMWARE:
		finding_fix(
			finding, "vmware", "serial0.present = \"TRUE\"   (in the .vmx file)", NULL);
		break;
	case HYPERVISOR_HYPERV:
		finding_fix(finding, "hyper-v",
			"Set-VMComPort -VMName NAME -Number 1 -Path \\\\.\\pipe\\NAME", NULL);
		break;
	case HYPERVISOR_XEN_HVM:
	case HYPERVISOR_XEN_PVH:
		finding_fix(
			finding, "xen", "serial = 'pty'   (in the domain's configuration)", NULL);
		break;
	case HYPERVISOR_BOCHS:
		finding_fix(finding, "bochs", "com1: enabled=1, mode=file, dev=serial.log", NULL);
		break;
	case HYPERVISOR_BHYVE:
		finding_fix(finding, "bhyve", "-s 31,lpc -l com1,/dev/nmdm0A", NULL);
		break;
	case HYPERVISOR_PARALLELS:
		finding_fix(finding, "parallels",
			"prlctl set NAME --device-add serial --output serial.log", NULL);
		break;
	case HYPERVISOR_CLOUD_HYPERVISOR:
		finding_fix(finding, "cloud-hypervisor", "--serial file=serial.log", NULL);
		break;
	case HYPERVISOR_KVM:
	case HYPERVISOR_QEMU:
	case HYPERVISOR_QEMU_TCG:
		if (is_qemu(&facts->platform))
			add_for_qemu(finding);
		break;
	case HYPERVISOR_XEN_PV:
	case HYPERVISOR_XEN_DOM0:
		finding_fix(
			finding, "kernel", "console=hvc0   (the console of a Xen PV guest)", NULL);
		break;
	default:
		break;
	}
}

void fix_console_to_tty0(struct finding *finding, const struct facts *facts)
{
	/* A Xen PV guest has a console of its own and no screen. */
	if (facts->platform.hypervisor == HYPERVISOR_XEN_PV)
		return;
	finding_fix(finding, "kernel", "console=tty0   (as the last console=)", NULL);
}

void fix_add_module(struct finding *finding, const struct facts *facts, const char *module)
{
	switch (facts->platform.initrd) {
	case INITRD_NIXOS_SCRIPTED:
	case INITRD_NIXOS_SYSTEMD:
		finding_fix(finding, "nixos", "boot.initrd.availableKernelModules = [ \"", module,
			"\" ];", NULL);
		break;
	case INITRD_INITRAMFS_TOOLS:
		finding_fix(finding, "initramfs-tools", "echo ", module,
			" >> /etc/initramfs-tools/modules && update-initramfs -u", NULL);
		break;
	case INITRD_MKINITCPIO:
	case INITRD_MKINITCPIO_SYSTEMD:
		finding_fix(finding, "mkinitcpio", "MODULES=(", module,
			")   (in /etc/mkinitcpio.conf, then mkinitcpio -P)", NULL);
		break;
	case INITRD_DRACUT:
	case INITRD_DRACUT_SYSTEMD:
		finding_fix(finding, "dracut", "dracut --force --add-drivers ", module, NULL);
		break;
	default:
		finding_fix(finding, "dracut", "dracut --force --add-drivers ", module, NULL);
		finding_fix(finding, "nixos", "boot.initrd.availableKernelModules = [ \"", module,
			"\" ];", NULL);
		finding_fix(finding, "initramfs-tools", "echo ", module,
			" >> /etc/initramfs-tools/modules && update-initramfs -u", NULL);
		break;
	}
}
