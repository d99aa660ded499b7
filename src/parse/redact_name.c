/* SPDX-License-Identifier: MIT */
/*
 * What the name of a parameter or of an option says about its value.
 */
#include "parse/redact_part.h"

#include <string.h>

/* Names are compared in lower case with underscores for dashes; a * at the end stands for the rest.
 * Always secret, whatever the value (machine-id(5) asks for the machine id to be kept). */
static const char *const SECRET[] = {
	"systemd.set_credential*",
	"systemd.machine_id",
	"rd.luks.key",
	"luks.key",
	/* a command line of its own */
	"systemd.run",
};

/* Named like a secret, and none: parameters, and options in values. */
static const char *const NOT_SECRET[] = {
	"keymap",
	"keytable",
	"vconsole.key*",
	"rd.vconsole.key*",
	"locale.keymap",
	"keyboard*",
	"rd.keyboard*",
	"iommu.passthrough",
	"usbcore.authorized_default",
	"module.sig_enforce",
	"keyfile_timeout",
	"keyfile_size",
	"keyfile_offset",
	"token_timeout",
	"password_echo",
	"nfs.max_session*",
};

/* Values are public even where they look random. */
static const char *const KNOWN[] = {
	"acpi_osi",
	"blkdevparts",
	"bond",
	"boot_image",
	"bootdev",
	"bootif",
	"bootprobe*",
	"bridge",
	"console",
	"crashkernel",
	"cryptdevice",
	"dyndbg",
	"earlycon",
	"earlyprintk",
	"ifname",
	"init",
	"initrd",
	"ip",
	"luks.*",
	"memmap",
	"mtdparts",
	"nameserver",
	"netconsole",
	"netroot",
	"nfsroot",
	"ostree",
	"rd.*",
	"rdinit",
	"real_root",
	"resume",
	"root",
	"rootflags",
	"rootfstype",
	"roothash",
	"systemconfig",
	"systemd.*",
	"usrhash",
	"video",
	"vlan",
};

/* But not these of them: their values are anybody's. */
static const char *const UNKNOWN[] = {"systemd.setenv*"};

/* Parts of a name that make it a secret's, anywhere in it. */
static const char *const SECRET_PARTS[] = {
	"pass",
	"pwd",
	"secret",
	"token",
	"cred",
	"auth",
	"key",
	"psk",
	"private",
	"bearer",
	"signature",
	"dhchap",
	"bitlocker",
	"cookie",
	"session",
};

/* The same, but only as a whole word between dots, dashes and underscores. */
static const char *const SECRET_WORDS[] = {"pw", "pwroot", "pwuser", "pin", "otp", "sig", "sas",
	"jwt", "wep", "wpa", "tok", "sess", "recovery"};

/* Values of secrets' namesakes that are switches. */
static const char *const SWITCHES[] = {
	"on", "off", "yes", "no", "y", "n", "true", "false", "auto", "none", ""};

static bool is_folded_prefix(const char *string, size_t length, const char *prefix, size_t count)
{
	if (count > length)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (fold(string[i]) != prefix[i])
			return false;
	}
	return true;
}

static bool is_named_in(const char *const *names, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		size_t tail = strlen(names[i]);
		bool is_prefix = names[i][tail - 1] == '*';

		if (is_prefix)
			tail--;
		if ((is_prefix || tail == length) && is_folded_prefix(name, length, names[i], tail))
			return true;
	}
	return false;
}

static bool is_word_bound(const char *name, size_t length, size_t at)
{
	return at >= length || fold(name[at]) == '_' || name[at] == '.';
}

static bool has_secret_word(const char *name, size_t length, size_t at)
{
	if (at && !is_word_bound(name, length, at - 1))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(SECRET_WORDS); i++) {
		size_t count = strlen(SECRET_WORDS[i]);

		if (is_folded_prefix(name + at, length - at, SECRET_WORDS[i], count) &&
			is_word_bound(name, length, at + count))
			return true;
	}
	return false;
}

static bool has_secret_part(const char *name, size_t length, size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(SECRET_PARTS); i++) {
		if (is_folded_prefix(
			    name + at, length - at, SECRET_PARTS[i], strlen(SECRET_PARTS[i])))
			return true;
	}
	return false;
}

/* rootpw, userpw, vncpw */
static bool is_password_name(const char *name, size_t length)
{
	return length > 2 && is_folded_prefix(name + length - 2, 2, "pw", 2);
}

bool redact_is_secret_name(const char *name, size_t length)
{
	if (is_named_in(SECRET, ARRAY_SIZE(SECRET), name, length))
		return true;
	if (is_named_in(NOT_SECRET, ARRAY_SIZE(NOT_SECRET), name, length))
		return false;
	if (is_password_name(name, length))
		return true;
	for (size_t at = 0; at < length; at++) {
		if (has_secret_part(name, length, at) || has_secret_word(name, length, at))
			return true;
	}
	return false;
}

bool redact_is_known_name(const char *name, size_t length)
{
	return is_named_in(KNOWN, ARRAY_SIZE(KNOWN), name, length) &&
	       !is_named_in(UNKNOWN, ARRAY_SIZE(UNKNOWN), name, length);
}

bool redact_is_switch(const char *value, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(SWITCHES); i++) {
		if (strlen(SWITCHES[i]) == length &&
			is_folded_prefix(value, length, SWITCHES[i], length))
			return true;
	}
	return length == 1 && value[0] >= '0' && value[0] <= '9';
}
