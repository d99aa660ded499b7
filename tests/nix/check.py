#!/usr/bin/python3
"""Judges what evaluate.nix and package.nix made of nixos-module/: check.py MODULE.json PACKAGE.json"""

import json
import re
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
HOOK = "/nix/store/00000000000000000000000000000000-bootprobe-0/lib/bootprobe/bootprobe-hook"
EXTRA = "copy_bin_and_libs"
UNITS = ("bootprobe-emergency.service", "bootprobe-finish.service", "bootprobe-start.service")
SCRIPTS = ("extraUtilsCommands", "extraUtilsCommandsTest", "preDeviceCommands", "postMountCommands",
           "preFailCommands")

# Every service of ours: what outlives stage 1 by the rules of systemd, and touches no terminal.
ALWAYS = {
    ("Unit", "DefaultDependencies"): ["false"],
    ("Unit", "IgnoreOnIsolate"): ["true"],
    ("Service", "Type"): ["oneshot"],
    ("Service", "KillMode"): ["process"],
    ("Service", "StandardInput"): ["null"],
    ("Service", "StandardOutput"): ["null"],
    ("Service", "StandardError"): ["null"],
}

# Name of the case: the words that it puts on the kernel command line.
PARAMETERS = {
    "dormant": [],
    "always": ["bootprobe"],
    "all-settings": ["bootprobe", "bootprobe.budget=500ms", "bootprobe.heal=console",
                     "bootprobe.record-for=5min", "bootprobe.record=exit", "bootprobe.sinks=kmsg,virtio,run",
                     "bootprobe.stall=2min"],
    "longest": ["bootprobe.budget=060", "bootprobe.record-for=1440min", "bootprobe.stall=1440min"],
    "shortest": ["bootprobe.budget=0", "bootprobe.record-for=1", "bootprobe.stall=1000ms"],
    "stated-alike": ["bootprobe.budget=2s", "bootprobe.record-for=2min", "bootprobe.record=exit",
                     "bootprobe.stall=3s"],
}

# Name of the case: what the message must name, and what it must say to do.
REFUSED = {
    "no-initrd": ("boot.initrd.bootprobe.enable", "Set boot.initrd.enable = true"),
    "budget-too-long": ('settings.budget is "61s"', "Set a shorter time"),
    "stall-too-short": ('settings.stall is "999ms"', "Set another time"),
    "stall-too-long": ('settings.stall is "1441min"', "Set another time"),
    "record-too-short": ('settings.recordFor is "999ms"', "Set another time"),
    "record-too-long": ('settings.recordFor is "86401"', "Set another time"),
    "record-twice": ("both set bootprobe.record-for", "Remove it from boot.kernelParams"),
    "always-and-off": ("has bootprobe=off", "Remove that from boot.kernelParams"),
    "stated-twice": ("both set bootprobe.budget", "Remove it from boot.kernelParams"),
}

NOT_EVALUATED = ("bad-budget", "bad-unit", "bad-sink", "no-sink", "bad-record", "bad-heal",
                 "bad-setting", "bad-activation")

failures = []


def check(is_right, what):
    if not is_right:
        failures.append(what)


def parse_unit(text):
    """{(section, key): [value]}"""
    unit, section = {}, None
    for line in text.splitlines():
        if match := re.fullmatch(r"\[(\w+)]", line):
            section = match[1]
        elif line:
            key, _, value = line.partition("=")
            unit.setdefault((section, key), []).append(value)
    return unit


def words(unit, key):
    return " ".join(unit.get(("Unit", key), [])).split()


def check_before(where, unit, others):
    missing = set(others) - set(words(unit, "Before"))
    check(not missing, f"{where}: not before {sorted(missing)}")


def check_units(case, result):
    units = {name: parse_unit(unit["text"]) for name, unit in result["units"].items()}
    check(tuple(sorted(units)) == UNITS, f"{case}: units are {sorted(units)}")
    if tuple(sorted(units)) != UNITS:
        return
    for name, unit in units.items():
        for key, value in ALWAYS.items():
            check(unit.get(key) == value, f"{case}: {name}: {key} is {unit.get(key)}, not {value}")
        commands = unit.get(("Service", "ExecStart"), [])
        check(len(commands) == 1 and commands[0].startswith(f"-{HOOK} "),
              f"{case}: {name} starts {commands}")

    wanted = {name: unit["wantedBy"] for name, unit in result["units"].items()}
    emergency, finish, start = (units[name] for name in UNITS)
    check(wanted[UNITS[2]] == ["sysinit.target"], f"{case}: start is wanted by {wanted[UNITS[2]]}")
    check_before(f"{case}: start", start, ("systemd-udevd.service", "systemd-udev-trigger.service",
                                          "systemd-modules-load.service", "sysinit.target"))
    check(start[("Service", "ExecStart")][0].endswith(" start"), f"{case}: start does not start")
    check(start[("Unit", "ConditionPathExists")] == ["!/run/bootprobe"], f"{case}: start may run twice")
    check(wanted[UNITS[1]] == ["initrd-switch-root.target"], f"{case}: finish: {wanted[UNITS[1]]}")
    check_before(f"{case}: finish", finish, ("initrd-switch-root.service",
                                             "initrd-udevadm-cleanup-db.service",
                                             "initrd-nixos-activation.service"))
    check({"initrd.target", "initrd-fs.target"} <= set(words(finish, "After")),
          f"{case}: finish may come too early")
    # The program asks the command line, fw_cfg and SMBIOS, which no condition can.
    for name, unit, conditions in (("start", start, 1), ("finish", finish, 0)):
        asked = [key for section, key in unit if section == "Unit" and key.startswith("Condition")]
        check(len(asked) == conditions, f"{case}: {name} is kept from asking the host: {asked}")
    for name, unit in (("finish", finish), ("emergency", emergency)):
        check(unit[("Service", "ExecStart")][0].endswith(" finish --root /sysroot"),
              f"{case}: {name} does not finish")
    check(sorted(wanted[UNITS[0]]) == ["emergency.target", "rescue.target"],
          f"{case}: emergency: {wanted[UNITS[0]]}")
    check_before(f"{case}: emergency", emergency, ("emergency.service", "rescue.service",
                                                   "panic-on-fail.service"))
    check(emergency[("Unit", "ConditionPathExists")] == ["/run/bootprobe"],
          f"{case}: the emergency look is not asked for")


def lines_of(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def check_fragments(case, fragments):
    quiet = "</dev/null >/dev/null 2>&1) || :"
    start = f"[ -e /run/bootprobe ] || (exec bootprobe-hook start {quiet}"
    finish = f'(exec bootprobe-hook finish --root "$targetRoot" {quiet}'
    expected = {
        "extraUtilsCommands": [f"{EXTRA} {HOOK}"],
        "extraUtilsCommandsTest": ["$out/bin/bootprobe-hook --version"],
        "preDeviceCommands": [start],
        "postMountCommands": [finish],
    }
    for name, text in expected.items():
        got = [line for line in lines_of(fragments[name]) if "bootprobe" in line]
        check(got == text, f"{case}: {name} is {got}, not {text}")
    fail = [line for line in lines_of(fragments["preFailCommands"]) if "bootprobe" in line]
    late = f"[ -e /run/bootprobe ] || {{ {start.partition('|| ')[2]}; [ ! -e /run/bootprobe ] || sleep 2; }}"
    check(fail[:2] == [late, finish], f"{case}: preFailCommands does not look, but {fail[:2]}")
    check(any("/nix/store/*/lib/modules /lib/" in line for line in lines_of(fragments["preFailCommands"])),
          f"{case}: preFailCommands leaves the hook without modules")
    check(len(fail) == 3 and "cat /run/bootprobe/summary.txt" in fail[2],
          f"{case}: preFailCommands shows no page")
    # NixOS pastes these into a script one after the other, and would take @word@ for a place to paste.
    for name, text in fragments.items():
        check(not re.search(r"@\w+@", text), f"{case}: {name} holds a placeholder")


def check_case(kind, case, result):
    where = f"{kind} {case}"
    ours = [word for word in result["kernelParams"] if word.startswith("bootprobe")]
    check(sorted(ours) == sorted(PARAMETERS[case]), f"{where}: kernel parameters are {ours}")
    check(not result["refused"] or kind == "NixOS", f"{where}: refused: {result['refused']}")
    check(not any("bootprobe" in message for message in result["refused"]),
          f"{where}: refused: {result['refused']}")
    check("virtio_pci" in result["kernelModules"], f"{where}: virtio_pci is left to udev")
    check("virtio_console" in result["availableKernelModules"], f"{where}: no virtio_console")
    check("bootprobe-0" in result["packages"], f"{where}: the command is not installed")
    if kind == "systemd":
        check(HOOK in result["storePaths"], f"{where}: the hook is not in the initrd")
        check_units(where, result)
        for name in SCRIPTS:
            check("bootprobe" not in result["fragments"][name],
                  f"{where}: {name} is set, which NixOS refuses with systemd in stage 1")
    else:
        check(HOOK not in result["storePaths"] and not result["units"], f"{where}: units in a script")
        check_fragments(where, result["fragments"])


def check_nothing(kind, result):
    text = json.dumps({key: value for key, value in result.items() if key != "refused"})
    check("bootprobe" not in text, f"{kind} disabled: something is set")


def check_order(result):
    """Ours is first in front, and last behind the mounts."""
    scripts = {name: lines_of(text) for name, text in result["fragments"].items()}
    check("bootprobe" in scripts["preDeviceCommands"][0], "crowded: udev's place is not ours first")
    check("bootprobe" in scripts["postMountCommands"][-1], "crowded: the last look is not the last")
    check("bootprobe" in scripts["preFailCommands"][-2] and scripts["preFailCommands"][-1] == "echo other",
          "crowded: a prompt may come before the look")
    for name in ("preDeviceCommands", "postMountCommands", "preFailCommands"):
        check("echo other" in scripts[name], f"crowded: {name} of others is lost")


def check_module(found):
    for kind in ("systemd", "scripted"):
        cases = found[kind]
        for case in PARAMETERS:
            if isinstance(cases[case], str):
                check(False, f"{kind} {case}: {cases[case]}")
                continue
            check_case(kind, case, cases[case])
        for case, parts in REFUSED.items():
            messages = cases[case] if isinstance(cases[case], str) else "\n".join(cases[case]["refused"])
            for part in parts:
                check(part in messages, f"{kind} {case}: the message is {messages!r}, without {part!r}")
        for case in NOT_EVALUATED:
            check(cases[case] == "does not evaluate", f"{kind} {case}: is taken")
        check_nothing(kind, cases["disabled"])
    check_case("systemd", "dormant", found["scriptless"])
    check_order(found["scripted"]["crowded-scripted"])
    judged = {*PARAMETERS, *REFUSED, *NOT_EVALUATED, "disabled", "crowded-scripted"}
    check(set(found["scripted"]) == judged, f"not judged: {set(found['scripted']) ^ judged}")


def check_package(found):
    known = set(re.findall(r"option\('(\w+)'", (REPO / "meson_options.txt").read_text()))
    known |= {"werror", "b_pie"}
    for name in ("command", "hook"):
        flags = dict(flag.removeprefix("-D").split("=") for flag in found[name]["mesonFlags"])
        check(set(flags) <= known, f"package: meson.build has no {set(flags) - known}")
        check(flags.get("static") == ("true" if name == "hook" else "false"), f"package: {name}: {flags}")
        check(name != "hook" or flags.get("static_pie") == flags.get("b_pie") == "false",
              "package: -static-pie on top of -static")
        check(flags.get("werror") == "false", "package: warnings of newer compilers are errors")
    hook, command = found["hook"], found["command"]
    version = re.search(r"version: '([^']+)'", (REPO / "meson.build").read_text())[1]
    check(command["name"] == f"bootprobe-{version}", f"package: is {command['name']}")
    check(hook["name"] == f"bootprobe-hook-{version}", f"package: is {hook['name']}")
    check("jansson" in command["buildInputs"] and "jansson" not in hook["buildInputs"],
          "package: jansson belongs to the command")
    check({"udev", "kmod", "util-linuxMinimal"} <= set(hook["buildInputs"]), "package: libraries")
    check(re.search(f"install -D -m 555 /nix/store/[^ ]*bootprobe-hook-{version}/lib/bootprobe/bootprobe-hook ",
                    command["postInstall"]),
          "package: the hook beside the command is not the static one")
    check("INTERP" in command["installCheckPhase"], "package: nobody looks whether the hook is static")


def check_flake(found, tests):
    outputs = {"checks", "devShells", "formatter", "nixosModules", "overlays", "packages"}
    check(set(found["outputs"]) == outputs, f"flake: outputs are {found['outputs']}")
    for name in ("packages", "checks", "devShells", "formatter"):
        check(set(found[name]) == {"x86_64-linux", "aarch64-linux"}, f"flake: {name} of {found[name]}")
    check(set(found["packages"]["x86_64-linux"]) == {"bootprobe", "bootprobe-hook", "default"},
          "flake: packages")
    check({"stage-1-scripted", "stage-1-systemd"} <= set(found["checks"]["x86_64-linux"]), "flake: checks")
    check(found["hook"].startswith("bootprobe-hook-"), f"flake: the hook is {found['hook']}")
    check(found["overlay"].startswith("bootprobe-"), f"flake: the overlay has {found['overlay']}")
    check(found["module"] == [str(REPO / "nixos-module")], f"flake: the module is {found['module']}")
    for name, test in tests.items():
        check(set(test["nodes"]) == {"healthy", "phantom", "dormant"}, f"{name}: nodes {test['nodes']}")
        try:
            compile(test["testScript"], name, "exec")
        except SyntaxError as error:
            check(False, f"{name}: testScript: {error}")


def main():
    module, package = (json.loads(Path(path).read_text()) for path in sys.argv[1:])
    check_module(module)
    check_package(package)
    check_flake(package["flake"], package["tests"])
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
