/* SPDX-License-Identifier: MIT */
/*
 * The lists of confine_filter.c.
 */
#include "source/confine_calls.h"

#include "base/text.h"
#include "source/ioctl.h"

#include <limits.h> /* linux/cdrom.h needs it */
#include <linux/blkpg.h>
#include <linux/blkzoned.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <sys/syscall.h>
#include <termios.h>

/* asm-generic/ioctls.h; not in every libc's headers. */
#ifndef TIOCGDEV
#define TIOCGDEV _IOR('T', 0x32, unsigned int)
#endif
/* linux/vm_sockets.h: IOCTL_VM_SOCKETS_GET_LOCAL_CID */
#define VSOCK_GET_LOCAL_CID _IO(7, 0xb9)

/* What reading files takes, and what a libc does by itself: memory, time, its own end. Without a
 * path or with one they change nothing. */
const uint16_t CONFINE_ALLOWED[] = {
	SYS_read,
	SYS_pread64,
	SYS_readv,
	SYS_preadv,
	SYS_lseek,
	SYS_close,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_statfs,
	SYS_fstatfs,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_faccessat,
	SYS_fcntl,
	SYS_getcwd,
	SYS_fadvise64,
	SYS_munmap,
	SYS_brk,
	SYS_madvise,
	SYS_clock_gettime,
	SYS_clock_getres,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_gettimeofday,
	SYS_ppoll,
	SYS_exit,
	SYS_exit_group,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_restart_syscall,
	SYS_getpid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_uname,
	SYS_sysinfo,
	SYS_futex,
	SYS_getrandom,
	SYS_sched_yield,
	SYS_seccomp,
#ifdef SYS_open /* the older calls, which arm64 never had */
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_poll,
	SYS_time,
#endif
};
const size_t CONFINE_ALLOWED_COUNT = ARRAY_SIZE(CONFINE_ALLOWED);

/* What changes a machine, leaves the process or reaches into another one. */
const uint16_t CONFINE_FORBIDDEN[] = {
	SYS_execve,
	SYS_execveat,
	SYS_clone,
	SYS_clone3,
	SYS_unshare,
	SYS_setns,
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_listen,
	SYS_accept,
	SYS_accept4,
	SYS_sendto,
	SYS_sendmsg,
	SYS_sendmmsg,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kill,
	SYS_tkill,
	SYS_rt_sigqueueinfo,
	SYS_pidfd_open,
	SYS_pidfd_getfd,
	SYS_pidfd_send_signal,
	SYS_pwrite64,
	SYS_pwritev,
	SYS_pwritev2,
	SYS_sendfile,
	SYS_splice,
	SYS_tee,
	SYS_vmsplice,
	SYS_copy_file_range,
	SYS_fallocate,
	SYS_truncate,
	SYS_ftruncate,
	SYS_unlinkat,
	SYS_renameat,
	SYS_renameat2,
	SYS_linkat,
	SYS_symlinkat,
	SYS_mkdirat,
	SYS_mknodat,
	SYS_fchmod,
	SYS_fchmodat,
	SYS_fchown,
	SYS_fchownat,
	SYS_utimensat,
	SYS_setxattr,
	SYS_fsetxattr,
	SYS_lsetxattr,
	SYS_removexattr,
	SYS_open_by_handle_at,
	SYS_mount,
	SYS_umount2,
	SYS_move_mount,
	SYS_open_tree,
	SYS_fsopen,
	SYS_fspick,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_pivot_root,
	SYS_chroot,
	SYS_swapon,
	SYS_swapoff,
	SYS_reboot,
	SYS_kexec_load,
	SYS_kexec_file_load,
	SYS_delete_module,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_io_setup,
	SYS_io_submit,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_setuid,
	SYS_setgid,
	SYS_setresuid,
	SYS_setresgid,
	SYS_setfsuid,
	SYS_setfsgid,
	SYS_setgroups,
	SYS_capset,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_sethostname,
#ifdef SYS_open
	SYS_fork,
	SYS_vfork,
	SYS_creat,
	SYS_unlink,
	SYS_rmdir,
	SYS_rename,
	SYS_link,
	SYS_symlink,
	SYS_mkdir,
	SYS_mknod,
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_utime,
	SYS_utimes,
	SYS_iopl,
	SYS_ioperm,
#endif
};
const size_t CONFINE_FORBIDDEN_COUNT = ARRAY_SIZE(CONFINE_FORBIDDEN);

/* Questions to terminals, disks and vsock. Others are unknown to the device, as it were. */
const uint32_t CONFINE_QUESTIONS[] = {
	TCGETS,
	TIOCGDEV,
	TIOCGSERIAL,
	BLKGETSIZE,
	BLKGETSIZE64,
	BLKSSZGET,
	BLKPBSZGET,
	BLKIOMIN,
	BLKIOOPT,
	BLKALIGNOFF,
	BLKROGET,
	BLKGETZONESZ,
	CDROM_DRIVE_STATUS,
	CDROM_DISC_STATUS,
	CDROM_GET_CAPABILITY,
	CDROM_LAST_WRITTEN,
	CDROMMULTISESSION,
	VSOCK_GET_LOCAL_CID,
};
const size_t CONFINE_QUESTIONS_COUNT = ARRAY_SIZE(CONFINE_QUESTIONS);

/* Orders that destroy, or make others read a table again. */
const uint32_t CONFINE_ORDERS[] = {
	BLKDISCARD, BLKSECDISCARD, BLKZEROOUT, BLKROSET, BLKRRPART, BLKPG, SG_IO, TIOCSTI};
const size_t CONFINE_ORDERS_COUNT = ARRAY_SIZE(CONFINE_ORDERS);
