#!/bin/bash
# dracut module: the machine says what it is while it boots, when the kernel command line asks for it.
#
# bootprobe_hook, from the environment or from dracut's configuration, names another executable.

_bootprobe_installed=/usr/lib/bootprobe/bootprobe-hook

# called by dracut
# As with dracut's own debug module: a diagnostic gets into an initrd where somebody asks for it (--add,
# add_dracutmodules), and never because it is installed.
check() {
    [[ -x ${dracutsysrootdir-}${bootprobe_hook:-$_bootprobe_installed} ]] || return 1
    return 255
}

# called by dracut
depends() {
    return 0
}

# called by dracut
# Needed on any machine, whatever runs where the initrd is made; built in or absent is no error.
installkernel() {
    hostonly='' instmods -s virtio_pci virtio_mmio virtio_console qemu_fw_cfg
    return 0
}

# called by dracut
install() {
    inst_simple "${bootprobe_hook:-$_bootprobe_installed}" "$_bootprobe_installed"
    inst_hook emergency 99 "$moddir/bootprobe-emergency.sh"
    inst_hook shutdown-emergency 99 "$moddir/bootprobe-emergency.sh"
    if dracut_module_included "dracut-systemd" || dracut_module_included "systemd-initrd"; then
        _bootprobe_unit bootprobe-start.service sysinit.target
        _bootprobe_unit bootprobe-finish.service initrd-switch-root.target
    else
        inst_hook cmdline 00 "$moddir/bootprobe-start.sh"
        inst_hook cleanup 99 "$moddir/bootprobe-finish.sh"
    fi
}

# Installs a unit and has a target want it.
_bootprobe_unit() {
    local unit=$1 wants="$systemdsystemunitdir/$2.wants"
    inst_simple "$moddir/$unit" "$systemdsystemunitdir/$unit"
    mkdir -p "$initdir$wants"
    ln -sfn "../$unit" "$initdir$wants/$unit"
}
