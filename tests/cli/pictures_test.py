#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Displays on the command line: --screenshot, --expect-frame, --record, --show. The guest lights one row of the micro:bit's LEDs until 200 ms,
then another, and sleeps for ever from 400 ms on."""
import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import unittest
import zlib

import cli

LAMPS = cli.guest("lamps.elf")
BLOCK = "\u2580".encode()


def png(width, height, rows, colour=2, depth=8, chunks=b""):
    """A PNG file's bytes; rows without their filter byte."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)) + chunks
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


class Pictures(cli.CliTest):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = held.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def lamps(self, code, *args):
        return self.run_zif(code, "run", "--board=microbit", *args, LAMPS)

    def goldens(self):
        """What is shown at 100 ms and at 300 ms."""
        self.lamps(0, f"--screenshot={self.path('first.png')},at=100ms", f"--screenshot={self.path('second.png')},at=300ms", "--for=350ms",
                   "--expect-frame=" + self.black())

    def black(self):
        with open(self.path("black.png"), "wb") as f:
            f.write(png(80, 80, [bytes(240)] * 80))
        return self.path("black.png") + ",tolerance=255"

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def test_screenshot_is_taken_at_its_time_and_at_the_end(self):
        self.lamps(122, f"--screenshot={self.path('at.png')},at=100ms", f"--screenshot={self.path('end.png')}",
                   f"--screenshot={self.path('end2.png')},display=led_matrix,at=end")
        self.assertEqual(self.read("at.png")[:8], b"\x89PNG\r\n\x1a\n")
        self.assertNotEqual(self.read("at.png"), self.read("end.png"))
        self.assertEqual(self.read("end.png"), self.read("end2.png"))

    def test_both_ports_show_the_same(self):
        for port in "fast", "portable":
            self.lamps(122, f"--cpu-port={port}", f"--screenshot={self.path(port)},at=150ms")
        self.assertEqual(self.read("fast"), self.read("portable"))

    def test_frame_is_waited_for(self):
        self.goldens()
        said = self.lamps(0, f"--expect-frame={self.path('first.png')}", f"--expect-frame={self.path('second.png')}").stderr
        self.assertGreater(float(re.search(r"([\d.]+) ms of virtual time", said)[1]), 200)
        self.lamps(0, f"--expect-frame={self.path('first.png')},at=150ms", f"--expect-frame={self.path('second.png')},at=300ms",
                   "--for=310ms")

    def test_other_picture_gives_120_and_is_kept_with_the_difference(self):
        self.goldens()
        junit = self.path("junit.xml")
        said = self.lamps(120, f"--expect-frame={self.path('second.png')},at=100ms", f"--junit={junit}").stderr
        self.assertRegex(said, r"step 1 not met: --expect-frame .*; \d+ of 6400 pixels differ, by at most \d+ of 255, within columns "
                         r"\d+ to \d+ and rows \d+ to \d+: see .*/second.actual.png and .*/second.diff.png\n")
        self.assertEqual(self.read("second.actual.png"), self.read("first.png"))
        self.assertNotEqual(self.read("second.diff.png"), self.read("first.png"))
        self.assertIn("pixels differ", self.read("junit.xml").decode())

    def test_picture_that_never_comes_gives_120(self):
        self.goldens()
        said = self.lamps(120, f"--expect-frame={self.path('second.png')}", "--timeout=100ms").stderr
        self.assertIn("pixels differ", said)
        self.assertEqual(self.read("second.actual.png"), self.read("first.png"))

    def test_time_that_has_passed_or_never_comes_is_said(self):
        said = self.lamps(120, "--wait=50ms", "--expect-frame=" + self.black() + ",at=1ms").stderr
        self.assertIn("the steps before it took longer than until 1 ms", said)
        said = self.lamps(120, "--expect-frame=" + self.black() + ",at=1s", "--timeout=10ms").stderr
        self.assertIn("the run ended before 1 s", said)

    def test_tolerance_is_a_level(self):
        self.goldens()
        self.lamps(120, f"--expect-frame={self.black().split(',')[0]},at=100ms,tolerance=10")
        self.lamps(0, f"--expect-frame={self.black().split(',')[0]},at=100ms,tolerance=255")

    def test_other_size_is_said(self):
        with open(self.path("small.png"), "wb") as f:
            f.write(png(2, 1, [bytes(6)]))
        said = self.lamps(120, f"--expect-frame={self.path('small.png')}", "--timeout=20ms").stderr
        self.assertIn("the picture is 80 by 80 pixels, not 2 by 1: see ", said)
        self.assertFalse(os.path.exists(self.path("small.diff.png")))
        self.assertTrue(os.path.exists(self.path("small.actual.png")))

    def test_film_has_every_change_and_its_duration(self):
        self.lamps(122, f"--record={self.path('film')}")
        frames = re.findall(r"file '(.*)'\nduration ([\d.]+)\n", self.read("film/frames.txt").decode())
        self.assertTrue(self.read("film/frames.txt").startswith(b"ffconcat version 1.0\n"))
        self.assertEqual(sorted(os.listdir(self.path("film"))), sorted([name for name, _ in frames] + ["frames.txt"]))
        self.assertGreater(len(frames), 2)
        for (name, duration), (after, _) in zip(frames, frames[1:]):
            start, end = (float(re.search(r"_([\d.]+)s.png", n)[1]) for n in (name, after))
            self.assertAlmostEqual(end - start, float(duration), places=5)
            self.assertNotEqual(self.read("film/" + name), self.read("film/" + after))

    def test_who_looks_changes_nothing(self):
        alone = self.lamps(122, "--trace-hash").stderr
        self.assertIn("the guest sleeps and nothing can wake it", alone)
        watched = self.lamps(122, "--trace-hash", f"--record={self.path('film')}", f"--screenshot={self.path('a.png')},at=123ms").stderr
        self.assertEqual(alone.splitlines()[-1], watched.splitlines()[-1])
        self.assertEqual(alone.splitlines()[0], watched.splitlines()[0])

    def test_snapshot_shows_what_was_shown(self):
        self.goldens()
        self.lamps(122, f"--save={self.path('s.snap')}@90ms")
        self.lamps(0, f"--load={self.path('s.snap')}", f"--expect-frame={self.path('first.png')},at=100ms",
                   f"--expect-frame={self.path('second.png')},at=300ms", "--for=310ms")

    def test_picture_not_taken_is_no_success(self):
        said = self.lamps(125, f"--screenshot={self.path('a.png')},at=1s", "--for=10ms").stderr
        self.assertIn("the run ended before 1 s", said)
        self.assertFalse(os.path.exists(self.path("a.png")))
        said = self.lamps(122, f"--screenshot={self.path('a.png')},at=1s").stderr # the crash is the greater news
        self.assertIn("nothing can wake it; --screenshot: the run ended before 1 s", said)
        self.assertLess(float(re.search(r"([\d.]+) ms of virtual time", said)[1]), 500)

    def test_board_lists_its_displays(self):
        self.assertRegex(self.run_zif(0, "board", "microbit").stdout, r"displays:\n  led_matrix +80 x 80\n")
        self.assertNotIn("displays:", self.run_zif(0, "board", "mps2-an385").stdout)

    def on_terminal(self, *args, act=None):
        """Runs zif on a terminal of 24 lines, calls act(process) at the first picture; the exit code and all that was written."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        written = b""
        with subprocess.Popen([cli.ZIF, "run", "--board=microbit", "--show", *args, LAMPS], stdin=theirs, stdout=theirs, stderr=theirs,
                              env=dict(os.environ, TERM="xterm")) as process:
            os.close(theirs)
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError: # Linux says so when the last one has closed its end
                    part = b""
                if not part:
                    break
                written += part
                if act and BLOCK in written:
                    act(process)
                    act = None
        os.close(ours)
        return process.returncode, written

    def test_terminal_shows_the_display_and_is_given_back(self):
        code, written = self.on_terminal("--for=250ms")
        self.assertEqual(code, 0)
        self.assertIn(b"\x1b[19;24r", written) # text has the last six lines
        self.assertIn(b"\x1b[r", written[written.rindex(BLOCK):])
        self.assertIn(b"zif: passed", written[written.rindex(b"\x1b[r"):])
        colours = set(re.findall(rb"\[38;2;(\d+);(\d+);(\d+)m", written))
        self.assertTrue(any(int(red) > 2 * int(green) for red, green, _ in colours), "a red LED")

    def test_terminal_is_given_back_when_zif_is_ended(self):
        for how, uart in (signal.SIGTERM, "null"), (signal.SIGINT, "null"), (signal.SIGQUIT, "null"), (signal.SIGTERM, "stdio"):
            with self.subTest(signal=how, uart=uart):
                code, written = self.on_terminal("--for=1h", f"--uart=uart0={uart}",
                                                 act=lambda process, how=how: process.send_signal(how))
                self.assertEqual(code, -how)
                self.assertIn(b"\x1b[r", written[written.rindex(BLOCK):])

    def test_without_a_terminal_there_is_nothing_to_show_on(self):
        self.refused("there is none here", "run", "--board=microbit", "--show", LAMPS)

    @unittest.skipUnless(shutil.which("gdb-multiarch"), "GDB is not installed")
    def test_debugger_takes_a_screenshot(self):
        said = subprocess.run(["gdb-multiarch", "-batch", "-nx", "-ex", f"target remote | {cli.ZIF} run -q --gdb=stdio --board=microbit {LAMPS}",
                               "-ex", f"monitor screenshot {self.path('a.png')}", "-ex", "monitor screenshot b.png lcd", "-ex", "kill"],
                              capture_output=True, text=True, cwd=self.folder, stdin=subprocess.DEVNULL, timeout=60, check=False)
        self.assertIn("it has led_matrix", said.stdout + said.stderr)
        self.assertEqual(os.listdir(self.folder), ["a.png"])
        self.assertEqual(self.read("a.png")[:4], b"\x89PNG")

    def test_what_cannot_be_is_refused(self):
        board = ("run", "--board=microbit")
        here = self.black().split(",")[0]
        self.refused("it has led_matrix", *board, "--screenshot=/tmp/x.png,display=lcd", LAMPS)
        self.refused("the board has no display", "run", "--board=nrf51822", "--screenshot=/tmp/x.png", LAMPS)
        self.refused("cannot write", *board, "--screenshot=/no/such/folder/x.png", LAMPS)
        self.refused("none of display=NAME, at=TIME", *board, "--screenshot=/tmp/x.png,when=1s", LAMPS)
        self.refused("is not a duration", *board, "--screenshot=/tmp/x.png,at=", LAMPS)
        self.refused("tolerance=N", *board, f"--expect-frame={here},tolerance=256", LAMPS)
        self.refused("names no file", *board, "--expect-frame=,at=1s", LAMPS)
        self.refused("cannot be read", *board, f"--expect-frame={here}x", LAMPS)
        self.refused("no PNG picture", *board, f"--expect-frame={LAMPS}", LAMPS)
        self.refused("cannot make the folder", *board, "--record=/no/such/folder", LAMPS)
        self.refused("for zif run only", "powercut", "--board=microbit", "--for=1ms", "--check-text=x", f"--expect-frame={here}", LAMPS)

    def test_broken_pictures_are_one_sentence(self):
        cases = {
            "huge": (png(70000, 70000, []), "70000"),
            "damaged": (png(4, 4, [bytes(12)]), "damaged"),
            "cut": (png(4, 4, [bytes(12)] * 4)[:50], "PNG picture"),
        }
        for name, (data, words) in cases.items():
            with self.subTest(name=name):
                with open(self.path(name), "wb") as f:
                    f.write(data)
                self.refused(words, "run", "--board=microbit", f"--expect-frame={self.path(name)}", LAMPS)


if __name__ == "__main__":
    cli.main()
