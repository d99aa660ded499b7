/* SPDX-License-Identifier: MIT */
/* The first bytes of a program or script that stage 2 begins with, or of a kernel module. */
#include "fuzz_text.h"
#include "parse/elf.h"
#include "parse/grower.h"

static void read_elf(const uint8_t *data, size_t size)
{
	uint64_t offset, length;
	struct elf elf;

	(void)elf_is_cut_short(data, size, size);
	if (elf_parse(data, size, &elf) < 0)
		return;
	(void)elf_machine_name(&elf);
	(void)elf_runs_on(&elf, "x86_64");
	if (elf.segment_count > ELF_SEGMENTS_MAX || elf.segment_size > ELF_SEGMENT_SIZE)
		abort();
	if (size > ELF_HEADER_SIZE)
		(void)elf_find_interpreter(
			&elf, data + ELF_HEADER_SIZE, size - ELF_HEADER_SIZE, &offset, &length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), path[160];
	uint8_t *bytes = malloc(size ? size : 1);

	if (!bytes)
		abort();
	memcpy(bytes, data, size);
	read_elf(bytes, size);
	free(bytes);
	if (script_interpreter(text, size, path, sizeof(path)))
		FUZZ_ENDS(path);
	(void)grower_exits_on_error(text);
	free(text);
	return 0;
}
