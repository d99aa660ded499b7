/* SPDX-License-Identifier: MIT */
/*
 * The lists of confine_filter.c: numbers of system calls, and requests of ioctl(2).
 */
#include "source/confine_calls.h"

#include "base/text.h"
#include "source/confine_filter.h"

#include <limits.h> /* linux/cdrom.h needs it */
#include <linux/blkzoned.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

/* asm-generic/ioctls.h; not in every libc's headers. */
#ifndef TIOCGDEV
#define TIOCGDEV _IOR('T', 0x32, unsigned int)
#endif
/* linux/vm_sockets.h: IOCTL_VM_SOCKETS_GET_LOCAL_CID */
#define VSOCK_GET_LOCAL_CID _IO(7, 0xb9)

#if CONFINE_HAS_LISTS

/* What reading files takes, and what a libc does by itself: memory, time, its own end. They change
 * nothing. Most frequent first. */
const uint16_t CONFINE_ALLOWED[] = {
	SYS_read,
	SYS_close,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_fstat,
	SYS_newfstatat,
	SYS_pread64,
	SYS_lseek,
	SYS_munmap,
	SYS_brk,
	SYS_clock_gettime,
	SYS_fadvise64,
	SYS_faccessat,
	SYS_statx,
	SYS_statfs,
	SYS_fstatfs,
	SYS_readv,
	SYS_preadv,
	SYS_getcwd,
	SYS_madvise,
	SYS_nanosleep,
	SYS_clock_nanosleep,
	SYS_gettimeofday,
	SYS_ppoll,
	SYS_exit_group,
	SYS_exit,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_restart_syscall,
	SYS_getpid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_uname,
	SYS_sysinfo,
	SYS_futex,
	SYS_getrandom,
	SYS_seccomp, /* for another filter on top */
#ifdef SYS_open      /* the older calls, which arm64 never had */
	SYS_readlink,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_poll,
	SYS_time,
#endif
};
const size_t CONFINE_ALLOWED_COUNT = ARRAY_SIZE(CONFINE_ALLOWED);

/* What leaves the process, or changes a machine: nothing that a probe does by mistake. All others
 * fail as if the kernel had them not, and no less surely. */
const uint16_t CONFINE_FORBIDDEN[] = {
	SYS_execve,
	SYS_execveat,
	SYS_clone,
	SYS_clone3,
	SYS_socket,
	SYS_socketpair,
	SYS_ptrace,
	SYS_process_vm_writev,
	SYS_kill,
	SYS_pwrite64,
	SYS_pwritev,
	SYS_pwritev2,
	SYS_sendfile,
	SYS_splice,
	SYS_copy_file_range,
	SYS_truncate,
	SYS_ftruncate,
	SYS_unlinkat,
	SYS_renameat,
	SYS_renameat2,
	SYS_mount,
	SYS_umount2,
	SYS_reboot,
	SYS_kexec_load,
	SYS_kexec_file_load,
	SYS_delete_module,
	SYS_bpf,
	SYS_io_uring_setup,
	SYS_setresuid,
	SYS_capset,
#ifdef SYS_open
	SYS_fork,
	SYS_vfork,
	SYS_creat,
	SYS_unlink,
	SYS_rename,
#endif
};
const size_t CONFINE_FORBIDDEN_COUNT = ARRAY_SIZE(CONFINE_FORBIDDEN);

/* What the command on the host takes beside. */
const uint16_t CONFINE_ALLOWED_READER[] = {
	SYS_write, SYS_writev, SYS_mremap, SYS_sigaltstack, SYS_dup, SYS_recvfrom};
const size_t CONFINE_ALLOWED_READER_COUNT = ARRAY_SIZE(CONFINE_ALLOWED_READER);

#endif

/* TCGETS2 (asm-generic/ioctls.h), which tcgetattr() asks for since glibc 2.42: its header does not
 * go together with termios.h. */
#define CONFINE_TCGETS2 0x802c542aU

const uint32_t CONFINE_VSOCK[] = {VSOCK_GET_LOCAL_CID, 0};
const uint32_t CONFINE_DISKS[] = {BLKGETSIZE64, BLKGETSIZE, BLKSSZGET, BLKPBSZGET, BLKIOMIN,
	BLKIOOPT, BLKGETZONESZ, CDROM_DRIVE_STATUS, CDROM_GET_CAPABILITY, CDROM_LAST_WRITTEN,
	CDROMMULTISESSION, 0};
const uint32_t CONFINE_TERMINALS[] = {TCGETS, CONFINE_TCGETS2, TIOCGDEV, TIOCGSERIAL, 0};
const uint32_t CONFINE_TIOCCONS[] = {TCGETS, CONFINE_TCGETS2, TIOCGDEV, TIOCGSERIAL, TIOCCONS, 0};
const uint32_t CONFINE_COMMAND[] = {TCGETS, CONFINE_TCGETS2, TIOCGWINSZ, BLKGETSIZE64, BLKGETSIZE,
	BLKSSZGET, BLKPBSZGET, BLKIOMIN, BLKIOOPT, BLKGETZONESZ, CDROM_GET_CAPABILITY,
	CDROM_LAST_WRITTEN, 0};
