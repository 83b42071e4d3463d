"""A client of the qtest protocol for tests. SPDX-License-Identifier: GPL-2.0-or-later"""
import os
import subprocess
import sys
import unittest

ZIF = os.environ["ZIF"]


class Machine:
    """A board whose bus and clock a test drives."""

    def __init__(self, board, *options):
        self.process = subprocess.Popen([ZIF, "qtest", "--board", board, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = {}  # interrupt lines and pins that were heard of

    def answer(self, command):
        """The whole answer to a command; IRQ messages in front of it go into self.lines."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline().rstrip("\n")).startswith("IRQ "):
            _, what, number = line.split()
            self.lines[int(number)] = what == "raise"
        return line

    def ask(self, command):
        """The value behind OK."""
        line = self.answer(command)
        assert line == "OK" or line.startswith("OK "), f"{command}: {line}"
        return line[3:]

    def read(self, address, width="l"):
        return int(self.ask(f"read{width} {address:#x}"), 0)

    def write(self, address, value, width="l"):
        self.ask(f"write{width} {address:#x} {value:#x}")

    def step(self, ns=None):
        """Lets time go on, to the next event without ns; returns the time in nanoseconds."""
        return int(self.ask("clock_step" if ns is None else f"clock_step {ns}"))

    def close(self):
        """Ends the session; returns what was printed to standard error."""
        errors = self.process.communicate(timeout=60)[1]
        assert self.process.returncode == 0, errors
        return errors

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Case(unittest.TestCase):
    def machine(self, board, *options):
        m = Machine(board, *options)
        self.addCleanup(m.kill)
        return m


def main():
    unittest.main(argv=[sys.argv[0], "-v"], verbosity=2)
