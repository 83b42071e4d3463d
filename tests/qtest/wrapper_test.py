"""zif-system-arm as QEMU's client library starts it, and the monitor. SPDX-License-Identifier: GPL-2.0-or-later"""
import json
import os
import signal
import socket
import subprocess
import tempfile
from client import Case, ZIF, main

ARM = os.path.join(os.path.dirname(ZIF), "zif-system-arm")
MONITOR = ["-mon", "chardev=char0,mode=control", "-display", "none"]


def listen(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(1)
    s.settimeout(60)
    return s


class Session:
    """The client library's side: it listens on two sockets, and the program connects."""

    def __init__(self, test, *options):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.serial = None
        self.folder = folder.name
        servers = [listen(os.path.join(self.folder, name)) for name in ("q", "m", "s")]
        words = [ARM, "-qtest", f"unix:{self.folder}/q", "-qtest-log", "/dev/null", "-chardev",
                 f"socket,path={self.folder}/m,id=char0", *MONITOR, *(o.replace("SERIAL", f"{self.folder}/s") for o in options),
                 "-accel", "qtest"]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.process.stderr.close)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.q, self.m = (self.accept(test, s) for s in servers[:2])
        if any("SERIAL" in o for o in options):
            self.serial = servers[2].accept()[0]
            self.serial.settimeout(60)
            test.addCleanup(self.serial.close)
        for s in servers:
            s.close()
        self.events = []
        self.greeting = self.hear()
        self.qmp("qmp_capabilities")

    @staticmethod
    def accept(test, server):
        peer = server.accept()[0]
        stream = peer.makefile("rw", newline="\n")
        test.addCleanup(peer.close)
        test.addCleanup(stream.close)
        return stream

    def ask(self, line):
        self.q.write(line + "\n")
        self.q.flush()
        answer = self.q.readline().rstrip("\n")
        assert answer[:2] == "OK", f"{line}: {answer}"
        return answer[3:]

    def read(self, address, width="l"):
        return int(self.ask(f"read{width} {address:#x}"), 0)

    def write(self, address, value, width="l"):
        self.ask(f"write{width} {address:#x} {value:#x}")

    def hear(self):
        return json.loads(self.m.readline())

    def say(self, text):
        self.m.write(text)
        self.m.flush()
        while "event" in (answer := self.hear()):
            self.events.append(answer["event"])
        return answer

    def qmp(self, command, **arguments):
        answer = self.say(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        return answer["return"] if "return" in answer else answer["error"]["class"]


class Monitor(Case):
    def setUp(self):
        self.s = Session(self, "-machine", "mps2-an385")

    def test_it_greets(self):
        self.assertEqual(self.s.greeting["QMP"]["version"]["qemu"], {"micro": 0, "minor": 2, "major": 7})

    def test_commands_are_refused_until_capabilities_are_agreed(self):
        self.assertEqual(self.s.qmp("qmp_capabilities"), "CommandNotFound")  # the second time

    def test_status_version_name_and_kvm_are_told(self):
        self.assertEqual(self.s.qmp("query-status"), {"running": True, "singlestep": False, "status": "running"})
        self.assertEqual(self.s.qmp("query-name"), {})
        self.assertFalse(self.s.qmp("query-kvm")["present"])
        self.assertIn("zif", self.s.qmp("query-version")["package"])
        self.assertIn({"name": "quit"}, self.s.qmp("query-commands"))

    def test_machines_are_listed(self):
        names = {m["name"] for m in self.s.qmp("query-machines")}
        self.assertLessEqual({"microbit", "mps2-an385", "netduinoplus2", "musicpal", "none"}, names)

    def test_stop_and_cont_are_events(self):
        self.s.qmp("stop")
        self.assertEqual(self.s.qmp("query-status")["status"], "paused")
        self.s.qmp("cont")
        self.assertEqual(self.s.events, ["STOP", "RESUME"])

    def test_a_reset_is_an_event_and_resets(self):
        self.s.write(0x40000008, 5)
        self.s.qmp("system_reset")
        self.assertEqual(self.s.read(0x40000008), 0)
        self.assertEqual(self.s.events, ["RESET"])

    def test_a_watchdogs_reset_is_an_event(self):
        self.s.write(0x40008000, 100)
        self.s.write(0x40008008, 3)
        self.s.ask("clock_step 1000000")
        event = self.s.hear()
        self.assertEqual((event["event"], event["data"]["guest"]), ("RESET", True))

    def test_devices_are_objects(self):
        machine = self.s.qmp("qom-list", path="/machine")
        self.assertIn({"name": "timer0", "type": "child<cmsdk-timer>"}, machine)
        self.assertIn({"name": "RELOAD", "type": "uint32"}, self.s.qmp("qom-list", path="/machine/timer0"))
        self.assertEqual(self.s.qmp("qom-get", path="/machine/timer0", property="type"), "cmsdk-timer")

    def test_registers_are_read_without_effects(self):
        self.s.write(0x40000008, 77)
        self.assertEqual(self.s.qmp("qom-get", path="timer0", property="RELOAD"), 77)
        self.assertEqual(self.s.qmp("qom-get", path="timer0", property="NOSUCH"), "GenericError")
        self.assertEqual(self.s.qmp("qom-get", path="/machine/nosuch", property="type"), "DeviceNotFound")
        self.assertEqual(self.s.qmp("qom-get", path="timer0"), "GenericError")

    def test_inputs_can_be_set(self):
        self.s.qmp("qom-set", path="gpio0", property="pin[3]", value=True)
        self.assertEqual(self.s.qmp("qom-get", path="gpio0", property="DATA") >> 3 & 1, 1)
        self.assertEqual(self.s.qmp("qom-set", path="gpio0", property="DATA", value=1), "GenericError")
        self.assertEqual(self.s.qmp("qom-set", path="gpio0", property="pin", value="x"), "GenericError")

    def test_bad_input_is_answered(self):
        for text in ("{}\n", "[]\n", '{"execute": 1}\n', '{"execute": "x", "more": 1}\n', "nonsense\n",
                     '{"execute": "nosuch"}\n', '{"execute": "quit", "arguments": []}\n'):
            self.assertIn("error", self.s.say(text), text)
        self.assertEqual(self.s.say('{"execute":\n "query-name", "id": [7]}')["id"], [7])

    def test_a_person_can_ask(self):
        self.assertIn("uart0", self.s.qmp("human-monitor-command", **{"command-line": "info mtree"}))
        self.assertIn("unknown command", self.s.qmp("human-monitor-command", **{"command-line": "boo"}))

    def test_quit_ends_with_0(self):
        self.s.qmp("quit")
        self.assertEqual(self.s.hear()["event"], "SHUTDOWN")
        self.assertEqual(self.s.process.wait(60), 0)

    def test_sigterm_ends_with_0(self):
        self.s.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.s.hear()["data"], {"guest": False, "reason": "host-signal"})
        self.assertEqual(self.s.process.wait(60), 0)


class Boards(Case):
    def test_every_machine_that_was_asked_for_answers(self):
        for board in ("microbit", "mps2-an385", "netduinoplus2", "musicpal"):
            self.assertEqual(Session(self, "-M", board).ask("endianness"), "little")

    def test_no_machine_has_a_monitor_only(self):
        s = Session(self, "-machine", "none")
        self.assertEqual(s.qmp("query-status")["status"], "running")
        self.assertEqual(s.qmp("qom-list", path="/machine"), [{"name": "type", "type": "string"}])
        self.assertEqual(s.qmp("qom-get", path="/machine/uart0", property="type"), "DeviceNotFound")
        self.assertEqual(s.qmp("system_reset"), "GenericError")
        s.q.write("readl 0\n")
        s.q.flush()
        self.assertEqual(s.q.readline(), "FAIL there is no machine\n")

    def test_a_serial_line_is_a_socket(self):
        s = Session(self, "-chardev", "socket,id=s0,path=SERIAL", "-serial", "chardev:s0", "-M", "mps2-an385")
        s.write(0x40004010, 16)  # BAUDDIV
        s.write(0x40004008, 3)  # CTRL
        s.write(0x40004000, ord("z"))
        s.ask("clock_step 1000000")
        self.assertEqual(s.serial.recv(10), b"z")
        s.serial.sendall(b"a")
        while not s.read(0x40004004) & 2:  # a client that polls lets time go on
            pass
        self.assertEqual(s.read(0x40004000), ord("a"))


class Flash(Case):
    BASE = 0xfe000000

    def flash(self, size=8 << 20, *options, drive=""):
        image = tempfile.NamedTemporaryFile()
        self.addCleanup(image.close)
        image.truncate(size)
        self.image = image.name
        return Session(self, "-M", "musicpal", "-drive", f"if=pflash,file={image.name},format=raw" + drive,
                       *(w for o in options for w in ("-global", o)))

    def command(self, s, *cycles):
        for address, data in cycles:
            s.write(self.BASE + 2 * address, data, "w")

    def program(self, s, address, value):
        self.command(s, (0x555, 0xaa), (0x2aa, 0x55), (0x555, 0xa0))
        s.write(self.BASE + address, value, "w")
        s.ask("clock_step")

    def erase(self, s, address):
        self.command(s, (0x555, 0xaa), (0x2aa, 0x55), (0x555, 0x80), (0x555, 0xaa), (0x2aa, 0x55), (address // 2, 0x30))
        s.ask("clock_step")
        s.ask("clock_step")

    def test_the_file_holds_the_cells(self):
        s = self.flash()
        self.assertEqual(s.read(self.BASE, "w"), 0)
        self.erase(s, 0)
        self.program(s, 2, 0x1234)
        self.assertEqual(s.read(self.BASE), 0x1234ffff)
        with open(self.image, "rb") as f:
            self.assertEqual(f.read(4), b"\xff\xff\x34\x12")

    def test_a_snapshot_leaves_the_file_alone(self):
        s = self.flash(drive=",snapshot=on")
        self.erase(s, 0)
        self.assertEqual(s.read(self.BASE), 0xffffffff)
        with open(self.image, "rb") as f:
            self.assertEqual(f.read(4), bytes(4))

    def test_the_flash_repeats_in_its_select(self):
        s = self.flash()
        self.erase(s, 0)
        for mirror in range(0, 32 << 20, 8 << 20):
            self.assertEqual(s.read(self.BASE + mirror), 0xffffffff)

    def test_larger_flashes_repeat_less(self):
        s = self.flash(16 << 20)
        self.erase(s, 8 << 20)
        self.assertEqual([s.read(self.BASE + (n << 23)) for n in range(4)], [0, 0xffffffff, 0, 0xffffffff])
        s = self.flash(32 << 20)
        self.erase(s, 24 << 20)
        self.assertEqual([s.read(self.BASE + (n << 23)) for n in range(4)], [0, 0, 0, 0xffffffff])

    def test_geometry_and_identity_can_be_chosen(self):
        s = self.flash(8 << 20, "driver=cfi.pflash02,property=num-blocks0,value=2",
                       "driver=cfi.pflash02,property=sector-length0,value=0x4000", "cfi.pflash02.num-blocks1=1",
                       "cfi.pflash02.sector-length1=32768", "cfi.pflash02.num-blocks2=127",
                       "cfi.pflash02.sector-length2=65536", "cfi.pflash02.id0=0x20", "cfi.pflash02.id1=0x22cb")
        self.command(s, (0x55, 0x98))
        regions = [s.read(self.BASE + 2 * n, "w") for n in range(0x2c, 0x2d + 12)]
        self.assertEqual(regions, [3, 1, 0, 0x40, 0, 0, 0, 0x80, 0, 126, 0, 0, 1])
        self.command(s, (0, 0xf0), (0x555, 0xaa), (0x2aa, 0x55), (0x555, 0x90))
        self.assertEqual([s.read(self.BASE + n, "w") for n in (0, 2)], [0x20, 0x22cb])


class AsQemu(Case):
    """What QEMU's tests of its microbit expect (docs/qtest.md), and beside it what the real board does."""
    UART, TWI, GPIO = 0x40002000, 0x40003000, 0x50000000
    ENABLE, CNF = 0x500, 0x700

    def both(self, *options):
        return Session(self, "-M", "microbit", *options), Session(self, "-M", "bbc_microbit", *options)

    def test_a_uart_needs_no_pins(self):
        for s, heard in zip(self.both("-chardev", "socket,id=s0,path=SERIAL", "-serial", "chardev:s0"), (True, False)):
            s.write(self.UART + self.ENABLE, 4)
            s.write(self.UART + 0x00, 1)  # STARTRX
            s.write(self.UART + 0x08, 1)  # STARTTX
            s.write(self.UART + 0x51C, ord("t"))
            s.ask("clock_step 1000000")
            self.assertEqual(s.read(self.UART + 0x11C), 1)  # TXDRDY either way
            if heard:
                self.assertEqual(s.serial.recv(10), b"t")
                s.serial.sendall(b"r")
                while not s.read(self.UART + 0x108):
                    pass
                self.assertEqual(s.read(self.UART + 0x518), ord("r"))
            else:
                s.qmp("quit")
                self.assertEqual(s.serial.recv(10), b"")
                self.assertEqual(s.process.wait(60), 0)

    def test_a_disconnected_input_reads_as_its_pull(self):
        for s, high in zip(self.both(), (1, 0)):
            s.ask("set_irq_in gpio0 pin 5 0")
            s.write(self.GPIO + self.CNF + 5 * 4, 0b1110)  # pull-up, buffer disconnected
            self.assertEqual(s.read(self.GPIO + 0x510) >> 5 & 1, high)
            s.write(self.GPIO + self.CNF + 5 * 4, 0b1100)  # connected: who drives it decides
            self.assertEqual(s.read(self.GPIO + 0x510) >> 5 & 1, 0)

    def test_the_edge_connector_has_no_resistors(self):
        for s, high in zip(self.both(), (0, 1)):
            s.write(self.GPIO + self.CNF + 2 * 4, 0)
            self.assertEqual(s.read(self.GPIO + 0x510) >> 2 & 1, high)

    def read_part(self, s, address, number):
        s.write(self.TWI + 0x588, address)
        s.write(self.TWI + 0x008, 1)  # STARTTX
        s.write(self.TWI + 0x51C, number)
        s.write(self.TWI + 0x014, 1)  # STOP
        s.write(self.TWI + 0x000, 1)  # STARTRX
        value = s.read(self.TWI + 0x518)
        s.write(self.TWI + 0x014, 1)
        return value

    def test_a_transfer_takes_no_time_and_its_address_is_shifted(self):
        for s, seen in zip(self.both(), (True, False)):
            s.write(self.TWI + self.ENABLE, 5)
            for address, number, value in ((0x1d, 0x0d, 0x5a), (0x1e, 0x4f, 0x40), (0x1d, 0x0d, 0x5a), (0x0e, 0x07, 0xc4)):
                self.assertEqual(self.read_part(s, address << 1, number), value if seen else 0)

    def test_a_part_that_is_not_there_does_not_acknowledge(self):
        s = Session(self, "-M", "microbit")
        s.write(self.TWI + self.ENABLE, 5)
        self.read_part(s, 0x50 << 1, 0)
        self.assertEqual(s.read(self.TWI + 0x124), 1)  # ERROR
        self.assertEqual(s.read(self.TWI + 0x4C4), 2)  # ANACK

    def test_firmware_never_meets_it(self):
        for command in ("run", "gdb"):
            r = subprocess.run([ZIF, command, "--board", "qemu_microbit", "/dev/null"], capture_output=True, text=True, check=False)
            self.assertEqual(r.returncode, 125, r.stderr)
            self.assertIn("no processor to run", r.stderr)

    def test_interrupts_arrive_all_the_same(self):
        s = Session(self, "-M", "microbit")
        s.ask("irq_intercept_in /machine/armv7m")
        s.write(self.UART + self.ENABLE, 4)
        s.write(self.UART + 0x304, 0x80)
        s.write(self.UART + 0x300, 0x84)  # INTEN, the same bits
        self.assertEqual(s.read(self.UART + 0x308), 0x84)
        s.write(self.UART + 0x08, 1)
        s.write(self.UART + 0x51C, 1)
        s.q.write("clock_step 1000000\n")
        s.q.flush()
        self.assertEqual(s.q.readline(), "IRQ raise 2\n")


class Usage(Case):
    def refused(self, *words):
        r = subprocess.run([ARM, *words], capture_output=True, text=True, check=False, input="", timeout=60)
        self.assertEqual((r.returncode, r.stdout), (1, ""))
        self.assertRegex(r.stderr, r"\Azif-system-arm: [^\n]+\n\Z")
        return r.stderr

    def test_what_is_not_known_is_named(self):
        self.assertIn("-daemonize", self.refused("-daemonize"))
        self.assertIn("tcg", self.refused("-M", "microbit", "-accel", "tcg"))
        self.assertIn("no board", self.refused("-M", "lm3s811evb", "-qtest", "stdio"))
        self.assertIn("zif run", self.refused("-M", "microbit"))
        self.assertIn("needs a value", self.refused("-M"))
        for words in (["-chardev", "tty,id=x"], ["-serial", "chardev:x", "-qtest", "stdio"], ["-drive", "if=sd"],
                      ["-drive", "if=pflash,file=/nonexistent"], ["-global", "x"], ["-global", "a.b=1"],
                      ["-global", "cfi.pflash02.colour=1"], ["-global", "cfi.pflash02.width=x"], ["-mon", "x"],
                      ["-M", "microbit,x=y"], ["-display", "gtk"], ["-qtest", "tcp:1"],
                      ["-M", "microbit", "-qtest", "stdio", "-global", "cfi.pflash02.width=2"],
                      ["-M", "microbit", "-qtest", "unix:/nonexistent/s"], ["word"], ["---M", "microbit"]):
            self.refused(*words)

    def test_help_version_and_machines_are_printed(self):
        for word, text in (("-help", "-qtest"), ("--version", "zif-system-arm"), ("-machine=", None)):
            if text:
                r = subprocess.run([ARM, word], capture_output=True, text=True, check=True)
                self.assertIn(text, r.stdout)
        r = subprocess.run([ARM, "-M", "help"], capture_output=True, text=True, check=True)
        self.assertIn("musicpal", r.stdout)


main()
