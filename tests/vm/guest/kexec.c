/* SPDX-License-Identifier: MIT */
/*
 * kexec KERNEL INITRD CMDLINE: what "kexec --kexec-file-syscall --load" and "kexec --exec" of
 * kexec-tools do, without the libraries of Xen that Debian's is linked with.
 */
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel, initrd;

	if (argc != 4) {
		fputs("usage: kexec KERNEL INITRD CMDLINE\n", stderr);
		return 2;
	}
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	/* The length counts the NUL at the end. */
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1, argv[3], 0UL) < 0) {
		perror("kexec_file_load");
		return 1;
	}
	sync();
	(void)reboot((int)LINUX_REBOOT_CMD_KEXEC);
	perror("kexec");
	return 1;
}
