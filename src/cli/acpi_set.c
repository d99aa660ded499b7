/* SPDX-License-Identifier: MIT */
#include "cli/acpi_set.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acpi/aml.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/input.h"

enum { FILE_BYTES_MAX = AML_TABLE_BYTES_MAX + 1, FILES_MAX = 1024 };

/* Reads at most FILE_BYTES_MAX. sysfs files have no size, so this reads to the end. */
static int read_file(int folder, const char *path, uint8_t **ret_bytes, size_t *ret_length_bytes)
{
	_cleanup_close_ int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length = 0, room = 0;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;

	for (;;) {
		ssize_t n;

		if (length == room) {
			uint8_t *grown = realloc(bytes, room = room ? 2 * room : 65536);

			if (!grown)
				return -ENOMEM;
			bytes = grown;
		}
		n = read(fd, bytes + length, room - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += (size_t)n;
		if (length >= FILE_BYTES_MAX)
			return -EFBIG;
	}
	*ret_bytes = bytes;
	*ret_length_bytes = length;
	bytes = NULL;
	return 0;
}

static enum acpi_rank rank_of(const char *name)
{
	if (text_starts_with(name, "DSDT"))
		return ACPI_RANK_DSDT;
	if (text_starts_with(name, "SSDT"))
		return ACPI_RANK_SSDT;
	if (text_starts_with(name, "PSDT") || text_starts_with(name, "OSDT"))
		return ACPI_RANK_PSDT;
	return text_starts_with(name, "OEM") ? ACPI_RANK_OEM : ACPI_RANK_DATA;
}

/* Adds a file that could be read. name becomes the set's own. */
static int add_file(struct acpi_set *set, char *name, uint8_t *bytes, size_t length_bytes)
{
	struct acpi_file *files = realloc(set->files, (set->count + 1) * sizeof(*set->files));
	struct acpi_file *file;

	if (!files)
		return -ENOMEM;
	set->files = files;
	file = &files[set->count];
	*file = (struct acpi_file){
		.name = name,
		.bytes = bytes,
		.length_bytes = length_bytes,
		.position = set->count,
		.rank = ACPI_RANK_DATA,
		.table = -1,
	};
	file->has_header = table_parse_header(bytes, length_bytes, &file->header) == 0;
	if (file->has_header)
		file->rank = rank_of(file->header.signature);
	set->count++;
	return 0;
}

static int take_file(struct acpi_set *set, int folder, const char *path, const char *shown)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	_cleanup_free_ char *name = NULL;
	size_t length_bytes = 0;
	int result = read_file(folder, path, &bytes, &length_bytes);

	if (result < 0)
		return result;
	name = strdup(shown);
	if (!name)
		return -ENOMEM;
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?'; /* the name of a file in a folder may be anybody's */
	result = add_file(set, name, bytes, length_bytes);
	if (result < 0)
		return result;
	name = NULL;
	bytes = NULL;
	return 0;
}

/* Why a path cannot be taken. */
static const char *words_of(int error)
{
	switch (-error) {
	case EISDIR:
		return "a folder must stand alone: give one folder, or files";
	case EINVAL:
		return "is neither a file nor a folder";
	case EFBIG:
		return "is too large for a table";
	case ENODATA:
		return "no tables there; they have names such as DSDT and SSDT1";
	default:
		return strerror(-error);
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct acpi_file *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->position < right->position ? -1 : 1;
}

/* ---- folders ---- */

/* Runs of digits compare as numbers: SSDT2 comes before SSDT10. */
static int compare_natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *after_a, *after_b;
			unsigned long number_a = strtoul(a, &after_a, 10);
			unsigned long number_b = strtoul(b, &after_b, 10);

			if (number_a != number_b)
				return number_a < number_b ? -1 : 1;
			a = after_a;
			b = after_b;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (*a != 0) - (*b != 0);
}

static int select_table(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !text_ends_with(entry->d_name, ".dsl");
}

static int by_natural_name(const struct dirent **a, const struct dirent **b)
{
	return compare_natural((*a)->d_name, (*b)->d_name);
}

/* A folder may hold anything: what is not named like AML counts if its header fits its name. */
static bool is_data_table(const struct acpi_file *file, const char *name)
{
	return file->has_header && text_starts_with(name, file->header.signature) &&
	       file->header.signature[0];
}

static void drop_last(struct acpi_set *set)
{
	struct acpi_file *file = &set->files[--set->count];

	free(file->name);
	free(file->bytes);
}

/* Files in a folder are told by their names, which are the kernel's. */
static int take_folder_entry(struct acpi_set *set, int folder, const char *prefix, const char *name)
{
	enum acpi_rank rank = rank_of(name);
	struct acpi_file *file;
	char shown[512];
	int result;

	(void)text_join(shown, sizeof(shown), prefix, name, NULL);
	result = take_file(set, folder, name, shown);
	if (result < 0) {
		if (rank == ACPI_RANK_DATA || result == -EISDIR)
			return 0;
		input_complain("acpi", shown, words_of(result));
		return result;
	}
	file = &set->files[set->count - 1];
	file->rank = rank != ACPI_RANK_DATA && prefix[0] ? ACPI_RANK_DYNAMIC : rank;
	if (rank == ACPI_RANK_DATA && !is_data_table(file, name))
		drop_last(set);
	return 0;
}

static int take_folder(struct acpi_set *set, const char *path, const char *prefix)
{
	_cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries;
	char dynamic[PATH_MAX];
	int count, result = 0;

	if (folder < 0)
		return -errno;
	count = scandir(path, &entries, select_table, by_natural_name);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (result == 0 && set->count < FILES_MAX)
			result = take_folder_entry(set, folder, prefix, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (result == 0 && !prefix[0] &&
		text_join(dynamic, sizeof(dynamic), path, "/dynamic", NULL))
		(void)take_folder(set, dynamic, "dynamic/");
	return result;
}

/* ---- sets ---- */

int acpi_set_read(char **paths, int path_count, struct acpi_set *ret_set)
{
	int result = 0;

	*ret_set = (struct acpi_set){0};
	for (int i = 0; i < path_count && result == 0; i++) {
		result = take_file(ret_set, AT_FDCWD, paths[i], paths[i]);
		if (result == -EISDIR && path_count == 1)
			result = take_folder(ret_set, paths[i], "");
		if (result == 0 && !ret_set->count)
			result = -ENODATA;
		if (result < 0)
			input_complain("acpi", paths[i], words_of(result));
	}
	if (ret_set->count)
		qsort(ret_set->files, ret_set->count, sizeof(*ret_set->files), by_rank);
	return result;
}

void acpi_set_release(struct acpi_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->files[i].name);
		free(set->files[i].bytes);
	}
	free(set->files);
	*set = (struct acpi_set){0};
}

const struct acpi_file *acpi_set_find(const struct acpi_set *set, int table)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->files[i].table == table)
			return &set->files[i];
	return NULL;
}
