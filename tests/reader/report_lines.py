"""Lines of reports, and the logs that they come in."""

import json
import zlib

BOOT = "5a1f09c3"


def seal(body):
    """A line with its CRC: body is the object without its last brace."""
    return b'%s,"crc":"%08x"}' % (body, zlib.crc32(body))


def line(seq, type_, members=None, boot=BOOT, t=None):
    record = {"bootprobe": 1, "boot": boot, "seq": seq, "t": 0.5 + seq / 100 if t is None else t,
              "type": type_, **(members or {})}
    return seal(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode(
        errors="surrogateescape")[:-1])


def kmsg_escaped(text):
    """As /dev/kmsg gives it: a backslash and what is not printable ASCII as \\xHH."""
    return b"".join(b"\\x%02x" % c if c == 0x5c or not 32 <= c < 127 else bytes([c]) for c in text)


def journal_entry(message, index, boot="0" * 32):
    """The journal export format."""
    return (b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n"
            b"PRIORITY=7\n_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\n"
            b"_HOSTNAME=guest\nMESSAGE=bootprobe: %s\n\n"
            % (1795000000000000 + index * 1000, 2000000 + index * 1000, boot.encode(), message))


def healthy(boot=BOOT, **more):
    return [line(1, "begin", {"version": "0.1.0", "verb": "start"}, boot, **more),
            line(2, "console", {"name": "ttyS0", "live": True}, boot, **more),
            line(3, "end", {"phase": "finish", "records": 3, "errors": 0, "warnings": 0}, boot,
                 **more)]


def finding(seq, severity="error", id_="console.phantom", **members):
    return line(seq, "finding", {"id": id_, "severity": severity, "subject": "ttyS0",
                                 "summary": "the console ttyS0 has no UART behind it",
                                 "because": [2],
                                 "fix": [{"tool": "proxmox",
                                          "change": "qm set VMID --serial0 socket"}], **members})


def failing():
    return [line(1, "begin", {"version": "0.1.0", "verb": "start"}),
            line(2, "console", {"name": "ttyS0", "live": False, "empty_write": "EIO"}),
            finding(3), finding(4, "error", "console.closed", part_of="console.phantom"),
            finding(5, "warning", "root.late"),
            line(6, "end", {"phase": "finish", "records": 6, "errors": 1, "warnings": 1,
                            "findings": [3, 4, 5], "undecided": ["platform.nested"]})]


def text(lines, format_=b"%s\n"):
    return b"".join(format_ % one for one in lines)
