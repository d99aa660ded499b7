#!/usr/bin/python3
"""Images that are not raw: the same findings as for the raw one, and nothing opened that an image
merely names.

    test_formats.py BOOTPROBE TOOL_SHIM
"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from gpt_image import MIB, Image, run  # noqa: E402

SKIPPED = 77
BOOTPROBE = None


class Formats(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.raw = Image(self.folder / "disk")
        self.raw.sgdisk("-n", "1:2048:0", "-c", "1:root").flip(512 + 60)

    def convert(self, kind, name, *options):
        run("qemu-img", "convert", "-O", kind, *options, self.raw.path, self.folder / name)
        return self.folder / name

    def overlay(self, name, backing, backing_format="qcow2"):
        run("qemu-img", "create", "-f", "qcow2", "-u", "-b", backing, "-F", backing_format,
            self.folder / name, str(64 * MIB))
        return self.folder / name

    def ask(self, path, *options, **arguments):
        done = subprocess.run([BOOTPROBE, "gpt", "--json", *options, str(path)], text=True,
                              capture_output=True, timeout=60, **arguments)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, done.stderr, records

    def assert_broken(self, path, *options):
        """What was done to the raw image is seen."""
        status, complaint, records = self.ask(path, *options)
        self.assertEqual((status, complaint), (1, ""))
        self.assertEqual([r["id"] for r in records if r["type"] == "finding"], ["gpt.primary-corrupt"])
        self.assertEqual([r["name"] for r in records if r["type"] == "partition"], ["root"])
        return records

    def assert_refused(self, path, pattern, *options):
        status, complaint, records = self.ask(path, *options)
        self.assertEqual((status, records), (2, []))
        self.assertRegex(complaint, pattern)
        self.assertEqual(complaint.count("\n"), 1)
        self.assertNotRegex(complaint, r"[\0-\x09\x0b-\x1f\x7f]")

    def test_formats(self):
        for kind, options in (("raw", ()), ("qcow2", ()), ("qcow2", ("-c",)),
                              ("qcow2", ("-o", "compat=0.10")), ("qcow2", ("-o", "cluster_size=512")),
                              ("vmdk", ()), ("vmdk", ("-o", "subformat=streamOptimized")),
                              ("vdi", ()), ("vhdx", ()), ("vpc", ("-o", "force_size=on")),
                              ("vpc", ("-o", "subformat=fixed,force_size=on"))):
            with self.subTest(kind=kind, options=options):
                self.assert_broken(self.convert(kind, "image", *options))

    def test_names_mean_nothing(self):
        self.assert_broken(self.convert("qcow2", "image.raw"))
        self.assert_broken(self.convert("raw", "image.qcow2"))

    def test_file_system_in_qcow2(self):
        run("mke2fs", "-q", "-F", "-t", "ext4", self.raw.write(0, bytes(MIB)).path)
        status, _, records = self.ask(self.convert("qcow2", "image"))
        self.assertEqual(status, 0)
        self.assertEqual([r["kind"] for r in records if r["type"] == "gpt"], ["filesystem"])
        self.assertEqual([r["fstype"] for r in records if r["type"] == "filesystem"], ["ext4"])

    def test_fix_attaches_first(self):
        records = self.assert_broken(self.convert("qcow2", "it's an image"))
        fixes = [f["change"] for r in records if r["type"] == "finding" for f in r["fix"]]
        self.assertRegex(fixes[0], r"^qemu-nbd --connect=/dev/nbd0 -f qcow2 IMAGE ")
        self.assertTrue(all("/dev/nbd0" in fix for fix in fixes), fixes)

    def test_image_in_use(self):
        path = self.convert("qcow2", "image")
        with subprocess.Popen(["qemu-nbd", "-f", "qcow2", "--persistent", "--socket",
                               self.folder / "socket", path]) as writer:
            try:
                end = time.monotonic() + 60
                while not (self.folder / "socket").exists() and time.monotonic() < end:
                    time.sleep(0.02)
                self.assertIsNone(writer.poll())
                self.assert_broken(path)
            finally:
                # A SIGTERM that comes before its main loop is forgotten.
                writer.kill()

    def test_backing_beside(self):
        self.convert("qcow2", "base")
        self.assert_broken(self.overlay("over", "base"))
        self.assert_broken(self.overlay("upper", "over"))

    def test_raw_backing(self):
        self.assert_broken(self.overlay("over", "disk", "raw"))

    def test_backing_elsewhere(self):
        (self.folder / "sub").mkdir()
        self.convert("qcow2", "base")
        over = self.overlay("sub/over", "../base")
        self.assert_refused(over, r'backing file "\.\./base", which lies elsewhere: --backing')
        self.assert_broken(over, "--backing")
        over = self.overlay("absolute", str(self.folder / "base"))
        self.assert_refused(over, "lies elsewhere")
        self.assert_broken(over, "--backing")

    def test_backing_that_is_no_file(self):
        for name in ('json:{"driver":"nbd","host":"localhost"}', "nbd:localhost:1", "ssh://host/disk",
                     "fat:/etc"):
            with self.subTest(name=name):
                over = self.overlay("over", name, "raw")
                self.assert_refused(over, "is no plain file")
                self.assert_refused(over, "is no plain file", "--backing")

    def test_backing_with_escapes(self):
        self.assert_refused(self.overlay("over", "\x1b]52;c;aGk=\x07", "raw"), r"\\u001b\]52")

    def test_backing_fifo_and_folder(self):
        os.mkfifo(self.folder / "fifo")
        (self.folder / "sub").mkdir()
        for name in ("fifo", "sub", "absent"):
            with self.subTest(name=name):
                self.assert_refused(self.overlay("over", name, "raw"), f'backing file ".*/{name}"')

    def test_circle_of_backing_files(self):
        self.overlay("two", "one")
        self.assert_refused(self.overlay("one", "two"), "more backing files")

    def test_external_data(self):
        path = self.convert("qcow2", "image")
        header = bytearray(path.read_bytes())
        header[72:80] = struct.pack(">Q", 4)
        path.write_bytes(header)
        self.assert_refused(path, "keeps its data in another file")

    def test_feature_names_do_not_reach_the_terminal(self):
        path = self.convert("qcow2", "image")
        header = bytearray(path.read_bytes())
        header[72:80] = struct.pack(">Q", 1 << 20)
        at = header.index(b"dirty bit")
        header[at - 2:at + 44] = bytes((0, 20)) + b"\x1b[2Jevil".ljust(44, b"\0")
        path.write_bytes(header)
        self.assert_refused(path, "qemu-nbd cannot read it")

    def test_encrypted(self):
        path = self.convert("qcow2", "image")
        header = bytearray(path.read_bytes())
        header[32:36] = struct.pack(">I", 1)
        path.write_bytes(header)
        self.assert_refused(path, "encrypted")

    def test_cut_off(self):
        for size in (10, 100, 600, 70000):
            with self.subTest(size=size):
                path = self.convert("qcow2", "image")
                os.truncate(path, size)
                self.assert_refused(path, "without a whole header|is cut off")

    def test_vmdk_of_other_files(self):
        path = self.folder / "image"
        path.write_text('# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n'
                        'createType="monolithicFlat"\nRW 100 FLAT "/etc/passwd" 0\n')
        self.assert_refused(path, "whose content is in other files")
        path = self.convert("vmdk", "sparse")
        content = bytearray(path.read_bytes())
        content[12:20] = bytes(8)
        path.write_bytes(content)
        self.assert_refused(path, "whose content is in other files")
        self.convert("vmdk", "parent")
        run("qemu-img", "create", "-f", "vmdk", "-b", self.folder / "parent", "-F", "vmdk",
            self.folder / "child")
        self.assert_refused(self.folder / "child", "holds changes to another")

    def test_compressed(self):
        for tool, name in (("gzip", "disk.gz"), ("xz", "disk.xz")):
            if shutil.which(tool):
                run(tool, "-k", "-f", "-1", self.raw.path)
                self.assert_refused(self.folder / name, "is compressed: run un|is compressed: run gunzip")

    def test_without_qemu_nbd(self):
        status, complaint, _ = self.ask(self.convert("qcow2", "image"), env={"PATH": "/nowhere"})
        self.assertEqual(status, 2)
        self.assertRegex(complaint, "qemu-nbd .*qemu-utils")

    def test_what_is_no_disk(self):
        for path, pattern in (("/dev/null", "neither"), (self.folder, "neither"),
                              (self.folder / "absent", "No such file"), ("/proc/self/mem", ".")):
            with self.subTest(path=path):
                self.assert_refused(path, pattern)


# In place of qemu-nbd: one that never answers, and one that answers no read (the handshake of 2005,
# with a name of an export and no choices).
SILENT = "#!/bin/sh\necho $$ >{folder}/pid\nexec sleep 1000\n"
DEAF = """#!/usr/bin/python3
import os, socket, struct, time
open("{folder}/pid", "w").write(str(os.getpid()))
client, _ = socket.socket(fileno=3).accept()
client.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 0))
client.recv(4)
client.recv(16)
client.sendall(struct.pack(">QH", 64 << 20, 3) + bytes(124))
time.sleep(1000)
"""


class Server(unittest.TestCase):
    """qemu-nbd that hangs, as its storage may, and bootprobe that is ended meanwhile."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.image = self.folder / "image"
        run("qemu-img", "create", "-q", "-f", "qcow2", self.image, str(64 * MIB))

    def start(self, program, *options):
        tool = self.folder / "qemu-nbd"
        tool.write_text(program.format(folder=self.folder))
        tool.chmod(0o755)
        return subprocess.Popen([BOOTPROBE, "gpt", *options, str(self.image)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"})

    def wait_until(self, is_so):
        end = time.monotonic() + 60
        while not is_so():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def is_gone(self):
        try:
            return " Z " in Path("/proc", (self.folder / "pid").read_text().strip(), "stat").read_text()
        except FileNotFoundError:
            return True

    def assert_nothing_is_left(self):
        self.wait_until(self.is_gone)
        self.wait_until(lambda: not list(Path("/tmp").glob("bootprobe-nbd-*")))

    def test_no_answer(self):
        for program in (SILENT, DEAF):
            with self.subTest(program=program):
                child = self.start(program, "--timeout", "1")
                out, complaint = child.communicate(timeout=60)
                self.assertEqual((child.returncode, out), (2, ""))
                self.assertRegex(complaint, "qemu-nbd has not answered .*--timeout waits longer")
                self.assertTrue((self.folder / "pid").exists())
                self.assert_nothing_is_left()

    def test_ended_meanwhile(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number):
                (self.folder / "pid").unlink(missing_ok=True)
                child = self.start(SILENT)
                self.wait_until(lambda: (self.folder / "pid").exists() and (self.folder / "pid").read_text())
                self.assertFalse(self.is_gone())
                child.send_signal(number)
                child.communicate(timeout=60)
                self.assertEqual(child.returncode, -number)
                self.assert_nothing_is_left()

    def test_timeout_is_a_number(self):
        for value in ("0", "x", "-1", "3601"):
            done = subprocess.run([BOOTPROBE, "gpt", "--timeout", value, self.image], text=True, capture_output=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--timeout takes seconds", done.stderr)


class Headline(unittest.TestCase):
    def test_a_disk_that_grew_is_not_damaged(self):
        with tempfile.TemporaryDirectory() as scratch:
            image = Path(scratch, "grown")
            image.touch()
            os.truncate(image, 64 * MIB)
            run("sgdisk", "-n", "1:2048:0", image)
            os.truncate(image, 96 * MIB)
            headlines = []
            for flipped in (None, 512 + 60):
                if flipped:
                    with open(image, "r+b") as file:
                        file.seek(flipped)
                        file.write(b"\xff" * 4)
                done = subprocess.run([BOOTPROBE, "gpt", image], text=True, capture_output=True)
                headlines.append((done.returncode, done.stdout.splitlines()[0].split(": ")[1]))
            self.assertEqual(headlines, [(0, "works, with warnings"), (1, "damaged")])


class NoTable(unittest.TestCase):
    """What holds no partition table is called so, and sound only where that is known."""

    def test_what_is_there_instead(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            contents = {"blank": (b"", 0, "no partition table: the disk is blank"),
                        "mbr": (bytes(510) + b"\x55\xaa", 0, "an MBR without a partition"),
                        "text": (b"a log, no disk\n" * 9000, 2, "no partition table found, nor a file system"),
                        "random": (random.Random(7).randbytes(300000), 2, "no partition table found, nor a file system"),
                        "end": (bytes(64 * MIB - 9) + b"something", 2, "no partition table found, nor a file system")}
            for name, (content, status, words) in contents.items():
                path = folder / name
                path.write_bytes(content)
                os.truncate(path, 64 * MIB)
                run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", path, folder / "qcow2")
                for one in (path, folder / "qcow2"):
                    with self.subTest(name=name, path=one):
                        done = subprocess.run([BOOTPROBE, "gpt", one], text=True, capture_output=True)
                        self.assertEqual((done.returncode, done.stderr), (status, ""))
                        self.assertIn(words, done.stdout.splitlines()[0])
                        self.assertNotRegex(done.stdout, "sound|nothing that could")
            (folder / "note").write_text("remember the milk\n")
            done = subprocess.run([BOOTPROBE, "gpt", folder / "note"], text=True, capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("no partition table found: 18 bytes have no room", done.stderr)


def main():
    global BOOTPROBE
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in ("sgdisk", "mke2fs", "qemu-img", "qemu-nbd") if not shutil.which(tool)]
    BOOTPROBE, Image.shim = sys.argv.pop(1), sys.argv.pop(1)
    if missing:
        print(f"skipped: no {', '.join(missing)}")
        return SKIPPED
    return unittest.main()


if __name__ == "__main__":
    sys.exit(main())
