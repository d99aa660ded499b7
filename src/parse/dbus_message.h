/* SPDX-License-Identifier: MIT */
/*
 * Messages of D-Bus (D-Bus Specification 0.43, "Message Protocol"): as much as it takes to call a
 * method and to read the answer piece by piece out of a small buffer.
 */
#ifndef PARSE_DBUS_MESSAGE_H
#define PARSE_DBUS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A method call whose arguments are strings. */
struct dbus_call {
	const char *destination, *path, *interface, *member;
	const char *arguments[3]; /* the first NULL ends them */
};

/* Writes the message, in little-endian. Returns its length, or 0 if it does not fit. */
size_t dbus_call_write(const struct dbus_call *call, uint32_t serial, uint8_t *buf, size_t size);

enum dbus_type { DBUS_CALL = 1, DBUS_RETURN = 2, DBUS_ERROR = 3, DBUS_SIGNAL = 4 };

/* What stands before the body, which begins at header_bytes. */
struct dbus_header {
	uint8_t type; /* enum dbus_type, or one of a later specification */
	bool is_big_endian;
	uint32_t body_bytes;
	uint32_t reply_serial; /* 0: it answers nothing */
	size_t header_bytes;   /* a multiple of 8 */
	char signature[16]; /* of the body; "" also where it is longer than all that are asked for
			     */
};

/* 0, -EAGAIN where it does not end within size bytes, or -EPROTO. */
int dbus_header_parse(const uint8_t *bytes, size_t size, struct dbus_header *ret);

/* Where a body is being read. bytes[0] lies at a multiple of 8 of its message. */
struct dbus_cursor {
	const uint8_t *bytes;
	size_t size, at;
	bool is_big_endian;
	/* 0; -EAGAIN: it goes on behind size; -EPROTO. Stays as it is, and all that is taken then
	 * is 0 and "". */
	int error;
};

/* To the next multiple of alignment (1, 2, 4, 8), as before a struct (8). */
void dbus_align(struct dbus_cursor *cursor, size_t alignment);
uint32_t dbus_take_u32(struct dbus_cursor *cursor);
uint64_t dbus_take_u64(struct dbus_cursor *cursor);
/* A string or an object path; what does not fit is cut. buf NULL: it is passed over. */
void dbus_take_text(struct dbus_cursor *cursor, char *buf, size_t size);
/* A variant that holds a number without sign of 32 or 64 bits. */
uint64_t dbus_take_variant(struct dbus_cursor *cursor);

#endif
