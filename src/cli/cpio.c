/* SPDX-License-Identifier: MIT */
/*
 * bootprobe cpio: the hook as an archive that is appended to an initrd which knows nothing of it.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "parse/appended.h"
#include "parse/elf.h"
#include "source/module_order.h"
#include "source/packed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { EXIT_WRITTEN = 0, EXIT_USAGE = 2 };
enum { HOOK_SIZE_MAX = 64 << 20, MODULE_SIZE_MAX = 64 << 20 };

static const char HELP[] =
	"Usage: bootprobe cpio [--output FILE] [--modules KVER [--root DIR]] [--zstd]\n"
	"                      [--hook FILE]\n"
	"\n"
	"Writes a cpio archive with the hook, to be appended to any initrd, which itself\n"
	"needs no change; then boot with rdinit=/bootprobe-hook bootprobe.\n"
	"\n"
	"  --output FILE, -o FILE  write there; without this, to standard output\n"
	"  --modules KVER          add the modules of the kernel KVER (uname -r) that the\n"
	"                          report's virtio port and fw_cfg need\n"
	"  --root DIR              they are in DIR/lib/modules, instead of /lib/modules\n"
	"  --zstd                  compressed; fits behind any compressed initrd\n"
	"  --hook FILE             another static hook than\n"
	"                          " HOOK_PATH "\n"
	"  --help                  this text\n"
	"\n"
	"Exit status: 0 fine, 2 usage, or the archive cannot be made.\n";

struct cpio_options {
	const char *output, *release, *root, *hook;
	bool is_zstd;
};

/* What the report's port and the host's word need. Small kernels lack the last two. */
static const struct {
	const char *name;
	bool is_optional;
} WANTED[] = {
	{"virtio_pci", false},
	{"virtio_console", false},
	{"virtio_mmio", true},
	{"qemu_fw_cfg", true},
};

/* ------------------------------------------------------------------------------- complaints */

static int complain(const char *subject, const char *why)
{
	(void)fputs("bootprobe cpio: ", stderr);
	output_raw(stderr, subject);
	(void)fprintf(stderr, ": %s\n", why);
	return -1;
}

static const char *why_of(int error)
{
	return error == -EFBIG     ? "larger than any hook or module"
	       : error == -EBADMSG ? "damaged"
	       : error == -EINVAL  ? "not a regular file"
				   : strerror(-error);
}

static int complain_of_index(const struct cpio_options *options, const char *folder, int error)
{
	if (error == -ENODATA)
		return complain(folder, "no modules.dep.bin: run depmod there");
	if (error != -ENOENT)
		return complain(folder, strerror(-error));
	return complain(folder, options->root
					? "the kernel has no modules there"
					: "the kernel has no modules there; --root DIR names the "
					  "root of another system");
}

/* ------------------------------------------------------------------------------------- hook */

/* Whether an initrd can start it: an executable that asks for no loader. */
static const char *judge_hook(const uint8_t *bytes, size_t length)
{
	uint64_t offset, size;
	struct elf elf;

	if (elf_parse(bytes, length, &elf) < 0 || !elf.is_executable)
		return "not an executable of Linux";
	size = (uint64_t)elf.segment_size * elf.segment_count;
	if (elf.segments_offset > length || size > length - elf.segments_offset)
		return "damaged: it ends before its program headers";
	if (elf_find_interpreter(&elf, bytes + elf.segments_offset, (size_t)size, &offset, &size))
		return "needs libraries, which no initrd has for it: build it with -Dstatic=true";
	return NULL;
}

static int add_hook(struct cpio_writer *writer, const char *path)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	const char *wrong;
	size_t length;
	int r = packed_read(path, HOOK_SIZE_MAX, &bytes, &length);

	if (r == -ENOENT)
		return complain(path, "there is no hook; --hook FILE names one");
	if (r < 0)
		return complain(path, why_of(r));
	wrong = judge_hook(bytes, length);
	if (wrong)
		return complain(path, wrong);
	r = cpio_add_file(writer, "bootprobe-hook", 0755, bytes, length);
	return r < 0 ? complain("the archive", strerror(-r)) : 0;
}

/* ---------------------------------------------------------------------------------- modules */

static int find_module(const char *folder, const struct module_index *index, size_t wanted,
	struct module_order *order)
{
	const char *name = WANTED[wanted].name;
	enum module_found found;
	char why[96];
	int r = module_order_add(index, name, order, &found);

	if (r < 0)
		return complain(name, strerror(-r));
	if (found != MODULE_FOUND_NOT)
		return 0;
	(void)text_join(why, sizeof(why), "no ", name, ", neither as a module nor built in",
		WANTED[wanted].is_optional ? "; left out" : "", NULL);
	(void)complain(folder, why);
	return WANTED[wanted].is_optional ? 0 : -1;
}

static int add_folders(struct cpio_writer *writer, const char *path)
{
	char folder[PATH_MAX];
	int r = 0;

	for (size_t length = strcspn(path, "/"); r == 0;
		length += 1 + strcspn(path + length + 1, "/")) {
		(void)text_copy_bytes(folder, sizeof(folder), path, length);
		r = cpio_add_folder(writer, folder);
		if (!path[length])
			break;
	}
	return r < 0 ? complain("the archive", strerror(-r)) : 0;
}

static int add_module(struct cpio_writer *writer, const char *folder,
	const struct module_file *file, struct text *list)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	char path[PATH_MAX];
	size_t length;
	int r = packed_read(file->path, MODULE_SIZE_MAX, &bytes, &length);

	if (r < 0)
		return complain(file->path, why_of(r));
	text_append(list, file->name);
	text_append(list, ".ko\n");
	if (list->is_cut || !text_join(path, sizeof(path), folder, "/", file->name, ".ko", NULL))
		return complain(file->path, strerror(ENAMETOOLONG));
	r = cpio_add_file(writer, path, 0644, bytes, length);
	return r < 0 ? complain("the archive", strerror(-r)) : 0;
}

static int add_files(
	struct cpio_writer *writer, const char *release, const struct module_order *order)
{
	char folder[PATH_MAX], path[PATH_MAX], names[APPENDED_ORDER_SIZE];
	struct text list;
	int r;

	(void)text_join(folder, sizeof(folder), APPENDED_MODULES "/", release, NULL);
	(void)text_join(path, sizeof(path), folder, "/" APPENDED_ORDER, NULL);
	text_init(&list, names, sizeof(names));
	r = add_folders(writer, folder);
	for (uint32_t i = 0; i < order->count && r == 0; i++)
		r = add_module(writer, folder, &order->item[i], &list);
	if (r < 0)
		return r;
	r = cpio_add_file(writer, path, 0644, names, list.length);
	return r < 0 ? complain("the archive", strerror(-r)) : 0;
}

static int add_modules(struct cpio_writer *writer, const struct cpio_options *options)
{
	static struct module_order order;
	_cleanup_(module_index_close) struct module_index index = {NULL};
	const char *root = options->root ? options->root : "";
	char folder[PATH_MAX];
	int r;

	if (!text_join(folder, sizeof(folder), root, "/lib/modules/", options->release, NULL))
		return complain(root, strerror(ENAMETOOLONG));
	r = module_index_open(folder, &index);
	if (r < 0)
		return complain_of_index(options, folder, r);
	for (size_t i = 0; i < ARRAY_SIZE(WANTED) && r == 0; i++)
		r = find_module(folder, &index, i, &order);
	return r < 0 ? r : add_files(writer, options->release, &order);
}

/* ----------------------------------------------------------------------------------- output */

static void cleanup_writer(struct cpio_writer *writer)
{
	(void)cpio_close(writer);
}

static int write_archive(const struct cpio_options *options, int fd)
{
	_cleanup_(cleanup_writer) struct cpio_writer writer = {0};
	const char *name = options->output ? options->output : "standard output";
	int r = cpio_open(fd, options->is_zstd, &writer);

	if (r < 0)
		return complain(name, strerror(-r));
	r = add_hook(&writer, options->hook);
	if (r == 0 && options->release)
		r = add_modules(&writer, options);
	if (r < 0)
		return r;
	r = cpio_close(&writer);
	return r < 0 ? complain(name, strerror(-r)) : 0;
}

static mode_t current_umask(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return mask;
}

/* Half an archive would keep a machine from booting: the file is there when it is whole. */
static int write_file(const struct cpio_options *options)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	int r;

	if (!text_join(path, sizeof(path), options->output, ".XXXXXX", NULL))
		return complain(options->output, strerror(ENAMETOOLONG));
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return complain(options->output, strerror(errno));
	r = write_archive(options, fd);
	if (r == 0 && (fchmod(fd, 0644 & ~current_umask()) < 0 || fsync(fd) < 0 ||
			      rename(path, options->output) < 0))
		r = complain(options->output, strerror(errno));
	if (r < 0)
		(void)unlink(path);
	return r;
}

/* What stands behind a pipe takes all that comes for an archive: none comes before it is whole. */
static int write_whole(const struct cpio_options *options, const char *name, int fd)
{
	uint8_t buffer[65536];
	_cleanup_close_ int whole = memfd_create("archive", MFD_CLOEXEC);
	ssize_t n;
	int r = whole < 0 ? complain("the archive", strerror(errno))
			  : write_archive(options, whole);

	if (r < 0)
		return r;
	if (lseek(whole, 0, SEEK_SET) < 0)
		return complain("the archive", strerror(errno));
	while ((n = read(whole, buffer, sizeof(buffer))) > 0) {
		for (ssize_t done = 0; done < n; done += r) {
			r = (int)write(fd, buffer + done, (size_t)(n - done));
			if (r < 0 && errno != EINTR)
				return complain(name, strerror(errno));
			r = r < 0 ? 0 : r;
		}
	}
	return n < 0 ? complain("the archive", strerror(errno)) : 0;
}

/* A device or a pipe is written to as it is. */
static bool is_special(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static int write_special(const struct cpio_options *options)
{
	_cleanup_close_ int fd = open(options->output, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return complain(options->output, strerror(errno));
	return write_whole(options, options->output, fd);
}

static int write_output(const struct cpio_options *options)
{
	if (options->output)
		return is_special(options->output) ? write_special(options) : write_file(options);
	if (isatty(STDOUT_FILENO))
		return complain("standard output", "an archive is nothing for a terminal; "
						   "--output FILE writes a file");
	return write_whole(options, "standard output", STDOUT_FILENO);
}

/* ---------------------------------------------------------------------------------- options */

static const char *judge_options(const struct cpio_options *options)
{
	const char *release = options->release;

	if (options->root && !release)
		return "--root says where the modules of --modules are";
	if (release &&
		(!*release || *release == '.' || strchr(release, '/') || strlen(release) > 64))
		return "--modules wants the release of a kernel, as uname -r tells it";
	return NULL;
}

static const char *take_option(void *context, int option)
{
	struct cpio_options *options = context;

	switch (option) {
	case 'o':
		options->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
		break;
	case 'm':
		options->release = optarg;
		break;
	case 'r':
		options->root = optarg;
		break;
	case 'k':
		options->hook = optarg;
		break;
	default:
		options->is_zstd = true;
		break;
	}
	return NULL;
}

int cpio_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {{"output", required_argument, NULL, 'o'},
		{"modules", required_argument, NULL, 'm'}, {"root", required_argument, NULL, 'r'},
		{"hook", required_argument, NULL, 'k'}, {"zstd", no_argument, NULL, 'z'}, {0}};
	static const struct options SYNTAX = {.verb = "cpio",
		.help = HELP,
		.table = OPTIONS,
		.letters = "o:",
		.take = take_option};
	struct cpio_options options = {.hook = HOOK_PATH};
	const char *wrong;
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &options, &status))
		return status;
	wrong = optind < argc ? "it takes options only" : judge_options(&options);
	if (wrong)
		return options_complain("cpio", wrong);
	return write_output(&options) < 0 ? EXIT_USAGE : EXIT_WRITTEN;
}
