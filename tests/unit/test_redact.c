/* SPDX-License-Identifier: MIT */
#include "parse/redact.h"

#include "unit.h"

#include <string.h>

static char out[512];
static unsigned count;

/* The first parameter of the text, redacted. */
static const char *redact(const char *text)
{
	struct cmdline_parameter parameter;
	struct redacted redacted;
	struct text appended;

	text_init(&appended, out, sizeof(out));
	ck_assert(cmdline_next_token(&text, &parameter));
	redacted.count = 0;
	redact_parameter(&parameter, &appended, &redacted);
	count = redacted.count;
	return out;
}

START_TEST(names_of_secrets)
{
	static const char *const SECRET[] = {"password", "PASSWORD", "rd.iscsi.password",
		"passphrase", "passwd", "user_pwd", "client-secret", "K3S_TOKEN", "access.token",
		"credentials", "authkey", "apikey", "wpa-psk", "private", "bearer", "signature",
		"x.pw", "pw", "my_pin", "pin.code", "otp", "sas", "x-sig", "jwt",
		"systemd.set_credential", "systemd.set-credential-binary", "systemd.machine-id",
		"rootpw", "inst.rootpw", "userpw", "inst.sshpw", "pwroot", "inst.pwuser", "session",
		"cookie", "bitlocker", "recovery", "x.tok", "rd.luks.key", "luks.key"};
	static const char *const PUBLIC[] = {"", "root", "console", "pinned", "spinlock", "design",
		"sigma", "usas", "pwm", "stok", "discovery", "keymap", "KEYTABLE",
		"vconsole.keymap", "rd.vconsole.keymap.toggle", "keyboard.layout",
		"iommu.passthrough", "usbcore.authorized_default", "module.sig-enforce",
		"keyfile-timeout", "token-timeout", "password-echo", "bootprobe.stall",
		"nfs.max_session_slots"};

	for (size_t i = 0; i < ARRAY_SIZE(SECRET); i++)
		ck_assert_msg(redact_is_secret_name(SECRET[i], strlen(SECRET[i])), "%s", SECRET[i]);
	for (size_t i = 0; i < ARRAY_SIZE(PUBLIC); i++)
		ck_assert_msg(
			!redact_is_secret_name(PUBLIC[i], strlen(PUBLIC[i])), "%s", PUBLIC[i]);
	/* Only what the length takes in. */
	ck_assert(!redact_is_secret_name("password", 3));
	ck_assert(redact_is_secret_name("password", 4));
	ck_assert(redact_is_secret_name("keymap", 3));
	ck_assert(redact_is_secret_name("x.pwm", 4));
}
END_TEST

/* Each at the longest that passes, and one more. */
START_TEST(runs_have_limits)
{
	static const struct {
		const char *unit;
		size_t max;
	} CASES[] = {
		{"a", 24}, /* a word */
		{"A", 24},
		{"7", 20}, /* a number */
		{"ab", 24},
	};
	char value[64];

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		for (size_t at = 0; at < sizeof(value); at++)
			value[at] = CASES[i].unit[at % strlen(CASES[i].unit)];
		ck_assert_msg(redact_is_harmless(value, CASES[i].max), "%s", CASES[i].unit);
		ck_assert_msg(!redact_is_harmless(value, CASES[i].max + 1), "%s", CASES[i].unit);
	}
}
END_TEST

START_TEST(shapes)
{
	static const char *const HARMLESS[] = {"", "1", "on", "sda1", "nvme0n1p12", "ttyUSB0",
		"0xfffffffffffffff0", "525400123456", "52:54:00:12:34:56", "10.0.0.1", "fe80::1",
		"/dev/disk/by-id/scsi-0QEMU_disk", "0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d",
		"UUID=0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d,rw",
		"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos/init", "1G-2G:64M@16M",
		"rw,noatime", "camelCase", "abcdefghijklmnopqrsT", "ghijklmn12", "twoHumpsHere"};
	static const char *const WILD[] = {
		"\xff",
		"a\tb",
		"a#b",
		"Tr0ub4dor",
		"abcdefghijklmnopqrstU",
		"ghijklmno12",
		"0x0123456789abcdef0",
		"0123456789abc",
		"fourHumpsAreHereNow",
		"aB3 cD4 eF5",
		/* a UUID that goes on, one digit short of one, and one of other digits */
		"0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d0",
		"0f3c5a4e7c8b4d2a9d550b9c8a7f6e5d",
		"gf3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5dG",
		/* a hash of the store that is none */
		"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv",
		"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jvx-nixos",
		"Ab1/cd+ef-gh_ij/kl+mn-op_q",
	};

	for (size_t i = 0; i < ARRAY_SIZE(HARMLESS); i++)
		ck_assert_msg(
			redact_is_harmless(HARMLESS[i], strlen(HARMLESS[i])), "%s", HARMLESS[i]);
	for (size_t i = 0; i < ARRAY_SIZE(WILD); i++)
		ck_assert_msg(!redact_is_harmless(WILD[i], strlen(WILD[i])), "%s", WILD[i]);
}
END_TEST

START_TEST(values_of_secrets_may_be_switches)
{
	static const char *const SWITCHES[] = {"x.auth=1", "x.auth=on", "x.auth=NO", "x.auth=none",
		"x.auth=", "x.auth", "password=\"\""};

	for (size_t i = 0; i < ARRAY_SIZE(SWITCHES); i++) {
		ck_assert_str_eq(redact(SWITCHES[i]), SWITCHES[i]);
		ck_assert_uint_eq(count, 0);
	}
	ck_assert_str_eq(redact("x.auth=12"), "x.auth=***");
	ck_assert_str_eq(redact("x.auth=onion"), "x.auth=***");
}
END_TEST

START_TEST(users_and_their_passwords)
{
	static const struct {
		const char *text, *expected;
	} CASES[] = {
		{"x=http://me:pw@host/a", "x=http://***@host/a"},
		{"x=http://host/a@b", "x=http://host/a@b"},
		{"x=http://host:80/a@b", "x=http://host:80/a@b"},
		{"x=http://me@host,http://you@host", "x=http://***@host,http://***@host"},
		{"root=iscsi:me:pw@10.0.0.1::::iqn.x", "root=iscsi:***@10.0.0.1::::iqn.x"},
		/* Where nobody knows the parameter, no scheme is needed. */
		{"x=me:pw@host", "x=***@host"},
		{"https_proxy=me:pw@proxy:3128", "https_proxy=***@proxy:3128"},
		{"x=a,me:pw@host,b", "x=a,***@host,b"},
		{"x=me:p:w@host", "x=***@host"},
		{"me:pw@host", "***@host"},
		/* No password: a place, a size, an address. */
		{"x=4K@0xd0000000:5", "x=4K@0xd0000000:5"},
		{"x=20@0000:00:1f.0", "x=20@0000:00:1f.0"},
		{"x=a:b,c@d", "x=a:b,c@d"},
		{"x=:@", "x=:@"},
		{"x=me:@host", "x=me:@host"},
		{"ip=10.0.0.2:a@b", "ip=10.0.0.2:a@b"},
		{"crashkernel=1G-2G:64M@16M", "crashkernel=1G-2G:64M@16M"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_str_eq(redact(CASES[i].text), CASES[i].expected);
}
END_TEST

START_TEST(options_in_values)
{
	ck_assert_str_eq(redact("rootflags=rw,password=pw,token=on,key=k"),
		"rootflags=rw,password=***,token=on,key=***");
	ck_assert_uint_eq(count, 2);
	/* Wherever a name can begin, and in the query of a URL by shape as well. */
	ck_assert_str_eq(redact("fetch=http://h/x;tok=abc"), "fetch=http://h/x;tok=***");
	ck_assert_str_eq(
		redact("root=live:http://h/x#token=abc"), "root=live:http://h/x#token=***");
	ck_assert_str_eq(redact("init=/run/token=abc/init"), "init=/run/token=***");
	ck_assert_str_eq(redact("root=live:http://h/x?a=1&t=0123456789abcdef0&b=2"),
		"root=live:http://h/x?a=1&t=***&b=2");
	/* A colon is enough where nobody knows the parameter. */
	ck_assert_str_eq(redact("vnc=password:abc"), "vnc=password:***");
	ck_assert_str_eq(redact("ip=authserver:eth0"), "ip=authserver:eth0");
	ck_assert_str_eq(redact("\"x=a b password=c d\""), "\"x=a b password=***\"");
}
END_TEST

START_TEST(quotes_and_a_full_buffer)
{
	struct cmdline_parameter parameter;
	const char *cursor = "password=\"two words\"";
	struct redacted redacted = {0};
	struct text small;
	char buf[12];

	ck_assert_str_eq(redact("password=\"two words\""), "password=\"***\"");
	ck_assert_uint_eq(count, 1);
	/* What is cut is counted, and shows nothing more. */
	text_init(&small, buf, sizeof(buf));
	ck_assert(cmdline_next_token(&cursor, &parameter));
	redact_parameter(&parameter, &small, &redacted);
	ck_assert_uint_eq(redacted.count, 1);
	ck_assert_str_eq(buf, "password=\"*");
	ck_assert(small.is_cut);
}
END_TEST

/* Of what the kernel says, or a mount is made from. */
START_TEST(texts)
{
	static const struct {
		const char *text, *expected;
	} CASES[] = {
		{"", ""},
		{"sd 0:0:0:0: [sda] Attached SCSI disk", "sd 0:0:0:0: [sda] Attached SCSI disk"},
		{"nvme0n1: I/O Cmd(0x2) @ LBA 0, 8 blocks",
			"nvme0n1: I/O Cmd(0x2) @ LBA 0, 8 blocks"},
		{"VFS: Unable to mount root fs \"//me:pw@h/x\"",
			"VFS: Unable to mount root fs \"//***@h/x\""},
		{"opts (user=me,password=pw)", "opts (user=me,password=***"},
		{"http://h/x?token=abc", "http://h/x?token=***"},
		/* What the command line calls a secret. */
		{"Requested init hunter2 failed", "Requested init *** failed"},
		{"hunter2", "***"},
		{"mount of alice on h: hunter22", "mount of alice on h: hunter22"},
		{"login with p4ssw0rd", "login with ***"},
	};
	static const char CMDLINE[] = "x.token=hunter2 root=cifs://alice:p4ssw0rd@h/x y.key=it";
	struct redacted known;
	struct text text;
	char shown[128];

	ck_assert(cmdline_redact_parts(CMDLINE, shown, sizeof(shown), &known));
	ck_assert_uint_eq(known.count, 3);
	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		text_init(&text, out, sizeof(out));
		ck_assert_int_eq(redact_text(CASES[i].text, strlen(CASES[i].text), &known, &text),
			strcmp(CASES[i].text, CASES[i].expected) != 0);
		ck_assert_str_eq(out, CASES[i].expected);
	}
	/* More than are kept: nothing is shown. */
	known.count = REDACTED_PARTS_MAX + 1;
	text_init(&text, out, sizeof(out));
	ck_assert(redact_text("x", 1, &known, &text));
	ck_assert_str_eq(out, "***");
}
END_TEST

UNIT_MAIN("redact", texts, names_of_secrets, runs_have_limits, shapes,
	values_of_secrets_may_be_switches, users_and_their_passwords, options_in_values,
	quotes_and_a_full_buffer)
