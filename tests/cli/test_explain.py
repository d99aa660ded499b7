#!/usr/bin/python3
"""bootprobe explain: test_explain.py BOOTPROBE"""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tools"))

import explanations

TEXT = (REPO / "docs/findings.md").read_text()
GLOSSARY = (REPO / "docs/glossary.md").read_text()
WORDS = explanations.read_words(GLOSSARY, [])[0]


def explain(*arguments):
    done = subprocess.run([BOOTPROBE, "explain", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class Explain(unittest.TestCase):
    def test_the_list(self):
        """What --help says of its order: by severity, and words behind."""
        status, out, err = explain()
        self.assertEqual((status, err), (0, ""))
        rows = [re.match(r"(\S+) +(\w+) +(.*)", row).groups() for row in out.splitlines()]
        findings = explanations.ROW.findall(TEXT)
        self.assertEqual(rows, findings + [(names[0].replace(" ", "-"), "word", line) for names, line, _ in WORDS])
        self.assertTrue(all(len(row) <= 80 for row in out.splitlines()))
        severities = [severity for _, severity, _ in findings]
        self.assertEqual(severities, sorted(severities, key=["error", "warning", "info"].index))

    def test_each(self):
        for name, severity, line, text in explanations.read(TEXT)[0]:
            status, out, err = explain(name)
            self.assertEqual((status, err), (0, ""), name)
            self.assertEqual(out, f"{name}  {severity}\n{line}\n\n{text}\n")
            self.assertTrue(all(len(row) <= 80 for row in out.splitlines()), name)
            self.assertNotRegex(out, r"\*\*|`", name)
            self.assertEqual(explain(name.upper()), (0, out, ""))

    def test_what_panics_and_the_command_line_say(self):
        for typed, words in (("0x00007f00", "status 127"), ("0x0000000b", "signal 11"),
                             ("0x200", "status 2"), ("ENODEV", "no such device"),
                             ("PID1", "first process"), ("heal", "console.healed"),
                             ("bootprobe.heal", "console.healed"), ("recorder", "pid1.exit"),
                             ("bootprobe.record", "pid1.exit"), ("record=full", "what is waited for"),
                             ("bootprobe.record=full", "heartbeats"), ("observer", "circles"),
                             ("collector", "writes the records"), ("console.redirect", "console.healed"),
                             ("hang", "boot.livelock"), ("Attempted to kill init!", "status 2"),
                             ("stage1", "handoff"), ("stage2", "handoff"), ("stall", "boot.stalled"),
                             ("handoff", "bootprobe.record="),
                             ("growroot.trap", "bootprobe.heal=console")):
            status, out, err = explain(typed)
            self.assertEqual((status, err), (0, ""), typed)
            self.assertIn(words, out)

    def test_each_word(self):
        for names, line, text in WORDS:
            for name in names:
                status, out, err = explain(name)
                self.assertEqual((status, err), (0, ""), name)
                self.assertEqual(out, ", ".join(names) + f"\n{line}\n" + (f"\n{text}\n" if text else ""))
                self.assertTrue(all(len(row) <= 80 for row in out.splitlines()), name)
        for typed in (("Stage", "1"), ("stage-1",), ("STAGE_1",)):
            self.assertEqual(explain(*typed), explain("stage 1"), typed)

    def test_words_that_pages_print(self):
        """Keys and words of both pages: what is no everyday word is explained."""
        names = [str(path.relative_to(REPO)) for pattern in ("report/summary*.c", "cli/page*.c", "cli/describe*.c")
                 for path in (REPO / "src").glob(pattern)]
        sources = {name: (REPO / name).read_text() for name in names}
        keys = {key for text in sources.values() for key in
                re.findall(r'(?:summary_add|summary_wrap|page_entry)\(&?page, (?:i \? "" : )?"([a-z ]+)"', text)}
        keys |= set(re.findall(r'^\t\{"([a-z ]+)", \{(?:NULL|"[a-z]+\.")', sources["src/cli/page_sound.c"], re.M))
        self.assertLess({"handoff", "consoles", "root disk", "unseen", "missing", "recorder"}, keys)
        keys -= {"machine", "parameters", "fix", "more", "end", "disk", "left out", "omitted"}
        said = {"phantom", "live", "not proven", "proven to work", "unseen", "UART", "GPT", "MBR", "hybrid",
                "virtio port", "fw_cfg", "PID 1", "stage 1", "stage 2", "init", "root=", "probe", "ACPI",
                "predicts", "came true", "quiet"}
        for word in said:
            self.assertIn(word.lower(), " ".join(sources.values()).lower())
        known = {explanations.key(name) for names, _, _ in WORDS for name in names}
        self.assertEqual({word for word in keys | said if explanations.key(word) not in known}, set())

    def test_references(self):
        """What one text refers to is another one's name."""
        for words in re.findall(r"[Ss]ee((?:\s+(?:and )?`[^`]+`,?)+)", TEXT + GLOSSARY):
            for name in re.findall("`([^`]+)`", words):
                self.assertEqual(explain(name)[0], 0, name)

    def test_json(self):
        status, out, _ = explain("--json")
        every = json.loads(out)
        self.assertEqual(status, 0)
        self.assertEqual([one["id"] for one in every], [row[0] for row in explanations.ROW.findall(TEXT)])
        status, out, _ = explain("--json", "gpt.overlap")
        self.assertEqual(json.loads(out), next(one for one in every if one["id"] == "gpt.overlap"))

    def test_json_of_a_word(self):
        status, out, _ = explain("--json", "fwcfg")
        self.assertEqual((status, json.loads(out)["words"]), (0, ["fw_cfg", "fwcfg"]))

    def test_names_that_are_none(self):
        """One line, with what is near or of the same kind, if there is something."""
        for typed, meant in (("console.fantom", ["console.phantom"]), ("disk.slwo", ["disk.slow"]),
                             ("DISK.FAST", ["disk.hung", "disk.read-error", "disk.slow"]),
                             ("misplace", ["gpt.backup-misplaced", "misplaced"]),
                             ("gpt.what", ["gpt.sector-size", "gpt.primary-corrupt", "gpt.overlap",
                                           "gpt.backup-corrupt", "gpt.entries-mismatch"]),
                             ("", []), ("zebra", []), ("x" * 5000, []), ("\x1b[31m\u202e", [])):
            status, out, err = explain(typed)
            self.assertEqual((status, out, err.count("\n")), (2, "", 1), typed)
            found = re.search(r"did you mean (.*?)(?: or \d+ more)?\?", err)
            self.assertEqual(found[1].split(", ") if found else [], meant, typed)
            self.assertIn("'bootprobe explain' lists all", err)
            self.assertNotIn("\x1b", err)
            self.assertNotIn("\u202e", err)
            self.assertLess(len(err), 400)

    def test_usage(self):
        self.assertEqual(explain("growroot.trap", "gpt.overlap")[0], 2)
        self.assertEqual(explain("--colour")[0], 2)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BOOTPROBE, "explain"], stdout=full, stderr=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 2)


class Generator(unittest.TestCase):
    """What the build refuses."""

    def complaints(self, old, new):
        self.assertIn(old, TEXT)
        return " ".join(explanations.read(TEXT.replace(old, new, 1))[1])

    def test_the_text_is_taken(self):
        self.assertEqual(explanations.read(TEXT)[1], [])

    def test_a_line_that_is_too_long(self):
        self.assertIn("81 columns", self.complaints("# Findings", "# Findings".ljust(81, "s")))

    def test_a_section_without_a_row(self):
        self.assertIn("disk.fast", self.complaints("\n## disk.slow\n", "\n## disk.fast\n"))

    def test_another_order(self):
        swapped = (TEXT.replace("\n## disk.slow\n", "\n## X\n").replace("\n## root.late\n", "\n## disk.slow\n")
                   .replace("\n## X\n", "\n## root.late\n"))
        self.assertIn("order", " ".join(explanations.read(swapped)[1]))

    def test_a_severity_that_is_none(self):
        self.assertIn("fatal", self.complaints("| error |", "| fatal |"))

    def test_words(self):
        def complaints(old, new):
            self.assertIn(old, GLOSSARY)
            return " ".join(explanations.read_words(GLOSSARY.replace(old, new, 1), ["disk.slow"])[1])

        self.assertEqual(complaints("# Words", "# Words"), "")
        self.assertIn("twice", complaints("## tty0", "## tty0, UDEV"))
        self.assertIn("twice", complaints("## tty0", "## tty0, disk.slow"))
        self.assertIn("columns", complaints("the screen", "the screen".ljust(50, "n")))
        self.assertIn("without a line", complaints("## tty0\n\n", "## tty0\n"))

    def test_a_part_that_is_missing(self):
        self.assertIn("its parts", self.complaints("**How it is told.**", "How it is told."))


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
