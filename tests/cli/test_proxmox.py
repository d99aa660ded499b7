#!/usr/bin/python3
"""bootprobe proxmox: its lines, as a shell and QEMU take them: test_proxmox.py BOOTPROBE

There is no qm here: a function of that name stands in for it, and Proxmox' splitting of args
(Text::ParseWords) is that of a shell."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BOOTPROBE = None
QM = 'qm() { printf "%s\\0" "$@"; }\n'
PORT = ["-device", "virtio-serial-pci,id=bootprobe", "-chardev",
        "file,id=bootprobe,path=/run/qemu-server/100.bootprobe.jsonl", "-device",
        "virtserialport,bus=bootprobe.0,chardev=bootprobe,name=org.bootprobe.report.0"]
SMBIOS = ["-smbios", "type=11,value=bootprobe"]
FWCFG = ["-fw_cfg", "name=opt/org.bootprobe/cmdline,string=bootprobe"]
# What a shell or a terminal could take for something else.
CRUEL = """-a 'it is' "so" $HOME `id` \\; # ! * ~ & | < > ( ) { } %s \x1b[31m \x07 \xe9 -b"""


class Proxmox(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def run_it(self, *arguments, root=None):
        environment = {**os.environ, "BOOTPROBE_ROOT": str(root or self.folder)}
        return subprocess.run([BOOTPROBE, "proxmox", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env=environment)

    def tell(self, config, *more):
        path = self.folder / "vm.conf"
        path.write_bytes(config if isinstance(config, bytes) else config.encode())
        done = self.run_it("--config", str(path), "--json", *more, "100")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def words(self, line, shell="bash"):
        """What the shell hands to qm."""
        done = subprocess.run([shell, "-c", QM + line], capture_output=True,
                              env={**os.environ, "HOME": "/home"})
        self.assertEqual((done.returncode, done.stderr), (0, b""), line)
        return [word.decode("latin-1") for word in done.stdout.split(b"\0")[:-1]]

    def args(self, line):
        words = self.words(line)
        self.assertEqual(words[:-1], ["set", "100", "--args"], line)
        return words[-1]

    def test_a_plain_machine(self):
        told = self.tell("name: web\nmemory: 2048\n")
        give = told["give"]
        self.assertEqual(self.args(give["smbios"]).split(), PORT + SMBIOS)
        self.assertEqual(self.args(give["fw_cfg"]).split(), PORT + FWCFG)
        self.assertEqual(self.args(give["cmdline"]).split(), PORT)
        self.assertEqual(told["take_away"], "qm set 100 --delete args")
        self.assertEqual(told["serial"]["give"], "qm set 100 --serial0 socket")
        self.assertIn("console=ttyS0 ", told["serial"]["kernel_parameters"])
        self.assertEqual(told["restart"], "qm stop 100 && qm start 100")
        self.assertEqual(told["follow"],
                         "bootprobe read --follow /run/qemu-server/100.bootprobe.jsonl")
        self.assertEqual(told["name"], "web")

    def test_it_is_the_same_line_everywhere(self):
        line = "qm set VMID --args " + shlex.quote(" ".join(PORT).replace("100", "VMID"))
        root = Path(__file__).resolve().parents[2]
        self.assertIn(f"`{line}`", (root / "README.md").read_text())
        source = (root / "src/rule/virtio.c").read_text()
        self.assertIn(line, re.sub(r'"\s+"', "", source))
        guide = (root / "docs/proxmox.md").read_text()
        self.assertIn(line.replace("VMID", "100")[:-1], guide)

    def test_what_is_there_stays(self):
        for args in ("-cpu host,+aes", "-a 'x y'", CRUEL, "-x \\"):
            config = f"args: {args}\n".encode("latin-1")
            told = self.tell(config)
            for line in told["give"].values():
                self.assertTrue(self.args(line).startswith(f"{args} -device virtio-serial-pci"), line)
            self.assertEqual(self.args(told["take_away"]), args)

    def test_every_line_is_safe_on_a_terminal(self):
        path = self.folder / "vm.conf"
        path.write_bytes(f"name: \x1b[2J\nargs: {CRUEL}\n".encode("latin-1"))
        done = self.run_it("--config", str(path), "100")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(all(c == "\n" or " " <= c <= "~" for c in done.stdout))

    def test_lines_can_be_followed_twice(self):
        """They take themselves out, and no more than that."""
        for before in ("", "-cpu host", "-smbios type=11,value=other"):
            first = self.tell(f"args: {before}\n" if before else "memory: 512\n")
            for line in first["give"].values():
                second = self.tell(f"args: {self.args(line)}\n")
                self.assertEqual(second["give"], first["give"])
                self.assertEqual(second["take_away"], first["take_away"])
                self.assertTrue(any("already" in text for text in second["notes"]))
        between = self.tell(f"args: -a {' '.join(PORT + SMBIOS)} -z\n")
        self.assertEqual(self.args(between["take_away"]), "-a -z")

    def test_more_parameters(self):
        """They get to the guest as they are, by each way, and are taken away again."""
        words = "bootprobe.record=full bootprobe.sinks=kmsg,virtio"
        for before in ("", "-cpu host", "-smbios type=11,value=other"):
            config = f"args: {before}\n" if before else "memory: 512\n"
            plain, told = self.tell(config), self.tell(config, "--parameters", words)
            smbios, fw_cfg = (shlex.split(self.args(told["give"][name]))[-1] for name in ("smbios", "fw_cfg"))
            self.assertEqual(smbios, "type=11,value=bootprobe,value=bootprobe.record=full,"
                                     "value=bootprobe.sinks=kmsg,,virtio")
            self.assertEqual(fw_cfg, f"{FWCFG[1]} {words.replace(',', ',,')}")
            self.assertEqual(told["give"]["cmdline"], plain["give"]["cmdline"])
            self.assertTrue(told["serial"]["kernel_parameters"].endswith(f" {words}"))
            for line in told["give"].values():
                self.assertEqual(self.tell(f"args: {self.args(line)} -z\n")["take_away"],
                                 self.tell(f"args: {before} -z\n")["take_away"].replace("' ", "'"))
        # One that somebody cut within its quotes.
        cut = f"{' '.join(PORT)} {FWCFG[0]} \"{FWCFG[1]} bootprobe.a"
        self.assertIn("bootprobe.a", self.args(self.tell(f"args: {cut}\n")["take_away"]))
        told = self.tell("args: -device virtserialport,name=org.bootprobe.report.0\n", "--parameters", words)
        self.assertTrue(any("kernel command line" in text for text in told["notes"]))
        # Somebody else's value behind ours: not ours to take.
        told = self.tell(f"args: {' '.join(PORT + SMBIOS)},value=other\n")
        self.assertIn("value=other", told["take_away"])
        text = self.run_it("--parameters", words, "100").stdout
        self.assertIn(f"\n  with bootprobe {words} on the kernel command line\n", text)
        guide = (Path(__file__).resolve().parents[2] / "docs/proxmox.md").read_text()
        line = self.tell("memory: 1\n", "--parameters", "bootprobe.record=full")["give"]["smbios"]
        self.assertIn("\n" + self.args(line).split(" -smbios ")[1].join(("-smbios ", "\n")), guide)

    def test_parameters_that_are_refused(self):
        for words in ("bootprobe", "bootprobe.", "quiet", "bootprobe.a  bootprobe.b", "bootprobe.a ", " bootprobe.a",
                      "bootprobe.a='x", 'bootprobe.a="', "bootprobe.a=$x", "bootprobe.a\nb", "bootprobe.a;id",
                      "bootprobe.a root=x", "bootprobe.a=\\", "bootprobe.a=\xe9"):
            done = self.run_it("--parameters", words, "100")
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn("parameters are words as", done.stderr)

    def test_a_port_of_somebody_else(self):
        told = self.tell("args: -device virtserialport,name=org.bootprobe.report.0\n")
        self.assertEqual((told["give"], "take_away" in told, "report" in told), ({}, False, False))
        self.assertTrue(any("another make" in text for text in told["notes"]))
        path = self.folder / "vm.conf"
        self.assertNotIn("qm stop", self.run_it("--config", str(path), "100").stdout)

    def test_where_the_port_of_somebody_else_leads(self):
        name = "name=org.bootprobe.report.0"
        former = ("-device virtio-serial-pci,id=bp -chardev file,id=bpr,path=/tmp/bp-100.jsonl "
                  f"-device virtserialport,bus=bp.0,chardev=bpr,{name}")
        read = "bootprobe read --follow /tmp/bp-100.jsonl"
        for args, left in ((former, ""), (f"-a b {former} -c", "-a b -c"),
                           (f"{former} -smbios type=11,value=bootprobe", "")):
            told = self.tell(f"args: {args}\n")
            self.assertEqual((told["give"], told["report"], told["follow"]),
                             ({}, "/tmp/bp-100.jsonl", read))
            self.assertEqual(told["read"], "bootprobe read /tmp/bp-100.jsonl")
            self.assertEqual(self.args(told["take_away"]) if left else told["take_away"],
                             left or "qm set 100 --delete args")
        text = self.run_it("--config", str(self.folder / "vm.conf"), "100").stdout
        self.assertIn(f"\n  {read}\n", text)
        told = self.tell(f"args: {former.replace('file,', 'socket,').replace(',path', ',server=on,path')}\n")
        self.assertEqual((told["follow"], "read" in told), (read, False))
        # A second port may be on that bus; a quote may hold words that are none.
        for more in ("-device virtconsole,chardev=x", "-device virtserialport,name=x", "-a 'x y'"):
            told = self.tell(f"args: {former} {more}\n")
            self.assertEqual((told["follow"], "take_away" in told), (read, False))
        told = self.tell(f"args: {former.replace('/tmp/bp', '$(id)/x;y')}\n")
        self.assertEqual(self.words(told["read"].replace("bootprobe ", "qm ", 1)),
                         ["read", "$(id)/x;y-100.jsonl"])
        self.assertNotIn("report", self.tell(f"args: {former.replace('bp-100', 'a,,b')}\n"))

    def test_what_is_no_configuration(self):
        """What it takes for a VM without args would lose them."""
        path = self.folder / "100.conf"
        for data in (b"", b"\n# memory: 1\n", b"root:x:0:0:root:/root:/bin/bash\nname: x\n",
                     b"\x7fELF\0memory: 512\n", b"memory:\n", b"memory\n", b"scsi0x: a\n"):
            path.write_bytes(data)
            done = self.run_it("--config", str(path), "100")
            self.assertEqual((done.returncode, done.stdout), (2, ""), data)
            self.assertIn(f"{path}: no configuration of a VM", done.stderr)
        for data in ("scsi0: a", "vmgenid: x", "smbios1: uuid=x", "[snap]\nostype: l26"):
            self.tell(data + "\n")

    def test_a_container(self):
        """It has cores, memory and a network as a VM has."""
        config = "arch: amd64\ncores: 1\nhostname: web\nmemory: 512\nnet0: name=eth0\nostype: debian\n"
        path = self.folder / "101.conf"
        for row in ("rootfs: local-lvm:vm-101-disk-0,size=8G", "unprivileged: 1", "lxc.apparmor.profile: x"):
            path.write_text(config + row + "\n")
            done = self.run_it("--config", str(path), "101")
            self.assertEqual((done.returncode, done.stdout), (2, ""), row)
            self.assertIn("101.conf: a container, not a VM", done.stderr)
        own = self.folder / "etc/pve/lxc"
        own.mkdir(parents=True)
        path.rename(own / "101.conf")
        self.assertIn("a container, not a VM", self.run_it("101").stderr)
        # Another number is a VM of another host, as before.
        self.assertEqual(self.run_it("102").returncode, 0)

    def test_serial_ports(self):
        """A port is added behind those that are there; in the guest they are counted."""
        for config, number, tty in (("serial0: socket", 1, 1), ("serial1: socket", 2, 1),
                                    ("serial0: socket\nserial2: socket", 3, 2),
                                    ("[PENDING]\nserial0: socket", 1, 1),
                                    ("[snap]\nserial0: socket", 0, 0)):
            serial = self.tell(config)["serial"]
            self.assertEqual(serial["give"], f"qm set 100 --serial{number} socket", config)
            self.assertEqual(serial["take_away"], f"qm set 100 --delete serial{number}")
            self.assertEqual(serial["follow"],
                             f"bootprobe read --follow /run/qemu-server/100.serial{number}")
            self.assertIn(f"console=ttyS{tty} ", serial["kernel_parameters"])
        told = self.tell("serial3: socket\n")
        self.assertNotIn("serial", told)
        self.assertTrue(any("no serial port is free" in text for text in told["notes"]))

    def test_pending_changes(self):
        told = self.tell("args: -old\n\n[PENDING]\nargs: -new\n\n[snap]\nargs: -snapshot\n")
        self.assertEqual(self.args(told["take_away"]), "-new")
        self.assertTrue(any("pending" in text for text in told["notes"]))
        told = self.tell("args: -old\n[PENDING]\ndelete: args\n")
        self.assertEqual(told["take_away"], "qm set 100 --delete args")

    def test_the_machine_of_this_host(self):
        folder = self.folder / "etc/pve/qemu-server"
        folder.mkdir(parents=True)
        (folder / "100.conf").write_text("args: -here\n")
        done = self.run_it("--json", "100")
        self.assertEqual(self.args(json.loads(done.stdout)["take_away"]), "-here")
        done = self.run_it("--json", "101")
        told = json.loads(done.stdout)
        self.assertEqual((done.returncode, "config" in told), (0, False))
        self.assertIn("was not read", told["notes"][0])
        text = self.run_it("101").stdout
        self.assertIn("was not read", text)
        self.assertIn("  qm stop 101 && qm start 101\n", text)

    def test_usage(self):
        for arguments in ((), ("99",), ("0100",), ("1000000000",), ("1e3",), ("100", "101"), ("-100",),
                          ("--config", "/does/not/exist", "100"), ("--config", "/", "100")):
            done = self.run_it(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("bootprobe proxmox: ", done.stderr)
        (self.folder / "long").write_text("args: " + "x" * 20000)
        done = self.run_it("--config", str(self.folder / "long"), "100")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    @unittest.skipUnless(shutil.which("qemu-system-x86_64"), "no qemu-system-x86_64")
    def test_qemu_takes_them(self):
        """QEMU with exactly these arguments has the port and the string; it never runs a guest."""
        report = self.folder / "report"
        config, more = "args: -name 'a b'\n", ("--parameters", "bootprobe.record=full bootprobe.sinks=kmsg,run")
        for line in (line for told in (self.tell(config), self.tell(config, *more)) for line in told["give"].values()):
            args = self.args(line).replace("/run/qemu-server/100.bootprobe.jsonl", str(report))
            commands = [{"execute": "qmp_capabilities"}, {"execute": "query-chardev"},
                        {"execute": "qom-list", "arguments": {"path": "/machine/peripheral-anon"}},
                        {"execute": "quit"}]
            done = subprocess.run(
                ["qemu-system-x86_64", "-machine", "pc", "-accel", "tcg", "-m", "64", "-S",
                 "-nodefaults", "-display", "none", "-qmp", "stdio", *shlex.split(args)],
                input="\n".join(map(json.dumps, commands)), capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""), line)
            self.assertIn("virtserialport", done.stdout)
            self.assertTrue(report.exists())
            report.unlink()


if __name__ == "__main__":
    BOOTPROBE = sys.argv.pop(1)
    unittest.main(verbosity=1)
