#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--profile: folded stacks that add up to the run's virtual time, exactly."""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ZIF, GUEST, FIRMWARE = sys.argv[1:4]


class Profile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "run.folded")

    def tearDown(self):
        self.folder.cleanup()

    def profile(self, elf, *args, board="mps2-an385", code=0):
        done = subprocess.run([ZIF, "run", f"--board={board}", "--ram-fill=zero", f"--profile={self.path}", *args, elf],
                              capture_output=True, encoding="latin-1", stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stderr)
        lines = [line.rsplit(" ", 1) for line in Path(self.path).read_text().splitlines()]
        self.time = self.nanoseconds(done.stderr)
        return {path: int(ns) for path, ns in lines}

    @staticmethod
    def nanoseconds(said):
        number, unit = re.search(r"; ([0-9.]+) (ns|us|ms|s) of virtual time", said).groups()
        return round(float(number) * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[unit])

    def test_calls_recursion_and_returns_are_followed(self):
        stacks = self.profile(f"{GUEST}/walk0.elf")
        deep = ["start" + ";deep" * n for n in range(1, 5)]
        self.assertEqual(set(stacks), {"start", "start;leave", "start;clamp", "start;parity", *deep, deep[3] + ";parity"})
        self.assertEqual(stacks[deep[0]], stacks[deep[1]], "each step of the recursion takes as long")
        self.assertEqual(stacks[deep[1]], stacks[deep[2]])

    def test_the_times_add_up_to_the_run_s(self):
        for level in "012s":
            stacks = self.profile(f"{GUEST}/walk{level}.elf")
            self.assertEqual(sum(stacks.values()), self.time, f"-O{level}")

    def test_exceptions_have_stacks_of_their_own_and_sleep_counts(self):
        for soc in ("mps2-an385", "nrf51822"):
            stacks = self.profile(os.path.join(FIRMWARE, soc, "ticks.elf"), board=soc)
            self.assertLessEqual(abs(sum(stacks.values()) - self.time), 1, "the summary rounds")
            self.assertIn("systick_handler" if soc == "mps2-an385" else "pendsv_handler", stacks)
            self.assertFalse([s for s in stacks if s.startswith("[unknown]") or "handler;main" in s.replace("reset_handler;main", "")])

    def test_threads_switched_by_exceptions_keep_their_stacks(self):
        stacks = self.profile(f"{GUEST}/threads.elf")
        self.assertEqual(sum(stacks.values()), self.time)
        inner = {s for s in stacks if s.endswith(";spin")}
        self.assertEqual(inner, {"first;first_inner;spin", "second;second_inner;spin"})
        self.assertFalse([s for s in stacks if "first" in s and "second" in s])

    def test_both_ports_give_one_file(self):
        texts = set()
        for port in ("fast", "portable", "fast"):
            self.profile(os.path.join(FIRMWARE, "mps2-an385", "ticks.elf"), f"--cpu-port={port}")
            texts.add(Path(self.path).read_text())
        self.assertEqual(len(texts), 1)

    def test_a_run_cut_short_has_its_profile(self):
        stacks = self.profile(f"{GUEST}/walk0.elf", "--timeout=10us", code=124)
        self.assertEqual(sum(stacks.values()), self.time)


unittest.main(argv=sys.argv[:1], verbosity=2)
