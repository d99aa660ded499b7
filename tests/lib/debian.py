"""Debian packages of the machine's own release and of the next one, fetched without touching the
machine's package lists.

Each suite has a private apt folder below the cache. Its sources are derived from the machine's own
apt configuration, so that a mirror or a proxy set there is used here as well.
"""

import re
import shutil
import subprocess
from pathlib import Path

import cache

FORMAT = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Suites that the machine need not have configured: they lie beside its own release.
NEIGHBOURS = {"trixie": ["trixie"], "bookworm-backports": ["bookworm-backports"]}
HOME = "bookworm"


class Unavailable(Exception):
    """A package or suite cannot be had from here."""


def run(command, **kwargs):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **kwargs)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(map(str, command))}: {done.stdout.strip()[-2000:]}")
    return done.stdout


def machine_targets():
    """(uri, release) of each 'main' list of Debian's that this machine has."""
    text = run(["apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages",
                "Component: main"])
    targets = [line.split("|")[:2] for line in text.splitlines() if line.count("|") == 2]
    return [(uri, release) for uri, release in targets if release.split("-")[0] == HOME]


def sources(suite):
    """The deb lines of a suite."""
    targets = machine_targets()
    base = next((uri for uri, release in targets if release == HOME), None)
    if base is None:
        raise Unavailable("apt-get indextargets names no list of bookworm/main: run apt-get update")
    pairs = targets if suite == HOME else [(base, release) for release in NEIGHBOURS[suite]]
    return [f"deb [signed-by={KEYRING}] {uri} {release} main" for uri, release in pairs]


class Suite:
    """One suite with package lists of its own."""

    def __init__(self, name):
        self.name = name
        self.home = cache.CACHE / "apt" / name

    def options(self):
        settings = {
            "Dir::Etc::sourcelist": self.home / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferencesparts": "-",
            "Dir::State": self.home / "state",
            "Dir::State::lists": self.home / "state/lists",
            "Dir::State::status": self.home / "state/status",
            "Dir::Cache": self.home / "cache",
            "APT::Sandbox::User": "root",
            "Acquire::Retries": "3",
            "Acquire::Languages": "none",
        }
        return [arg for name, value in settings.items() for arg in ("-o", f"{name}={value}")]

    def ready(self):
        """Makes the private apt folder and fetches the lists, once."""
        cache.entry(self.home, self._make)
        return self

    def _make(self, made):
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (made / folder).mkdir(parents=True)
        (made / "state/status").touch()
        (made / "sources.list").write_text("\n".join(sources(self.name)) + "\n")
        final, self.home = self.home, made
        try:
            run(["apt-get", *self.options(), "-q", "update"])
        finally:
            self.home = final

    def refresh(self):
        shutil.rmtree(self.home, ignore_errors=True)
        return self.ready()

    def depends(self, package):
        """Names of the direct dependencies of a package's candidate."""
        text = run(["apt-cache", *self.options(), "depends", "--important", package])
        return re.findall(r"^\s*\|?Depends: ([^<\s]+)$", text, re.M)

    def download(self, package, folder):
        """Fetches the candidate's .deb into folder and returns its path."""
        folder.mkdir(parents=True, exist_ok=True)
        with cache.locked(self.home / "download"):
            run(["apt-get", *self.options(), "-q", "download", package], cwd=folder)
        found = sorted(folder.glob(f"{package}_*.deb"))
        if not found:
            raise Unavailable(f"{package}: apt-get download left no file")
        return found[-1]
