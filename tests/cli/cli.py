# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the command line share. ZIF is the program, ZIF_FIRMWARE the folder of guest programs,
ZIF_GUEST that of the small ones beside these tests."""
import os
import subprocess
import tempfile
import unittest

ZIF = os.environ["ZIF"]
FIRMWARE = os.environ["ZIF_FIRMWARE"]
GUEST = os.environ["ZIF_GUEST"]
MICROPYTHON = "/usr/share/firmware-microbit-micropython/firmware.hex"
SOCS = ["mps2-an385", "nrf51822"]


def firmware(soc, program, ending="elf"):
    return os.path.join(FIRMWARE, soc, f"{program}.{ending}")


def guest(name):
    return os.path.join(GUEST, name)


def zif(*args, stdin="", timeout=100):
    """Runs zif to its end. Result: returncode, stdout and stderr as text. stdin is a file, which is all there when the run begins: what
    comes through a pipe comes when the host gets round to it."""
    with tempfile.TemporaryFile("w+", encoding="latin-1") as typed:
        typed.write(stdin)
        typed.seek(0)
        return subprocess.run([ZIF, *args], capture_output=True, encoding="latin-1", timeout=timeout, stdin=typed)


class CliTest(unittest.TestCase):
    maxDiff = None

    def run_zif(self, code, *args, **kw):
        """Runs zif and checks its exit code."""
        result = zif(*args, **kw)
        if result.returncode != code:
            self.fail(f"{args}: exit code {result.returncode}, not {code}\n{result.stdout}\n{result.stderr}")
        return result

    def refused(self, words, *args):
        """zif says the words on standard error and exits with 125."""
        result = self.run_zif(125, *args)
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, "one sentence")
        return result


def main():
    unittest.main(verbosity=2)
