"""Compares the findings of a report with those that its scenario expects."""

from typing import NamedTuple

ALARMS = ("error", "warning")

# What a slow host alone can make of a healthy guest.
OF_TIME = ("probe.timeout", "root.late", "console.blocked", "device.no-driver", "disk.slow",
           "disk.hung")


class Verdict(NamedTuple):
    """is_judged: the report speaks of findings at all. false_alarms: how many nobody expects."""
    is_judged: bool
    is_right: bool = False
    false_alarms: int = 0
    complaints: tuple = ()


def _in_precedence(records, end):
    """The findings that an end record counts, root cause first."""
    by_number = {r.get("seq"): r for r in records if r.get("type") == "finding"}
    return [by_number[seq] for seq in end["findings"] if seq in by_number]


def _so_far(records):
    """The findings of a report that was cut short: the newest of each id and subject: errors first, root causes
    before their parts."""
    newest = {(r.get("id"), r.get("subject")): r for r in records if r.get("type") == "finding"}
    ranks = (*ALARMS, "info")
    return sorted(newest.values(),
                  key=lambda r: (ranks.index(r["severity"]), "part_of" in r, r["seq"]))


def of_report(records):
    """The findings that hold, in order of precedence, or None if the report does not speak of any."""
    ends = [r for r in records if r.get("type") == "end"]
    if ends and "findings" in ends[-1]:
        return _in_precedence(records, ends[-1])
    if ends and ends[-1].get("errors") == 0 and ends[-1].get("warnings") == 0:
        return []
    return _so_far(records) or None


def _describe(finding):
    return (f"{finding['severity']} {finding['id']} {finding.get('subject', '')}: "
            f"{finding.get('summary', '')}")


def _first_is_wrong(found, expect):
    """What is wrong with the first finding, or None."""
    alarms = [f for f in found if f["severity"] in ALARMS]
    if not expect.first:
        loud = next((f for f in alarms if f["id"] not in expect.allowed()), None)
        return f"nothing wrong was found here, but: {_describe(loud)}" if loud else None
    first = next(iter(found), None)
    if first is None or first["id"] != expect.first:
        return f"{expect.first} is to stand first, not {_describe(first) if first else 'nothing'}"
    if expect.severity and first["severity"] != expect.severity:
        return f"{expect.first} is to be of severity {expect.severity}: {_describe(first)}"
    return None


def judge(records, expect):
    found = of_report(records)
    if found is None:
        return Verdict(False)
    complaints = []
    wrong = _first_is_wrong(found, expect)
    false_alarms = [f for f in found if f["id"] in expect.never or
                    (f["severity"] in ALARMS and f["id"] not in expect.allowed())]
    complaints += [f"false alarm: {_describe(f)}" for f in false_alarms]
    ids = {f["id"] for f in found}
    complaints += [f"not found: {name}" for name in (*expect.also, *expect.parts) if name not in ids]
    complaints += [f"not a part of {expect.first}: {_describe(f)}" for f in found
                   if f["id"] in expect.parts and f.get("part_of") != expect.first]
    if wrong:
        complaints.insert(0, wrong)
    return Verdict(True, not wrong, len(false_alarms), tuple(complaints))


def score(verdicts):
    judged = [verdict for verdict in verdicts if verdict.is_judged]
    return (f"score: {len(judged)} scenarios judged, "
            f"{sum(v.is_right for v in judged)} with the right root cause first, "
            f"{sum(v.false_alarms for v in judged)} false alarms")
