#!/usr/bin/python3
"""bootprobe cpio: what is in its archives, and when it makes none: test_cpio.py BOOTPROBE

Modules are made for it, with what depmod reads of one. That kernels take the archives, the VM
scenarios with "cpio" show."""

import gzip
import lzma
import os
import pty
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BOOTPROBE = None
RELEASE = "6.1.0-1-test"
FOLDER = f"usr/lib/bootprobe/modules/{RELEASE}"
# Each with what it needs.
MODULES = {"virtio": (), "virtio_ring": ("virtio",), "virtio_pci": ("virtio_ring",),
           "virtio_console": ("virtio", "virtio_ring"), "qemu_fw_cfg": ()}
PACKERS = {"": lambda data: data, ".xz": lzma.compress, ".gz": gzip.compress,
           ".zst": lambda data: subprocess.run(["zstd", "-c"], input=data, capture_output=True,
                                               check=True).stdout}


def elf(*segments, kind=2, offset=64):
    """A small executable; a segment is its type and its bytes' place."""
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", kind, 62, 1, 0x400000, offset, 0, 0, 64, 56, len(segments), 0, 0, 0)
    return header + b"".join(struct.pack("<IIQQQQQQ", one, 5, 0, 0, 0, 16, 16, 4096)
                             for one in segments)


def entries(data):
    """(name -> (mode, contents), bytes of the archive) of the first newc archive behind zeros."""
    at = start = len(data) - len(data.lstrip(b"\0"))
    found = {}
    while True:
        assert data[at:at + 6] == b"070701", at
        fields = [int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13)]
        _ino, mode, uid, gid, nlink, mtime, size, *_devices, length, check = fields
        assert (uid, gid, mtime, nlink, check) == (0, 0, 0, 1, 0), fields
        name = data[at + 110:at + 110 + length - 1].decode()
        body = start + (at - start + 110 + length + 3) // 4 * 4
        at = start + (body - start + size + 3) // 4 * 4
        if name == "TRAILER!!!":
            assert not data[at:].strip(b"\0")
            return found
        assert name not in found
        parent = os.path.dirname(name)
        assert not parent or stat.S_ISDIR(found[parent][0]), name
        found[name] = (mode, data[body:body + size])


def unpacked(data):
    """Of what --zstd wrote: the frame stands between zeros."""
    return subprocess.run(["zstd", "-dc"], input=data.lstrip(b"\0"), capture_output=True).stdout


class Cpio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.objects = {name: cls.compile(name, needs) for name, needs in MODULES.items()}

    @classmethod
    def compile(cls, name, needs):
        """An object that gives and wants symbols in the way of a kernel module."""
        source = Path(cls.scratch.name, f"{name}.c")
        calls = "".join(f"void {one}_symbol(void); void (*use_{one})(void) = {one}_symbol;\n"
                        for one in needs)
        source.write_text(
            f'{calls}void {name}_symbol(void) {{}}\n'
            f'__attribute__((section("__ksymtab_strings"), used)) static char s[] = "{name}_symbol";\n'
            f'__attribute__((section(".modinfo"), used)) static char i[] = "name={name}";\n')
        made = source.with_suffix(".ko")
        subprocess.run(["gcc", "-c", "-o", made, source], check=True)
        return made.read_bytes()

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.hook = self.folder / "hook"
        self.hook.write_bytes(elf(1))

    def run_it(self, *arguments, **more):
        return subprocess.run([BOOTPROBE, "cpio", "--hook", str(self.hook), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, **more)

    def archive(self, *arguments):
        done = self.run_it(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def refuse(self, said, *arguments):
        output = self.folder / "refused"
        # Not a byte goes to whoever waits behind a pipe.
        for more in ((), ("-o", "/dev/stdout")):
            done = self.run_it(*arguments, *more, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        done = self.run_it("-o", str(output), *arguments, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertIn(said, done.stderr)
        self.assertTrue(done.stderr.startswith("bootprobe cpio: "))
        self.assertEqual(list(self.folder.glob("refused*")), [])

    def kernel(self, suffix="", left_out=(), built_in=()):
        """A root with a kernel's modules. Returns its path."""
        root = self.folder / f"root{suffix}"
        modules = root / "lib/modules" / RELEASE
        (modules / "kernel").mkdir(parents=True)
        for name, data in self.objects.items():
            if name not in (*left_out, *built_in):
                (modules / f"kernel/{name}.ko{suffix}").write_bytes(PACKERS[suffix](data))
        (modules / "modules.builtin").write_text("".join(f"kernel/{one}.ko\n" for one in built_in))
        (modules / "modules.order").touch()
        subprocess.run(["/sbin/depmod", "-b", str(root), RELEASE], check=True, capture_output=True)
        return root

    # ---- the archive

    def test_the_hook_alone(self):
        data = self.archive()
        self.assertEqual(entries(data), {"bootprobe-hook": (0o100755, self.hook.read_bytes())})
        self.assertEqual(len(data) % 4, 0)
        # lz4 in its old format ends with a size of nothing
        self.assertEqual(data[:10], b"\0" * 4 + b"070701")

    def test_every_length_is_a_multiple_of_four(self):
        for more in range(5):
            self.hook.write_bytes(elf(1) + b"x" * more)
            for options in ((), ("--zstd",)):
                self.assertEqual(len(self.archive(*options)) % 4, 0)

    def test_a_large_hook(self):
        self.hook.write_bytes(elf(1) + os.urandom(3 << 20))
        data = self.archive()
        self.assertEqual(entries(data)["bootprobe-hook"][1], self.hook.read_bytes())
        packed = self.archive("--zstd")
        self.assertEqual(entries(unpacked(packed)), entries(data))

    def test_the_same_files_make_the_same_archive(self):
        root = str(self.kernel())
        for options in ((), ("--zstd",), ("--modules", RELEASE, "--root", root)):
            first = self.run_it(*options)
            os.utime(self.hook, (1, 1))
            self.assertEqual((first.returncode, self.run_it(*options).stdout), (0, first.stdout))

    def test_zstd(self):
        data = self.archive("--zstd")
        self.assertEqual(data.lstrip(b"\0")[:4], b"\x28\xb5\x2f\xfd")
        self.assertEqual(set(entries(unpacked(data))), {"bootprobe-hook"})

    # ---- modules

    def with_modules(self, root, note="no virtio_mmio"):
        """The archive; of the modules that are made here, one that is not needed is not there."""
        done = self.run_it("--modules", RELEASE, "--root", str(root))
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (0, 1), done.stderr)
        self.assertIn(note, done.stderr.decode())
        return entries(done.stdout)

    def assert_modules(self, found, names):
        order = found[f"{FOLDER}/order"][1].decode().split()
        self.assertEqual(sorted(order), sorted(f"{name}.ko" for name in names))
        for name in names:
            self.assertEqual(found[f"{FOLDER}/{name}.ko"], (0o100644, self.objects[name]))
            for need in set(MODULES[name]) & set(names):
                self.assertLess(order.index(f"{need}.ko"), order.index(f"{name}.ko"))
        # the hook, five folders, and the list
        self.assertEqual(len(found), 7 + len(order))

    def test_modules(self):
        self.assert_modules(self.with_modules(self.kernel()), MODULES)

    def test_compressed_modules(self):
        known = subprocess.check_output(["/sbin/depmod", "-V"])
        for suffix, word in ((".xz", b"+XZ"), (".gz", b"+ZLIB"), (".zst", b"+ZSTD")):
            if word in known:
                self.assert_modules(self.with_modules(self.kernel(suffix)), MODULES)

    def test_what_is_built_in_is_left_out(self):
        root = self.kernel(built_in=("virtio", "virtio_ring", "virtio_pci", "virtio_console"))
        self.assert_modules(self.with_modules(root), ["qemu_fw_cfg"])

    def test_a_driver_that_is_nowhere(self):
        for name in ("virtio_pci", "virtio_console"):
            root = self.kernel(left_out=(name,))
            self.refuse(f"no {name}, neither as a module nor built in", "--modules", RELEASE,
                        "--root", str(root))
            shutil.rmtree(root)

    def test_modules_that_are_damaged(self):
        root = self.kernel(".xz")
        damaged = root / "lib/modules" / RELEASE / "kernel/virtio_pci.ko.xz"
        damaged.write_bytes(damaged.read_bytes()[:-20])
        self.refuse("virtio_pci.ko.xz: damaged", "--modules", RELEASE, "--root", str(root))
        damaged.unlink()
        self.refuse("virtio_pci.ko.xz: No such file", "--modules", RELEASE, "--root", str(root))

    def test_no_such_kernel(self):
        root = self.kernel()
        self.refuse("the kernel has no modules there", "--modules", "9.9", "--root", str(root))
        (root / "lib/modules" / RELEASE / "modules.dep.bin").unlink()
        self.refuse("run depmod", "--modules", RELEASE, "--root", str(root))
        for name in ("", ".", "..", "a/b", "../../etc", "x" * 100):
            self.refuse("as uname -r tells it", "--modules", name)
        self.refuse("--modules", "--root", str(root))

    # ---- the hook

    def test_only_a_static_hook(self):
        for data, said in ((elf(1, 3), "needs libraries"), (b"#!/bin/sh\n" + b"x" * 100, "not an executable"),
                           (b"", "not an executable"), (elf(1, kind=1), "not an executable"),
                           (elf(1)[:100], "damaged"), (elf(1, offset=1 << 40), "damaged")):
            self.hook.write_bytes(data)
            self.refuse(said)
        self.hook.write_bytes(elf(1, kind=3))
        self.assertIn("bootprobe-hook", entries(self.archive()))
        self.hook.unlink()
        self.refuse("there is no hook")
        self.hook.mkdir()
        self.refuse("not a regular file")

    # ---- where it goes

    def test_a_file(self):
        output = self.folder / "bootprobe.cpio"
        output.write_bytes(b"older")
        done = self.run_it("--output", str(output), umask=0o027)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertEqual(output.read_bytes(), self.archive())
        self.assertEqual(stat.S_IMODE(output.stat().st_mode), 0o640)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["bootprobe.cpio", "hook"])

    def test_a_file_that_was_good_stays_when_no_other_can_be_made(self):
        output = self.folder / "bootprobe.cpio"
        output.write_bytes(b"older")
        self.hook.write_bytes(b"")
        self.assertEqual(self.run_it("-o", str(output)).returncode, 2)
        self.assertEqual(output.read_bytes(), b"older")

    def test_no_room(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BOOTPROBE, "cpio", "--hook", str(self.hook)], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("No space left", done.stderr)
        done = self.run_it("-o", "/dev/full", text=True)
        self.assertEqual(done.returncode, 2)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))

    def test_not_to_a_terminal(self):
        ours, theirs = pty.openpty()
        for more in ((), ("-o", "-")):
            done = subprocess.run([BOOTPROBE, "cpio", "--hook", str(self.hook), *more], stdout=theirs,
                                  stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("nothing for a terminal", done.stderr)
        os.close(ours)
        os.close(theirs)

    def test_words_are_no_options(self):
        self.refuse("it takes options only", "word")


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
