#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads of RAM that nothing wrote: reported when they decide something, at every optimisation level, on both ports, and only then."""
import os
import re
import unittest

import cli

LEVELS = "02s"


class Unwritten(cli.CliTest):
    def each(self, case, *more, code=0):
        """What is said of a case, at every level on every chip."""
        for soc in ("nrf51822", "mps2-an385") if case < 6 else ("stm32f407",):
            for level in LEVELS:
                for port in ("fast", "portable"):
                    with self.subTest(case=case, soc=soc, level=level, port=port):
                        guest = cli.guest(f"unwritten{case}.{soc}.O{level}.elf")
                        yield self.run_zif(code, "run", "--board", soc, "--timeout=1ms", f"--cpu-port={port}", "--allow-report=reserved",
                                           *more, guest).stderr

    def test_branch(self):
        for said in self.each(1, "--expect-report=uninit"):
            self.assertRegex(said, r"uninit: cpu: RAM at 0x20000104 never\+0x4 holds what nothing wrote; read at 0x[0-9a-f]+ start\+0x[0-9a-f]+ "
                             r"\(unwritten.c:\d+\), it decides a condition \(at 0x[0-9a-f]+ start\+")

    def test_address(self):
        for said in self.each(2, "--uninit", "--expect-report=uninit:cpu"):
            self.assertRegex(said, r"RAM at 0x20000108 never\+0x8 holds .*, it decides an address")

    def test_peripheral(self):
        for said in self.each(3, "--uninit", "--expect-report=uninit"):
            self.assertRegex(said, r"RAM at 0x2000010[c-f] never\+0x[c-f] holds .*, it is written to a peripheral")

    def test_copy_of_a_copy(self):
        for said in self.each(4, "--uninit", "--expect-report=uninit"):
            self.assertRegex(said, r"holds what nothing wrote; .*, it decides a condition")

    def test_each_mistake_is_one_report(self):
        for case in (1, 2, 3):
            for said in self.each(case, "--uninit", "--for=1ms"):
                self.assertEqual(len(re.findall("uninit: ", said)), 1, said)

    def test_what_every_program_does_is_no_mistake(self):
        for said in self.each(5, "--strict"):
            self.assertNotIn("report", said)

    def test_floats(self):
        for said in self.each(6, "--uninit", "--expect-report=uninit"):
            self.assertRegex(said, r"floats.* holds what nothing wrote; .*, it decides a condition")

    def test_long_product(self):
        for said in self.each(7, "--uninit", "--expect-report=uninit"):
            self.assertRegex(said, r"RAM at 0x20000104 never\+0x4 holds what nothing wrote; .*, it decides a condition")

    def test_floats_that_are_only_moved_are_no_mistake(self):
        for said in self.each(8, "--strict"):
            self.assertNotIn("report", said)

    def test_nothing_is_followed_unless_asked(self):
        for said in self.each(1):
            self.assertNotIn("report", said)

    def test_strict_follows_too(self):
        for said in self.each(1, "--strict", code=123):
            self.assertIn("uninit: ", said)

    @unittest.skipUnless(os.path.exists(cli.MICROPYTHON), "MicroPython is not installed")
    def test_the_run_does_not_change(self):
        run = ("run", "--board=microbit", "--trace-hash", "--expect=>>> ", "--send=sum(range(99))\\r", "--expect=4851", cli.MICROPYTHON)
        hashes = {self.run_zif(0, *run, *more).stderr.splitlines()[-1] for more in ([], ["--uninit"])}
        self.assertEqual(len(hashes), 1)


if __name__ == "__main__":
    cli.main()
