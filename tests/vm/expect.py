"""Judges what a machine left behind.

A matcher is a table: each key is a field of a record ("type", or a path with dots), each value is
what it must be: a plain value, or a table with one of
    exists = true|false     regex = "..."     at_least = N     at_most = N     contains = value
A matcher holds when one record fits all of its keys. In a path, a number picks an element of an
array and "*" any one of them.
"""

import json
import re
import subprocess

import cache
import findings
import held
import loaders

VALIDATOR = cache.REPO / "tests/validate.py"
START_OF_RECORD = b'{"bootprobe":1,'
BOOT = re.compile(rb'"boot":"([0-9a-f]{8})"')
FRAME = ("bootprobe", "boot", "seq", "t", "type", "cont", "more", "crc")
NOTHING = object()
# /proc/uptime is cut to hundredths.
UPTIME_STEP_S = 0.01
# No machine may show these, unless its scenario says that trouble of that type is expected. A probe
# that ran out of time is none of it: under emulation that says how busy this host is.
TROUBLE = (
    {"type": "probe", "state": {"regex": "^(failed|crashed|no-child)$"}},
    {"type": "probe", "unconfined": {"exists": True}},
    {"type": "sink", "sinks.*.dropped": {"exists": True}},
)


def records_of(data):
    """The lines of records in any capture, as bytes, from the opening brace to the closing one."""
    lines = []
    for line in data.splitlines():
        at = line.find(START_OF_RECORD)
        if at >= 0:
            lines.append(line[at:].rstrip())
    return lines


def boots(lines):
    """The boots that the lines are of, in the order in which they begin."""
    found = []
    for line in lines:
        match = BOOT.search(line)
        if match and match[1] not in found:
            found.append(match[1])
    return found


def of_boot(lines, boot):
    return [line for line in lines if (match := BOOT.search(line)) and match[1] == boot]


def parse(lines):
    """Records in the order of their first lines; the lines of one are joined, copies dropped."""
    records, first = [], {}
    for line in dict.fromkeys(lines):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if record.get("type") == "console.text":
            records.append(record)
            continue
        whole = first.get((record.get("boot"), record.get("cont")))
        if whole is None:
            records.append(record)
            first[(record.get("boot"), record.get("seq"))] = record
        else:
            _join(whole, record)
    return records


def _join(whole, part):
    for name, value in part.items():
        if name in FRAME:
            continue
        if isinstance(value, list) and isinstance(whole.get(name), list):
            whole[name] += value
        else:
            whole[name] = value


def _field(record, path):
    """Every value that a path leads to; [NOTHING] if there is none."""
    values = [record]
    for part in path.split("."):
        values = [inner for value in values for inner in _step(value, part)]
    return values or [NOTHING]


def _step(value, part):
    if isinstance(value, list):
        if part == "*":
            return value
        return [value[int(part)]] if part.isdigit() and int(part) < len(value) else []
    return [value[part]] if isinstance(value, dict) and part in value else []


TESTS = {
    "exists": lambda value, want: (value is not NOTHING) == want,
    "regex": lambda value, want: value is not NOTHING and re.search(want, str(value)) is not None,
    "at_least": lambda value, want: isinstance(value, (int, float)) and value >= want,
    "at_most": lambda value, want: isinstance(value, (int, float)) and value <= want,
    "contains": lambda value, want: isinstance(value, (list, str)) and want in value,
}


def _fits(values, want):
    if isinstance(want, dict):
        return any(all(TESTS[name](v, operand) for name, operand in want.items()) for v in values)
    return any(value is not NOTHING and value == want and
               isinstance(value, bool) == isinstance(want, bool) for value in values)


def matches(record, matcher):
    return all(_fits(_field(record, path), want) for path, want in matcher.items())


def nearest(records, matcher):
    """Of the records of the matcher's type, the one that fits most of its keys, for messages."""
    same = [r for r in records if r.get("type") == matcher.get("type")]
    if not same:
        return "no record of that type"
    best = max(same, key=lambda r: sum(_fits(_field(r, p), w) for p, w in matcher.items()))
    return json.dumps(best)


def validate(path, phase):
    """None, or what the validator said about one captured report."""
    if not VALIDATOR.exists():
        return None
    command = ["/usr/bin/python3", str(VALIDATOR)]
    if phase:
        command += ["--phase", phase]
    done = subprocess.run([*command, str(path)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return None if done.returncode == 0 else done.stdout.strip()


class Judgement:
    """Collects what is wrong with one run. captures: output name -> lines of records."""

    def __init__(self, scenario, folder, texts, captures):
        self.scenario, self.folder = scenario, folder
        self.texts, self.captures = texts, captures
        self.complaints = []
        self.verdict = findings.Verdict(False)
        self.notes = []

    def complain(self, text):
        self.complaints.append(text)

    def judge(self):
        self._boots()
        self._stage2()
        self._texts()
        self._held()
        if self.scenario.expect.silent:
            self._silent()
        else:
            self._reports()
            self._matchers()
            self._findings()
        return self.complaints

    def _boots(self):
        """The report of the last boot is the one that is judged, and nothing of another boot is in it:
        no record is from after the moment at which stage 2 began."""
        wanted = loaders.WAYS[self.scenario.boot].boots
        for name, lines in self.captures.items():
            found = boots(lines)
            most = wanted if name == "virtio" else 1
            if len(found) > most or (found and name in self.scenario.whole() and len(found) < most):
                self.complain(f"{len(found)} boots on {name}, not {most}: {b' '.join(found).decode()}")
            if name == "virtio" and found:
                self.captures[name] = of_boot(lines, found[-1])
        if len({found[-1] for lines in self.captures.values() if (found := boots(lines))}) > 1:
            self.complain("the outputs tell of different boots")
        alive = re.search(r"^STAGE2-ALIVE uptime=([0-9.]+)$", self.texts["test"], re.M)
        began = next((r for r in self.records() if r["type"] == "begin"), None)
        if alive and began and began["t"] > float(alive[1]) + UPTIME_STEP_S:
            self.complain(f"the report begins at {began['t']} s, and stage 2 at {alive[1]} s")

    def _stage2(self):
        reached = "STAGE2-ALIVE" in self.texts["test"]
        if reached != self.scenario.expect.stage2:
            self.complain("stage 2 was not reached" if not reached else "stage 2 was reached")
        elif reached and "STAGE2-END" not in self.texts["test"] and not self.scenario.until:
            self.complain("stage 2 did not finish")
        for status in re.findall(r"^HOOK-STATUS.*$", self.texts["test"], re.M):
            self.complain(f"the hook's exit status: {status}")

    def _texts(self):
        expect = self.scenario.expect
        for where, wanted in (("serial", expect.serial), ("test", expect.test_port),
                              ("screen", expect.screen), ("follow", expect.follow)):
            for pattern in wanted:
                if not re.search(pattern, self.texts[where], re.M):
                    self.complain(f"not on the {where}: /{pattern}/")
        for pattern in expect.not_serial:
            if re.search(pattern, self.texts["serial"], re.M):
                self.complain(f"on the serial port: /{pattern}/")

    def _held(self):
        if limit := self.scenario.expect.held_kib:
            processes = held.parse(self.texts["held"])
            self.complaints += held.complaints(processes, limit)
            self.notes.append(held.describe(processes))

    def _silent(self):
        for name, lines in self.captures.items():
            if lines:
                self.complain(f"not silent: {len(lines)} records on {name}")
        if "@@begin run/" in self.texts["test"]:
            self.complain("not silent: files in /run/bootprobe")
        for where in ("serial", "kmsg", "report"):
            if "bootprobe:" in self.texts[where]:
                self.complain(f"not silent: text on {where}")

    def _reports(self):
        for name in self.scenario.whole():
            if not self.captures.get(name):
                self.complain(f"no report on {name}")
            elif not any(r.get("type") == "end" for r in parse(self.captures[name])):
                self.complain(f"the report on {name} has no end record")
        for name, lines in self.captures.items():
            if lines:
                self._validate(name)

    def _validate(self, name):
        whole = name in self.scenario.whole()
        said = validate(self.folder / f"{name}.jsonl", self.scenario.expect.phase if whole else None)
        if said and whole:
            self.complain(f"{name}: {said}")

    def records(self):
        """The best capture: the port's if it has one, else that of /run, else the kernel log's."""
        for name in ("virtio", "run", "kmsg", "console"):
            if self.captures.get(name):
                return parse(self.captures[name])
        return []

    def _matchers(self):
        records = self.records()
        for matcher in self.scenario.expect.present:
            if not any(matches(r, matcher) for r in records):
                self.complain(f"no record {json.dumps(matcher)}; nearest: {nearest(records, matcher)}")
        expect = self.scenario.expect
        usual = [matcher for matcher in TROUBLE if matcher["type"] not in expect.trouble]
        for matcher in [*usual, *expect.absent]:
            for record in records:
                if matches(record, matcher):
                    self.complain(f"unwanted {json.dumps(matcher)}: {json.dumps(record)}")

    def _findings(self):
        if not self.scenario.hook:
            return
        self.verdict = findings.judge(self.records(), self.scenario.expect.findings)
        if not self.verdict.is_judged:
            self.complain("the report says nothing of findings")
        for complaint in self.verdict.complaints:
            self.complain(complaint)
