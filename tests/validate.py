#!/usr/bin/python3
"""Judges reports of bootprobe against docs/report-format.md.

    validate.py [--phase PHASE] [--allow-missing] [--quiet] FILE...

A FILE is any capture: bare lines, a serial console with time stamps and carriage returns, the kernel
log as dmesg, journalctl or /dev/kmsg give it; "-" is standard input. Exit status 0: each report in
each file is whole and right; 1: it is not, and why stands on standard output; 2: a file cannot be
read.
"""

import argparse
import dataclasses
import functools
import json
import re
import sys
import zlib
from pathlib import Path

import jsonschema

SCHEMA = Path(__file__).resolve().parent / "schema/report.schema.json"
START = b'{"bootprobe":1,'
# Neither can stand within a string, where the quotes would be escaped.
END = re.compile(rb',"crc":"([0-9a-f]{8})"\}')
KMSG_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
LINE_BYTES_MAX = 960
# C0 and C1 control characters and DEL: a record holds them escaped only.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
FRAME = ("bootprobe", "boot", "seq", "t", "type", "crc")
CHAIN = ("cont", "more", "cut")
SCHEMA_COMPLAINTS_MAX = 5
# What follows a stall report belongs to the next one, which may never come.
OPEN_ENDED = ("stall",)
# What a recording says between ends.
OF_A_RECORDING = ("heartbeat", "stall", "syscalls")
# What was written to the console: numbered by itself, and in no other output than the report port.
TEXT = "console.text"


# ---------------------------------------------------------------- reading lines

@dataclasses.dataclass
class Line:
    """One record line that passed its CRC."""
    raw: bytes
    members: dict

    @property
    def seq(self):
        return self.members["seq"]

    @property
    def type(self):
        return self.members["type"]


class Broken(Exception):
    """A line that begins like a record and is none."""


def unescape_kmsg(raw):
    """/dev/kmsg writes a backslash and all that is not plain ASCII as \\xHH. JSON has no such
    escape, so a line that passed its CRC never needs this."""
    return KMSG_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw)


def checked(piece):
    """The bytes of the record at the start of piece, if its CRC is right."""
    end = END.search(piece)
    if end and zlib.crc32(piece[:end.start()]) == int(end[1], 16):
        return piece[:end.end()]
    return None


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Broken("a member stands twice")
    return members


def decode(raw):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken(f"not UTF-8: {error.reason} at byte {error.start}") from None
    if CONTROL.search(text):
        raise Broken("holds a bare control character")
    try:
        return json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        raise Broken(f"not JSON: {error}") from None


def judge_frame(members):
    kinds = {"boot": str, "seq": int, "t": (int, float), "type": str}
    for name, kind in kinds.items():
        if not isinstance(members.get(name), kind) or isinstance(members[name], bool):
            raise Broken(f"{name} is {members.get(name)!r}")
    if not re.fullmatch("[0-9a-f]{8}", members["boot"]):
        raise Broken(f"boot is {members['boot']!r}")
    if tuple(list(members)[:5]) != FRAME[:5] or list(members)[-1] != "crc":
        raise Broken("the frame's members are not in their places")


def read_line(piece):
    """The record at the start of piece."""
    raw = checked(piece) or checked(unescape_kmsg(piece))
    if raw is None:
        raise Broken("its CRC is wrong" if END.search(piece) else "it is cut: it has no CRC")
    if len(raw) > LINE_BYTES_MAX:
        raise Broken(f"{len(raw)} bytes long, {LINE_BYTES_MAX} are allowed")
    members = decode(raw)
    judge_frame(members)
    return Line(raw, members)


def pieces(data):
    """(number of the line, bytes from the start of a record to the end of the line or the next
    record)"""
    for number, text in enumerate(data.split(b"\n"), 1):
        starts = [match.start() for match in re.finditer(re.escape(START), text)]
        for start, end in zip(starts, [*starts[1:], None]):
            yield number, text[start:end]


# ---------------------------------------------------------------- reading reports

@dataclasses.dataclass
class Report:
    """The lines of one report by sequence number."""
    boot: str
    lines: dict = dataclasses.field(default_factory=dict)
    conflicts: list = dataclasses.field(default_factory=list)

    def add(self, line):
        other = self.lines.setdefault(line.seq, line)
        if other.raw != line.raw:
            self.conflicts.append(line.seq)

    def ordered(self):
        return [self.lines[seq] for seq in sorted(self.lines)]


def read(data):
    """(reports in the order in which they begin, complaints about lines). A line that was seen
    before is a copy. A further begin record of the same boot starts a further report."""
    reports, current, seen, complaints = [], {}, set(), []
    for number, piece in pieces(data):
        try:
            line = read_line(piece)
        except Broken as error:
            shown = piece[:60].decode("ascii", "replace")
            complaints.append(f"line {number}: {error}: {shown}...")
            continue
        if line.raw in seen:
            continue
        seen.add(line.raw)
        boot = line.members["boot"]
        if line.type == TEXT:
            complaints += judge_schema(start_record(line))
            continue
        if boot not in current or (line.seq == 1 and 1 in current[boot].lines):
            current[boot] = Report(boot)
            reports.append(current[boot])
        current[boot].add(line)
    return reports, complaints


@dataclasses.dataclass
class Record:
    """A record with the lines that continue it joined."""
    type: str
    seq: int
    t: float
    members: dict
    is_whole: bool


def join(report):
    """(records in order, complaints). A chain that has lost a line gives a record that is not whole."""
    records, complaints, is_open = [], [], False
    previous = 0
    for line in report.ordered():
        is_next = line.seq == previous + 1
        previous = line.seq
        cont = line.members.get("cont")
        if cont is None:
            if is_open and is_next:
                complaints.append(f"record {records[-1].seq} says more, and record {line.seq} is a new one")
            if is_open:
                records[-1].is_whole = False
            records.append(start_record(line))
        elif is_open and is_next and cont == records[-1].seq and line.type == records[-1].type:
            complaints += continue_record(records[-1], line)
        else:
            if is_next:
                complaints.append(f"record {line.seq} continues {cont}, which is not open")
            if is_open:
                records[-1].is_whole = False
            records.append(start_record(line))
            records[-1].is_whole = False
        is_open = line.members.get("more") is True
    if is_open:
        records[-1].is_whole = False
    return records, complaints


def start_record(line):
    members = {k: v for k, v in line.members.items() if k not in ("more", "cont", "skip", "quiet")}
    return Record(line.type, line.seq, line.members["t"], members, True)


def continue_record(record, line):
    complaints = []
    for name, value in line.members.items():
        if name in FRAME or name in ("more", "cont", "quiet"):
            continue
        known = record.members.get(name)
        if known is None or name == "cut":
            record.members[name] = value
        elif isinstance(known, list) and isinstance(value, list):
            record.members[name] = known + value
        else:
            complaints.append(f"record {line.seq}: {name} stands twice in record {record.seq}")
    return complaints


# ---------------------------------------------------------------- judging

@functools.cache
def validators():
    """Record type -> a validator of its schema."""
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    store = jsonschema.RefResolver.from_schema(schema)
    return {one["properties"]["type"]["const"]: jsonschema.Draft202012Validator(one, resolver=store)
            for one in schema["$defs"].values() if "properties" in one}


def judge_schema(record):
    validator = validators().get(record.type)
    where = f"record {record.seq} ({record.type})"
    if validator is None:
        return [f"{where}: no such type"]
    members = record.members if record.is_whole else {**record.members, "more": True}
    complaints = []
    for error in list(validator.iter_errors(members))[:SCHEMA_COMPLAINTS_MAX]:
        path = ".".join(map(str, error.absolute_path))
        complaints.append(f"{where}: {path + ': ' if path else ''}{error.message[:300]}")
    return complaints


def spans(numbers):
    """[3, 4, 5, 9] as "3-5, 9"."""
    out = []
    for number in numbers:
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def judge_sequence(report, allow_missing):
    complaints = [f"two different records have the number {seq}" for seq in report.conflicts]
    last = max(report.lines)
    spared = {seq for line in report.lines.values()
              for seq in range(line.seq - line.members.get("skip", 0), line.seq)}
    missing = [seq for seq in range(1, last + 1) if seq not in report.lines and seq not in spared]
    if missing and not allow_missing:
        complaints.append(f"missing: record {spans(missing)} of {last}")
    lines = report.ordered()
    if lines[0].seq == 1 and lines[0].type != "begin":
        complaints.append(f"record 1 is no begin record but {lines[0].type}")
    for before, after in zip(lines, lines[1:]):
        if after.members["t"] < before.members["t"]:
            complaints.append(f"record {after.seq} is older than record {before.seq}")
    return complaints


def judge_verdict(end, records):
    """What an end record says of the findings."""
    by_seq = {record.seq: record for record in records if record.type == "finding"}
    named = end.members.get("findings", [])
    complaints = [f"end record {end.seq} names {seq}, which is no finding before it"
                  for seq in named if seq not in by_seq or seq > end.seq]
    held = [by_seq[seq].members for seq in named if seq in by_seq]
    for member, severity in (("errors", "error"), ("warnings", "warning")):
        counted = sum(1 for m in held if m.get("severity") == severity and "part_of" not in m)
        if end.members.get(member, counted) != counted:
            complaints.append(f"end record {end.seq} says {end.members[member]} {member}, "
                              f"the findings are {counted}")
    ids = {m.get("id") for m in held}
    complaints += [f"{m['id']} is part of {m['part_of']}, which is not there"
                   for m in held if m.get("part_of", m["id"]) not in ids]
    for record in by_seq.values():
        for seq in record.members.get("because", []):
            if seq >= record.seq:
                complaints.append(f"finding {record.seq} rests on {seq}, which is behind it")
    return complaints


def judge_end(report, records, phase, allow_missing):
    ends = [record for record in records if record.type == "end"]
    complaints = []
    for end in ends:
        if end.members.get("records") != end.seq:
            complaints.append(f"end record {end.seq} counts {end.members.get('records')} records")
        if not allow_missing:
            complaints += judge_verdict(end, records)
    if not ends:
        return complaints + ([] if allow_missing else ["no end record"])
    said = ends[-1].members.get("phase")
    behind = sum(1 for record in records if record.seq > ends[-1].seq and record.type not in OF_A_RECORDING)
    if behind and said not in OPEN_ENDED and not allow_missing:
        complaints.append(f"{behind} records behind the last end record")
    if phase and said != phase:
        complaints.append(f"the last end record has phase {said}, not {phase}")
    return complaints


def judge(report, phase=None, allow_missing=False):
    """What is wrong with one report."""
    records, complaints = join(report)
    complaints += judge_sequence(report, allow_missing)
    for record in records:
        complaints += judge_schema(record)
    return complaints + judge_end(report, records, phase, allow_missing)


def judge_file(data, phase=None, allow_missing=False):
    """(reports, complaints) of one capture."""
    reports, complaints = read(data)
    if not reports:
        complaints.append("no records")
    for report in reports:
        said = judge(report, phase, allow_missing)
        complaints += [f"boot {report.boot}: {text}" for text in said]
    return reports, complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phase", help="the phase that the last end record must have")
    parser.add_argument("--allow-missing", action="store_true",
                        help="records may be missing, the end record included")
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    status = 0
    for name in options.files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            print(f"validate.py: {name}: {error.strerror}", file=sys.stderr)
            return 2
        reports, complaints = judge_file(data, options.phase, options.allow_missing)
        for complaint in complaints:
            print(f"{name}: {complaint}")
        if complaints:
            status = 1
        elif not options.quiet:
            for report in reports:
                print(f"{name}: boot {report.boot}: {len(report.lines)} records, right")
    return status


if __name__ == "__main__":
    sys.exit(main())
