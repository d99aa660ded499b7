/* SPDX-License-Identifier: MIT */
#include "parse/elf.h"

#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

static union {
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;
	uint8_t bytes[ELF_HEADER_SIZE];
} file;
static struct elf elf;

static void wide_make(void)
{
	memset(&file, 0, sizeof(file));
	memcpy(file.bytes, ELFMAG, SELFMAG);
	file.bytes[EI_CLASS] = ELFCLASS64;
	file.bytes[EI_DATA] = ELFDATA2LSB;
	file.wide.e_type = ET_DYN;
	file.wide.e_machine = EM_X86_64;
	file.wide.e_phoff = 64;
	file.wide.e_phentsize = sizeof(Elf64_Phdr);
	file.wide.e_phnum = 3;
}

static void narrow_make(void)
{
	memset(&file, 0, sizeof(file));
	memcpy(file.bytes, ELFMAG, SELFMAG);
	file.bytes[EI_CLASS] = ELFCLASS32;
	file.bytes[EI_DATA] = ELFDATA2LSB;
	file.narrow.e_type = ET_EXEC;
	file.narrow.e_machine = EM_386;
	file.narrow.e_phoff = 52;
	file.narrow.e_phentsize = sizeof(Elf32_Phdr);
	file.narrow.e_phnum = 1;
}

static int parse(size_t length)
{
	return elf_parse(file.bytes, length, &elf);
}

START_TEST(modules_that_lack_their_end)
{
	wide_make();
	file.wide.e_phnum = 0;
	file.wide.e_shoff = 1000;
	file.wide.e_shentsize = sizeof(Elf64_Shdr);
	file.wide.e_shnum = 10;
	ck_assert(!elf_is_cut_short(file.bytes, 64, 1000 + 640));
	ck_assert(elf_is_cut_short(file.bytes, 64, 1000 + 639));
	ck_assert(elf_is_cut_short(file.bytes, 64, 500));
	ck_assert(elf_is_cut_short(file.bytes, 40, 40));
	file.wide.e_shoff = UINT64_MAX - 10;
	ck_assert(elf_is_cut_short(file.bytes, 64, UINT64_MAX));
	narrow_make();
	file.narrow.e_shoff = 1000;
	file.narrow.e_shentsize = sizeof(Elf32_Shdr);
	file.narrow.e_shnum = 10;
	ck_assert(!elf_is_cut_short(file.bytes, 52, 1400));
	ck_assert(elf_is_cut_short(file.bytes, 52, 1399));
	/* Compressed, or anything else. */
	ck_assert(!elf_is_cut_short((const uint8_t *)"\x28\xb5\x2f\xfd", 4, 4));
	ck_assert(!elf_is_cut_short(file.bytes, 0, 0));
}
END_TEST

START_TEST(good)
{
	wide_make();
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert(elf.is_64);
	ck_assert(elf.is_executable);
	ck_assert_uint_eq(elf.segments_offset, 64);
	ck_assert_uint_eq(elf.segment_count, 3);
	ck_assert_str_eq(elf_machine_name(&elf), "x86-64");
	narrow_make();
	ck_assert_int_eq(parse(52), 0);
	ck_assert_str_eq(elf_machine_name(&elf), "x86");
	ck_assert_uint_eq(elf.segments_offset, 52);
}
END_TEST

START_TEST(big_endian)
{
	static const uint8_t S390X[ELF_HEADER_SIZE] = {0x7f, 'E', 'L', 'F', 2, 2,
		1, [17] = 2, [19] = EM_S390, [39] = 64, [55] = 56, [57] = 1};

	ck_assert_int_eq(elf_parse(S390X, sizeof(S390X), &elf), 0);
	ck_assert_str_eq(elf_machine_name(&elf), "s390x");
	ck_assert_uint_eq(elf.segments_offset, 64);
}
END_TEST

START_TEST(truncated_and_lying)
{
	wide_make();
	for (size_t length = 0; length < 4; length++)
		ck_assert_int_eq(parse(length), -ENOEXEC);
	for (size_t length = 4; length < 64; length++)
		ck_assert_int_eq(parse(length), -EBADMSG);
	file.bytes[EI_CLASS] = 9;
	ck_assert_int_eq(parse(sizeof(file)), -EBADMSG);
	wide_make();
	file.bytes[EI_DATA] = 0;
	ck_assert_int_eq(parse(sizeof(file)), -EBADMSG);
	wide_make();
	file.wide.e_phentsize = 1;
	ck_assert_int_eq(parse(sizeof(file)), -EBADMSG);
	wide_make();
	file.wide.e_phnum = 65535;
	file.wide.e_type = ET_REL;
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert_uint_eq(elf.segment_count, ELF_SEGMENTS_MAX);
	ck_assert(!elf.is_executable);
	file.bytes[0] = '#';
	ck_assert_int_eq(parse(sizeof(file)), -ENOEXEC);
}
END_TEST

START_TEST(interpreter_of_elf)
{
	Elf64_Phdr wide[3] = {{.p_type = PT_PHDR}, {.p_type = PT_INTERP}};
	Elf32_Phdr narrow = {.p_type = PT_INTERP};
	uint64_t offset = 0, length = 0;

	wide[1].p_offset = UINT64_C(0x123456789);
	wide[1].p_filesz = 28;
	wide_make();
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert(elf_find_interpreter(&elf, (uint8_t *)wide, sizeof(wide), &offset, &length));
	ck_assert_uint_eq(offset, UINT64_C(0x123456789));
	ck_assert_uint_eq(length, 28);
	ck_assert(!elf_find_interpreter(
		&elf, (uint8_t *)wide, 2 * sizeof(wide[0]) - 1, &offset, &length));
	wide[1].p_type = PT_LOAD;
	ck_assert(!elf_find_interpreter(&elf, (uint8_t *)wide, sizeof(wide), &offset, &length));

	narrow.p_offset = 77;
	narrow.p_filesz = 9;
	narrow_make();
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert(elf_find_interpreter(&elf, (uint8_t *)&narrow, sizeof(narrow), &offset, &length));
	ck_assert_uint_eq(offset, 77);
	ck_assert_uint_eq(length, 9);
}
END_TEST

START_TEST(what_runs_where)
{
	wide_make();
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert_int_eq(elf_runs_on(&elf, "x86_64"), 1);
	ck_assert_int_eq(elf_runs_on(&elf, "aarch64"), 0);
	ck_assert_int_eq(elf_runs_on(&elf, "i686"), 0);
	ck_assert_int_eq(elf_runs_on(&elf, "vax"), -1);
	ck_assert_int_eq(elf_runs_on(&elf, ""), -1);
	narrow_make();
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert_int_eq(elf_runs_on(&elf, "x86_64"), 1);
	ck_assert_int_eq(elf_runs_on(&elf, "i686"), 1);
	file.narrow.e_machine = EM_ARM;
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert_int_eq(elf_runs_on(&elf, "armv7l"), 1);
	ck_assert_int_eq(elf_runs_on(&elf, "x86_64"), 0);
	file.narrow.e_machine = 4711;
	ck_assert_int_eq(parse(sizeof(file)), 0);
	ck_assert_ptr_null(elf_machine_name(&elf));
	ck_assert_int_eq(elf_runs_on(&elf, "x86_64"), 0);
}
END_TEST

START_TEST(scripts)
{
	char path[32];

	ck_assert(script_interpreter("#!/bin/sh\n", 10, path, sizeof(path)));
	ck_assert_str_eq(path, "/bin/sh");
	ck_assert(script_interpreter("#! \t/bin/sh -e \n", 16, path, sizeof(path)));
	ck_assert_str_eq(path, "/bin/sh");
	ck_assert(!script_interpreter("#!/bin/sh", 9, path, sizeof(path)));
	ck_assert(!script_interpreter("#!\n/bin/sh\n", 11, path, sizeof(path)));
	ck_assert(!script_interpreter("#", 1, path, sizeof(path)));
	ck_assert(!script_interpreter("", 0, path, sizeof(path)));
	ck_assert(!script_interpreter(
		"#!/a/path/that/does/not/fit/into/the/buffer\n", 44, path, sizeof(path)));
}
END_TEST

UNIT_MAIN("elf", modules_that_lack_their_end, good, big_endian, truncated_and_lying,
	interpreter_of_elf, what_runs_where, scripts)
