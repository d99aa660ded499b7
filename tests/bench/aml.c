/* SPDX-License-Identifier: MIT */
/*
 * How fast AML is walked: aml SECONDS FOLDER... walks the definition blocks of each folder (one
 * machine: DSDT, then its SSDTs) again and again, from memory, and prints one line of JSON. The
 * time is that of the fastest of many passes over all machines.
 */
#include "acpi/aml.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MACHINES_MAX = 256, TABLES_MAX = 32, PASSES_MIN = 3 };

struct machine {
	struct {
		uint8_t *bytes;
		size_t length_bytes;
	} table[TABLES_MAX];
	size_t count;
};

static struct machine machines[MACHINES_MAX];
static struct aml_namespace space;

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_table(const char *path, struct machine *machine)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(AML_TABLE_BYTES_MAX);
	size_t length;

	if (!file || !bytes || machine->count == TABLES_MAX) {
		free(bytes);
		if (file)
			(void)fclose(file);
		return -1;
	}
	length = fread(bytes, 1, AML_TABLE_BYTES_MAX, file);
	(void)fclose(file);
	machine->table[machine->count].bytes = realloc(bytes, length ? length : 1);
	machine->table[machine->count++].length_bytes = length;
	return 0;
}

static int read_machine(const char *folder, struct machine *machine)
{
	static const char *const NAMES[] = {"DSDT*", "SSDT*"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		char pattern[4096];
		glob_t found;

		(void)snprintf(pattern, sizeof(pattern), "%s/%s", folder, NAMES[i]);
		if (glob(pattern, 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			if (read_table(found.gl_pathv[k], machine) < 0)
				return -1;
		}
		globfree(&found);
	}
	return 0;
}

/* All that the hook does with the tables of one machine. Returns the number of devices. */
static size_t walk(const struct machine *machine)
{
	static struct aml_device device;
	uint32_t cursor = 0;
	size_t devices = 0;

	aml_init(&space);
	for (size_t i = 0; i < machine->count; i++)
		(void)aml_load(
			&space, machine->table[i].bytes, machine->table[i].length_bytes, false);
	aml_find_patches(&space);
	while (aml_device_next(&space, &cursor, &device) > 0)
		devices++;
	return devices;
}

int main(int argc, char **argv)
{
	double seconds = argc > 2 ? strtod(argv[1], NULL) : 0, best = 0, end = 0;
	size_t count = 0, tables = 0, bytes = 0, devices = 0, passes = 0;

	if (seconds <= 0 || argc - 2 > MACHINES_MAX) {
		fprintf(stderr, "Usage: aml SECONDS FOLDER...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (read_machine(argv[i], &machines[count]) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		count += machines[count].count > 0;
	}
	for (size_t i = 0; i < count; i++) {
		tables += machines[i].count;
		for (size_t k = 0; k < machines[i].count; k++)
			bytes += machines[i].table[k].length_bytes;
	}
	end = now_s() + seconds;
	for (; bytes && (now_s() < end || passes < PASSES_MIN); passes++) {
		double start = now_s(), took;

		devices = 0;
		for (size_t i = 0; i < count; i++)
			devices += walk(&machines[i]);
		took = now_s() - start;
		best = passes == 0 || took < best ? took : best;
	}
	printf("{\"machines\":%zu,\"tables\":%zu,\"bytes\":%zu,\"devices\":%zu,\"passes\":%zu,"
	       "\"best_s\":%.6f}\n",
		count, tables, bytes, devices, passes, best);
	return bytes ? 0 : 1;
}
