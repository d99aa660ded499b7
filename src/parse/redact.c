/* SPDX-License-Identifier: MIT */
#include "parse/redact.h"

#include <string.h>

static const char REDACTED[] = "***";

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
static const char *const SECRET_WORDS[] = {"pw", "pwroot", "pwuser", "pin", "otp", "sig", "sas", "jwt",
	"wep", "wpa", "tok", "sess", "recovery"};

/* Values of secrets' namesakes that are switches. */
static const char *const SWITCHES[] = {
	"on", "off", "yes", "no", "y", "n", "true", "false", "auto", "none", ""};

/* ------------------------------------------------------------------------------------- names */

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

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

static bool is_name_byte(char c)
{
	c = fold(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
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

static bool is_switch(const char *value, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(SWITCHES); i++) {
		if (strlen(SWITCHES[i]) == length &&
			is_folded_prefix(value, length, SWITCHES[i], length))
			return true;
	}
	return length == 1 && value[0] >= '0' && value[0] <= '9';
}

/* ------------------------------------------------------------------------------------ shapes */

/* A run of letters and digits, counted. */
struct run {
	size_t length, lower, upper, digits, hex;
	size_t humps; /* upper-case letters behind a lower-case one */
};

/* What a harmless run may be at most. Longer or wilder ones are keys, tokens, hashes. */
enum {
	RUN_WORD_MAX = 24,
	RUN_CAMEL_MAX = 20,
	RUN_HUMPS_MAX = 2,
	RUN_DIGITS_MAX = 20,
	RUN_MIXED_MAX = 10,  /* nvme0n1p12, 0xd0000000 */
	RUN_WILD_MAX = 8,    /* lower, upper and digits in one: ttyUSB0 */
	RUN_HEX_MAX = 12,    /* a MAC address without colons */
	WILD_RUNS_MAX = 2,   /* in one value */
	BASE64_RUN_MAX = 24, /* of one value's base64 alphabet, slashes and dashes included */
	NIX_HASH_LENGTH = 32,
	UUID_LENGTH = 36,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
	c = fold(c);
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_alphanumeric(char c)
{
	c = fold(c);
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static struct run run_count(const char *value, size_t length)
{
	struct run run = {0};
	bool is_after_lower = false;

	for (; run.length < length && is_alphanumeric(value[run.length]); run.length++) {
		char c = value[run.length];
		bool is_upper = c >= 'A' && c <= 'Z';

		run.digits += is_digit(c);
		run.upper += is_upper;
		run.lower += !is_digit(c) && !is_upper;
		run.hex += is_hex_digit(c);
		run.humps += is_upper && is_after_lower;
		is_after_lower = !is_digit(c) && !is_upper;
	}
	return run;
}

static bool run_is_wild(const struct run *run)
{
	return run->lower && run->upper && run->digits;
}

static bool run_is_harmless(const struct run *run, const char *text)
{
	if (run->digits == run->length)
		return run->length <= RUN_DIGITS_MAX;
	if (!run->digits && (!run->lower || !run->upper))
		return run->length <= RUN_WORD_MAX;
	if (!run->digits)
		return run->length <= RUN_CAMEL_MAX && run->humps <= RUN_HUMPS_MAX;
	if (run_is_wild(run))
		return run->length <= RUN_WILD_MAX;
	if (run->length > 2 && text[0] == '0' && text[1] == 'x' && run->hex == run->length - 1)
		return run->length <= 2 + 16;
	return run->length <= (run->hex == run->length ? RUN_HEX_MAX : RUN_MIXED_MAX);
}

static bool is_uuid(const char *value, size_t length)
{
	if (length < UUID_LENGTH || (length > UUID_LENGTH && is_alphanumeric(value[UUID_LENGTH])))
		return false;
	for (size_t i = 0; i < UUID_LENGTH; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? value[i] != '-' : !is_hex_digit(value[i]))
			return false;
	}
	return true;
}

/* The length of what has a meaning of its own at the start of value: a store path's hash, a
 * UUID. */
static size_t known_form(const char *value, size_t length)
{
	static const char STORE[] = "/nix/store/";
	static const char *const UUID_TAGS[] = {"", "UUID=", "PARTUUID="};
	size_t store = sizeof(STORE) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(UUID_TAGS); i++) {
		size_t tag = strlen(UUID_TAGS[i]);

		if (length > tag && memcmp(value, UUID_TAGS[i], tag) == 0 &&
			is_uuid(value + tag, length - tag))
			return tag + UUID_LENGTH;
	}
	if (length > store + NIX_HASH_LENGTH && memcmp(value, STORE, store) == 0 &&
		value[store + NIX_HASH_LENGTH] == '-')
		return store + NIX_HASH_LENGTH;
	return 0;
}

/* A long stretch of base64 that slashes and dashes would hide from run_is_harmless(). A stretch
 * that starts with a slash is a path. */
static bool is_base64(const char *value, size_t length)
{
	size_t lower = 0, upper = 0, digits = 0, i;

	for (i = 0; i < length; i++) {
		char c = value[i];

		if (!is_alphanumeric(c) && (!c || !strchr("+/=_-", c)))
			break;
		digits += is_digit(c);
		upper += c >= 'A' && c <= 'Z';
		lower += c >= 'a' && c <= 'z';
	}
	return value[0] != '/' && i > BASE64_RUN_MAX && lower && upper && digits;
}

static bool is_separator(char c)
{
	return c && strchr(" ,;:/.-_@=+~?&\\()[]'%", c);
}

bool redact_is_harmless(const char *value, size_t length)
{
	bool is_start = true;
	unsigned wild = 0;

	for (size_t at = 0; at < length;) {
		size_t form = known_form(value + at, length - at);
		struct run run;

		if (form) {
			at += form;
			is_start = false;
			continue;
		}
		if (is_start && is_base64(value + at, length - at))
			return false;
		run = run_count(value + at, length - at);
		if (run.length) {
			wild += run_is_wild(&run);
			if (!run_is_harmless(&run, value + at) || wild > WILD_RUNS_MAX)
				return false;
			at += run.length;
			is_start = false;
			continue;
		}
		if (!is_separator(value[at]))
			return false;
		is_start = !strchr("+/=_-", value[at]);
		at++;
	}
	return true;
}

/* ------------------------------------------------------------------------- parts of a value */

static size_t span_until(const char *text, size_t length, const char *stops)
{
	size_t i;

	for (i = 0; i < length && text[i] && !strchr(stops, text[i]); i++)
		;
	return i;
}

static size_t last_at_sign(const char *text, size_t length)
{
	while (length && text[length - 1] != '@')
		length--;
	return length;
}

/* The length of "user:password" in front of the last @ of a URL's authority, 0 for none. A
 * password that holds a slash leaves something else than a port behind the colon; then the last @
 * of all counts. */
static size_t user_length(const char *authority, size_t length)
{
	size_t end = span_until(authority, length, "/?# ");
	size_t at = last_at_sign(authority, end);
	size_t colon = span_until(authority, end, ":");

	if (!at && colon < end) {
		while (++colon < end && is_digit(authority[colon]))
			;
		if (colon < end && authority[colon] != ',' && authority[colon] != ']')
			at = last_at_sign(authority, length);
	}
	return at ? at - 1 : 0;
}

/* Forms that carry a user without "//": iscsi:user:password@host (dracut.cmdline(7)). */
static size_t scheme_length(const char *value, size_t length)
{
	static const char *const SCHEMES[] = {"iscsi:", "cifs:", "nbd:", "fcoe:"};

	for (size_t i = 0; i < ARRAY_SIZE(SCHEMES); i++) {
		size_t count = strlen(SCHEMES[i]);

		if (length > count && memcmp(value, SCHEMES[i], count) == 0 && value[count] != '/')
			return count;
	}
	if (length > 3 && memcmp(value, "://", 3) == 0)
		return 3;
	return length > 2 && memcmp(value, "//", 2) == 0 ? 2 : 0;
}

/* The length of "user:password" in front of an @, 0 for none: what proxies are given without a
 * scheme. */
static size_t login_length(const char *text, size_t length)
{
	size_t end = span_until(text, length, ",;&/?# ");
	size_t at = last_at_sign(text, end);
	size_t user = span_until(text, at, ":@");

	return user && at > user + 2 && text[user] == ':' ? at - 1 : 0;
}

/* The length of "name=" at text when it announces a secret, else 0. Where nobody knows the
 * parameter, a colon does as well. What a query asks with is a secret by its shape too. */
static size_t secret_option_length(const char *text, size_t length, bool is_known, bool is_query)
{
	size_t name, value;

	for (name = 0; name < length && is_name_byte(text[name]); name++)
		;
	if (!name || name == length || (text[name] != '=' && (is_known || text[name] != ':')))
		return 0;
	if (redact_is_secret_name(text, name))
		return name + 1;
	value = span_until(text + name + 1, length - name - 1, "&# \"'");
	return is_query && !redact_is_harmless(text + name + 1, value) ? name + 1 : 0;
}

/* A secret goes on to the next option, "name=": it may hold white space and commas itself. */
static size_t secret_length(const char *text, size_t length)
{
	size_t end = span_until(text, length, "&");

	for (size_t at = 0; at < end; at++) {
		size_t name = 0;

		if (!strchr(",; ", text[at]))
			continue;
		while (at + 1 + name < end && is_name_byte(text[at + 1 + name]))
			name++;
		if (name && at + 1 + name < end && text[at + 1 + name] == '=')
			return at;
	}
	return end;
}

void redact_hide(const char *secret, size_t length, struct text *out, struct redacted *redacted)
{
	text_append(out, REDACTED);
	if (redacted->count < REDACTED_PARTS_MAX)
		redacted->part[redacted->count] = (struct redacted_part){secret, length};
	redacted->count++;
}

/* Appends a value, leaving out the secret parts. */
static void append_parts(const char *value, size_t length, bool is_known, struct text *out,
	struct redacted *redacted)
{
	/* Of a list, or of an option anywhere in a path or between brackets. */
	bool is_start = true, is_option = true, is_query = false;

	for (size_t at = 0; at < length;) {
		size_t keep = scheme_length(value + at, length - at);
		size_t secret = keep ? user_length(value + at + keep, length - at - keep) : 0;

		if (!secret && is_start && !is_known) {
			keep = 0;
			secret = login_length(value + at, length - at);
		}
		if (!secret && is_option) {
			keep = secret_option_length(value + at, length - at, is_known, is_query);
			secret = keep ? secret_length(value + at + keep, length - at - keep) : 0;
		}
		if (secret && !is_switch(value + at + keep, secret)) {
			text_append_bytes(out, value + at, keep);
			redact_hide(value + at + keep, secret, out, redacted);
			at += keep + secret;
			is_start = is_option = is_query = false;
			continue;
		}
		is_start = strchr(",;&?: '\"", value[at]) != NULL;
		is_option = is_start || strchr("/#|([{<\\", value[at]);
		is_query = strchr("?&#", value[at]) != NULL;
		text_append_char(out, value[at++]);
	}
}

/* -------------------------------------------------------------------------------- parameters */

/* A word without '=': it can be a URL, or a secret that stands alone. */
static void redact_bare(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted)
{
	if (redact_is_harmless(parameter->name, parameter->name_length))
		append_parts(parameter->token, parameter->token_length, false, out, redacted);
	else
		redact_hide(parameter->name, parameter->name_length, out, redacted);
}

static bool is_value_secret(const struct cmdline_parameter *parameter, bool is_known)
{
	const char *name = parameter->name;
	size_t length = parameter->name_length;

	if (is_switch(parameter->value, parameter->value_length))
		return false;
	if (redact_is_secret_name(name, length))
		return true;
	return !is_known && !redact_is_harmless(parameter->value, parameter->value_length);
}

void redact_parameter(
	const struct cmdline_parameter *parameter, struct text *out, struct redacted *redacted)
{
	const char *value = parameter->value;
	size_t before, length = parameter->value_length;
	bool is_known =
		is_named_in(KNOWN, ARRAY_SIZE(KNOWN), parameter->name, parameter->name_length) &&
		!is_named_in(UNKNOWN, ARRAY_SIZE(UNKNOWN), parameter->name, parameter->name_length);

	if (!value) {
		redact_bare(parameter, out, redacted);
		return;
	}
	/* The padding of base64 makes a name of a secret. */
	if (!is_known && !redact_is_harmless(parameter->name, parameter->name_length)) {
		redact_hide(parameter->token, parameter->token_length, out, redacted);
		return;
	}

	before = (size_t)(value - parameter->token);
	text_append_bytes(out, parameter->token, before);
	if (is_value_secret(parameter, is_known))
		redact_hide(value, length, out, redacted);
	else
		append_parts(value, length, is_known, out, redacted);
	text_append_bytes(out, value + length, parameter->token_length - before - length);
}

/* -------------------------------------------------------------------------------- other texts */

/* Shorter ones are too often something else. */
enum { KNOWN_SECRET_MIN = 4, TEXT_SIZE = 8192 };

/* The length of secret where it stands at text, as a word of its own. */
static size_t word_length(
	const char *text, size_t length, const char *secret, size_t secret_length)
{
	if (secret_length < KNOWN_SECRET_MIN || secret_length > length ||
		memcmp(text, secret, secret_length) != 0)
		return 0;
	return secret_length < length && is_alphanumeric(text[secret_length]) ? 0 : secret_length;
}

/* A secret, or what stands behind a colon of it: of user:password, those who log it may show the
 * second half alone. */
static size_t part_length(
	const char *text, size_t length, const struct redacted_part *part)
{
	size_t found = word_length(text, length, part->at, part->length);

	for (size_t at = 0; !found && at < part->length; at++) {
		const char *rest = part->at + at + 1;

		if (part->at[at] == ':')
			found = word_length(text, length, rest,
				span_until(rest, part->length - at - 1, ":"));
	}
	return found;
}

static size_t known_length(const char *text, size_t length, const struct redacted *known)
{
	for (unsigned i = 0; known && i < known->count && i < REDACTED_PARTS_MAX; i++) {
		size_t found = part_length(text, length, &known->part[i]);

		if (found)
			return found;
	}
	return 0;
}

bool redact_text(
	const char *bytes, size_t length, const struct redacted *known, struct text *out)
{
	char copy[TEXT_SIZE];
	struct redacted redacted = {0};
	struct text text;
	bool is_word = true;

	/* Some of the secrets are not known. */
	if (known && known->count > REDACTED_PARTS_MAX) {
		redact_hide(bytes, length, out, &redacted);
		return true;
	}
	text_init(&text, copy, sizeof(copy));
	for (size_t at = 0; at < length;) {
		size_t secret = is_word ? known_length(bytes + at, length - at, known) : 0;

		if (secret) {
			redact_hide(bytes + at, secret, &text, &redacted);
			at += secret;
			is_word = false;
			continue;
		}
		is_word = !is_alphanumeric(bytes[at]);
		text_append_char(&text, bytes[at++]);
	}
	append_parts(text.data, text.length, false, out, &redacted);
	return redacted.count > 0;
}
