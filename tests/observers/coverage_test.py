#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--coverage of a guest whose lines say how often they are executed, at several levels of optimisation, and lcov's view of it."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ZIF, GUEST, SOURCE = sys.argv[1:4]
LEVELS = ["0", "1", "2", "s"]


def expected():
    """{line: (count, "one way", "both ways" or "")} from the source's own words."""
    lines = {}
    for number, text in enumerate(Path(SOURCE).read_text().splitlines(), 1):
        if found := re.search(r"/\* n: (\d+) ?(one way|both ways)? \*/", text):
            lines[number] = (int(found[1]), found[2] or "")
    return lines


class Coverage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "run.info")

    def tearDown(self):
        self.folder.cleanup()

    def run_zif(self, code, level, *args):
        done = subprocess.run([ZIF, "run", "--board=mps2-an385", "--ram-fill=zero", *args, f"{GUEST}/walk{level}.elf"],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def cover(self, level, *args):
        self.run_zif(0, level, f"--coverage={self.path}", *args)
        text = Path(self.path).read_text()
        lines = {int(a): int(b) for a, b in re.findall(r"^DA:(\d+),(\d+)$", text, re.M)}
        branches = {}
        for line, block, _, count in re.findall(r"^BRDA:(\d+),(\d+),(\d+),(.+)$", text, re.M):
            branches.setdefault((int(line), int(block)), []).append(count)
        functions = {name: int(n) for n, name in re.findall(r"^FNDA:(\d+),(.+)$", text, re.M)}
        return lines, branches, functions

    def test_without_optimisation_every_count_is_the_source_s(self):
        lines, branches, functions = self.cover("0")
        self.assertEqual({n: lines.get(n) for n in expected()}, {n: count for n, (count, _) in expected().items()})
        self.assertEqual(functions, {"clamp": 10, "parity": 10, "never": 0, "deep": 4, "inlined": 10, "leave": 1, "start": 1})
        for line, (count, ways) in expected().items():
            if ways:
                taken = [int(n) for n in branches[(line, 0)]]
                self.assertEqual(sum(taken), count, "both outcomes together")
                self.assertEqual(sum(n != 0 for n in taken), 2 if ways == "both ways" else 1)

    def test_with_optimisation_lines_are_covered_or_not_as_the_source_says(self):
        for level in LEVELS:
            lines, _, functions = self.cover(level)
            for line, (count, _) in expected().items():
                if line in lines:
                    self.assertEqual(lines[line] > 0, count > 0, f"-O{level}, line {line}: {lines[line]}")
            self.assertEqual(functions["never"], 0)
            self.assertEqual(functions["parity"], 10, f"-O{level}")
            self.assertEqual(functions["inlined"], 10, f"-O{level}")

    def test_both_ports_give_one_file(self):
        texts = set()
        for port in ("fast", "portable"):
            for level in LEVELS:
                self.cover(level, f"--cpu-port={port}")
                texts.add((level, Path(self.path).read_text()))
        self.assertEqual(len(texts), len(LEVELS))

    def test_source_chooses_files(self):
        self.assertTrue(self.cover("0")[0])
        self.run_zif(0, "0", f"--coverage={self.path},source=*/nothing.c")
        self.assertEqual(Path(self.path).read_text(), "")

    def test_a_branch_never_reached_has_no_counts(self):
        self.run_zif(124, "0", f"--coverage={self.path}", "--timeout=1us")
        self.assertRegex(Path(self.path).read_text(), r"(?m)^BRDA:\d+,0,0,-$")

    def test_an_image_without_lines_is_refused(self):
        hexfile = os.path.join(self.folder.name, "walk.hex")
        subprocess.run(["arm-none-eabi-objcopy", "-O", "ihex", f"{GUEST}/walk0.elf", hexfile], check=True)
        done = subprocess.run([ZIF, "run", "--board=mps2-an385", f"--coverage={self.path}", hexfile], capture_output=True, text=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("no image says which lines", done.stderr)

    def test_a_file_that_cannot_be_written_is_refused_at_once(self):
        self.assertIn("cannot write", self.run_zif(125, "0", "--coverage=/no/such/folder/c.info"))

    @unittest.skipUnless(shutil.which("lcov"), "lcov is not installed")
    def test_lcov_and_genhtml_read_it(self):
        lines, branches, functions = self.cover("0")
        said = subprocess.run(["lcov", "--summary", self.path, "--rc", "lcov_branch_coverage=1"], capture_output=True, text=True, check=True)
        told = said.stdout + said.stderr
        hit = sum(n > 0 for n in lines.values())
        self.assertIn(f"({hit} of {len(lines)} lines)", told)
        self.assertIn(f"({sum(n > 0 for n in functions.values())} of {len(functions)} functions)", told)
        ways = [n for pair in branches.values() for n in pair]
        self.assertIn(f"({sum(n not in '0-' for n in ways)} of {len(ways)} branches)", told)
        root = SOURCE[:SOURCE.index("/tests/")]
        subprocess.run(["genhtml", "-q", "--branch-coverage", "-o", f"{self.folder.name}/html", self.path], cwd=root, check=True)
        self.assertIn("walk.c", "".join(p.read_text() for p in Path(f"{self.folder.name}/html").rglob("index.html")))


unittest.main(argv=sys.argv[:1], verbosity=2)
