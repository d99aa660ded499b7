/* SPDX-License-Identifier: MIT */
/*
 * ACPI as the tables declare it, beside what the kernel made of it. The kernel's view is the
 * truth; the tables tell what it left out and why. The two are joined by path.
 */
#include "probe/probe.h"

#include "acpi/aml.h"
#include "acpi/eisa_id.h"
#include "acpi/resource.h"
#include "acpi/table.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "probe/acpi_kernel.h"
#include "source/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define TABLES "sys/firmware/acpi/tables"
/* All tables of one machine together; the largest seen have 877 kB. */
enum { POOL_BYTES = 24 << 20 };

struct table_file {
	char name[16]; /* below TABLES */
	const uint8_t *bytes;
	uint32_t length_bytes;
	struct table_header header;
	outcome_t read;
};

/* Lives in the probe's child; pages that are not used cost nothing. */
static struct {
	struct table_file files[ACPI_TABLES_MAX];
	uint32_t file_count;
	uint8_t *pool;
	size_t pool_used;
	uint8_t loaded[AML_TABLES_MAX]; /* file of each table in the namespace */
	uint32_t loaded_count;
	struct aml_namespace space;
} the;

/* ------------------------------------------------------------------------------------- tables */

static void table_read(const struct sysroot *root, struct table_file *file)
{
	char path[64];
	ssize_t n;
	size_t room = POOL_BYTES - the.pool_used;

	text_join(path, sizeof(path), TABLES "/", file->name, NULL);
	file->bytes = the.pool + the.pool_used;
	n = sysroot_read(root, path, (char *)the.pool + the.pool_used, room);
	file->read = outcome_from(n);
	if (n < 0)
		return;
	file->length_bytes = (uint32_t)n;
	/* One byte for the NUL; tables start at even addresses for the sake of those who read
	 * dumps. */
	the.pool_used += ((size_t)n + 16) & ~(size_t)15;
}

static void tables_list(const struct sysroot *root, struct facts *facts, const char *folder)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[64];
	const char *entry;

	text_join(path, sizeof(path), TABLES "/", folder, NULL);
	directory = sysroot_opendir(root, path);
	if (!directory)
		return;
	while ((entry = sysroot_next_entry(directory))) {
		struct table_file *file = &the.files[the.file_count];

		if (strcmp(entry, "data") == 0 || strcmp(entry, "dynamic") == 0)
			continue;
		if (the.file_count >= ACPI_TABLES_MAX) {
			facts->acpi_tables.list.dropped++;
			continue;
		}
		if (!text_join(file->name, sizeof(file->name), folder, *folder ? "/" : "", entry,
			    NULL))
			continue;
		table_read(root, file);
		if (file->read < 0 ||
			table_parse_header(file->bytes, file->length_bytes, &file->header) == 0 ||
			file->length_bytes)
			the.file_count++;
	}
}

/* The order in which the kernel loads them, and ours for those that AML loads later. */
static unsigned table_rank(const struct table_file *file)
{
	static const char *const RANKS[] = {"DSDT", "SSDT", "PSDT", "OSDT", "OEM", "dynamic/"};

	for (unsigned i = 0; i < ARRAY_SIZE(RANKS); i++) {
		if (text_starts_with(file->name, RANKS[i]))
			return i;
	}
	return ARRAY_SIZE(RANKS);
}

/* SSDT2 before SSDT10. */
static bool is_table_before(const struct table_file *a, const struct table_file *b)
{
	unsigned rank_a = table_rank(a), rank_b = table_rank(b);
	size_t length_a = strlen(a->name), length_b = strlen(b->name);

	if (rank_a != rank_b)
		return rank_a < rank_b;
	if (length_a != length_b)
		return length_a < length_b;
	return strcmp(a->name, b->name) < 0;
}

static void tables_sort(void)
{
	for (uint32_t i = 1; i < the.file_count; i++) {
		struct table_file file = the.files[i];
		uint32_t at = i;

		for (; at > 0 && is_table_before(&file, &the.files[at - 1]); at--)
			the.files[at] = the.files[at - 1];
		the.files[at] = file;
	}
}

static void tables_walk(void)
{
	aml_init(&the.space);
	for (uint32_t i = 0; i < the.file_count; i++) {
		struct table_file *file = &the.files[i];
		bool is_optional = !table_is_aml(file->header.signature);

		if (file->read != OUTCOME_OK || file->header.is_length_absurd ||
			!table_may_be_aml(file->header.signature))
			continue;
		if (is_optional &&
			!aml_is_plausible(&the.space, file->bytes, file->header.length_bytes))
			continue;
		if (the.loaded_count >= AML_TABLES_MAX)
			break;
		the.loaded[the.loaded_count] = (uint8_t)i;
		/* -EBADMSG leaves problems in the namespace, which table_publish() reports. */
		(void)aml_load(&the.space, file->bytes, file->header.length_bytes, is_optional);
		if (the.space.table_count > the.loaded_count)
			the.loaded_count++;
	}
	aml_find_patches(&the.space);
}

static void table_note_problems(struct acpi_table_fact *fact, uint32_t file)
{
	uint32_t kept = the.space.problem_count < AML_PROBLEMS_MAX ? the.space.problem_count
								   : AML_PROBLEMS_MAX;

	for (uint32_t i = 0; i < kept; i++) {
		const struct aml_problem *problem = &the.space.problems[i];

		if (problem->table >= the.loaded_count || the.loaded[problem->table] != file)
			continue;
		if (fact->incomplete_count++)
			continue;
		text_copy(fact->incomplete_because, sizeof(fact->incomplete_because),
			aml_reason_texts[problem->reason % AML_REASON_COUNT]);
		fact->incomplete_offset_bytes = problem->offset_bytes;
	}
}

static void table_publish(struct facts *facts, uint32_t index)
{
	const struct table_file *file = &the.files[index];
	const struct table_header *header = &file->header;
	struct acpi_table_fact *fact = fact_new(facts->acpi_tables);

	if (!fact)
		return;
	*fact = (struct acpi_table_fact){
		.oem_revision = header->oem_revision,
		.revision = header->revision,
		.header_length_bytes = header->header_length_bytes,
		.file_length_bytes = file->length_bytes,
		.read = file->read,
	};
	/* The FACS has a header of its own, without a checksum. */
	if (file->read == OUTCOME_OK && strcmp(header->signature, "FACS") != 0)
		fact->is_checksum_right = answer_from(header->is_checksum_right);
	text_copy(fact->name, sizeof(fact->name), file->name);
	text_copy(fact->signature, sizeof(fact->signature), header->signature);
	text_copy(fact->oem_id, sizeof(fact->oem_id), header->oem_id);
	text_copy(fact->oem_table_id, sizeof(fact->oem_table_id), header->oem_table_id);
	text_copy(fact->creator_id, sizeof(fact->creator_id), header->creator_id);
	table_note_problems(fact, index);
	fact_done(facts->acpi_tables);
}

/* ---------------------------------------------------------------------------------- fixed tables
 */

static void note_fadt(const struct table_file *file, struct acpi_fact *fact)
{
	struct table_fadt fadt;

	if (table_parse_fadt(file->bytes, file->length_bytes, &fadt) < 0)
		return;
	fact->has_fadt = ANSWER_YES;
	fact->is_hardware_reduced = answer_from(fadt.is_hardware_reduced);
	if (!fadt.has_boot_flags)
		return;
	fact->has_legacy_devices = answer_from(fadt.has_legacy_devices);
	fact->has_8042 = answer_from(fadt.has_8042);
	fact->is_vga_absent = answer_from(fadt.is_vga_absent);
}

static void note_spcr(const struct table_file *file, struct acpi_fact *fact)
{
	struct table_spcr spcr;

	if (table_parse_spcr(file->bytes, file->length_bytes, &spcr) < 0)
		return;
	fact->has_spcr = ANSWER_YES;
	fact->spcr_interface = spcr.interface;
	fact->spcr_address = spcr.base.address;
	fact->spcr_space = spcr.base.space;
	fact->spcr_irq = spcr.has_irq ? spcr.irq : 0;
	fact->spcr_gsi = spcr.has_gsi ? spcr.gsi : 0;
	fact->spcr_baud = spcr.baud;
	fact->spcr_terminal = spcr.terminal;
}

static void note_dbg2(const struct table_file *file, struct acpi_fact *fact)
{
	struct table_dbg2 dbg2;

	if (table_parse_dbg2(file->bytes, file->length_bytes, &dbg2) < 0)
		return;
	fact->has_dbg2 = ANSWER_YES;
	fact->dbg2_device_count = dbg2.declared_count;
}

static void note_mcfg(const struct table_file *file, struct acpi_fact *fact)
{
	struct table_mcfg mcfg;

	if (table_parse_mcfg(file->bytes, file->length_bytes, &mcfg) < 0)
		return;
	fact->has_mcfg = ANSWER_YES;
	fact->mcfg_segment_count = mcfg.declared_count;
}

static void note_fixed_tables(struct acpi_fact *fact)
{
	static const struct {
		const char *signature;
		void (*note)(const struct table_file *file, struct acpi_fact *fact);
	} FIXED[] = {
		{"FACP", note_fadt}, {"SPCR", note_spcr}, {"DBG2", note_dbg2}, {"MCFG", note_mcfg}};

	fact->has_fadt = fact->has_spcr = fact->has_dbg2 = fact->has_mcfg = ANSWER_NO;
	for (uint32_t i = 0; i < the.file_count; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(FIXED); k++) {
			if (the.files[i].read == OUTCOME_OK &&
				strcmp(the.files[i].header.signature, FIXED[k].signature) == 0)
				FIXED[k].note(&the.files[i], fact);
		}
	}
}

/* -------------------------------------------------------------------------------------- devices */

static void id_format(const struct aml_value *value, char *buf, size_t size)
{
	char eisa[EISA_ID_SIZE];

	buf[0] = '\0';
	if (value->type == AML_INTEGER) {
		eisa_id_format(value->integer, eisa);
		text_copy(buf, size, eisa);
	} else if (value->type == AML_STRING) {
		text_copy_bytes(buf, size, (const char *)value->bytes,
			strnlen((const char *)value->bytes, value->length_bytes));
	}
}

static void cids_note(const struct aml_device *device, struct acpi_device_fact *fact)
{
	struct aml_value package = device->cid, element = device->cid;
	bool is_package = package.type == AML_PACKAGE;

	while (fact->cid_count < ACPI_CIDS_MAX) {
		char *cid = fact->cids[fact->cid_count];

		if (is_package && aml_package_next(&the.space, &package, &element) <= 0)
			break;
		id_format(&element, cid, sizeof(fact->cids[0]));
		fact->cid_count += !text_is_empty(cid);
		if (!is_package)
			break;
	}
}

static enum declared declared_from(const struct aml_value *value, enum aml_type constant)
{
	if (value->type == AML_ABSENT)
		return DECLARED_ABSENT;
	if (value->is_patched)
		return DECLARED_PATCHED;
	if (value->type == constant)
		return DECLARED_CONST;
	return value->type == AML_METHOD || value->type == AML_METHOD_ALIAS ? DECLARED_METHOD
									    : DECLARED_OTHER;
}

static void resources_note(const struct aml_value *crs, struct acpi_device_fact *fact)
{
	static struct resources resources;

	resource_parse(crs->bytes, crs->length_bytes, &resources);
	for (uint32_t i = 0; i < resources.io_count && fact->io_count < ACPI_RANGES_MAX; i++) {
		const struct resource_io *io = &resources.io[i];
		uint64_t last = io->minimum + (io->length ? io->length - 1 : 0);

		fact->io[fact->io_count++] =
			(struct io_range){(uint32_t)io->minimum, (uint32_t)last};
	}
	for (uint32_t i = 0; i < resources.irq_count && fact->irq_count < ACPI_RANGES_MAX; i++)
		fact->irqs[fact->irq_count++] = resources.irqs[i].number;
}

static void device_note(const struct aml_device *device, struct acpi_device_fact *fact)
{
	text_copy(fact->path, sizeof(fact->path), device->path);
	fact->is_declared = ANSWER_YES;
	if (device->table < the.loaded_count)
		text_copy(fact->table, sizeof(fact->table),
			the.files[the.loaded[device->table]].name);
	fact->is_conditional = device->flags & AML_CONDITIONAL;
	fact->is_orphan = device->flags & AML_ORPHAN;
	fact->is_duplicate = device->flags & AML_DUPLICATE;
	fact->hid_declared = declared_from(
		&device->hid, device->hid.type == AML_STRING ? AML_STRING : AML_INTEGER);
	fact->sta_declared = declared_from(&device->sta, AML_INTEGER);
	fact->crs_declared = declared_from(&device->crs, AML_BUFFER);
	/* ACPI 6.5, section 6.3.7: without a _STA a device is present and working. */
	if (fact->sta_declared == DECLARED_CONST || fact->sta_declared == DECLARED_ABSENT)
		fact->sta = device->sta.type == AML_ABSENT ? 0x0f : (uint32_t)device->sta.integer;
	if (fact->crs_declared == DECLARED_CONST || fact->crs_declared == DECLARED_PATCHED)
		resources_note(&device->crs, fact);
}

static void devices_publish(struct facts *facts)
{
	static struct aml_device device;
	uint32_t cursor = 0;

	while (aml_device_next(&the.space, &cursor, &device)) {
		struct acpi_device_fact fact = {0}, *slot;

		facts->acpi.declared_device_count++;
		if (device.table < the.loaded_count)
			facts->acpi_tables.item[the.loaded[device.table]].device_count++;
		id_format(&device.hid, fact.hid, sizeof(fact.hid));
		cids_note(&device, &fact);
		if (!acpi_is_of_interest(&fact))
			continue;
		slot = fact_new(facts->acpi_devices);
		if (!slot)
			continue;
		device_note(&device, &fact);
		*slot = fact;
		fact_done(facts->acpi_devices);
	}
}

/* ------------------------------------------------------------------------------------------ run */

int acpi_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	struct acpi_fact *fact = &facts->acpi;
	struct sources below = *sources;

	(void)subject;
	fact_list_reset(&facts->acpi_tables.list);
	fact_list_reset(&facts->acpi_devices.list);
	memset(fact, 0, sizeof(*fact));
	if (!sysroot_exists(&sources->root, TABLES)) {
		fact->tables_read = -ENOENT;
		fact_publish(&fact->once);
		return 0;
	}
	the.pool = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (the.pool == MAP_FAILED)
		return -errno;
	confine_to_sys(&below.root, -1);
	tables_list(&below.root, facts, "");
	tables_list(&below.root, facts, "dynamic");
	tables_sort();
	tables_walk();
	for (uint32_t i = 0; i < the.file_count; i++)
		table_publish(facts, i);
	fact->tables_read = the.file_count ? the.files[0].read : -ENODATA;
	note_fixed_tables(fact);
	devices_publish(facts);
	acpi_kernel_join(&below, facts);
	fact_publish(&fact->once);
	return 0;
}
