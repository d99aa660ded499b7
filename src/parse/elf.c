/* SPDX-License-Identifier: MIT */
#include "parse/elf.h"

#include "base/text.h"
#include "base/unaligned.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

/* What the kernel calls itself, and what it runs. The first row of an architecture names it. */
static const struct {
	uint16_t machine;
	bool is_64, is_big_endian;
	const char *name;
	const char *uname[4]; /* prefixes where they end with '*' */
} MACHINES[] = {
	{EM_X86_64, true, false, "x86-64", {"x86_64"}},
	{EM_X86_64, false, false, "x32", {"x86_64"}},
	{EM_386, false, false, "x86", {"i386", "i*86", "x86_64"}},
	{EM_AARCH64, true, false, "arm64", {"aarch64"}},
	{EM_ARM, false, false, "arm", {"arm*", "aarch64"}},
	{EM_RISCV, true, false, "riscv64", {"riscv64"}},
	{EM_RISCV, false, false, "riscv32", {"riscv32", "riscv64"}},
	{EM_PPC64, true, false, "ppc64le", {"ppc64le"}},
	{EM_PPC64, true, true, "ppc64", {"ppc64"}},
	{EM_PPC, false, true, "ppc", {"ppc", "ppc64"}},
	{EM_S390, true, true, "s390x", {"s390x"}},
	{EM_LOONGARCH, true, false, "loongarch64", {"loongarch64"}},
	{EM_MIPS, true, false, "mips64el", {"mips64"}},
	{EM_MIPS, true, true, "mips64", {"mips64"}},
	{EM_MIPS, false, false, "mipsel", {"mips", "mips64"}},
	{EM_MIPS, false, true, "mips", {"mips", "mips64"}},
};

static uint64_t get(const struct elf *elf, const uint8_t *bytes, unsigned width)
{
	return elf->is_big_endian ? get_be(bytes, width) : get_le(bytes, width);
}

static int segments_parse(const uint8_t *bytes, struct elf *elf)
{
	unsigned wide = elf->is_64 ? 8 : 4;
	uint32_t smallest = elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	elf->segments_offset = get(elf, bytes + (elf->is_64 ? 32 : 28), wide);
	elf->segment_size = (uint32_t)get(elf, bytes + (elf->is_64 ? 54 : 42), 2);
	elf->segment_count = (uint32_t)get(elf, bytes + (elf->is_64 ? 56 : 44), 2);
	if (elf->segment_size != smallest || !elf->segment_count)
		return -EBADMSG;
	if (elf->segment_count > ELF_SEGMENTS_MAX)
		elf->segment_count = ELF_SEGMENTS_MAX;
	return 0;
}

/* What all else is read by. Returns as elf_parse(). */
static int ident_parse(const uint8_t *bytes, size_t length, struct elf *elf)
{
	if (length < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	if (length < sizeof(Elf32_Ehdr))
		return -EBADMSG;
	elf->is_64 = bytes[EI_CLASS] == ELFCLASS64;
	elf->is_big_endian = bytes[EI_DATA] == ELFDATA2MSB;
	if ((!elf->is_64 && bytes[EI_CLASS] != ELFCLASS32) ||
		(!elf->is_big_endian && bytes[EI_DATA] != ELFDATA2LSB) ||
		(elf->is_64 && length < sizeof(Elf64_Ehdr)))
		return -EBADMSG;
	return 0;
}

bool elf_is_cut_short(const uint8_t *bytes, size_t length, uint64_t file_length)
{
	struct elf elf = {0};
	uint64_t offset, sections;
	int r = ident_parse(bytes, length, &elf);

	if (r < 0)
		return r == -EBADMSG;
	offset = get(&elf, bytes + (elf.is_64 ? 40 : 32), elf.is_64 ? 8 : 4);
	sections = get(&elf, bytes + (elf.is_64 ? 58 : 46), 2) *
		   get(&elf, bytes + (elf.is_64 ? 60 : 48), 2);
	return offset > file_length || sections > file_length - offset;
}

int elf_parse(const uint8_t *bytes, size_t length, struct elf *ret_elf)
{
	struct elf elf = {0};
	uint64_t type;
	int r = ident_parse(bytes, length, &elf);

	if (r < 0)
		return r;
	type = get(&elf, bytes + 16, 2);
	elf.is_executable = type == ET_EXEC || type == ET_DYN;
	elf.machine = (uint16_t)get(&elf, bytes + 18, 2);
	r = segments_parse(bytes, &elf);
	if (r == 0)
		*ret_elf = elf;
	return r;
}

bool elf_find_interpreter(const struct elf *elf, const uint8_t *segments, size_t length,
	uint64_t *ret_offset, uint64_t *ret_length)
{
	unsigned wide = elf->is_64 ? 8 : 4;

	for (uint32_t i = 0; i < elf->segment_count && length >= elf->segment_size; i++) {
		if (get(elf, segments, 4) == PT_INTERP) {
			*ret_offset = get(elf, segments + (elf->is_64 ? 8 : 4), wide);
			*ret_length = get(elf, segments + (elf->is_64 ? 32 : 16), wide);
			return true;
		}
		segments += elf->segment_size;
		length -= elf->segment_size;
	}
	return false;
}

static bool is_machine(size_t i, const struct elf *elf)
{
	return MACHINES[i].machine == elf->machine && MACHINES[i].is_64 == elf->is_64 &&
	       MACHINES[i].is_big_endian == elf->is_big_endian;
}

const char *elf_machine_name(const struct elf *elf)
{
	for (size_t i = 0; i < ARRAY_SIZE(MACHINES); i++) {
		if (is_machine(i, elf))
			return MACHINES[i].name;
	}
	return NULL;
}

/* A star stands for any characters. */
static bool is_like(const char *name, const char *pattern)
{
	const char *star = strchr(pattern, '*');

	if (!star)
		return strcmp(name, pattern) == 0;
	return strncmp(name, pattern, (size_t)(star - pattern)) == 0 &&
	       text_ends_with(name, star + 1);
}

static bool row_runs_on(size_t i, const char *machine)
{
	for (size_t j = 0; j < ARRAY_SIZE(MACHINES[i].uname) && MACHINES[i].uname[j]; j++) {
		if (is_like(machine, MACHINES[i].uname[j]))
			return true;
	}
	return false;
}

int elf_runs_on(const struct elf *elf, const char *machine)
{
	bool is_known_kernel = false;

	for (size_t i = 0; i < ARRAY_SIZE(MACHINES); i++) {
		if (!row_runs_on(i, machine))
			continue;
		is_known_kernel = true;
		if (is_machine(i, elf))
			return 1;
	}
	return is_known_kernel ? 0 : -1;
}

bool script_interpreter(const char *bytes, size_t length, char *buf, size_t size)
{
	const char *end, *start, *stop;

	if (length < 2 || bytes[0] != '#' || bytes[1] != '!')
		return false;
	end = memchr(bytes, '\n', length);
	if (!end)
		return false;
	for (start = bytes + 2; start < end && (*start == ' ' || *start == '\t'); start++)
		;
	for (stop = start; stop < end && *stop != ' ' && *stop != '\t' && *stop; stop++)
		;
	return stop > start && text_copy_bytes(buf, size, start, (size_t)(stop - start));
}
