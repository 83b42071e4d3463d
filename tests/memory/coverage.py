#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which test exercises which item of the memory API: coverage.py CONTRACT SOURCE_DIR OUTPUT

Reads CONTRACT (id and names), finds every TEST(name, "ids") in SOURCE_DIR/*.c and every "Covers: ids." in the head comment
of a program without TESTs, and writes the table to OUTPUT. It fails when an item has no test, when a test names an unknown
item, and when nothing a test reaches (its body, and what that calls in its own file and in the harness) mentions any
of the item's names.
"""
import pathlib
import re
import sys

WORD = re.compile(r"[A-Za-z_]\w*")


def definitions(text):
    """{name: text} of functions, file-level variables and macros, by the house's layout (braces in column 0)."""
    found = {}
    for m in re.finditer(r"^(?:[\w \*]+?)\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", text, re.M | re.S):
        found[m[1]] = found.get(m[1], "") + m[0]
    for m in re.finditer(r"^(?:static |const )[\w \*]*?\b(\w+)(?:\[\w*\])* = \{.*?^\}?;?.*?;$", text, re.M | re.S):
        found.setdefault(m[1], m[0])
    for m in re.finditer(r"^#define (\w+)(?:\([^)]*\))?((?:.*\\\n)*.*)$", text, re.M):
        found.setdefault(m[1], m[2])
    for m in re.finditer(r"^typedef struct \w*\s*\{.*?^\} (\w+);", text, re.M | re.S):
        found.setdefault(m[1], m[0])
    return found


def reach(body, scope):
    """The words of a body and of everything it mentions that the scope defines."""
    words, todo = set(), [body]
    while todo:
        for word in WORD.findall(todo.pop()):
            if word not in words:
                words.add(word)
                if word in scope:
                    todo.append(scope[word])
    return words


def tests_of(path, harness):
    text = path.read_text()
    scope = dict(harness)
    scope.update(definitions(text))
    pattern = r'^TEST\((\w+),\s*((?:"[^"]*"\s*)+)\)\n\{\n(.*?)^\}'
    for m in re.finditer(pattern, text, re.M | re.S):
        yield m[1], " ".join(re.findall(r'"([^"]*)"', m[2])).split(), reach(m[3], scope)
    head = re.match(r"/\*.*?\*/", text, re.S)
    covers = head and re.search(r"Covers: ([^.]*)\.", head[0])
    if covers:
        yield path.stem, [w for w in covers[1].replace("*", " ").split() if w], set(WORD.findall(text))


def main():
    contract, source, output = map(pathlib.Path, sys.argv[1:4])
    items = {}
    for line in contract.read_text().splitlines():
        if line and not line.startswith("#"):
            key, names = line.split()
            items[key] = [] if names == "-" else names.split("|")
    harness = {}
    for name in ("harness.c", "harness.h"):
        harness.update(definitions((source / name).read_text()))
    covered, wrong, count = {key: [] for key in items}, [], 0
    for path in sorted(source.glob("*.c")):
        for name, ids, words in tests_of(path, harness):
            count += 1
            for key in ids:
                if key not in items:
                    wrong.append(f"{path.name}: {name} names {key}, which the contract does not have")
                elif items[key] and not words & set(items[key]):
                    wrong.append(f"{path.name}: {name} claims {key} but reaches none of {', '.join(items[key])}")
                elif name not in covered[key]:
                    covered[key].append(name)
    wrong += [f"{key} ({', '.join(items[key]) or 'behaviour'}) has no test" for key in items if not covered[key]]
    with output.open("w") as f:
        print("| item | names | tests |\n|---|---|---|", file=f)
        for key, names in items.items():
            print(f"| {key} | {', '.join(names) or '-'} | {', '.join(covered[key])} |", file=f)
    print(f"{len(items)} items, {count} tests, table in {output}")
    for line in wrong:
        print(line, file=sys.stderr)
    return bool(wrong)


sys.exit(main())
