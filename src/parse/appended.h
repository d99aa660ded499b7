/* SPDX-License-Identifier: MIT */
/*
 * Kernel modules that `bootprobe cpio --modules` puts into an initrd beside the hook: files of
 * <APPENDED_MODULES>/<kernel release>/, decompressed, and a list of their names in the order in
 * which they are to be loaded, a line each.
 */
#ifndef PARSE_APPENDED_H
#define PARSE_APPENDED_H

#define APPENDED_MODULES "usr/lib/bootprobe/modules"
#define APPENDED_ORDER "order"
#define APPENDED_FWCFG "qemu_fw_cfg.ko"

enum { APPENDED_MODULES_MAX = 32, APPENDED_NAME_SIZE = 64, APPENDED_ORDER_SIZE = 2048 };

/* Takes the next file's name off *cursor; what is no plain name of a file there is passed over.
 * NULL at the end. The buffer is changed. */
const char *appended_next(char **cursor);
/* "virtio_pci" of "virtio-pci.ko". */
void appended_module_name(const char *file, char buf[APPENDED_NAME_SIZE]);

#endif
