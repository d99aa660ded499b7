/* SPDX-License-Identifier: MIT */
#include "parse/fuse_line.h"

#include "base/text.h"

#include <string.h>

/* enum fuse_opcode of linux/fuse.h */
static const char *const OPCODES[] = {[1] = "LOOKUP",
	[2] = "FORGET",
	[3] = "GETATTR",
	[4] = "SETATTR",
	[5] = "READLINK",
	[6] = "SYMLINK",
	[8] = "MKNOD",
	[9] = "MKDIR",
	[10] = "UNLINK",
	[11] = "RMDIR",
	[12] = "RENAME",
	[13] = "LINK",
	[14] = "OPEN",
	[15] = "READ",
	[16] = "WRITE",
	[17] = "STATFS",
	[18] = "RELEASE",
	[20] = "FSYNC",
	[21] = "SETXATTR",
	[22] = "GETXATTR",
	[23] = "LISTXATTR",
	[24] = "REMOVEXATTR",
	[25] = "FLUSH",
	[26] = "INIT",
	[27] = "OPENDIR",
	[28] = "READDIR",
	[29] = "RELEASEDIR",
	[30] = "FSYNCDIR",
	[31] = "GETLK",
	[32] = "SETLK",
	[33] = "SETLKW",
	[34] = "ACCESS",
	[35] = "CREATE",
	[36] = "INTERRUPT",
	[37] = "BMAP",
	[38] = "DESTROY",
	[39] = "IOCTL",
	[40] = "POLL",
	[41] = "NOTIFY_REPLY",
	[42] = "BATCH_FORGET",
	[43] = "FALLOCATE",
	[44] = "READDIRPLUS",
	[45] = "RENAME2",
	[46] = "LSEEK",
	[47] = "COPY_FILE_RANGE",
	[48] = "SETUPMAPPING",
	[49] = "REMOVEMAPPING",
	[50] = "SYNCFS",
	[51] = "TMPFILE",
	[52] = "STATX"};

const char *fuse_opcode_name(uint32_t opcode)
{
	return opcode < ARRAY_SIZE(OPCODES) && OPCODES[opcode] ? OPCODES[opcode] : "";
}

bool fuse_opcode_has_reply(uint32_t opcode)
{
	return opcode != 2 && opcode != 42 && opcode != 36;
}

/* -------------------------------------------------------------------------------------- numbers */

/* The number behind a key, wherever that stands in the text. */
static bool find_number(const char *text, const char *key, uint64_t limit, uint64_t *ret)
{
	const char *at = strstr(text, key);
	uint64_t value = 0;

	if (!at)
		return false;
	at += strlen(key);
	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return false;
	}
	if (value > limit)
		return false;
	*ret = value;
	return true;
}

static bool find_u32(const char *text, const char *key, uint32_t *ret)
{
	uint64_t value;

	if (!find_number(text, key, UINT32_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* "error: -2 (No such file or directory)" */
static int32_t find_error(const char *text)
{
	uint64_t value;

	return find_number(text, "error: -", 4095, &value) ? -(int32_t)value : 0;
}

/* "Lookup (1)": the number is the same for both. */
static bool find_opcode(const char *text, const char *key, uint32_t *ret)
{
	const char *at = strstr(text, key);

	return at && find_u32(at, " (", ret);
}

/* --------------------------------------------------------------------------------- the one in C */

static bool parse_lookup(const char *text, struct fuse_line *line)
{
	const char *name = strstr(text, "name=");
	const char *end = name ? strrchr(name, ')') : NULL;

	if (!end)
		return false;
	name += strlen("name=");
	(void)text_copy_bytes(line->name, sizeof(line->name), name, (size_t)(end - name));
	line->kind = FUSE_NAME;
	return true;
}

static bool parse_unique(const char *text, struct fuse_line *line)
{
	if (!find_number(text, "unique: ", UINT64_MAX, &line->unique))
		return false;
	if (strstr(text, ", opcode: ")) {
		line->kind = FUSE_REQUEST;
		return find_opcode(text, ", opcode: ", &line->opcode) &&
		       find_u32(text, ", pid: ", &line->pid);
	}
	line->kind = FUSE_REPLY;
	line->error = find_error(text);
	return strstr(text, ", outsize: ") != NULL;
}

static bool parse_c(const char *text, struct fuse_line *line)
{
	(void)find_u32(text, "[ID: ", &line->thread);
	text = strchr(text, ']');
	text = text ? text + 1 : "";
	text += strspn(text, " ");
	if (text_starts_with(text, "unique: "))
		return parse_unique(text, line);
	if (text_starts_with(text, "lo_lookup("))
		return parse_lookup(text, line);
	if (text_starts_with(text, "virtio_send_data_iov: preadv ret=")) {
		line->kind = FUSE_READ;
		return true;
	}
	if (text_starts_with(text, "fv_queue_set_started: ") && strstr(text, "started=1"))
		line->kind = FUSE_QUEUE;
	else if (strstr(text, "Received vhost-user socket connection"))
		line->kind = FUSE_CONNECTED;
	else if (text_starts_with(text, "virtio_loop: Exit"))
		line->kind = FUSE_END;
	else
		return false;
	return true;
}

/* ------------------------------------------------------------------------------ the one in Rust */

static bool parse_rust(const char *text, struct fuse_line *line)
{
	const char *said = strstr(text, "] ");

	said = said ? said + 2 : "";
	if (text_starts_with(said, "Received request: ")) {
		line->kind = FUSE_REQUEST;
		return find_opcode(said, "opcode=", &line->opcode) &&
		       find_number(said, "unique=", UINT64_MAX, &line->unique) &&
		       find_u32(said, "pid=", &line->pid);
	}
	if (text_starts_with(said, "Replying ")) {
		line->kind = FUSE_REPLY;
		line->error = find_error(said);
		return find_number(said, "unique: ", UINT64_MAX, &line->unique);
	}
	if (text_starts_with(said, "Client connected"))
		line->kind = FUSE_CONNECTED;
	else if (text_starts_with(said, "Client disconnected"))
		line->kind = FUSE_END;
	else if (text_starts_with(text, "ERROR ") || text_starts_with(text, "WARN "))
		line->kind = FUSE_TROUBLE;
	else
		return false;
	return true;
}

static bool is_rust(const char *text)
{
	static const char *const LEVELS[] = {"DEBUG ", "INFO ", "WARN ", "ERROR ", "TRACE "};

	for (size_t i = 0; i < ARRAY_SIZE(LEVELS); i++) {
		if (text_starts_with(text, LEVELS[i])) {
			text += strlen(LEVELS[i]);
			return text_starts_with(text + strspn(text, " "), "virtiofsd");
		}
	}
	return false;
}

bool fuse_line_is_of_daemon(const char *text)
{
	return text_starts_with(text, "[ID: ") || is_rust(text);
}

bool fuse_line_parse(const char *text, struct fuse_line *ret)
{
	struct fuse_line line = {0};
	bool is_there = text_starts_with(text, "[ID: ") ? parse_c(text, &line)
			: is_rust(text)                 ? parse_rust(text, &line)
							: false;

	if (is_there)
		*ret = line;
	return is_there;
}
