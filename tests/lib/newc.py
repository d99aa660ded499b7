"""Writes cpio archives in the kernel's "newc" format, uncompressed, so that they can be appended to
any other archive of an initrd."""

import os
import stat

HEADER = "070701" + "%08X" * 13
ALIGN = 4
# An archive may be preceded and followed by others only at multiples of four; a block is the habit.
BLOCK = 512


def _pad(data, align=ALIGN):
    return data + b"\0" * (-len(data) % align)


class Archive:
    """A tree of entries, kept in the order in which they were added; parents are added by need."""

    def __init__(self):
        self.entries = {}

    def _add(self, path, mode, data=b"", rdev=(0, 0)):
        path = path.strip("/")
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self.folder(parent)
        self.entries[path] = (mode, data, rdev)

    def folder(self, path, mode=0o755):
        self._add(path, stat.S_IFDIR | mode)

    def file(self, path, data, mode=0o644):
        self._add(path, stat.S_IFREG | mode, data)

    def link(self, path, target):
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def device(self, path, major, minor, mode=0o600):
        self._add(path, stat.S_IFCHR | mode, rdev=(major, minor))

    def tree(self, folder, below=""):
        """Adds everything below a folder of this machine."""
        for here, folders, files in os.walk(folder):
            inside = os.path.join(below, os.path.relpath(here, folder)).rstrip("/.") or ""
            for name in sorted(folders + files):
                self._copy(os.path.join(here, name), os.path.join(inside, name))

    def _copy(self, source, path):
        info = os.lstat(source)
        if stat.S_ISLNK(info.st_mode):
            self.link(path, os.readlink(source))
        elif stat.S_ISDIR(info.st_mode):
            self.folder(path, stat.S_IMODE(info.st_mode))
        elif stat.S_ISREG(info.st_mode):
            with open(source, "rb") as file:
                self.file(path, file.read(), stat.S_IMODE(info.st_mode))

    def bytes(self):
        out = [self._record(number, path, *entry)
               for number, (path, entry) in enumerate(self.entries.items(), 1)]
        out.append(self._record(0, "TRAILER!!!", 0, b"", (0, 0)))
        return _pad(b"".join(out), BLOCK)

    @staticmethod
    def _record(inode, path, mode, data, rdev):
        name = path.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        header = HEADER % (inode, mode, 0, 0, links, 0, len(data), 0, 0, *rdev, len(name), 0)
        return _pad(header.encode() + name) + _pad(data)
