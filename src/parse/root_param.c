/* SPDX-License-Identifier: MIT */
#include "parse/root_param.h"

#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/device_number.h"

#include <string.h>

/* In this order: the first prefix that fits wins. A whole word has no value. */
static const struct {
	const char *prefix;
	bool is_word;
	enum root_kind kind;
} FORMS[] = {
	{"none", true, ROOT_NONE},
	{"fstab", true, ROOT_FSTAB},
	{"gpt-auto", true, ROOT_GPT_AUTO},
	{"gpt-auto-force", true, ROOT_GPT_AUTO},
	{"/dev/nfs", true, ROOT_NFS},
	{"UUID=", false, ROOT_UUID},
	{"PARTUUID=", false, ROOT_PARTUUID},
	{"LABEL=", false, ROOT_LABEL},
	{"PARTLABEL=", false, ROOT_PARTLABEL},
	{"/dev/disk/by-uuid/", false, ROOT_UUID},
	{"/dev/disk/by-partuuid/", false, ROOT_PARTUUID},
	{"/dev/disk/by-label/", false, ROOT_LABEL},
	{"/dev/disk/by-partlabel/", false, ROOT_PARTLABEL},
	{"live:", false, ROOT_LIVE},
	{"CDLABEL=", false, ROOT_LIVE},
	{"virtiofs:", false, ROOT_VIRTIOFS},
	{"9p:", false, ROOT_9P},
	{"nfs:", false, ROOT_NFS},
	{"nfs4:", false, ROOT_NFS},
	{"/dev/", false, ROOT_DEVICE},
};

/* File systems that have no block device: root= is their tag or address. */
static const struct {
	const char *fstype;
	enum root_kind kind;
} DEVICELESS[] = {
	{"virtiofs", ROOT_VIRTIOFS},
	{"9p", ROOT_9P},
	{"nfs", ROOT_NFS},
	{"nfs4", ROOT_NFS},
};

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* udev writes what it cannot have in the name of a link as \x20. */
static void undo_udev_escapes(char *value)
{
	char *out = value;

	for (const char *in = value; *in; out++) {
		if (in[0] == '\\' && in[1] == 'x' && is_hex_digit(in[2]) && is_hex_digit(in[3])) {
			*out = (char)(hex_digit(in[2]) << 4 | hex_digit(in[3]));
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
}

static void set_value(struct root_param *root, const char *value)
{
	size_t length = strlen(value);

	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		value++;
		length -= 2;
	}
	(void)text_copy_bytes(root->value, sizeof(root->value), value, length);
}

static bool parse_form(const char *spec, struct root_param *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(FORMS); i++) {
		const char *prefix = FORMS[i].prefix;

		if (FORMS[i].is_word ? strcmp(spec, prefix) != 0 : !text_starts_with(spec, prefix))
			continue;
		root->kind = FORMS[i].kind;
		if (FORMS[i].is_word)
			return true;
		set_value(root, root->kind == ROOT_DEVICE ? spec : spec + strlen(prefix));
		if (text_starts_with(prefix, "/dev/disk/"))
			undo_udev_escapes(root->value);
		return true;
	}
	return false;
}

static bool parse_deviceless(const char *spec, const char *rootfstype, struct root_param *root)
{
	for (size_t i = 0; rootfstype && i < ARRAY_SIZE(DEVICELESS); i++) {
		if (strcmp(rootfstype, DEVICELESS[i].fstype) != 0)
			continue;
		root->kind = DEVICELESS[i].kind;
		set_value(root, spec);
		return true;
	}
	return false;
}

void root_param_parse(
	const char *spec, const char *rootfstype, const char *nfsroot, struct root_param *ret_root)
{
	uint32_t major, minor;

	*ret_root = (struct root_param){.kind = ROOT_NONE};
	/* dracut's long form of a block device. */
	if (spec && text_starts_with(spec, "block:"))
		spec += strlen("block:");
	if (!spec || text_is_empty(spec)) {
		ret_root->kind = nfsroot ? ROOT_NFS : ROOT_NONE;
	} else if (!parse_form(spec, ret_root) && !parse_deviceless(spec, rootfstype, ret_root)) {
		bool is_number = root_param_device_number(spec, &major, &minor);
		ret_root->kind = is_number ? ROOT_DEVICE : ROOT_OTHER;
		set_value(ret_root, spec);
	}
	if (ret_root->kind == ROOT_NFS && nfsroot && text_is_empty(ret_root->value))
		set_value(ret_root, nfsroot);
}

bool root_param_device_number(const char *value, uint32_t *ret_major, uint32_t *ret_minor)
{
	uint32_t number;

	if (strchr(value, ':'))
		return device_number_parse(value, ret_major, ret_minor) == 0;
	for (const char *c = value; *c; c++) {
		if (!is_hex_digit(*c))
			return false;
	}
	if (text_parse_u32(value, 16, &number) < 0)
		return false;
	/* include/linux/kdev_t.h: new_decode_dev */
	*ret_major = (number & 0xfff00) >> 8;
	*ret_minor = (number & 0xff) | ((number >> 12) & 0xfff00);
	return true;
}

bool root_param_is_wanted(const char *cmdline)
{
	/* An initramfs is never looked for in a RAM disk; those who boot from the network write it
	 * all the same. */
	static const char RAM_DISK[] = "/dev/ram";
	char spec[sizeof(((struct root_param *)0)->value)], nfsroot[8];
	bool has_spec = cmdline_get(cmdline, "root", spec, sizeof(spec));
	bool has_nfs = cmdline_get(cmdline, "nfsroot", nfsroot, sizeof(nfsroot));
	struct root_param root;

	root_param_parse(has_spec ? spec : NULL, NULL, has_nfs ? nfsroot : NULL, &root);
	return root.kind != ROOT_NONE && !text_starts_with(root.value, RAM_DISK);
}

uint32_t root_param_take_offset(char *value)
{
	static const char OFFSET[] = "/PARTNROFF=";
	char *slash = strchr(value, '/');
	uint32_t offset;

	if (!slash || !text_starts_with(slash, OFFSET) ||
		text_parse_u32(slash + strlen(OFFSET), 10, &offset) < 0)
		return 0;
	*slash = '\0';
	return offset;
}
