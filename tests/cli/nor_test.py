#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Guest code on NOR flashes of a custom board, on both CPU memory ports."""
import os
import re
import tempfile

import cli

BOARD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "firmware", "nor", "board.dts")
NOR = cli.firmware("mps2-an385", "nor")


class NorTest(cli.CliTest):
    def both(self, key, *args):
        """Runs it on both ports; what is printed, with reports, and the trace hash are the same."""
        said = []
        for port in ("fast", "portable"):
            result = self.run_zif(0, "run", "--board", BOARD, "--trace-hash", "--cpu-port", port, "--send", key, *args,
                                  "--timeout", "10s", NOR)
            said.append(re.sub(r", [\d.]+ s on the host.*", "", result.stdout + result.stderr))
        self.assertEqual(*said)
        self.assertRegex(said[0], r"[0-9a-f]{16}")
        return said[0]

    def test_proper_use_works_and_is_not_reported(self):
        self.both(".", "--strict", "--expect", "ok")

    def test_contents_are_in_the_files(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {name: os.path.join(folder, name) for name in ("amd", "intel", "serial_nor")}
            options = [f"--flash={name}={path}" for name, path in files.items()]
            self.run_zif(0, "run", "-q", "--board", BOARD, *options, "--send", ".", "--expect", "ok", "--timeout=10s", NOR)
            cells = {}
            for name, path in files.items():
                with open(path, "rb") as f:
                    cells[name] = f.read()
            self.assertEqual(len(cells["serial_nor"]), 1 << 20)
            self.assertEqual(cells["serial_nor"].count(0xFF), 1 << 20)
            self.assertNotEqual(cells["amd"][0x2000:0x2004], b"\xff" * 4)
            self.assertEqual(cells["intel"], b"\xff" * 0x10000)
            with open(files["intel"] + ".wear", encoding="ascii") as f:
                self.assertEqual(f.read(), "zif-wear 1 8\n0 1\n")

    def test_executing_from_a_flash_in_command_mode_is_a_reported_fault(self):
        said = self.both("x", "--expect", "bus fault at a fetch")
        self.assertRegex(said, "flash: cpu: instruction fetch at 0x04002002 from flash that shows its status")

    def test_mistakes_change_nothing_and_are_reported_by_name(self):
        for key, words in (("u", "flash: amd: write outside a command sequence"),
                           ("o", "flash: amd: programming a 1 over a 0"),
                           ("s", "flash: serial_nor: ")):
            with self.subTest(key=key):
                self.assertIn(words, self.both(key, "--expect", "ok"))


if __name__ == "__main__":
    cli.main()
