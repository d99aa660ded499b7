/* SPDX-License-Identifier: MIT */
/*
 * Bounded text: builders and small parsers over caller-owned buffers. Nothing here allocates,
 * reads a file or knows a format.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A string under construction. Always NUL-terminated; what does not fit is left out and is_cut
 * is set, never undone. */
struct text {
	char *data;
	size_t size;
	size_t length;
	bool is_cut;
};

void text_init(struct text *text, char *data, size_t size);
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const char *bytes, size_t count);
void text_append_char(struct text *text, char c);
/* Decimal and lower-case hexadecimal (no prefix, zero-padded to at least width digits). */
void text_append_u64(struct text *text, uint64_t value);
void text_append_i64(struct text *text, int64_t value);
void text_append_hex(struct text *text, uint64_t value, unsigned width);
/* "4.601000" */
void text_append_seconds(struct text *text, uint64_t value_us);
/* "20 GiB", "1.5 TiB": one decimal at most. */
void text_append_size(struct text *text, uint64_t bytes);

/* Copies at most size - 1 bytes and terminates. Returns false when the source was cut. */
bool text_copy(char *destination, size_t size, const char *source);
bool text_copy_bytes(char *destination, size_t size, const char *source, size_t count);
/* Concatenates the strings up to the terminating NULL: text_join(buf, sizeof(buf), a, b, NULL). */
bool text_join(char *destination, size_t size, ...) __attribute__((sentinel));

/* Removes white space at both ends, in place. Returns its argument. */
char *text_trim(char *string);

bool text_starts_with(const char *string, const char *prefix);
bool text_ends_with(const char *string, const char *suffix);
static inline bool text_is_empty(const char *string)
{
	return !string[0];
}

/* The whole string must be a number in that base (0: 0x and 0 prefixes count). -EINVAL, -ERANGE;
 * *ret_value is untouched on failure. */
int text_parse_u64(const char *string, unsigned base, uint64_t *ret_value);
int text_parse_u32(const char *string, unsigned base, uint32_t *ret_value);

/* Takes the next line off *cursor: returns its start, with the newline replaced by NUL, or NULL
 * at the end. The buffer is changed. */
char *text_next_line(char **cursor);
/* Takes the next field separated by runs of white space off *cursor, or NULL at the end. */
char *text_next_field(char **cursor);

/* The length of the valid UTF-8 sequence at bytes (1 to 4), or 0 when there is none within
 * available bytes. */
size_t text_utf8_length(const unsigned char *bytes, size_t available);

#endif
