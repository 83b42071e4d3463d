#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pins and buttons on the command line: --pin, --press, --expect-pin."""
import os
import re
import unittest

import cli


@unittest.skipUnless(os.path.exists(cli.MICROPYTHON), "MicroPython is not installed")
class Pins(cli.CliTest):
    START = ("run", "--board=microbit", "--timeout=3s", "--expect=>>> ", "--send=from microbit import *\\r", "--expect=>>> ")
    READ = ("--send=print('pin', pin1.read_digital())\\r", )

    def python(self, code, *steps):
        return self.run_zif(code, *self.START, *steps, cli.MICROPYTHON)

    def test_pin_is_driven_and_read_by_the_guest(self):
        self.python(0, *self.READ, "--expect=pin 0", "--pin=P0.2=1", *self.READ, "--expect=pin 1", "--pin=gpio0.2=0", *self.READ,
                    "--expect=pin 0")

    def test_pin_waits_for_its_time(self):
        said = self.python(0, "--pin=P0.2=1@500ms", *self.READ, "--expect=pin 1").stderr
        self.assertGreater(float(re.search(r"([\d.]+) ms of virtual time", said)[1]), 500)

    def test_key_is_pressed_and_released(self):
        self.python(0, "--press=sw0@200ms,for=100ms", "--wait=100ms", "--send=print('presses', button_a.get_presses(), button_a.is_pressed())\\r",
                    "--expect=presses 1 False")

    def test_key_has_a_label_too(self):
        self.python(0, "--press=button_b", "--send=print('presses', button_b.get_presses())\\r", "--expect=presses 1")

    def test_level_the_guest_drives_is_waited_for(self):
        self.python(0, "--send=pin8.write_digital(1)\\r", "--expect-pin=P0.18=1", "--send=pin8.write_digital(0)\\r",
                    "--expect-pin=P0.18=0")

    def test_level_that_does_not_come_gives_120(self):
        said = self.python(120, "--send=pin8.write_digital(1)\\r", "--expect-pin=P0.18=1", "--expect-pin=P0.18=0").stderr
        self.assertIn("step 6 not met: --expect-pin 'P0.18=0'", said)

    def test_run_with_pins_repeats_itself(self):
        steps = ("--trace-hash", "--pin=P0.2=1@500ms", *self.READ, "--expect=pin 1")
        one, other = (self.python(0, *steps).stderr.splitlines()[-1] for _ in range(2))
        self.assertIn("trace hash", one)
        self.assertEqual(one, other)

    def test_what_is_no_pin_gives_125(self):
        for words in ("--pin=P9.3=1", "--pin=P0.99=1", "--pin=P0.2", "--pin=P0.2=2", "--pin==1", "--pin=P0.2=1@x", "--press=sw9",
                      "--press=sw0,for=x", "--expect-pin=gpio0=1", "--expect-pin=gpio0.=1", "--pin=gpio0.nothere.1=1", "--pin=.=1"):
            with self.subTest(words=words):
                self.refused("", "run", "--board=microbit", words, cli.MICROPYTHON)


if __name__ == "__main__":
    cli.main()
