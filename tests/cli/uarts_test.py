#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Serial lines on streams of the host, steps against real firmware, and a person's terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import socket
import subprocess
import tempfile
import termios
import time
import tty
import xml.etree.ElementTree as ET

import cli

ECHO = cli.firmware("mps2-an385", "echo")
BOARD = ("run", "--board", "mps2-an385")
PATIENCE = 60


def read_until(fd, text, so_far=b""):
    """What comes from fd until it holds the text."""
    end = time.monotonic() + PATIENCE
    while text not in so_far:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            raise AssertionError(f"{text} did not come: {so_far}")
        try:
            more = os.read(fd, 4096)
        except OSError:
            more = b""
        if not more:
            raise AssertionError(f"{text} did not come before the end: {so_far}")
        so_far += more
    return so_far


class Uarts(cli.CliTest):
    def start(self, *args, **kw):
        process = subprocess.Popen([cli.ZIF, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_standard_input_reaches_the_guest(self):
        out = self.run_zif(0, *BOARD, ECHO, stdin="one two\x04").stdout
        self.assertIn("one two\n7 bytes", out)

    def test_a_burst_of_input_is_not_lost(self):
        text = "".join(f"line {n:04}\n" for n in range(400))
        out = self.run_zif(0, *BOARD, ECHO, "--timeout", "1000s", stdin=text + "\x04").stdout
        self.assertIn(text, out)
        self.assertIn(f"{len(text)} bytes", out)

    def test_pty_prints_its_path_at_once_and_carries_both_ways(self):
        zif = self.start(*BOARD, "--uart", "uart0=pty", ECHO, stdin=subprocess.DEVNULL)
        path = re.search(rb"char device redirected to (\S+) \(uart0\)\n", read_until(zif.stdout.fileno(), b"\n"))[1]
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        read_until(fd, b"Ctrl-D ends")
        os.write(fd, b"hello\x04")
        read_until(fd, b"hello\n5 bytes")
        self.assertEqual(zif.wait(PATIENCE), 0)
        os.close(fd)

    def test_pty_carries_the_last_words_of_a_guest_that_ends(self):
        for _ in range(20):
            zif = self.start(*BOARD, "-q", "--uart", "uart0=pty", ECHO, stdin=subprocess.DEVNULL)
            path = re.search(rb"redirected to (\S+) ", read_until(zif.stdout.fileno(), b"\n"))[1]
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
            self.addCleanup(os.close, fd)
            said = read_until(fd, b"ends")
            os.write(fd, b"hello\x04")
            read_until(fd, b"5 bytes", said)

    def test_tcp_serves_a_peer_on_loopback(self):
        zif = self.start(*BOARD, "--uart=uart0=tcp:0", ECHO, stdin=subprocess.DEVNULL)
        port = int(re.search(rb"127\.0\.0\.1:(\d+)", read_until(zif.stdout.fileno(), b"\n"))[1])
        with socket.create_connection(("127.0.0.1", port)) as peer:
            read_until(peer.fileno(), b"Ctrl-D ends")
            peer.sendall(b"hi\x04")
            read_until(peer.fileno(), b"hi\n2 bytes")
        self.assertEqual(zif.wait(PATIENCE), 0)

    def test_file_holds_the_output_and_null_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.txt")
            hello = cli.firmware("mps2-an385", "hello")
            result = self.run_zif(0, *BOARD, "--uart", f"console=file:{path}", hello)
            with open(path, encoding="latin-1") as f:
                self.assertIn("hello from MPS2-AN385", f.read())
            self.assertEqual(result.stdout, "")
            self.assertEqual(self.run_zif(0, *BOARD, "--uart", "console=null", hello).stdout, "")

    def test_wrong_baud_rate_garbles_as_on_a_real_line(self):
        hello = cli.firmware("mps2-an385", "hello")
        right = self.run_zif(0, *BOARD, "--uart", "console=stdout,baud=115200", hello)
        self.assertIn("hello from", right.stdout)
        wrong = self.run_zif(0, *BOARD, "--uart", "console=stdout,baud=9600", hello)
        self.assertNotIn("hello from", wrong.stdout)
        self.assertIn("the guest uses 115", wrong.stderr)

    def test_steps_talk_to_the_guest_in_order(self):
        out = self.run_zif(0, *BOARD, "--expect", "ends", "--send", "abc\\x04", "--expect-re", "^3 bytes$", ECHO)
        self.assertIn("abc\n3 bytes", out.stdout)
        self.assertIn("passed", out.stderr)

    def test_steps_name_a_line_in_front_of_the_text(self):
        self.run_zif(0, *BOARD, "--expect", "uart0:ends", "--send", "uart0:abc\\x04", "--expect", "console:3 bytes", ECHO)
        self.run_zif(120, *BOARD, "--timeout", "5ms", "--expect", "uart1:ends", ECHO)
        said = self.run_zif(120, *BOARD, "--timeout", "5ms", "--expect", "uart9:ends", ECHO).stderr
        self.assertIn("the board has no line 'uart9'", said)

    def test_send_waits_for_a_slow_receiver(self):
        text = "x" * 2000
        out = self.run_zif(0, *BOARD, "--send", text + "\\x04", "--expect", "2000 bytes", ECHO).stdout
        self.assertIn(text, out)

    def test_quiet_prints_only_what_the_guest_prints(self):
        result = self.run_zif(0, *BOARD, "-q", cli.firmware("mps2-an385", "hello"))
        self.assertEqual(result.stderr, "")

    def test_piped_output_has_no_progress_line(self):
        result = self.run_zif(124, *BOARD, "--timeout", "10000s", "--wall-timeout", "1500ms", ECHO)
        self.assertNotIn("MIPS", result.stderr)
        self.assertNotIn("\033", result.stderr)

    def test_ten_runs_have_one_trace_hash(self):
        def trace(*more):
            return self.run_zif(0, "run", "--board", "nrf51822", "-q", "--trace-hash", *more, "--for", "2ms",
                                cli.firmware("nrf51822", "hello")).stderr
        self.assertEqual(len({trace() for _ in range(10)}), 1)

    def test_junit_tells_steps_and_output_without_control_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "result.xml")
            self.run_zif(120, *BOARD, "--timeout", "60ms", "--junit", path, "--expect", "ends", "--send", "\\x1b[1m<&\\x01>",
                         "--expect", "never", "--wait", "1s", ECHO)
            suite = ET.parse(path).getroot().find("testsuite")
            cases = suite.findall("testcase")
            self.assertEqual([c.get("name") for c in cases][:1], ["--expect 'ends'"])
            self.assertEqual([c.find("failure") is not None for c in cases], [False, False, True, False, True])
            self.assertIsNotNone(cases[3].find("skipped"))
            self.assertEqual(suite.get("tests"), "5")
            self.assertEqual(suite.get("failures"), "2")
            self.assertIn("[1m<&>", cases[4].find("system-out").text)
            self.run_zif(125, "run", "--board", "nosuch", "--junit", path, ECHO)
            self.assertIsNotNone(ET.parse(path).getroot().find("testsuite/testcase/error"))

    def test_junit_that_cannot_be_written_gives_125(self):
        self.run_zif(125, *BOARD, "--junit", "/no/such/folder/x.xml", cli.firmware("mps2-an385", "hello"))

    def test_output_that_cannot_be_written_gives_125(self):
        hello = cli.firmware("mps2-an385", "hello")
        said = self.run_zif(125, *BOARD, "--uart", "console=file:/dev/full", hello).stderr
        self.assertIn("zif: uart0: cannot write what the guest prints: No space left on device", said)
        with open("/dev/full", "w") as full:
            self.assertEqual(subprocess.run([cli.ZIF, *BOARD, "-q", hello], stdout=full, stderr=subprocess.DEVNULL,
                                            check=False).returncode, 125)

    def test_closed_standard_output_is_no_place_for_another_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.txt")
            command = [cli.ZIF, *BOARD, "--uart", f"uart1=file:{path}", cli.firmware("mps2-an385", "hello")]
            self.assertEqual(subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.DEVNULL,
                                            stdin=subprocess.DEVNULL, check=False).returncode, 0)
            self.assertEqual(os.path.getsize(path), 0)

    def test_result_begins_a_line_of_its_own_where_both_are_shown(self):
        command = [cli.ZIF, *BOARD, "--expect=hello", cli.firmware("mps2-an385", "hello")]
        both = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout
        self.assertIn(b"hello\nzif: passed", both)
        self.assertFalse(self.run_zif(0, *command[1:]).stderr.startswith("\n"))

    def test_an_interrupted_run_is_an_error_in_junit(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "result.xml")
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                zif = self.start(*BOARD, "--timeout", "100000s", "--junit", path, ECHO, stdin=subprocess.DEVNULL)
                read_until(zif.stdout.fileno(), b"ends")
                zif.send_signal(number)
                zif.communicate(timeout=PATIENCE)
                self.assertEqual(zif.returncode, -number)
                error = ET.parse(path).getroot().find("testsuite/testcase/error")
                self.assertEqual(error.get("message"), f"interrupted by signal {int(number)}")


class Terminal(cli.CliTest):
    """zif run on a terminal of its own."""

    def start(self, *args):
        """zif as the foreground job of a new session. Returns the process, the master and our own hold on the slave."""
        master, slave = pty.openpty()
        zif = subprocess.Popen([cli.ZIF, *args], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(os.close, slave)
        self.addCleanup(os.close, master)
        self.addCleanup(zif.wait)
        self.addCleanup(zif.kill)
        return zif, master, slave

    def raw(self, fd):
        return not termios.tcgetattr(fd)[tty.LFLAG] & (termios.ICANON | termios.ECHO)

    def test_repl_is_usable_and_ctrl_a_x_leaves(self):
        zif, fd, hold = self.start("run", "--board", "microbit", cli.MICROPYTHON)
        read_until(fd, b">>> ")
        self.assertTrue(self.raw(hold))
        for byte in b"print(6*7)\r":
            os.write(fd, bytes([byte]))
            time.sleep(0.01)
        said = read_until(fd, b">>> ", read_until(fd, b"\n42"))
        os.write(fd, b"while True: print(5*5)\r\r\r")
        read_until(fd, b"25\r\r\n25")  # the loop runs
        os.write(fd, b"\x03")
        read_until(fd, b"KeyboardInterrupt")
        os.write(fd, b"\x01c")
        read_until(fd, b"of virtual time")
        os.write(fd, b"\x01x")
        self.assertEqual(zif.wait(PATIENCE), 0)
        self.assertFalse(self.raw(hold))
        self.assertIn(b"print(6*7)", said)

    def test_terminal_paces_to_real_time(self):
        zif, fd, _ = self.start("run", "--board", "microbit", cli.MICROPYTHON)
        read_until(fd, b">>> ")
        begin = time.monotonic()
        os.write(fd, b"import microbit;microbit.sleep(1000);print(40+2)\r")
        read_until(fd, b"\n42")
        self.assertGreater(time.monotonic() - begin, 0.9)
        os.write(fd, b"\x01x")
        self.assertEqual(zif.wait(PATIENCE), 0)

    def test_terminal_on_standard_input_paces_when_output_is_piped(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, slave)
        self.addCleanup(os.close, master)
        begin = time.monotonic()
        piped = subprocess.run([cli.ZIF, *BOARD, "--for", "700ms", ECHO], stdin=slave, capture_output=True, check=False,
                               timeout=PATIENCE)
        self.assertEqual(piped.returncode, 0)
        self.assertGreater(time.monotonic() - begin, 0.65)

    def test_terminal_is_restored_when_zif_is_killed(self):
        zif, fd, hold = self.start("run", "--board", "microbit", cli.MICROPYTHON)
        read_until(fd, b">>> ")
        zif.terminate()
        self.assertEqual(zif.wait(PATIENCE), -signal.SIGTERM)
        self.assertFalse(self.raw(hold))

    def test_terminal_is_restored_when_the_guest_crashes(self):
        zif, fd, hold = self.start("run", "--board", "mps2-an385", cli.firmware("mps2-an385", "crash"))
        read_until(fd, b"which?")
        os.write(fd, b"u")
        read_until(fd, b"--- crash:")
        self.assertEqual(self.drain(zif, fd), 122)
        self.assertFalse(self.raw(hold))

    def drain(self, zif, fd):
        """Reads until zif has ended: what it prints must go somewhere."""
        while zif.poll() is None:
            if select.select([fd], [], [], 0.1)[0]:
                os.read(fd, 4096)
        return zif.returncode

    def test_a_long_run_shows_progress(self):
        zif, fd, _ = self.start("run", "--board", "mps2-an385", "--timeout", "1000000s", "--expect", "never",
                                cli.firmware("mps2-an385", "crash"))
        said = read_until(fd, b"MIPS")
        self.assertIn(b"of virtual time, ", said)
        zif.terminate()
        self.assertEqual(self.drain(zif, fd), -signal.SIGTERM)


if __name__ == "__main__":
    cli.main()
