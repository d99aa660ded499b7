"""The cache folder: every entry is made aside and renamed into place, so a half-made one is never seen."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("BOOTPROBE_CACHE", REPO / ".cache"))


def key(*inputs):
    """A short name for the inputs: files count by content, entries of the cache by name, anything
    else by its text."""
    digest = hashlib.sha256()
    for item in inputs:
        if isinstance(item, Path) and CACHE in item.parents:
            digest.update(item.name.encode())
        elif isinstance(item, Path):
            digest.update(item.read_bytes())
        else:
            digest.update(str(item).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def locked(path):
    """Holds an exclusive lock beside path, so that two callers never make the same entry at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name("." + path.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(path, make):
    """Returns path; calls make(temporary path) first if it is not there. Files and folders alike."""
    if path.exists():
        return path
    with locked(path):
        if path.exists():
            return path
        scratch = Path(tempfile.mkdtemp(prefix=".make-", dir=path.parent))
        try:
            made = scratch / path.name
            make(made)
            os.rename(made, path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return path
