#!/usr/bin/python3
"""What the page of bootprobe read says of fixes, of what is missing, and where there is no report:
test_page.py BOOTPROBE"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from report_lines import failing, finding, healthy, line, text

BOOTPROBE = None
SERIAL = HERE / "captures/console-records-serial.log"


def read(log, *arguments, verb="read"):
    done = subprocess.run([BOOTPROBE, verb, *arguments], input=log, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def page_of(*fixes, **members):
    fixes = [{"tool": tool, "change": change, **more} for tool, change, more in fixes]
    return read(text([line(1, "begin"), line(2, "console", {"name": "ttyS0"}),
                      finding(3, **{"fix": fixes, **members}),
                      line(4, "end", {"errors": 1, "warnings": 0, "findings": [3]})]))[1]


LONG = ("qm set VMID --args '-device virtio-serial -chardev file,id=bp,path=/tmp/bp.log -device "
        "virtserialport,chardev=bp,name=org.bootprobe.report.0'")


class Fixes(unittest.TestCase):
    def test_a_command_is_never_broken(self):
        for length in range(40, 120):
            command = "sgdisk -e " + "x" * (length - 10)
            self.assertIn(command + "\n", page_of(("guest", command, {})), length)
        for command in (LONG, "echo virtio_console >> /etc/initramfs-tools/modules && update-initramfs -u"):
            page = page_of(("host", command, {}))
            self.assertIn(f"\n  host\n    {command}\n", page)

    def test_a_remark_stands_behind(self):
        page = page_of(("guest", "sgdisk -e /dev/sda   (writes it anew)", {}))
        self.assertIn("  guest      sgdisk -e /dev/sda   (writes it anew)\n", page)
        page = page_of(("guest", "sgdisk -e /dev/" + "x" * 40 + "   (" + "writes it anew " * 8 + ")", {}))
        self.assertIn("  guest      sgdisk -e /dev/" + "x" * 40 + "\n             (writes", page)
        self.assertTrue(all(len(row) < 80 for row in page.splitlines()))

    def test_a_sentence_is_broken(self):
        words = "look at the storage behind this disk (NFS, Ceph, iSCSI, a full pool): it holds on to reads"
        page = page_of(("host", words, {}))
        self.assertIn(words, " ".join(page.split()))
        self.assertTrue(all(len(row) < 80 for row in page.splitlines()))

    def test_of_what_is_told_besides(self):
        lines = failing()
        lines[4] = finding(5, "warning", "root.late", fix=[{"tool": "proxmox", "change": LONG}])
        self.assertIn(f"proxmox:\n    {LONG}\n", read(text(lines))[1])

    def test_choices_and_steps(self):
        one, other = ("kernel", "console=tty0", {}), ("proxmox", "qm set VMID --serial0 socket", {})
        first = ("host", "losetup /dev/loop0 image", {"first": True})
        for fixes, headings in (((one,), ["Change this"]), ((one, other), ["Change one of these"]),
                                ((first, one), ["Do this first", "Then change this"]),
                                ((first, one, other), ["Do this first", "Then change one of these"])):
            page = page_of(*fixes)
            found = [row for row in page.splitlines() if row.startswith(("Change", "Do this", "Then"))]
            self.assertEqual(found, headings)
            places = [page.index(fix[1]) for fix in fixes]
            self.assertEqual(places, sorted(places))
            self.assertEqual([page.count(fix[1]) for fix in fixes], [1] * len(fixes))


class NotClean(unittest.TestCase):
    """What is not all there never reads as if nothing were wrong."""

    def assert_incomplete(self, lines, *words):
        status, page, _ = read(text(lines))
        self.assertTrue(page.startswith("INCOMPLETE  "), page)
        for one in words:
            self.assertIn(one, page)
        return status

    def test_a_healthy_one(self):
        self.assertEqual(read(text(healthy()))[1].split("\n")[0], "OK  nothing wrong was found")

    def test_stage_2_of_a_root_that_is_lost(self):
        handoff = line(2, "handoff", {"mounted": True, "fstype": "ext4", "source": "/dev/sda1",
                                      "init": "/sbin/init", "init_stat": "ok"})
        row = "  handoff    /sbin/init on ext4 /dev/sda1\n"
        for id_, is_there in (("growroot.trap", False), ("pid1.exit", False),
                              ("handoff.init-missing", False), ("console.closed", True)):
            page = read(text([line(1, "begin"), handoff, finding(3, "error", id_),
                              line(4, "end", {"errors": 1, "warnings": 0, "findings": [3]})]))[1]
            self.assertEqual(row in page, is_there, id_)

    def test_missing_and_damaged_records(self):
        lines = healthy()
        self.assert_incomplete([lines[0], lines[2]], "but not all records are here", "missing    2\n")
        self.assert_incomplete([lines[0], lines[1].replace(b"live", b"dead"), lines[2]], "damaged    2 ")
        self.assert_incomplete([*lines, b'{"bootprobe":1,"boot":"5a1f'], "line that does")

    def test_what_the_guest_could_not_look_at(self):
        begin, console, end = healthy()
        denied = ({"disks": ("block", {"name": "vda", "open_error": "EPERM"})},
                  {"ACPI": ("acpi.table", {"read": "ok", "tables": [{"name": "DSDT", "read": "EACCES"}]})},
                  {"consoles": ("console", {"name": "tty0", "open": "EACCES"})},
                  {"kernel log": ("kernel.event", {"kind": "log", "read": "EPERM"})},
                  {"/proc": ("cmdline", {"read": "ENOENT"})},
                  {"what a probe lacked memory or descriptors for":
                   ("probe", {"name": "block", "state": "failed", "error": "ENFILE"})})
        for one in denied:
            (name, (type_, members)), = one.items()
            end = line(4, "end", {"phase": "now", "records": 4, "errors": 0, "warnings": 0})
            self.assert_incomplete([begin, console, line(3, type_, members), end],
                                   "in what could be seen", f"  unseen     {name}\n")
        other = line(3, "block", {"name": "vda", "open_error": "ENOMEDIUM"})
        self.assertTrue(read(text([begin, console, other, end]))[1].startswith("OK  "))

    def test_findings_without_room(self):
        begin, console, _ = healthy()
        end = {"phase": "finish", "errors": 0, "warnings": 0}
        self.assert_incomplete([begin, console, line(3, "end", {**end, "dropped_findings": 7})],
                               "findings were made for which", "omitted    findings: 7;")
        omitted = line(3, "omitted", {"records": [{"type": "finding", "count": 2}]})
        self.assert_incomplete([begin, console, omitted, line(4, "end", end)], "omitted    2 of finding;")

    def test_other_records_without_room(self):
        """They were judged in the guest, and are named."""
        begin, console, _ = healthy()
        omitted = line(3, "omitted", {"records": [{"type": "partition", "count": 90}]})
        status, page, _ = read(text([begin, console, omitted,
                                     line(4, "end", {"phase": "finish", "errors": 0, "warnings": 0})]))
        self.assertEqual((status, page[:4]), (0, "OK  "))
        self.assertIn("omitted    90 of partition; the report had no room for them", page)


class Image(unittest.TestCase):
    """What bootprobe gpt --json prints is of no boot."""
    BLOCK = line(1, "block", {"name": "vm.raw", "transport": "image", "size_bytes": 1 << 30}, boot="00000000", t=0)

    def test_nothing_wrong_in_it(self):
        status, page, _ = read(text([self.BLOCK]))
        self.assertEqual((status, page), (2, "INCOMPLETE  these are records of a disk image, not of a boot; "
                                             "bootprobe gpt\n            judges it\n            a disk image\n"))

    def test_a_finding(self):
        status, page, _ = read(text([self.BLOCK, line(2, "finding", {
            "id": "gpt.primary-corrupt", "severity": "error", "subject": "vm.raw", "summary": "it is damaged"},
            boot="00000000", t=0)]))
        self.assertEqual((status, page), (1, "FAIL  it is damaged\n      bootprobe explain gpt.primary-corrupt; "
                                             "a disk image\n"))

    def test_as_it_is_printed(self):
        with tempfile.NamedTemporaryFile() as image:
            image.truncate(20 << 20)
            records = read(b"", "--json", image.name, verb="gpt")[1]
        self.assertIn("a disk image, not of a boot", read(records.encode())[1])

    def test_a_boot_that_has_one_as_a_disk(self):
        begin, console, end = healthy()
        block = line(3, "block", {"name": "vda", "transport": "image"})
        end = line(4, "end", {"phase": "finish", "records": 4, "errors": 0, "warnings": 0})
        self.assertIn("    boot 5a1f09c3\n", read(text([begin, console, block, end]))[1])


class More(unittest.TestCase):
    def test_what_explains_it(self):
        self.assertIn("      bootprobe explain console.phantom; boot 5a1f09c3\n", read(text(failing()))[1])
        self.assertNotIn("explain", read(text(healthy()))[1])


class NoReport(unittest.TestCase):
    def page_alone(self):
        """What a serial console shows without console-records."""
        rows = SERIAL.read_bytes().splitlines(keepends=True)
        return b"".join(row for row in rows if b'"bootprobe"' not in row)

    def assert_page(self, log, verb, *arguments):
        status, out, err = read(log, *arguments, verb=verb)
        self.assertEqual((status, out), (2, ""))
        for words in ("only the page of boot f9c87001:", "  OK         nothing is wrong\n", "dmesg",
                      "/run/bootprobe/report.jsonl", "console-records"):
            self.assertIn(words, err)

    def test_the_page_alone(self):
        log = self.page_alone()
        self.assertIn(b"boot f9c87001", log)
        for verb, arguments in (("read", ()), ("timeline", ("-",)), ("read", ("--boot", "f9c87001"))):
            self.assert_page(log, verb, *arguments)
        self.assert_page(b"".join(b"[ 12:00:01 ] %s\r\n" % row for row in log.splitlines()), "read")
        self.assertIn("no report of that boot", read(log, "--boot", "12345678")[2])

    def test_the_whole_page_is_shown(self):
        page = ["FAIL       this boot will end in a panic, and what it says of that is so long that",
                "           it has a second line", "fix        proxmox: qm set VMID --serial0 socket",
                "disk       sda 20 GiB", "more       bootprobe explain x; boot f9c87001"]
        for front in ("", "[    4.1] "):
            log = "\n".join(front + row for row in page)
            between = log.replace(f"\n{front}disk", "\nsomething of somebody else's\n" + front + "disk")
            for one in (log, between, f"{front}FAIL       of an older one\n{front}disk       no\n" + log):
                err = read(one.encode())[2]
                self.assertIn(":\n" + "".join(f"  {row}\n" for row in page) + "A serial console", err)

    def test_a_page_that_lies(self):
        log = self.page_alone().replace(b"nothing is wrong", b"nothing\x1b]0;x\x07 is \xff\xe2\x80\xae wrong")
        self.assertNotRegex(read(log)[2], "[\x1b\x07\u202e\xff]")

    def test_pieces_of_a_page(self):
        for log in (b"more       boot f9c87001\n", b"OK         nothing\n", b"boot f9c87001", b"more       boot 518ff36",
                    b"FAIL       x\nmore       boot F9C87001\n"):
            self.assertNotIn("page of boot", read(log)[2], log)
        self.assertIn("page of boot f9c87001", read(b"FAIL       x\nmore       boot f9c87001")[2])

    def test_damage_alone(self):
        err = read(text([one.replace(b"crc", b"crx") for one in failing()]))[2]
        self.assertIn("6 records, all damaged", err)
        wrapped = b"\n".join(row[at:at + 80] for row in SERIAL.read_bytes().splitlines()
                             for at in range(0, len(row), 80))
        self.assertRegex(read(wrapped)[2], r"\d+ records, all damaged\n.*a screen that wraps them")

    def test_nothing(self):
        err = read(b"[    0.000000] Linux version 6.1.0\n")[2]
        self.assertIn("no report of bootprobe in it", err)
        self.assertIn("command line", err)


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
