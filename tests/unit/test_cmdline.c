/* SPDX-License-Identifier: MIT */
#include "parse/cmdline.h"

#include "parse/redact.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* "name|value" or "name" for each parameter, separated by newlines. */
static const char *split(const char *text)
{
	static char out[4096];
	struct cmdline_parameter p;
	size_t at = 0;

	out[0] = '\0';
	while (cmdline_next(&text, &p)) {
		int n = snprintf(out + at, sizeof(out) - at, "%.*s%s%.*s\n", (int)p.name_length,
			p.name, p.value ? "|" : "", (int)p.value_length, p.value ? p.value : "");
		ck_assert_int_gt(n, 0);
		at += (size_t)n;
	}
	return out;
}

static const char *redact(const char *text, unsigned expected)
{
	static char out[8192];
	unsigned count = 99;

	ck_assert(cmdline_redact(text, out, sizeof(out), &count));
	ck_assert_msg(count == expected, "%s -> %s: %u instead of %u", text, out, count, expected);
	return out;
}

START_TEST(words_are_split_as_the_kernel_does)
{
	static const struct {
		const char *text, *expected;
	} CASES[] = {
		{"", ""},
		{"  \t\n ", ""},
		{"quiet", "quiet\n"},
		{" a=1  b\tc= \n", "a|1\nb\nc|\n"},
		{"a=\"b c\" d", "a|b c\nd\n"},
		{"\"a=b c\" d", "a|b c\nd\n"},
		{"a=b\" \"c d", "a|b\" \"c\nd\n"},
		{"a=x=y", "a|x=y\n"},
		/* An '=' at the very start names nothing. */
		{"=x", "=x\n"},
		{"=x=y", "=x|y\n"},
		{"a=\"open end", "a|open end\n"},
		{"\"", "\n"},
		{"a=\"", "a|\n"},
		{"\"a=\"", "a|\n"},
		{"a\xa0"
		 "b",
			"a\nb\n"},
		{"a -- b=1", "a\n"},
		{"a --b -- c", "a\n--b\n"},
		{"--=1 b", "--|1\nb\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_str_eq(split(CASES[i].text), CASES[i].expected);
}
END_TEST

START_TEST(the_end_stays_the_end)
{
	const char *cursor = "a -- b";
	struct cmdline_parameter p;

	ck_assert(cmdline_next(&cursor, &p));
	ck_assert(!cmdline_next(&cursor, &p));
	ck_assert(!cmdline_next(&cursor, &p));
}
END_TEST

START_TEST(tokens_go_on_behind_the_dashes)
{
	const char *cursor = "a -- \"b c\"";
	struct cmdline_parameter p;

	ck_assert(cmdline_next_token(&cursor, &p));
	ck_assert(cmdline_next_token(&cursor, &p));
	ck_assert_uint_eq(p.token_length, 2);
	ck_assert(cmdline_next_token(&cursor, &p));
	ck_assert_int_eq(strncmp(p.token, "\"b c\"", p.token_length), 0);
	ck_assert_uint_eq(p.name_length, 3);
	ck_assert(!cmdline_next_token(&cursor, &p));
}
END_TEST

START_TEST(dash_and_underscore_are_equal_in_names)
{
	const char *cursor = "rd.neednet-x=1";
	struct cmdline_parameter p;

	ck_assert(cmdline_next(&cursor, &p));
	ck_assert(cmdline_is_name(&p, "rd.neednet_x"));
	ck_assert(cmdline_is_name(&p, "rd.neednet-x"));
	ck_assert(!cmdline_is_name(&p, "rd.neednet_"));
	ck_assert(!cmdline_is_name(&p, "rd.neednet_xy"));
	ck_assert(!cmdline_is_name(&p, "RD.neednet_x"));
}
END_TEST

START_TEST(the_last_one_wins)
{
	char value[8] = "before";

	ck_assert(!cmdline_get("a=1 -- b=2", "b", value, sizeof(value)));
	ck_assert_str_eq(value, "before");
	ck_assert(cmdline_get("a=1 a=2", "a", value, sizeof(value)));
	ck_assert_str_eq(value, "2");
	ck_assert(cmdline_get("a=1 a", "a", value, sizeof(value)));
	ck_assert_str_eq(value, "");
	ck_assert(cmdline_get("a=123456789", "a", value, sizeof(value)));
	ck_assert_str_eq(value, "1234567");
}
END_TEST

struct redaction {
	const char *text, *expected;
};

static void redact_all(const struct redaction *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *s = cases[i].expected;
		unsigned stars = 0;

		while ((s = strstr(s, "***"))) {
			s += 3;
			stars++;
		}
		ck_assert_str_eq(redact(cases[i].text, stars), cases[i].expected);
	}
}

START_TEST(secrets_by_name)
{
	static const struct redaction CASES[] = {
		{"password=hunter2", "password=***"},
		{"a.root_passwd=x.y b", "a.root_passwd=*** b"},
		{"rd.luks.key=/keyfile:UUID=1234", "rd.luks.key=***"},
		{"rd.luks.key", "rd.luks.key"},
		{"systemd.set_credential=passwd.plaintext-password.root:x",
			"systemd.set_credential=***"},
		{"systemd.set-credential-binary=a:YQ==", "systemd.set-credential-binary=***"},
		{"systemd.machine_id=0123456789abcdef0123456789abcdef", "systemd.machine_id=***"},
		{"K3S_TOKEN=abc", "K3S_TOKEN=***"},
		{"api-key=abc", "api-key=***"},
		{"wifi.psk=\"two words\" quiet", "wifi.psk=\"***\" quiet"},
		{"\"my.secret=two words\" quiet", "\"my.secret=***\" quiet"},
		{"rd.iscsi.password=p rd.iscsi.in.password=q",
			"rd.iscsi.password=*** rd.iscsi.in.password=***"},
		{"x.pw=abc", "x.pw=***"},
		{"rootpw=hunter2", "rootpw=***"},
		{"netcfg/wireless_wep=s3cret", "netcfg/wireless_wep=***"},
		{"rd.nvmf.dhchap=DHHC-1:00:abc", "rd.nvmf.dhchap=***"},
		/* init's own */
		{"quiet -- --password hunter2 x", "quiet -- --password *** x"},
		{"quiet -- password=hunter2", "quiet -- password=***"},
	};

	redact_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

/* Where nobody knows the parameter. */
START_TEST(secrets_by_shape)
{
	static const struct redaction CASES[] = {
		{"foo=dGhpcyBpcyBhIHNlY3JldA==", "foo=***"},
		{"foo=0123456789abcdef0123456789abcdef", "foo=***"},
		{"foo=AKIAIOSFODNN7EXAMPLE", "foo=***"},
		{"foo=ghp_16C7e42F292c6912E7710c838347Ae178B4a", "foo=***"},
		{"foo=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "foo=***"},
		{"foo=Xk/aB+c/Dd/3Ef/Gh1/Ii2/jJ-kK_9", "foo=***"},
		{"foo=abCdefg/hIjklmn/opQrstu+v2", "foo=***"},
		{"foo=Tr0ub4dor&3!", "foo=***"},
		{"foo=\xff\xfe", "foo=***"},
		{"foo=a,b,c,0123456789abcdef0123", "foo=***"},
		{"dGhpcyBpcyBhIHNlY3JldA==", "***"},
		{"0123456789abcdef0123456789abcdef", "***"},
	};

	redact_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

START_TEST(secret_parts_of_values)
{
	static const struct redaction CASES[] = {

		{"root=live:http://me:pw@host/x.img", "root=live:http://***@host/x.img"},
		{"http_proxy=http://me:p@w@host:3128", "http_proxy=http://***@host:3128"},
		{"inst.ks=https://token@host/ks", "inst.ks=https://***@host/ks"},
		{"root=live:http://me:p/w@host/x", "root=live:http://***@host/x"},
		{"netroot=iscsi:me:pw@10.0.0.1::3260::iqn.2020-01.org:x",
			"netroot=iscsi:***@10.0.0.1::3260::iqn.2020-01.org:x"},
		{"root=//me:pw@server/share", "root=//***@server/share"},
		{"rootflags=username=me,password=pw,vers=3",
			"rootflags=username=me,password=***,vers=3"},
		{"root=live:http://host/x?token=abc&y=1", "root=live:http://host/x?token=***&y=1"},
		{"vnc=port:1,password:abc", "vnc=port:1,password:***"},
		{"http://me:pw@host/", "http://***@host/"},
	};

	redact_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

START_TEST(secrets_that_hold_anything)
{
	static const struct redaction CASES[] = {
		/* a secret that holds what else would end it */
		{"systemd.setenv=\"PASSWORD=correct horse battery\"",
			"systemd.setenv=\"PASSWORD=***\""},
		{"systemd.setenv=DB_PASSWORD=ab,cd;ef", "systemd.setenv=DB_PASSWORD=***"},
		{"systemd.setenv=MYSQL_PWD=\"a b\"", "systemd.setenv=***"},
		{"systemd.setenv='TOKEN=abc'", "systemd.setenv='TOKEN=***"},
		{"rootflags=user=joe,pass=a,b,vers=3.0", "rootflags=user=joe,pass=***,vers=3.0"},
		/* parameters that are known, and hold anything */
		{"systemd.setenv=FOO=ghp_16C7e42F292c6912E7710c838347Ae178B4a",
			"systemd.setenv=***"},
		{"systemd.setenv=X={\"password\":\"hunter2\"}", "systemd.setenv=***"},
		{"systemd.run=\"sshpass -p hunter2 ssh x\"", "systemd.run=\"***\""},
	};

	redact_all(CASES, ARRAY_SIZE(CASES));
}
END_TEST

START_TEST(what_is_public_stays)
{
	static const char *const CASES[] = {
		"BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-cloud-amd64",
		"BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.12.9+bpo-amd64",
		"root=UUID=0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d ro quiet",
		"root=PARTUUID=5fd2a8c2-01",
		"root=LABEL=cloudimg-rootfs "
		"root=/dev/disk/by-id/ata-Samsung_SSD_850_S21PNXAG123456X",
		"root=ZFS=rpool/ROOT/debian-1",
		"console=tty0 console=ttyS0,115200n8 earlycon=uart8250,io,0x3f8,115200n8",
		"ip=10.0.0.2::10.0.0.1:255.255.255.0:authserver:eth0:off:10.0.0.53",
		"ip=[fe80::5054:ff:fe12:3456]::[fe80::1]:64::eth0:off",
		"BOOTIF=01-52-54-00-12-34-56",
		"init=/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos-system-vm-24.11/init",
		"foo=/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos-system-vm-24.11/init",
		"initrd=\\EFI\\nixos\\abc.efi",
		"rd.luks.uuid=luks-0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d",
		"rd.luks.name=0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d=root "
		"rd.luks.options=token-timeout=30s",
		"rd.vconsole.keymap=de-latin1 vconsole.keymap=us KEYTABLE=de keymap=us",
		"roothash=4f1b0c3d4f1b0c3d4f1b0c3d4f1b0c3d4f1b0c3d4f1b0c3d4f1b0c3d4f1b0c3d",
		"iommu.passthrough=1 usbcore.authorized_default=0 module.sig_enforce=1",
		"nfsroot=10.0.0.1:/srv/nfs,vers=4,tcp rootflags=subvol=@root,compress=zstd:1",
		"memmap=1G!4G crashkernel=256M-1G:64M@16M,1G-:128M video=HDMI-A-1:1920x1080M@60",
		"isolcpus=nohz,domain,1-3,5 mitigations=auto,nosmt transparent_hugepage=madvise",
		"virtio_mmio.device=4K@0xd0000000:5 8250.nr_uarts=32 "
		"nvme_core.default_ps_max_latency_us=0",
		"ds=nocloud;s=http://10.0.2.2:8000/ foo=uuid:0f3c5a4e-7c8b-4d2a-9d55-0b9c8a7f6e5d",
		"systemd.unit=rescue.target systemd.log_level=debug rd.systemd.show_status=auto",
		"bootprobe bootprobe.sinks=kmsg,virtio,console,run,console-records "
		"bootprobe.budget=500ms",
		"netconsole=4444@10.0.0.1/eth1,9353@10.0.0.2/12:34:56:78:9a:bc",
		"my.disk=nvme0n1p12 my.mac=525400123456 my.size=20G my.addr=0xfffff0000000",
		"dyndbg=\"file drivers/usb/* +p\" acpi_osi=\"!Windows 2012\"",
		"x.auth=1 y.password=no reboot=k panic=-1 pci=off nomodules i8042.noaux",
		"-z --flag single splash vt.handoff=7 net.ifnames=0 biosdevname=0 LANG=en_US.UTF-8",
		"rd.something=0123456789abcdef0123456789abcdef",
		"boot.shell_on_fail loglevel=4 lsm=landlock,yama,bpf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		ck_assert_str_eq(redact(CASES[i], 0), CASES[i]);
}
END_TEST

START_TEST(a_cut_says_so)
{
	char out[12];
	unsigned count;

	ck_assert(!cmdline_redact("quiet splash ro", out, sizeof(out), &count));
	ck_assert_str_eq(out, "quiet splas");
	ck_assert(cmdline_redact("quiet ro\n", out, sizeof(out), &count));
	ck_assert_str_eq(out, "quiet ro");
}
END_TEST

/* No input makes the parts overlap, run over or take for ever. */
START_TEST(any_bytes_are_taken)
{
	static const char ALPHABET[] = "a=\"\": /@?,;.-_0fZ*+&%\\\n\xa0\xff://pass";
	static char text[2048], out[8192];
	uint32_t state = 1;
	unsigned count;

	for (int round = 0; round < 3000; round++) {
		size_t length = (size_t)round % (sizeof(text) - 1);

		for (size_t i = 0; i < length; i++) {
			state = state * 1664525 + 1013904223;
			text[i] = ALPHABET[(state >> 16) % (sizeof(ALPHABET) - 1)];
		}
		text[length] = '\0';
		ck_assert(cmdline_redact(text, out, sizeof(out), &count));
	}
}
END_TEST

UNIT_MAIN("cmdline", words_are_split_as_the_kernel_does, the_end_stays_the_end,
	tokens_go_on_behind_the_dashes, dash_and_underscore_are_equal_in_names, the_last_one_wins,
	secrets_by_name, secrets_by_shape, secret_parts_of_values, secrets_that_hold_anything,
	what_is_public_stays, a_cut_says_so, any_bytes_are_taken)
