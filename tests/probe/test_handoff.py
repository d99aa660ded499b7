#!/usr/bin/python3
"""The init that really starts, by who switches roots: each kind of initrd has its own way with an
init= that cannot be started.

    test_handoff.py BOOTPROBE_HOOK
"""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import file_machine  # noqa: E402

OLD_DRACUT = 'for i in "$(getarg real_init=)" "$(getarg init=)" $(getargs rd.distroinit=) /sbin/init; do\n'
NEW_DRACUT = 'for i in "$(getarg init=)" /sbin/init; do\n'


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.machine = file_machine.Machine(self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def dracut(self, script):
        self.machine.file("init", script)
        self.machine.file("etc/initrd-release", 'ID=debian\nDRACUT_VERSION="059-4"\n')
        self.machine.file("lib/dracut/hooks/x")

    def dracut_systemd(self):
        self.dracut("")
        (self.machine.root / "init").unlink()
        self.machine.link("init", "/usr/lib/systemd/systemd")

    def initramfs_tools(self):
        self.machine.file("conf/initramfs.conf")
        self.machine.file("scripts/init-top/x")

    def program(self, path, mode=0o755):
        self.machine.file("sysroot/" + path, "#!/x\n").chmod(mode)

    def handoff(self, cmdline="quiet"):
        self.machine.file("proc/cmdline", cmdline + "\n")
        records = self.machine.report(HOOK, "--root", "/sysroot")
        self.findings = [(r["severity"], r["summary"]) for r in records
                         if r["type"] == "finding" and r["id"] == "handoff.init-missing"]
        record = [r for r in records if r["type"] == "handoff"][-1]
        self.requested = (record.get("requested_init"), record.get("requested_stat"))
        return record["init"], record["init_stat"]

    def test_dracut_passes_over_what_is_not_there(self):
        self.dracut(NEW_DRACUT)
        self.program("sbin/init")
        self.assertEqual(self.handoff("init=/nonexistent"), ("/sbin/init", "ok"))
        self.assertEqual(self.requested, ("/nonexistent", "ENOENT"))
        self.assertEqual(self.findings, [("warning",
            "init=/nonexistent is not there; /sbin/init is started instead")])

    def test_dracut_passes_over_what_is_not_executable(self):
        self.dracut(NEW_DRACUT)
        self.program("sbin/init")
        self.program("sbin/mine", 0o644)
        self.assertEqual(self.handoff("init=/sbin/mine"), ("/sbin/init", "ok"))
        self.assertEqual(self.requested, ("/sbin/mine", "EACCES"))

    def test_dracut_takes_what_is_there(self):
        self.dracut(NEW_DRACUT)
        self.program("sbin/init")
        self.program("sbin/mine")
        self.assertEqual(self.handoff("init=/sbin/mine"), ("/sbin/mine", "ok"))
        self.assertEqual((self.requested, self.findings), ((None, None), []))

    def test_dracut_knows_no_more_than_sbin_init(self):
        self.dracut(NEW_DRACUT)
        self.program("bin/sh")
        self.assertEqual(self.handoff("init=/nonexistent"), ("/nonexistent", "ENOENT"))
        self.assertEqual(self.findings[0][0], "error")
        self.assertEqual(self.handoff(), ("/sbin/init", "ENOENT"))

    def test_old_dracut_knows_other_names(self):
        for name in ("sbin/init", "a", "b", "c"):
            self.program(name)
        cmdline = "rd.distroinit=/c init=/b real_init=/a"
        self.dracut(NEW_DRACUT)
        self.assertEqual(self.handoff(cmdline), ("/b", "ok"))
        self.dracut(OLD_DRACUT)
        self.assertEqual(self.handoff(cmdline), ("/a", "ok"))
        (self.machine.root / "sysroot/a").unlink()
        self.assertEqual(self.handoff(cmdline), ("/b", "ok"))
        self.assertEqual(self.requested, ("/a", "ENOENT"))
        (self.machine.root / "sysroot/b").unlink()
        self.assertEqual(self.handoff(cmdline), ("/c", "ok"))

    def test_initramfs_tools(self):
        self.initramfs_tools()
        for path in ("bin/sh", "bin/init", "etc/init", "sbin/init"):
            self.program(path)
            self.assertEqual(self.handoff("init=/nonexistent"), ("/" + path, "ok"))
            self.assertEqual(self.findings[0][0], "warning")
            self.assertEqual(self.handoff(), ("/" + path, "ok"))
            self.assertEqual(self.findings, [])

    def test_systemd_refuses(self):
        self.dracut_systemd()
        self.program("sbin/init")
        self.program("usr/lib/systemd/systemd")
        self.assertEqual(self.handoff("init=/nonexistent"), ("/nonexistent", "ENOENT"))
        self.assertEqual(self.findings[0][0], "error")
        self.assertEqual(self.handoff(), ("/usr/lib/systemd/systemd", "ok"))

    def test_systemd_starts_another_init(self):
        self.dracut_systemd()
        self.machine.file("sysroot/etc/os-release")
        self.assertEqual(self.handoff(), ("/sbin/init", "ENOENT"))
        self.program("sbin/init")
        self.assertEqual(self.handoff(), ("/sbin/init", "ok"))

    def test_the_kernel_refuses(self):
        self.program("sbin/init")
        self.assertEqual(self.handoff("init=/nonexistent"), ("/nonexistent", "ENOENT"))
        self.assertEqual(self.findings[0][0], "error")

    def test_a_secret_is_not_shown_and_found_all_the_same(self):
        self.program("run/token=S3CRET/init")
        self.assertEqual(self.handoff("init=/run/token=S3CRET/init"), ("/run/token=***", "ok"))


if __name__ == "__main__":
    HOOK = sys.argv.pop(1)
    unittest.main()
