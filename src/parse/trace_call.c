/* SPDX-License-Identifier: MIT */
#include "parse/trace_call.h"

#include "base/text.h"

#include <sys/syscall.h>

static const struct {
	uint32_t number;
	const char *name;
	uint32_t kind;
} CALLS[] = {
	{SYS_read, "read", CALL_DESCRIPTOR | CALL_READS},
	{SYS_readv, "readv", CALL_DESCRIPTOR | CALL_READS},
	{SYS_pread64, "pread64", CALL_DESCRIPTOR | CALL_READS | CALL_AT},
	{SYS_preadv, "preadv", CALL_DESCRIPTOR | CALL_READS | CALL_AT},
#ifdef SYS_preadv2
	{SYS_preadv2, "preadv2", CALL_DESCRIPTOR | CALL_READS | CALL_AT},
#endif
	{SYS_write, "write", CALL_DESCRIPTOR | CALL_WRITES},
	{SYS_writev, "writev", CALL_DESCRIPTOR | CALL_WRITES},
	{SYS_pwrite64, "pwrite64", CALL_DESCRIPTOR | CALL_WRITES | CALL_AT},
	{SYS_pwritev, "pwritev", CALL_DESCRIPTOR | CALL_WRITES | CALL_AT},
#ifdef SYS_pwritev2
	{SYS_pwritev2, "pwritev2", CALL_DESCRIPTOR | CALL_WRITES | CALL_AT},
#endif
	{SYS_sendfile, "sendfile", CALL_DESCRIPTOR | CALL_WRITES},
	{SYS_splice, "splice", CALL_DESCRIPTOR | CALL_READS},
	{SYS_copy_file_range, "copy_file_range", CALL_DESCRIPTOR | CALL_READS},
	{SYS_getdents64, "getdents64", CALL_DESCRIPTOR | CALL_READS},
	{SYS_recvfrom, "recvfrom", CALL_DESCRIPTOR | CALL_READS},
	{SYS_recvmsg, "recvmsg", CALL_DESCRIPTOR | CALL_READS},
	{SYS_sendto, "sendto", CALL_DESCRIPTOR | CALL_WRITES},
	{SYS_sendmsg, "sendmsg", CALL_DESCRIPTOR | CALL_WRITES},
	{SYS_sendmmsg, "sendmmsg", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_recvmmsg, "recvmmsg", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_fsync, "fsync", CALL_DESCRIPTOR | CALL_SYNCS},
	{SYS_fdatasync, "fdatasync", CALL_DESCRIPTOR | CALL_SYNCS},
	{SYS_syncfs, "syncfs", CALL_DESCRIPTOR | CALL_SYNCS},
	{SYS_sync_file_range, "sync_file_range", CALL_DESCRIPTOR | CALL_SYNCS},
	{SYS_sync, "sync", CALL_SYNCS},
	{SYS_msync, "msync", CALL_SYNCS},
	{SYS_ftruncate, "ftruncate", CALL_DESCRIPTOR | CALL_CUTS},
	{SYS_fallocate, "fallocate", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_fadvise64, "fadvise64", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_lseek, "lseek", CALL_DESCRIPTOR | CALL_SEEKS},
	{SYS_fstat, "fstat", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_fstatfs, "fstatfs", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_fcntl, "fcntl", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_flock, "flock", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_ioctl, "ioctl", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_dup, "dup", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_dup3, "dup3", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_close, "close", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_fchdir, "fchdir", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_fchmod, "fchmod", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_fchown, "fchown", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_fgetxattr, "fgetxattr", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_epoll_ctl, "epoll_ctl", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_epoll_pwait, "epoll_pwait", CALL_DESCRIPTOR | CALL_WAITS},
	{SYS_accept, "accept", CALL_DESCRIPTOR | CALL_WAITS},
	{SYS_accept4, "accept4", CALL_DESCRIPTOR | CALL_WAITS},
	{SYS_connect, "connect", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_bind, "bind", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_listen, "listen", CALL_DESCRIPTOR | CALL_OTHER},
	{SYS_getsockopt, "getsockopt", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_setsockopt, "setsockopt", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_timerfd_settime, "timerfd_settime", CALL_DESCRIPTOR | CALL_LOOKS},
#ifdef SYS_io_uring_enter
	{SYS_io_uring_enter, "io_uring_enter", CALL_DESCRIPTOR | CALL_OTHER},
#endif
	{SYS_ppoll, "ppoll", CALL_WAITS},
	{SYS_pselect6, "pselect6", CALL_WAITS},
	{SYS_rt_sigtimedwait, "rt_sigtimedwait", CALL_WAITS},
	{SYS_wait4, "wait4", CALL_WAITS},
	{SYS_waitid, "waitid", CALL_WAITS},
	{SYS_futex, "futex", CALL_SLEEPS},
	{SYS_nanosleep, "nanosleep", CALL_SLEEPS},
	{SYS_clock_nanosleep, "clock_nanosleep", CALL_SLEEPS},
	{SYS_rt_sigsuspend, "rt_sigsuspend", CALL_SLEEPS},
	{SYS_openat, "openat", CALL_PATH | CALL_OPENS | CALL_FLAGS_THIRD},
#ifdef SYS_openat2
	{SYS_openat2, "openat2", CALL_PATH | CALL_OPENS},
#endif
	{SYS_execve, "execve", CALL_PATH | CALL_OTHER},
	{SYS_execveat, "execveat", CALL_PATH | CALL_OTHER},
	{SYS_mount, "mount", CALL_PATH | CALL_OTHER},
	{SYS_umount2, "umount2", CALL_PATH | CALL_OTHER},
	{SYS_pivot_root, "pivot_root", CALL_PATH | CALL_OTHER},
	{SYS_chroot, "chroot", CALL_PATH | CALL_OTHER},
	{SYS_chdir, "chdir", CALL_PATH | CALL_LOOKS},
	{SYS_faccessat, "faccessat", CALL_PATH | CALL_LOOKS},
#ifdef SYS_faccessat2
	{SYS_faccessat2, "faccessat2", CALL_PATH | CALL_LOOKS},
#endif
	{SYS_readlinkat, "readlinkat", CALL_PATH | CALL_LOOKS},
	{SYS_statfs, "statfs", CALL_PATH | CALL_LOOKS},
	{SYS_statx, "statx", CALL_PATH | CALL_LOOKS},
#ifdef SYS_newfstatat
	{SYS_newfstatat, "newfstatat", CALL_PATH | CALL_LOOKS},
#endif
	{SYS_getxattr, "getxattr", CALL_PATH | CALL_LOOKS},
	{SYS_lgetxattr, "lgetxattr", CALL_PATH | CALL_LOOKS},
	{SYS_listxattr, "listxattr", CALL_PATH | CALL_LOOKS},
	{SYS_llistxattr, "llistxattr", CALL_PATH | CALL_LOOKS},
	{SYS_inotify_add_watch, "inotify_add_watch", CALL_PATH | CALL_OTHER},
	{SYS_unlinkat, "unlinkat", CALL_PATH | CALL_OTHER},
	{SYS_mkdirat, "mkdirat", CALL_PATH | CALL_OTHER},
	{SYS_symlinkat, "symlinkat", CALL_PATH | CALL_OTHER},
	{SYS_linkat, "linkat", CALL_PATH | CALL_OTHER},
	{SYS_mknodat, "mknodat", CALL_PATH | CALL_OTHER},
#ifdef SYS_renameat
	{SYS_renameat, "renameat", CALL_PATH | CALL_OTHER},
#endif
	{SYS_renameat2, "renameat2", CALL_PATH | CALL_OTHER},
	{SYS_fchmodat, "fchmodat", CALL_PATH | CALL_OTHER},
	{SYS_fchownat, "fchownat", CALL_PATH | CALL_OTHER},
	{SYS_utimensat, "utimensat", CALL_PATH | CALL_OTHER},
	{SYS_setxattr, "setxattr", CALL_PATH | CALL_OTHER},
	{SYS_lsetxattr, "lsetxattr", CALL_PATH | CALL_OTHER},
	{SYS_truncate, "truncate", CALL_PATH | CALL_OTHER},
	{SYS_brk, "brk", CALL_OTHER},
	{SYS_mmap, "mmap", CALL_OTHER},
	{SYS_munmap, "munmap", CALL_OTHER},
	{SYS_mprotect, "mprotect", CALL_OTHER},
	{SYS_madvise, "madvise", CALL_OTHER},
	{SYS_mremap, "mremap", CALL_OTHER},
	{SYS_clone, "clone", CALL_OTHER},
#ifdef SYS_clone3
	{SYS_clone3, "clone3", CALL_OTHER},
#endif
	{SYS_socket, "socket", CALL_OTHER},
	{SYS_kill, "kill", CALL_OTHER},
	{SYS_tgkill, "tgkill", CALL_OTHER},
	{SYS_getrandom, "getrandom", CALL_OTHER},
	{SYS_sched_yield, "sched_yield", CALL_LOOKS},
	{SYS_exit, "exit", CALL_OTHER},
	{SYS_exit_group, "exit_group", CALL_OTHER},
	{SYS_getpid, "getpid", CALL_LOOKS},
	{SYS_gettid, "gettid", CALL_LOOKS},
	{SYS_getppid, "getppid", CALL_LOOKS},
	{SYS_getuid, "getuid", CALL_LOOKS},
	{SYS_clock_gettime, "clock_gettime", CALL_LOOKS},
	{SYS_gettimeofday, "gettimeofday", CALL_LOOKS},
	{SYS_getrusage, "getrusage", CALL_LOOKS},
	{SYS_times, "times", CALL_LOOKS},
	{SYS_uname, "uname", CALL_LOOKS},
	{SYS_getcwd, "getcwd", CALL_LOOKS},
	{SYS_rt_sigaction, "rt_sigaction", CALL_LOOKS},
	{SYS_rt_sigprocmask, "rt_sigprocmask", CALL_LOOKS},
	{SYS_rt_sigreturn, "rt_sigreturn", CALL_LOOKS},
	{SYS_restart_syscall, "restart_syscall", CALL_SLEEPS},
	{SYS_pipe2, "pipe2", CALL_LOOKS},
	{SYS_eventfd2, "eventfd2", CALL_LOOKS},
	{SYS_prctl, "prctl", CALL_OTHER},
#ifdef SYS_bpf
	{SYS_bpf, "bpf", CALL_OTHER},
#endif
/* Those that exist on older architectures alone. */
#ifdef SYS_open
	{SYS_open, "open", CALL_PATH | CALL_OPENS | CALL_FLAGS_SECOND},
	{SYS_creat, "creat", CALL_PATH | CALL_OPENS},
	{SYS_stat, "stat", CALL_PATH | CALL_LOOKS},
	{SYS_lstat, "lstat", CALL_PATH | CALL_LOOKS},
	{SYS_access, "access", CALL_PATH | CALL_LOOKS},
	{SYS_readlink, "readlink", CALL_PATH | CALL_LOOKS},
	{SYS_unlink, "unlink", CALL_PATH | CALL_OTHER},
	{SYS_mkdir, "mkdir", CALL_PATH | CALL_OTHER},
	{SYS_rmdir, "rmdir", CALL_PATH | CALL_OTHER},
	{SYS_rename, "rename", CALL_PATH | CALL_OTHER},
	{SYS_link, "link", CALL_PATH | CALL_OTHER},
	{SYS_symlink, "symlink", CALL_PATH | CALL_OTHER},
	{SYS_mknod, "mknod", CALL_PATH | CALL_OTHER},
	{SYS_chmod, "chmod", CALL_PATH | CALL_OTHER},
	{SYS_chown, "chown", CALL_PATH | CALL_OTHER},
	{SYS_lchown, "lchown", CALL_PATH | CALL_OTHER},
	{SYS_dup2, "dup2", CALL_DESCRIPTOR | CALL_LOOKS},
	{SYS_getdents, "getdents", CALL_DESCRIPTOR | CALL_READS},
	{SYS_epoll_wait, "epoll_wait", CALL_DESCRIPTOR | CALL_WAITS},
	{SYS_poll, "poll", CALL_WAITS},
	{SYS_select, "select", CALL_WAITS},
	{SYS_pause, "pause", CALL_SLEEPS},
	{SYS_pipe, "pipe", CALL_LOOKS},
	{SYS_alarm, "alarm", CALL_LOOKS},
	{SYS_time, "time", CALL_LOOKS},
	{SYS_fork, "fork", CALL_OTHER},
	{SYS_vfork, "vfork", CALL_OTHER},
#endif
};

const char *trace_call_name(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(CALLS); i++) {
		if (CALLS[i].number == number)
			return CALLS[i].name;
	}
	return "";
}

uint32_t trace_call_kind(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(CALLS); i++) {
		if (CALLS[i].number == number)
			return CALLS[i].kind;
	}
	return CALL_OTHER;
}

bool trace_call_takes_path(uint32_t number)
{
	return trace_call_kind(number) & CALL_PATH;
}
