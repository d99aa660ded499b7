/* SPDX-License-Identifier: MIT */
#include "hook/stage1.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "hook/modules.h"
#include "hook/settings.h"
#include "parse/config.h"
#include "parse/mountinfo.h"
#include "source/console_redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* A driver that is needed to know whether anybody asks for us: every boot waits for it. */
#define FWCFG_MAX_US (300 * US_PER_MS)
/* A console for PID 1, where it was started without one. */
#define CONSOLE_MAX_US (300 * US_PER_MS)

static const struct {
	const char *type, *path;
	unsigned long flags;
} MOUNTS[] = {
	{"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC},
	{"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC},
	{"devtmpfs", "/dev", MS_NOSUID},
};

static int mount_one(size_t i)
{
	/* Stage 1 makes these folders as well where its archive lacks them. */
	(void)mkdir(MOUNTS[i].path, 0755);
	return mount(MOUNTS[i].type, MOUNTS[i].path, MOUNTS[i].type, MOUNTS[i].flags, NULL) < 0
		       ? -errno
		       : 0;
}

void stage1_read_settings(struct config *config)
{
	_cleanup_(sysroot_close) struct sysroot root = SYSROOT_CLOSED;
	int proc = mount_one(0), sys = mount_one(1);

	if (sysroot_open(NULL, &root) == 0) {
		settings_read(&root, config);
		if (!config->is_from_fwcfg &&
			modules_load_fwcfg(&root, FWCFG_MAX_US < config->budget_us
							  ? FWCFG_MAX_US
							  : config->budget_us))
			settings_read_fwcfg(&root, config);
	} else {
		config_init(config);
	}
	if (sys == 0)
		(void)umount2("/sys", MNT_DETACH);
	if (proc == 0)
		(void)umount2("/proc", MNT_DETACH);
}

void stage1_fill_descriptors(bool may_heal_console)
{
	int mounted = -1, fd, more;

	if (fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0)
		return;
	mounted = mount_one(2);
	fd = may_heal_console ? console_open_live(CONSOLE_MAX_US) : -1;
	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	/* Each time the lowest number that is free. */
	do {
		more = dup(fd);
	} while (more >= 0 && more <= STDERR_FILENO);
	if (more > STDERR_FILENO)
		(void)close(more);
	if (fd > STDERR_FILENO)
		(void)close(fd);
	if (mounted == 0)
		(void)umount2("/dev", MNT_DETACH);
}

/* Without us the kernel would have mounted root= itself; from here on there is no way back. */
static void say_no_init(void)
{
	static const char TEXT[] =
		"<2>bootprobe: this initramfs has no /init: remove rdinit= from the command line\n";
	_cleanup_close_ int fd = -1;

	(void)mount_one(2);
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, TEXT, sizeof(TEXT) - 1);
}

void stage1_exec_init(char **argv)
{
	/* /init, and what the kernel tries without an initrd (init/main.c). */
	static const char *const INITS[] = {
		"/init", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

	for (size_t i = 0; i < ARRAY_SIZE(INITS); i++) {
		char path[16];

		(void)text_copy(path, sizeof(path), INITS[i]);
		argv[0] = path;
		(void)execv(path, argv);
	}
	say_no_init();
}

int stage1_enter(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(MOUNTS); i++) {
		int r = mount_one(i);

		if (r < 0 && r != -EBUSY)
			return r;
	}
	return 0;
}

/* initramfs-tools; dracut and systemd; NixOS; mkinitcpio */
static const char *as_new_root(const char *mount_point)
{
	static const char *const POINTS[] = {"/root", "/sysroot", "/mnt-root", "/new_root"};

	for (size_t i = 0; i < ARRAY_SIZE(POINTS); i++) {
		if (strcmp(mount_point, POINTS[i]) == 0)
			return POINTS[i];
	}
	return NULL;
}

/* It stays with the namespace and the root that PID 1 has now (fs/proc_namespace.c), so that what
 * it says is read afresh each time. */
enum stage1_place stage1_look(const struct sysroot *proc, const char **ret_new_root)
{
	static const char *const POINTS[] = {"/proc", "/sys", "/dev", "/run"};
	static char text[65536];
	const char *new_root;
	struct mountinfo mount;
	char *cursor = text;
	uint32_t seen = 0;
	bool is_switched = false;

	ssize_t n = sysroot_read(proc, "1/mountinfo", text, sizeof(text));

	*ret_new_root = NULL;
	/* One that is longer is the table of a stage 2. */
	if (n < 0)
		return n == -EFBIG ? STAGE1_SWITCHED : STAGE1_BARE;
	while (mountinfo_next(&cursor, &mount)) {
		/* The initramfs cannot be unmounted; another root hides it. */
		if (strcmp(mount.mount_point, "/") == 0)
			is_switched = strcmp(mount.fstype, "rootfs") != 0;
		new_root = as_new_root(mount.mount_point);
		*ret_new_root = new_root ? new_root : *ret_new_root;
		for (size_t i = 0; i < ARRAY_SIZE(POINTS); i++) {
			if (strcmp(mount.mount_point, POINTS[i]) == 0)
				seen |= 1U << i;
		}
	}
	if (is_switched)
		return STAGE1_SWITCHED;
	return seen == (1U << ARRAY_SIZE(POINTS)) - 1 ? STAGE1_MOUNTED : STAGE1_BARE;
}

int stage1_go_home(const struct sysroot *proc)
{
	/* A magic link, which sysroot_openat() refuses to follow. */
	_cleanup_close_ int fd = openat(proc->fd, "1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return setns(fd, CLONE_NEWNS) < 0 ? -errno : 0;
}
