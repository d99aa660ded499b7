/* SPDX-License-Identifier: MIT */
/*
 * bootprobe acpi: the devices that one machine's tables declare.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/aml.h"
#include "base/cleanup.h"
#include "cli/acpi_print.h"
#include "cli/acpi_set.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "source/confine.h"

enum { EXIT_FINE = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2 };

static const char HELP[] =
	"Usage: bootprobe acpi [--json] TABLE...\n"
	"\n"
	"Lists the devices that the ACPI tables of one machine declare, without executing\n"
	"them. TABLE is a folder of raw tables (/sys/firmware/acpi/tables, or a copy), or\n"
	"files in any order; what each of them is stands in its signature.\n"
	"\n"
	"One line a device, sorted by path, separated by tabs:\n"
	"  path   \\_SB_.PCI0.S08_.COM1\n"
	"  hid    PNP0501, another string, @method or @type if it is no constant, - if\n"
	"         absent\n"
	"  cids   comma-separated, like hid\n"
	"  sta    0x0f, @method, or - (absent: present by definition)\n"
	"  crs    const, @method or -\n"
	"  io     MINIMUM-MAXIMUM/LENGTH of a constant _CRS; w: d: q: mark address spaces\n"
	"  irq    of a constant _CRS; x: marks an extended interrupt\n"
	"  flags  conditional: the device, or an attribute of it, depends on If, Else or\n"
	"         While, or on a table that is there only if AML loads it; orphan: below\n"
	"         a name that no table declares; duplicate: declared twice, the first\n"
	"         counts; patched: AML writes to an attribute; - if none\n"
	"\n"
	"  --json  one object with devices, tables and problems\n"
	"  --help  this text\n"
	"\n"
	"Exit status: 0 fine, 1 a table is broken (what was found is printed), 2 usage or\n"
	"input that cannot be read.\n";

/* Says what is wrong with a file before it is walked. Returns whether it can be. */
static bool check_header(const struct acpi_file *file, int *status)
{
	const struct table_header *header = &file->header;

	if (!file->has_header) {
		acpi_complain(file, "shorter than a table header");
	} else if (header->is_length_absurd) {
		acpi_complain(file, "its header says %u bytes, less than the header itself",
			header->header_length_bytes);
	} else {
		if (header->is_truncated)
			acpi_complain(file, "its header says %u bytes, the file has %zu",
				header->header_length_bytes, file->length_bytes);
		if (header->has_excess)
			acpi_complain(file, "%zu bytes behind its end",
				file->length_bytes - header->length_bytes);
		if (!header->is_checksum_right)
			acpi_complain(file, "wrong checksum");
		if (header->is_truncated || header->has_excess || !header->is_checksum_right)
			*status = EXIT_BROKEN;
		return true;
	}
	*status = EXIT_BROKEN;
	return false;
}

static void load_file(struct aml_namespace *space, struct acpi_file *file, int *status)
{
	const struct table_header *header = &file->header;
	bool is_optional = file->rank == ACPI_RANK_OEM || file->rank == ACPI_RANK_DYNAMIC;
	int index = (int)space->table_count, result;

	if (file->rank == ACPI_RANK_OEM &&
		!aml_is_plausible(space, file->bytes, header->length_bytes)) {
		file->rank = ACPI_RANK_DATA;
		return;
	}
	if (!table_may_be_aml(header->signature)) {
		acpi_complain(file, "is no AML: its signature is \"%s\"", header->signature);
		*status = EXIT_BROKEN;
		return;
	}
	result = aml_load(space, file->bytes, header->length_bytes, is_optional);
	if (result == 0 || result == -EBADMSG)
		file->table = index;
	else
		acpi_complain(file, "%s", strerror(-result));
	if (result < 0)
		*status = EXIT_BROKEN;
}

static void load_set(struct aml_namespace *space, struct acpi_set *set, int *status)
{
	aml_init(space);
	for (size_t i = 0; i < set->count; i++) {
		struct acpi_file *file = &set->files[i];

		/* the FACS has no checksum (section 5.2.10) */
		if (file->has_header && strcmp(file->header.signature, "FACS") == 0)
			continue;
		if (check_header(file, status) && file->rank != ACPI_RANK_DATA)
			load_file(space, file, status);
	}
	aml_find_patches(space);
	acpi_complain_problems(space, set);
}

static int run(char **paths, int path_count, bool is_json)
{
	_cleanup_free_ struct aml_namespace *space = NULL;
	struct acpi_set set;
	int status = EXIT_FINE, result;

	result = acpi_set_read(paths, path_count, &set);
	if (result < 0) {
		acpi_set_release(&set);
		return EXIT_USAGE;
	}
	confine_reader();
	space = calloc(1, sizeof(*space));
	if (!space) {
		acpi_set_release(&set);
		return EXIT_USAGE;
	}
	load_set(space, &set, &status);
	result = is_json ? acpi_print_json(space, &set) : acpi_print_lines(space);
	acpi_set_release(&set);
	return result < 0 ? EXIT_USAGE : status;
}

int acpi_main(int argc, char **argv)
{
	static const struct options SYNTAX = {
		.verb = "acpi", .help = HELP, .table = OPTIONS_JSON, .take = options_json};
	bool is_json = false;
	int status;

	if (!options_parse(&SYNTAX, argc, argv, &is_json, &status))
		return status;
	if (optind == argc)
		return options_complain("acpi", "give a folder of tables, or tables");
	return run(argv + optind, argc - optind, is_json);
}
