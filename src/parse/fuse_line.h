/* SPDX-License-Identifier: MIT */
/*
 * What virtiofsd says of a request when it logs all of them, behind the time stamp: the one in C
 * (QEMU up to 7.2, option -d) and the one in Rust (--log-level=debug).
 *
 *	[ID: 00030779] unique: 8, opcode: LOOKUP (1), nodeid: 1, insize: 45, pid: 143
 *	[ID: 00030779] lo_lookup(parent=1, name=sbin)
 *	[ID: 00030779]    unique: 8, success, outsize: 144
 *	[ID: 00030779] virtio_send_data_iov: preadv ret=1651 len=4096
 *	DEBUG virtiofsd::server] Received request: opcode=Lookup (1), inode=1, unique=8, pid=143
 *	DEBUG virtiofsd::server] Replying OK, header: OutHeader { len: 80, error: 0, unique: 8 }
 */
#ifndef PARSE_FUSE_LINE_H
#define PARSE_FUSE_LINE_H

#include <stdbool.h>
#include <stdint.h>

enum fuse_line_kind {
	FUSE_CONNECTED, /* QEMU has come */
	FUSE_QUEUE,     /* the guest's driver has started the queues */
	FUSE_REQUEST,
	FUSE_NAME,    /* what the LOOKUP of this thread is for */
	FUSE_READ,    /* the READ of this thread is done: C logs no other reply to it */
	FUSE_REPLY,   /* of `unique` */
	FUSE_END,     /* QEMU has gone */
	FUSE_TROUBLE, /* the daemon complains */
};

enum {
	FUSE_INIT = 26,
	FUSE_LOOKUP = 1,
	FUSE_READ_CODE = 15,
	FUSE_STATFS = 17,
	FUSE_READDIRPLUS = 44
};

struct fuse_line {
	enum fuse_line_kind kind;
	uint64_t unique;
	uint32_t thread; /* 0: not told */
	uint32_t opcode, pid;
	int32_t error; /* of a reply: 0 or a negative errno */
	char name[64]; /* FUSE_NAME; cut */
};

/* text: NUL-terminated. False for what is none of these. */
bool fuse_line_parse(const char *text, struct fuse_line *ret);
/* Whether virtiofsd wrote this line, whatever it says. */
bool fuse_line_is_of_daemon(const char *text);

/* "LOOKUP", or "" for one that is not listed. */
const char *fuse_opcode_name(uint32_t opcode);
/* Whether it is answered at all. */
bool fuse_opcode_has_reply(uint32_t opcode);

#endif
