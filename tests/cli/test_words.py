#!/usr/bin/python3
"""Verbs and options are the same in --help, in the man page and in the completions of both shells:
test_words.py BOOTPROBE"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
BASH = REPO / "completions/bootprobe.bash"
ZSH = REPO / "completions/_bootprobe"
MAN = REPO / "docs/man/bootprobe.1.scd"
HOOK_MAN = REPO / "docs/man/bootprobe-hook.8.scd"
OPTION = re.compile(r"--[a-z][a-z-]*")
BOOTPROBE = HOOK = None


def help_of(*arguments, program=None):
    done = subprocess.run([program or BOOTPROBE, *arguments, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, arguments
    return done.stdout


def verbs():
    """Verb -> its line of help."""
    listed = help_of().split("Commands:\n")[1].split("\n\n")[0]
    return dict(re.match(r"  (\S+) +(.*)", row).groups() for row in listed.splitlines())


def options_of(verb):
    """The options that --help explains: each stands at the start of a line."""
    return {found for row in help_of(verb).splitlines()
            for found in re.findall(r"^  (--[a-z-]+)", row)}


def bash_completes(*words):
    """What bash offers for the last word."""
    script = f'. {BASH}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bootprobe; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script, "bash", "bootprobe", *words], capture_output=True,
                          text=True)
    return set(done.stdout.split())


class Words(unittest.TestCase):
    def test_help_is_for_people(self):
        for verb in [None, *verbs()]:
            text = help_of(*[verb] if verb else [])
            self.assertTrue(text.startswith("Usage: bootprobe"), verb)
            self.assertIn("Exit status", text, verb)
            self.assertTrue(all(len(row) <= 80 for row in text.splitlines()), verb)

    def test_bash(self):
        self.assertEqual(bash_completes(""), set(verbs()) | {"--help", "--version"})
        for verb in verbs():
            self.assertEqual(bash_completes(verb, "--"), options_of(verb), verb)
        self.assertIn("prometheus", bash_completes("read", "--output", ""))
        self.assertEqual(bash_completes("read", "--color", "=", "al"), {"always"})

    def test_values_that_the_shells_offer_are_taken(self):
        for option, words in (("--output", bash_completes("read", "--output", "")),
                              ("--color", bash_completes("read", "--color", ""))):
            self.assertTrue(words)
            zsh = re.search(re.escape(option) + r"\[[^\]]*\]:\w+:\(([^)]*)\)", ZSH.read_text())
            self.assertEqual(set(zsh[1].split()), words)
            for word in words:
                done = subprocess.run([BOOTPROBE, "read", option, word], input=b"",
                                      capture_output=True)
                self.assertIn(b"no report", done.stderr)

    def test_zsh(self):
        text = ZSH.read_text()
        listed = dict(re.findall(r"^\t\t'([a-z]+):([^']*)'$", text, re.M))
        self.assertEqual(listed, verbs())
        shared = set(OPTION.findall(text.split("report=(")[1].split("\n\t)")[0]))
        for verb in verbs():
            case = re.search(rf"^\t\t{verb}\) (.*) ;;$", text, re.M)[1]
            offered = set(OPTION.findall(case)) | (shared if "$report" in case else set())
            self.assertEqual(offered, options_of(verb), verb)

    @unittest.skipUnless(shutil.which("zsh"), "no zsh")
    def test_zsh_takes_it(self):
        subprocess.run(["zsh", "-n", str(ZSH)], check=True)

    def test_the_man_page(self):
        text = MAN.read_text()
        sections = dict(re.findall(r"^# ([A-Z]+)\n(.*?)(?=^# |\Z)", text, re.M | re.S))
        for verb in verbs():
            self.assertIn(f"*bootprobe* *{verb}*", sections["SYNOPSIS"])
            self.assertIn(verb.upper(), sections)
            # show refers to read
            said = sections[verb.upper()] + (sections["READ"] if verb == "show" else "")
            explained = set(re.findall(r"^\*(--[a-z-]+)\*", said, re.M))
            explained -= {"--follow", "--console"} if verb == "show" else set()
            self.assertEqual(explained, options_of(verb), verb)

    def test_the_man_page_of_the_hook(self):
        text = HOOK_MAN.read_text()
        said = subprocess.run([HOOK, "--help"], capture_output=True, text=True).stdout
        self.assertEqual(set(re.findall(r"^\*(--[a-z-]+)\*", text, re.M)),
                         set(re.findall(r"^  (--[a-z-]+)", said, re.M)))

    def test_usage_errors_say_what_to_do(self):
        for arguments in ([], ["nonsense"], ["--nonsense"], *([v, "--nonsense"] for v in verbs())):
            done = subprocess.run([BOOTPROBE, *arguments], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("--help", done.stderr, arguments)
            self.assertTrue(done.stderr.startswith(("Usage: bootprobe", "bootprobe")), arguments)
            for word in arguments:
                self.assertIn(word, done.stderr)

    def test_an_unknown_verb_brings_the_nearest(self):
        for word, meant in {"raed": "read", "sho": "show", "ACPI": "acpi", "timelime": "timeline",
                            "gtp": "gpt", "compair": "compare", "nonsense": None, "": None,
                            "r" * 4096: None}.items():
            done = subprocess.run([BOOTPROBE, word], capture_output=True, text=True)
            found = re.search(r"did you mean (\S+)\?", done.stderr)
            self.assertEqual((done.returncode, found and found[1]), (2, meant), word)

    def test_help_as_a_verb(self):
        for arguments, meant in (([], "bootprobe --help"), (["read"], "bootprobe read --help"),
                                 (["nonsense"], "bootprobe --help")):
            done = subprocess.run([BOOTPROBE, "help", *arguments], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"'{meant}'", done.stderr)

    def test_a_file_instead_of_a_verb(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "log\x1b[2J")
            log.write_text("")
            os.mkfifo(Path(folder, "pipe"))
            for path, meant in ((log, ["read", "gpt"]), (folder, ["acpi"]), (Path(folder, "pipe"), ["read --follow"])):
                done = subprocess.run([BOOTPROBE, str(path)], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(re.findall(r"  bootprobe (.*?) /", done.stderr), meant)
                self.assertNotIn("\x1b", done.stderr)

    def test_options_are_said_again_escaped(self):
        for arguments, said in ((["read", "--x\x1b[2J"], "no such option: --x"), (["read", "--boot"], "takes a value: --boot"),
                                (["read", "--bo=1"], "more than one option begins like this"),
                                (["read", "--json=1"], "takes no value: --json=1"), (["gpt", "-q"], "no such option: -q"),
                                (["timeline", "-o"], "takes a value: -o"),
                                (["cpio", "--x\x1b[2J"], "bootprobe cpio: no such option: --x"),
                                (["proxmox", "--x\x1b[2J"], "bootprobe proxmox: no such option: --x"),
                                (["cpio", "-o"], "takes a value: -o"), (["proxmox", "--json=1", "100"], "takes no value")):
            done = subprocess.run([BOOTPROBE, *arguments], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(said, done.stderr)
            self.assertNotIn("\x1b", done.stderr)

    def test_a_table_without_a_checksum(self):
        tables = REPO / "tests/fixtures/pc-uart/root/sys/firmware/acpi/tables"
        done = subprocess.run([BOOTPROBE, "acpi", "--json", str(tables)], capture_output=True, text=True)
        listed = {one["signature"]: one for one in json.loads(done.stdout)["tables"]}
        self.assertEqual(set(listed["FACS"]) - {"file"}, {"file_length_bytes", "signature", "header_length_bytes", "aml"})
        self.assertTrue(all(one["checksum_right"] for name, one in listed.items() if name != "FACS"))
        self.assertEqual(listed["DSDT"]["oem_id"].strip(), "BOCHS")

    def test_short_help(self):
        for arguments in ([], *([verb] for verb in verbs())):
            done = subprocess.run([BOOTPROBE, *arguments, "-h"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, help_of(*arguments)), arguments)

    def test_what_holds_no_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "readme").write_text("nothing")
            for arguments, said in {(folder,): "no tables there", ("/dev/null",): "neither a file",
                                    (folder, "/etc/passwd"): "must stand alone",
                                    ("/does/not/exist",): "No such file"}.items():
                done = subprocess.run([BOOTPROBE, "acpi", *arguments], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    HOOK = sys.argv.pop(2)
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
