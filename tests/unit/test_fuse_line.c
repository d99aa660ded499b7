/* SPDX-License-Identifier: MIT */
#include "parse/fuse_line.h"

#include "unit.h"

#include <string.h>

static struct fuse_line line;

static bool parse(const char *text)
{
	line = (struct fuse_line){0};
	return fuse_line_parse(text, &line);
}

START_TEST(the_one_in_c)
{
	ck_assert(parse("[ID: 00030779] unique: 8, opcode: LOOKUP (1), nodeid: 1, insize: 45, "
			"pid: 143"));
	ck_assert_int_eq(line.kind, FUSE_REQUEST);
	ck_assert_uint_eq(line.thread, 30779);
	ck_assert_uint_eq(line.unique, 8);
	ck_assert_uint_eq(line.opcode, FUSE_LOOKUP);
	ck_assert_uint_eq(line.pid, 143);
	ck_assert(parse("[ID: 00030779] lo_lookup(parent=1, name=a) b)"));
	ck_assert_int_eq(line.kind, FUSE_NAME);
	ck_assert_str_eq(line.name, "a) b");
	ck_assert(parse("[ID: 00030779]    unique: 8, success, outsize: 144"));
	ck_assert_int_eq(line.kind, FUSE_REPLY);
	ck_assert_int_eq(line.error, 0);
	ck_assert(parse("[ID: 1]    unique: 18446744073709551615, error: -2 (No such file or "
			"directory), outsize: 16"));
	ck_assert_int_eq(line.error, -2);
	ck_assert(line.unique == UINT64_MAX);
	ck_assert(parse("[ID: 1] virtio_send_data_iov: preadv ret=1651 len=4096"));
	ck_assert_int_eq(line.kind, FUSE_READ);
	ck_assert(parse("[ID: 1] fv_queue_set_started: qidx=0 started=1"));
	ck_assert_int_eq(line.kind, FUSE_QUEUE);
	ck_assert(parse("[ID: 1] virtio_session_mount: Received vhost-user socket connection"));
	ck_assert_int_eq(line.kind, FUSE_CONNECTED);
	ck_assert(parse("[ID: 1] virtio_loop: Exit"));
	ck_assert_int_eq(line.kind, FUSE_END);
}
END_TEST

START_TEST(the_one_in_rust)
{
	ck_assert(parse("DEBUG virtiofsd::server] Received request: opcode=Init (26), inode=0, "
			"unique=2, pid=0"));
	ck_assert_int_eq(line.kind, FUSE_REQUEST);
	ck_assert_uint_eq(line.opcode, FUSE_INIT);
	ck_assert_uint_eq(line.unique, 2);
	ck_assert_uint_eq(line.thread, 0);
	ck_assert(parse("DEBUG virtiofsd::server] Replying OK, header: OutHeader { len: 80, "
			"error: 0, unique: 2 }"));
	ck_assert_int_eq(line.kind, FUSE_REPLY);
	ck_assert_int_eq(line.error, 0);
	ck_assert(parse("DEBUG virtiofsd::server] Replying ERROR, header: OutHeader { error: -2 "
			"(No such file or directory), unique: 6, len: 16 }"));
	ck_assert_int_eq(line.error, -2);
	ck_assert_uint_eq(line.unique, 6);
	ck_assert(parse("INFO  virtiofsd] Client connected, servicing requests"));
	ck_assert_int_eq(line.kind, FUSE_CONNECTED);
	ck_assert(parse("INFO  virtiofsd] Client disconnected, shutting down"));
	ck_assert_int_eq(line.kind, FUSE_END);
	ck_assert(parse("ERROR virtiofsd] Waiting for daemon failed: x"));
	ck_assert_int_eq(line.kind, FUSE_TROUBLE);
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const LINES[] = {"", "x", "[ID: ", "[ID: 1]",
		"[ID: 1] unique: ", "[ID: 1] unique: x, opcode: LOOKUP (1), pid: 1",
		"[ID: 1] unique: 8, opcode: LOOKUP, nodeid: 1, pid: 1",
		"[ID: 1] unique: 8, opcode: LOOKUP (1), nodeid: 1",
		"[ID: 1] unique: 8, opcode: LOOKUP (99999999999), pid: 1",
		"[ID: 1] unique: 99999999999999999999, success, outsize: 1",
		"[ID: 1] unique: 8, success", "[ID: 1] lo_lookup(parent=1)",
		"[ID: 1] lo_lookup(parent=1, name=x",
		"[ID: 1] fv_queue_set_started: qidx=0 started=0",
		"DEBUG virtiofsd::server] Received request: opcode=Init, unique=2, pid=0",
		"DEBUG virtiofsd::server] Replying", "DEBUG virtiofsd] QUEUE_EVENT",
		"DEBUG other::server] Received request: opcode=Init (26), unique=2, pid=0"};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++)
		ck_assert_msg(!parse(LINES[i]), "%s", LINES[i]);
	ck_assert(fuse_line_is_of_daemon("[ID: 1] anything"));
	ck_assert(fuse_line_is_of_daemon("DEBUG virtiofsd] QUEUE_EVENT"));
	ck_assert(!fuse_line_is_of_daemon("DEBUG other] QUEUE_EVENT"));
}
END_TEST

START_TEST(a_name_that_is_too_long)
{
	char text[512] = "[ID: 1] lo_lookup(parent=1, name=";

	memset(text + strlen(text), 'n', 300);
	strcat(text, ")");
	ck_assert(parse(text));
	ck_assert_uint_eq(strlen(line.name), sizeof(line.name) - 1);
}
END_TEST

START_TEST(opcodes)
{
	ck_assert_str_eq(fuse_opcode_name(FUSE_LOOKUP), "LOOKUP");
	ck_assert_str_eq(fuse_opcode_name(52), "STATX");
	ck_assert_str_eq(fuse_opcode_name(0), "");
	ck_assert_str_eq(fuse_opcode_name(7), "");
	ck_assert_str_eq(fuse_opcode_name(UINT32_MAX), "");
	ck_assert(!fuse_opcode_has_reply(2) && !fuse_opcode_has_reply(42));
	ck_assert(fuse_opcode_has_reply(FUSE_LOOKUP));
}
END_TEST

UNIT_MAIN(
	"fuse_line", the_one_in_c, the_one_in_rust, what_is_none, a_name_that_is_too_long, opcodes)
