#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""zif killed at 500 random moments of an update: the file holds what some step of the flash left, or a step cut in its middle."""
import os
import random
import signal
import struct
import subprocess
import tempfile
import time

import cli

MOMENTS = 500
BOOT = cli.firmware("nrf51822", "update-boot")
APP = cli.firmware("nrf51822", "update-app1")
FLAGS, PRIMARY, SECONDARY, PAGE = 0x2000, 0x4000, 0x6000, 1024
MARK = struct.pack("<I", 0x600D0B17)


class KillTest(cli.CliTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "flash.bin")
        self.args = ["run", "-q", "--board=nrf51822", "--flash=flash=" + self.file, BOOT, APP]

    def contents(self):
        with open(self.file, "rb") as f:
            return f.read()

    def states(self, first, last):
        """(offset, length, state before it) of each step of the update, as firmware/update/*.c makes them, and the last state."""
        length = struct.unpack_from("<I", last, FLAGS + 4)[0]
        words = range(0, length, 4)
        steps = [(SECONDARY + at, b"\xff" * PAGE) for at in range(0, length, PAGE)]
        steps += [(SECONDARY + at, last[SECONDARY + at : SECONDARY + at + 4]) for at in words]
        steps += [(FLAGS + 4, struct.pack("<I", length)), (FLAGS, MARK)]
        steps += [(PRIMARY + at, b"\xff" * PAGE) for at in range(0, length, PAGE)]
        steps += [(PRIMARY + at, last[SECONDARY + at : SECONDARY + at + 4]) for at in words]
        steps += [(FLAGS + 8, MARK)]
        cells = bytearray(first)
        states = []
        for offset, data in steps:
            states.append((offset, len(data), bytes(cells)))
            cells[offset : offset + len(data)] = data
        self.assertEqual(bytes(cells), last)
        return states + [(0, 0, last)]

    def start(self):
        if os.path.exists(self.file):
            os.unlink(self.file)
        zif = subprocess.Popen([cli.ZIF, *self.args, "--program", "--for=100s"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(zif.stdout.read(5), b"appli")  # the images are in place
        return zif

    def test_contents_after_a_kill_are_those_after_a_step(self):
        chance = random.Random(20261122)
        self.run_zif(0, *self.args, "--program", "--for=1us")
        first = self.contents()
        with self.start() as zif:
            began = time.monotonic()
            zif.wait()
        whole = time.monotonic() - began
        states = self.states(first, self.contents())
        where = {}
        for moment in range(MOMENTS):
            with self.start() as zif:
                time.sleep(chance.random() * whole)
                zif.send_signal(signal.SIGKILL)
            now = self.contents()
            for n, (offset, size, before) in enumerate(states):
                after = states[min(n + 1, len(states) - 1)][2]
                elsewhere = now[:offset] == before[:offset] and now[offset + size :] == before[offset + size :]
                if elsewhere and all(b in (x, y) for b, x, y in zip(now[offset : offset + size], before[offset:], after[offset:])):
                    where[n] = where.get(n, 0) + 1
                    break
            else:
                self.fail(f"moment {moment}: contents that no step leaves")
            if moment % 25 == 0:
                self.run_zif(0, *self.args, "--expect=application 2 ready")
        print(f"{MOMENTS} kills, in {len(where)} different places of {len(states)}")
        self.assertGreater(len(where), 5)


if __name__ == "__main__":
    cli.main()
