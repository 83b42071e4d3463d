#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--trace and zif trace: one text from both forms and both ports, filters, damaged files."""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ZIF, GUEST, FIRMWARE = sys.argv[1:4]
MICROPYTHON = "/usr/share/firmware-microbit-micropython/firmware.hex"
TICKS = os.path.join(FIRMWARE, "mps2-an385", "ticks.elf")
LINE = re.compile(r"(\d+\.\d{12}) (\d+) (0x[0-9a-f]{8}) (?:(\S+) \((\S+):(\d+)\) )?(.+)")


class Trace(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "run.trace")

    def tearDown(self):
        self.folder.cleanup()

    def run_zif(self, code, *args, elf=TICKS, board="mps2-an385"):
        done = subprocess.run([ZIF, "run", f"--board={board}", *args, elf], capture_output=True, encoding="latin-1", stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def trace(self, spec, *args, **kw):
        """[(seconds, instructions, pc, symbol, file, line, what)...]"""
        kinds, _, words = spec.partition(",,")
        self.run_zif(0, f"--trace={kinds}={self.path}{',' + words if words else ''}", *args, **kw)
        return [LINE.fullmatch(line).groups() for line in Path(self.path).read_text().splitlines()]

    def test_register_accesses_have_names_fields_place_and_time(self):
        lines = self.trace("mmio")
        first = lines[0]
        self.assertEqual(first[6], "uart0.BAUDDIV <- 0x000000d9 BAUDDIV=0xd9")
        self.assertRegex(first[3], r"^console_init\+0x")
        self.assertEqual(os.path.basename(first[4]), "soc.c")
        self.assertEqual(float(first[0]), int(first[1]) * 40e-9, "nothing has slept: an instruction takes 40 ns")
        self.assertEqual(lines[1][6], "uart0.CTRL <- 0x00000003 TXEN RXEN")
        self.assertTrue(any(what == "uart0.STATE -> 0x00000001 TXBF" for *_, what in lines))

    def test_the_core_s_own_registers_have_names_and_fields(self):
        what = {line[6] for line in self.trace("mmio,,only=cpu")}
        self.assertIn("cpu.SYST_CSR <- 0x00000007 ENABLE TICKINT CLKSOURCE", what)
        self.assertIn("cpu.NVIC_ISPR0 <- 0x00200000", what)
        self.assertTrue(all(w.startswith("cpu.") for w in what))

    def test_every_instruction_is_told_once(self):
        done = self.run_zif(0, f"--trace=insn={self.path}")
        count = int(re.search(r"(\d+) instructions", done.stderr)[1])
        self.assertEqual(Path(self.path).read_text().count(" executed\n"), count)

    def test_exceptions_and_interrupt_lines_are_told(self):
        lines = self.trace("exc,irq")
        what = [line[6] for line in lines]
        self.assertIn("exception 15 (SysTick)", what)
        self.assertIn("exception 14 (PendSV)", what)
        self.assertIn("return to thread", what)
        up, down = what.index("timer0.irq = 1"), what.index("timer0.irq = 0")
        self.assertLess(up, down)
        self.assertTrue(what[up + 1].startswith("exception 24 (interrupt 8)"), "the interrupt follows its line")

    def test_characters_are_told(self):
        done = self.run_zif(0, f"--trace=uart={self.path}")
        text = "".join(chr(int(line.split(" sent ")[1][2:4], 16)) for line in Path(self.path).read_text().splitlines())
        self.assertEqual(text, done.stdout)

    @unittest.skipUnless(os.path.exists(MICROPYTHON), "MicroPython is not installed")
    def test_bus_transfers_are_told(self):
        lines = self.trace("bus", "--expect=>>> ", "--send=from microbit import *\\raccelerometer.get_x()\\r", "--expect=get_x()",
                           "--expect=>>> ", elf=MICROPYTHON, board="microbit")
        self.assertEqual([line[6] for line in lines[:5]], ["i2c0 start 0x1d write ack", "i2c0 wrote 0x0d ack", "i2c0 start 0x1d read ack",
                                                           "i2c0 read 0x5a", "i2c0 stop"])

    def test_filters_keep_devices_and_times(self):
        whole = self.trace("mmio,wire")
        self.assertEqual({line[6].split(".")[0] for line in self.trace("mmio,wire,,only=tim*")}, {"timer0"})
        part = self.trace("mmio,wire,,from=1ms,until=2ms")
        self.assertEqual(part, [line for line in whole if 0.001 <= float(line[0]) < 0.002])
        self.assertTrue(part)

    def test_the_binary_form_prints_as_the_same_text(self):
        self.trace("all")
        text = Path(self.path).read_bytes()
        self.run_zif(0, f"--trace=all={self.path},binary")
        self.assertLess(os.path.getsize(self.path), len(text) // 100)
        printed = subprocess.run([ZIF, "trace", self.path], capture_output=True, check=True)
        self.assertEqual(printed.stdout, text)

    def test_both_ports_give_one_text(self):
        texts = {port: (self.trace("all", f"--cpu-port={port}"), Path(self.path).read_text())[1] for port in ("fast", "portable")}
        self.assertEqual(texts["fast"], texts["portable"])

    def test_damaged_files_are_refused_and_nothing_worse(self):
        self.run_zif(0, f"--trace=mmio,exc,uart={self.path},binary,until=1ms")
        good = Path(self.path).read_bytes()
        dice = random.Random(1)
        for _ in range(150):
            bad = bytearray(good)
            if dice.random() < 0.3:
                del bad[dice.randrange(len(bad)):]
            for _ in range(dice.randrange(1, 4)):
                if bad:
                    bad[dice.randrange(len(bad))] = dice.randrange(256)
            Path(self.path).write_bytes(bad)
            self.assertIn(subprocess.run([ZIF, "trace", self.path], capture_output=True).returncode, (0, 125))

    def test_no_trace_is_refused_with_a_sentence(self):
        done = subprocess.run([ZIF, "trace", TICKS], capture_output=True, text=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("is no binary trace", done.stderr)

    def test_wrong_words_are_refused(self):
        for spec, words in ((f"mmo={self.path}", "none of mmio"), (f"mmio={self.path},only=nobody", "no device is named nobody"),
                            (f"mmio={self.path},from=soon", "from"), ("mmio=/no/such/folder/t", "cannot write"), (self.path, "KINDS=FILE")):
            self.assertIn(words, self.run_zif(125, f"--trace={spec}").stderr)

    def test_what_happened_can_be_read_when_zif_is_killed(self):
        run = subprocess.Popen([ZIF, "run", "--board=mps2-an385", "--realtime", "--for=1000s", f"--trace=uart={self.path},binary",
                                os.path.join(FIRMWARE, "mps2-an385", "echo.elf")], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.2)
            said = subprocess.run([ZIF, "trace", self.path], capture_output=True, text=True).stdout
            if said.count(" sent ") > 20:
                break
        run.send_signal(signal.SIGKILL)
        run.wait()
        self.assertIn("uart0 sent 0x65 'e'", said)


unittest.main(argv=sys.argv[:1], verbosity=2)
