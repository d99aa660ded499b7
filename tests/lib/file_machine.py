"""A machine made of files, for tests that need only a few of them."""

import json
import subprocess
from pathlib import Path


class Machine:
    """Files below a folder."""

    def __init__(self, folder):
        self.root = Path(folder)
        self.file("proc/cmdline", "quiet\n")

    def file(self, path, content=""):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def link(self, path, target):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def report(self, hook, *options, status=0):
        done = subprocess.run(
            [hook, "now", "--quiet", "--sysroot", self.root, "--report", "-", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE if status else None, timeout=30)
        assert done.returncode == status, (done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]
