#!/usr/bin/python3
"""Holds the sources and the archives against the table of layers in docs/architecture.md.

    check-layers.py BUILD_DIRECTORY     the sources of this tree and the archives of that build
    check-layers.py --self-test         proves on small made-up trees that each check goes red

Sources: a file includes only headers of its own layer, of the layers that the table names for it,
and of include/bootprobe. Only src/source includes the headers of libudev, libkmod, libblkid,
libnbd and libarchive.

Archives: the pure layers take bytes and give facts. What their objects need from outside, by way of
the objects of base included, must be on a short list of functions that neither read, nor allocate,
nor ask for the time or the environment.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
TABLE = "docs/architecture.md"
SHARED = "bootprobe"
LIBRARY_HEADERS = {"libudev.h", "libkmod.h", "blkid.h", "blkid/blkid.h", "libnbd.h",
                   "archive.h", "archive_entry.h"}
LIBRARY_LAYER = "source"
PURE = ("parse", "acpi", "gpt", "rule")
PURE_MAY_LINK = ("base", "parse")

# What a pure layer may call: functions of bytes alone.
PURE_CALLS = re.compile(r"""
    (?:__)?(?:mem(?:cpy|move|set|cmp|chr|rchr|mem)|mempcpy)(?:_chk)?
  | bcmp
  | str(?:len|nlen|cmp|ncmp|casecmp|ncasecmp|chr|chrnul|rchr|str|spn|cspn|pbrk)
  | to(?:lower|upper) | bsearch
  | __stack_chk_fail | __errno_location | _GLOBAL_OFFSET_TABLE_
  | __(?:asan|ubsan|sanitizer|lsan|gcov|llvm|sancov)_\w+
  | __u?(?:div|mod|divmod)[dt]i[34] | __(?:popcount|clz|ctz|bswap)[sdt]i2
""", re.X)

ROW = re.compile(r"^\|\s*`(?P<folder>[^`]+)/`\s*\|[^|]*\|(?P<allowed>[^|]*)\|\s*$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?P<what>.*?)[ \t]*$', re.M)
MEMBER = re.compile(r"^\S*\[(?P<name>[^\]]+)\]:$")


# ---------------------------------------------------------------- the table

def read_table(root):
    """Layer -> the set of layers whose headers it may include."""
    allowed = {}
    for line in (root / TABLE).read_text().splitlines():
        row = ROW.match(line)
        if not row or not row["folder"].startswith("src/"):
            continue
        text = row["allowed"].strip()
        names = set(allowed) if text == "all of the above" else {n for n in re.split(r"[,\s]+", text) if n}
        allowed[row["folder"].removeprefix("src/")] = names
    return allowed


def judge_table(root, allowed):
    if len(allowed) < 2:
        return [f"{TABLE}: no table of layers with rows like | `src/base/` | ... | ... |"]
    complaints = []
    for layer, names in allowed.items():
        if not (root / "src" / layer).is_dir():
            complaints.append(f"{TABLE}: src/{layer} is in the table and not in the tree")
        for name in sorted(names - set(allowed)):
            complaints.append(f"{TABLE}: src/{layer} may include {name}, which is no layer")
    return complaints


# ---------------------------------------------------------------- includes

def layer_of(root, path):
    """The layer of a source, None outside of the layers."""
    parts = path.relative_to(root).parts
    if parts[0] == "include":
        return SHARED
    return parts[1] if len(parts) > 2 else None


def includes(text):
    """(line number, written name, is it in quotes) of each include."""
    for match in INCLUDE.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        what = re.match(r'([<"])([^>"]+)[>"]', match["what"])
        yield (number, what[2], what[1] == '"') if what else (number, match["what"], None)


def judge_include(root, source, layer, allowed, name, is_quoted):
    """What is wrong with one include, or None."""
    if is_quoted is None:
        return f"includes {name or 'nothing'}: the name must be written out"
    if name in LIBRARY_HEADERS:
        return None if layer == LIBRARY_LAYER else f"includes <{name}>: src/{LIBRARY_LAYER} alone may"
    is_ours = (root / "src" / name).exists() or (root / "include" / name).exists()
    if not is_quoted and not is_ours:
        return None
    if not is_ours or ".." in Path(name).parts:
        return f'includes "{name}": write it from src/ or include/, as "base/text.h"'
    target = SHARED if (root / "include" / name).exists() else Path(name).parts[0]
    if target in (layer, SHARED) or target in allowed.get(layer, ()):
        return None
    return f'includes "{name}": {layer} may include {", ".join(sorted(allowed.get(layer, ()))) or "nothing"}'


def judge_sources(root, allowed):
    complaints, count = [], 0
    for folder in ("src", "include"):
        for source in sorted((root / folder).rglob("*.[ch]")):
            count += 1
            where = source.relative_to(root)
            layer = layer_of(root, source)
            if layer != SHARED and layer not in allowed:
                complaints.append(f"{where}: its folder is not in the table of {TABLE}")
                continue
            for number, name, is_quoted in includes(source.read_text()):
                said = judge_include(root, source, layer, allowed, name, is_quoted)
                if said:
                    complaints.append(f"{where}:{number}: {said}")
    return complaints if count else ["no sources below src/ and include/"]


# ---------------------------------------------------------------- archives

def read_archive(path):
    """Member -> (names it defines, names it needs)."""
    done = subprocess.run(["nm", "--format=posix", str(path)], text=True, capture_output=True)
    if done.returncode:
        raise ValueError(f"{path.name}: nm: {done.stderr.strip()}")
    members, current = {}, None
    for line in done.stdout.splitlines():
        header = MEMBER.match(line)
        if header:
            current = members.setdefault(header["name"], (set(), set()))
            continue
        fields = line.split()
        if current is None or len(fields) < 2:
            continue
        kind, name = fields[1], fields[0].split("@")[0]
        if kind in ("U", "w", "v"):
            current[1].add(name)
        elif kind.isupper() or kind == "u":
            current[0].add(name)
    if not members:
        raise ValueError(f"{path.name}: no objects in it")
    return members


def find_archive(build, layer):
    found = sorted(build.rglob(f"lib{layer}.a"))
    if len(found) != 1:
        raise ValueError(f"lib{layer}.a: found {len(found)} below {build}, want one")
    return read_archive(found[0])


def judge_pure(layer, own, linked):
    """Follows what the objects of a layer need through the objects that they are linked with."""
    providers = {name: (member, needs) for members in (own, *linked)
                 for member, (defines, needs) in members.items() for name in defines}
    complaints, seen = [], set()
    todo = [(name, (member,)) for member, (_, needs) in own.items() for name in needs]
    while todo:
        name, path = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in providers:
            member, needs = providers[name]
            todo += [(need, (*path, member)) for need in needs]
        elif not PURE_CALLS.fullmatch(name):
            complaints.append(f"lib{layer}.a: {' -> '.join(path)} needs {name}: "
                              f"{layer} takes bytes and gives facts, and calls nothing else")
    return sorted(complaints)


def judge_archives(root, build):
    complaints = []
    try:
        linked = [find_archive(build, layer) for layer in PURE_MAY_LINK]
    except ValueError as error:
        return [str(error)]
    for layer in PURE:
        if layer == "rule" and not (root / "src/rule").is_dir():
            continue
        try:
            complaints += judge_pure(layer, find_archive(build, layer), linked)
        except ValueError as error:
            complaints.append(str(error))
    return complaints


def judge(root, build):
    try:
        allowed = read_table(root)
    except OSError as error:
        return [str(error)]
    return judge_table(root, allowed) + judge_sources(root, allowed) + judge_archives(root, build)


# ---------------------------------------------------------------- self-test

SELF_TABLE = """
| folder | what it is | may include |
|---|---|---|
| `include/bootprobe/` | shapes | nothing of ours |
| `src/base/` | text | |
| `src/parse/` | parsers | base |
| `src/acpi/` | tables | base |
| `src/gpt/` | tables | base |
| `src/source/` | input | base, parse |
| `src/hook/` | program | all of the above |
"""

SELF_TREE = {
    TABLE: SELF_TABLE,
    "include/bootprobe/facts.h": "struct facts { int x; };\n",
    "src/base/text.h": "int text(int);\n",
    "src/base/text.c": '#include "base/text.h"\nint text(int x) { return x; }\n',
    "src/base/clock.h": "int clock_us(void);\n",
    "src/base/clock.c": '#include "base/clock.h"\n#include <time.h>\n'
                        "int clock_us(void) { struct timespec t; return clock_gettime(1, &t); }\n",
    "src/parse/line.c": '#include "base/text.h"\n#include "bootprobe/facts.h"\n#include <string.h>\n'
                        "int line(const char *s) { return text((int)strlen(s)); }\n",
    "src/acpi/aml.c": "int aml(int x) { return x; }\n",
    "src/gpt/gpt.c": "int gpt(int x) { return x; }\n",
    "src/source/udev.h": "int udev(void);\n",
    "src/source/udev.c": '#include "source/udev.h"\nint udev(void) { return 0; }\n',
    "src/hook/main.c": '#include "source/udev.h"\n#include "base/text.h"\nint go(void) { return udev(); }\n',
}

# name: (files that differ, archives that are left out, what must be said; None: nothing)
SELF_CASES = {
    "a clean tree": ({}, (), None),
    "the library's own layer": ({"src/source/kmod.h": "#include <libkmod.h>\n"}, (), None),
    "an include against the direction": (
        {"src/parse/line.c": '#include "source/udev.h"\nint line(void) { return 0; }\n'}, (),
        r'src/parse/line\.c:1: includes "source/udev\.h": parse may include base'),
    "the same in angle brackets": (
        {"src/parse/line.c": "\n # include <source/udev.h>\nint line(void) { return 0; }\n"}, (),
        r"src/parse/line\.c:2: .*parse may include base"),
    "an include that climbs": (
        {"src/parse/line.c": '#include "../source/udev.h"\nint line(void) { return 0; }\n'}, (),
        r"src/parse/line\.c:1: .*write it from src/"),
    "a header that includes a layer": (
        {"include/bootprobe/facts.h": '#include "base/text.h"\n'}, (),
        r"include/bootprobe/facts\.h:1: .*may include nothing"),
    "a library outside of its layer": (
        {"src/hook/look.h": "#include <libudev.h>\n"}, (), r"src/hook/look\.h:1: .*src/source alone may"),
    "an include behind a macro": (
        {"src/hook/look.h": "#include HEADER\n"}, (), r"src/hook/look\.h:1: .*written out"),
    "a folder outside of the table": (
        {"src/extra/x.c": "int x;\n"}, (), r"src/extra/x\.c: its folder is not in the table"),
    "a row without a folder": (
        {TABLE: SELF_TABLE + "| `src/cli/` | later | base |\n"}, (), r"src/cli is in the table"),
    "no table": ({TABLE: "nothing\n"}, (), r"no table of layers"),
    "a parser that opens": (
        {"src/parse/line.c": "#include <fcntl.h>\nint line(const char *s) { return open(s, 0); }\n"}, (),
        r"libparse\.a: src_parse_line\.c\.o needs open:"),
    "a table walker that allocates": (
        {"src/acpi/aml.c": "#include <stdlib.h>\nvoid *aml(int x) { return malloc(x); }\n"}, (),
        r"libacpi\.a: .* needs malloc:"),
    "a static function of the same name elsewhere": (
        {"src/parse/line.c": "int open(const char *);\nint line(const char *s) { return open(s); }\n",
         "src/parse/word.c": "static int open(void) { return 0; }\nint word(void) { return open(); }\n"},
        (), r"libparse\.a: src_parse_line\.c\.o needs open:"),
    "a clock by way of base": (
        {"src/gpt/gpt.c": '#include "base/clock.h"\nint gpt(void) { return clock_us(); }\n'}, (),
        r"libgpt\.a: src_gpt_gpt\.c\.o -> src_base_clock\.c\.o needs clock_gettime:"),
    "an archive that is not there": ({}, ("gpt",), r"libgpt\.a: found 0 below"),
    "base not there": ({}, ("base",), r"libbase\.a: found 0 below"),
    "rules that ask the environment": (
        {TABLE: SELF_TABLE + "| `src/rule/` | rules | base |\n",
         "src/rule/r.c": "#include <stdlib.h>\nchar *r(void) { return getenv(\"A\"); }\n"}, (),
        r"librule\.a: .* needs getenv:"),
    "rules without their archive": (
        {TABLE: SELF_TABLE + "| `src/rule/` | rules | base |\n", "src/rule/r.c": "int r;\n"}, ("rule",),
        r"librule\.a: found 0 below"),
}


def compile_object(root, source, objects):
    """The object of a source: the same text is compiled once for all trees."""
    name = "_".join(source.relative_to(root).parts) + ".o"
    folder = objects / hashlib.sha256(source.read_bytes()).hexdigest()
    if not folder.exists():
        folder.mkdir()
        subprocess.run(["cc", "-c", "-I", root / "src", "-I", root / "include",
                        "-o", folder / name, source], check=True)
    return folder / name


def build_archives(root, objects, left_out):
    """One archive a layer, as the real build names them."""
    for layer in ("base", *PURE):
        sources = sorted((root / "src" / layer).glob("*.c"))
        if layer in left_out or not sources:
            continue
        subprocess.run(["ar", "rc", root / "build" / f"lib{layer}.a",
                        *(compile_object(root, source, objects) for source in sources)], check=True)


def self_test_case(files, left_out, objects):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, text in {**SELF_TREE, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (root / "build").mkdir()
        build_archives(root, objects, left_out)
        return judge(root, root / "build")


def judge_self_case(name, wanted, said):
    good = any(re.search(wanted, line) for line in said) if wanted else not said
    print(f"{'ok' if good else 'FAILED'}: {name}")
    if not good:
        print(f"    wanted {wanted or 'no complaint'}, got {said}")
    return good


def self_test():
    with tempfile.TemporaryDirectory() as objects:
        results = [judge_self_case(name, wanted, self_test_case(files, left_out, Path(objects)))
                   for name, (files, left_out, wanted) in SELF_CASES.items()]
    return 0 if all(results) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", type=Path, help="a build directory with the archives")
    parser.add_argument("--self-test", action="store_true", help="prove that each check goes red")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if options.build is None:
        parser.error("a build directory is needed")
    complaints = judge(REPO, options.build)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
