#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--vcd, read back by sigrok's decoders and by a small reader of our own."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ZIF, FIRMWARE, DRAW, BUSES = sys.argv[1:5]
MICROPYTHON = "/usr/share/firmware-microbit-micropython/firmware.hex"
HELLO = os.path.join(FIRMWARE, "mps2-an385", "hello.elf")
TICKS = os.path.join(FIRMWARE, "mps2-an385", "ticks.elf")


def decode(path, decoder, *show):
    """What a sigrok decoder says, one annotation a line, without the decoder's name."""
    args = ["sigrok-cli", "-i", path, "-P", decoder]
    for one in show:
        args += ["-A", one]
    said = subprocess.run(args, capture_output=True, text=True, check=True).stdout
    return [line.split(": ", 1)[1] for line in said.splitlines()]


def read(path):
    """{name: [(time, value)...]} with the value at the start first."""
    names, waves, now = {}, {}, 0
    for line in Path(path).read_text().splitlines():
        if line.startswith("$var"):
            _, _, _, code, name, _ = line.split()
            names[code], waves[name] = name, []
        elif line.startswith("#"):
            assert int(line[1:]) >= now, "time goes on"
            now = int(line[1:])
        elif line[0] == "b":
            value, code = line[1:].split()
            waves[names[code]].append((now, int(value, 2)))
        elif line[0] in "01":
            waves[names[line[1:].strip()]].append((now, int(line[0])))
    return waves


class Vcd(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "run.vcd")

    def tearDown(self):
        self.folder.cleanup()

    def zif(self, code, *args):
        done = subprocess.run([ZIF, "run", *args], capture_output=True, stdin=subprocess.DEVNULL, encoding="latin-1")
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_a_uart_line_holds_the_text_the_guest_printed(self):
        done = self.zif(0, "--board=mps2-an385", f"--vcd={self.path},timescale=100ns", HELLO)
        said = decode(self.path, "uart:rx=uart0.tx:baudrate=115200:format=hex", "uart=rx-data")
        self.assertEqual(bytes(int(c, 16) for c in said).decode(), done.stdout)
        self.assertEqual(decode(self.path, "uart:rx=uart0.tx:baudrate=115200", "uart=rx-warnings"), [])

    def test_text_for_the_guest_is_on_its_receive_line(self):
        self.zif(0, "--board=mps2-an385", f"--vcd={self.path},timescale=100ns,signal=uart0.rx", "--expect=ends",
                 "--send=good day\\r", "--expect=good day", os.path.join(FIRMWARE, "mps2-an385", "echo.elf"))
        self.assertEqual(list(read(self.path)), ["uart0.rx"])
        said = decode(self.path, "uart:rx=uart0.rx:baudrate=115200:format=hex", "uart=rx-data")
        self.assertEqual(bytes(int(c, 16) for c in said), b"good day\r")

    @unittest.skipUnless(os.path.exists(MICROPYTHON), "MicroPython is not installed")
    def test_an_i2c_bus_holds_the_transfers_of_a_driver(self):
        self.zif(0, "--board=microbit", f"--vcd={self.path},timescale=100ns,signal=i2c0.s*", "--expect=>>> ",
                 "--send=from microbit import *\\raccelerometer.get_x()\\r", "--expect=get_x()", "--expect=>>> ", MICROPYTHON)
        said = decode(self.path, "i2c:scl=i2c0.scl:sda=i2c0.sda", "i2c=address-read:address-write:data-read:data-write:nack:start:stop:repeat-start")
        first = said[:said.index("Stop") + 1]  # WHO_AM_I of the accelerometer
        self.assertEqual([s for s in first if s not in ("Write", "Read")],
                         ["Start", "Address write: 1D", "Data write: 0D", "Start repeat", "Address read: 1D", "Data read: 5A", "NACK", "Stop"])

    def test_buses_of_an_stm32_hold_what_its_drivers_did(self):
        self.zif(0, f"--board={BUSES}/board.dts", "--timeout=2s", f"--vcd={self.path},timescale=10ns,signal=i2c1.s*,signal=spi1.*",
                 os.path.join(FIRMWARE, "stm32f4", "f4-buses.elf"))
        i2c = decode(self.path, "i2c:scl=i2c1.scl:sda=i2c1.sda", "i2c=address-read:address-write:data-read:data-write:nack:start:stop:repeat-start")
        i2c = " ".join(s for s in i2c if s not in ("Write", "Read"))
        self.assertIn("Start Address write: 48 Data write: 00 Start repeat Address read: 48 Data read: 15 Data read: 80", i2c)
        self.assertIn("Start Address write: 50 NACK Stop", i2c)
        spi = "spi:clk=spi1.sck:mosi=spi1.mosi:miso=spi1.miso:cs=spi1.cs[0]"
        self.assertIn("40 00 00 00 00 95", " ".join(decode(self.path, spi, "spi=mosi-data")))  # CMD0
        self.assertIn("FF 01 FF", " ".join(decode(self.path, spi, "spi=miso-data")))

    def test_parity_and_two_stop_bits_are_drawn(self):
        subprocess.run([DRAW, self.path], check=True)
        line = "uart:rx=uart:baudrate=10000:parity=even:stop_bits=2.0:format=ascii"
        self.assertEqual("".join(decode(self.path, line, "uart=rx-data")), "parity")
        self.assertEqual(decode(self.path, line, "uart=rx-warnings:rx-parity-err"), [])

    def test_i2c_starts_acknowledgements_and_stops_are_drawn(self):
        subprocess.run([DRAW, self.path], check=True)
        said = decode(self.path, "i2c:scl=scl:sda=sda", "i2c=start:repeat-start:stop:ack:nack:address-read:address-write:data-read:data-write")
        self.assertEqual([s for s in said if s not in ("Write", "Read")],
                         ["Start", "Address write: 50", "ACK", "Data write: A5", "ACK", "Start repeat", "Address read: 50", "ACK",
                          "Data read: 12", "ACK", "Data read: FE", "NACK", "Stop", "Start", "Address write: 51", "NACK", "Stop",
                          "Start", "Address read: 52", "ACK", "Stop"])

    def test_spi_bytes_are_drawn_both_ways_and_in_order(self):
        subprocess.run([DRAW, self.path], check=True)
        spi = "spi:clk=sck:mosi=mosi:miso=miso:cs=cs"
        self.assertEqual(decode(self.path, spi, "spi=mosi-data"), ["90", "A0", "91", "A1", "92", "A2"])
        self.assertEqual(decode(self.path, spi, "spi=miso-data"), ["60", "30", "61", "31", "62", "32"])

    def test_signals_are_chosen_by_name(self):
        self.zif(0, "--board=mps2-an385", "--for=5ms",
                 f"--vcd={self.path},signal=timer0.irq,signal=timer0.CTRL.EN,signal=timer0.VALUE,signal=uart?.irq-tx", TICKS)
        self.assertEqual(set(read(self.path)), {"timer0.irq", "timer0.CTRL.EN", "timer0.VALUE"} | {f"uart{i}.irq-tx" for i in range(5)})

    def test_times_are_virtual_times_to_the_picosecond(self):
        self.zif(0, "--board=mps2-an385", f"--vcd={self.path},timescale=1ps,signal=cpu.exception", TICKS)
        wave = read(self.path)["cpu.exception"]
        self.assertGreater(len(wave), 2)
        for when, _ in wave:
            self.assertEqual(when % 40000, 0, "a cycle of 25 MHz is 40 ns")

    def test_two_runs_and_two_ports_give_one_file(self):
        texts = set()
        for port in ("fast", "portable", "fast"):
            self.zif(0, "--board=mps2-an385", f"--cpu-port={port}", f"--vcd={self.path},signal=*", HELLO)
            texts.add(Path(self.path).read_text())
        self.assertEqual(len(texts), 1)

    def test_a_name_nobody_has_is_refused(self):
        said = self.zif(125, "--board=mps2-an385", f"--vcd={self.path},signal=uart9.tx", HELLO).stderr
        self.assertIn("nothing is named uart9.tx", said)

    def test_a_file_that_cannot_be_written_is_refused_at_once(self):
        done = self.zif(125, "--board=mps2-an385", "--vcd=/no/such/folder/run.vcd", HELLO)
        self.assertIn("cannot write /no/such/folder/run.vcd", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_full_disk_is_told(self):
        self.assertIn("cannot write /dev/full", self.zif(125, "--board=mps2-an385", "--vcd=/dev/full", HELLO).stderr)

    def test_a_crash_of_the_guest_leaves_a_whole_file(self):
        self.zif(122, "--board=mps2-an385", f"--vcd={self.path},timescale=100ns", "--expect=which?", "--send=u\\r", "--wait=100ms",
                 os.path.join(FIRMWARE, "mps2-an385", "crash.elf"))
        said = decode(self.path, "uart:rx=uart0.tx:baudrate=115200:format=ascii", "uart=rx-data")
        self.assertIn("which?", "".join(said))

    def killed(self, how):
        run = subprocess.Popen([ZIF, "run", "--board=mps2-an385", "--realtime", "--for=1000s", f"--vcd={self.path},timescale=100ns",
                                os.path.join(FIRMWARE, "mps2-an385", "echo.elf")], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in run.stdout:
            if b"ends" in line:
                break
        deadline = time.monotonic() + 60
        while how == signal.SIGKILL and not self.tells_all() and time.monotonic() < deadline:
            time.sleep(0.2)
        run.send_signal(how)
        run.wait()
        run.stdout.close()
        self.assertTrue(Path(self.path).read_text().endswith("\n"))
        self.assertTrue(self.tells_all())

    def tells_all(self):
        try:
            said = decode(self.path, "uart:rx=uart0.tx:baudrate=115200:format=ascii", "uart=rx-data")
        except subprocess.CalledProcessError:  # of a file that is being written
            return False
        return "".join(said).startswith("echo: type, Ctrl-D ends")

    def test_what_happened_is_there_when_zif_is_terminated(self):
        self.killed(signal.SIGTERM)

    def test_what_happened_is_there_when_zif_is_killed(self):
        self.killed(signal.SIGKILL)


if not shutil.which("sigrok-cli"):
    print("skipped: sigrok-cli is not installed")
    sys.exit(77)
unittest.main(argv=sys.argv[:1], verbosity=2)
