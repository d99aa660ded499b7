/* SPDX-License-Identifier: MIT */
/*
 * As much of an executable as the kernel looks at before it runs it (fs/binfmt_elf.c,
 * fs/binfmt_script.c).
 */
#ifndef PARSE_ELF_H
#define PARSE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_HEADER_SIZE = 64, ELF_SEGMENTS_MAX = 64, ELF_SEGMENT_SIZE = 56 };

struct elf {
	bool is_64, is_big_endian, is_executable; /* ET_EXEC or ET_DYN */
	uint16_t machine;                         /* EM_* */
	uint64_t segments_offset;                 /* the program headers */
	uint32_t segment_size, segment_count;     /* at most ELF_SEGMENTS_MAX of ELF_SEGMENT_SIZE */
};

/* From the first bytes of a file. Returns 0, -ENOEXEC when it is no ELF file, or -EBADMSG when it
 * says that it is and makes no sense. */
int elf_parse(const uint8_t *bytes, size_t length, struct elf *ret_elf);

/* Whether an object (a kernel module, which has no program headers) of that many bytes lacks its
 * end: the section headers, which stand there. False for what is no ELF file. */
bool elf_is_cut_short(const uint8_t *bytes, size_t length, uint64_t file_length);

/* The place of the interpreter's name in the file, from the bytes of the program headers. False
 * when there is none: a static executable. */
bool elf_find_interpreter(const struct elf *elf, const uint8_t *segments, size_t length,
	uint64_t *ret_offset, uint64_t *ret_length);

/* "x86-64", "arm64", ...; NULL for one that is not in the table. */
const char *elf_machine_name(const struct elf *elf);
/* Whether a kernel whose uname(2) machine is that can run it: 1, 0, or -1 for a machine that is not
 * in the table. A 64-bit kernel is taken to run the 32-bit programs of its family where mainline
 * kernels commonly do. */
int elf_runs_on(const struct elf *elf, const char *machine);

/* The interpreter of a script that begins "#!": its path without arguments into buf. False when
 * there is none, or the line does not end within the bytes. */
bool script_interpreter(const char *bytes, size_t length, char *buf, size_t size);

#endif
