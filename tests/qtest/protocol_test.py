"""The protocol of zif qtest: every command, exact answers, bad packets. SPDX-License-Identifier: GPL-2.0-or-later"""
import base64
import signal
import socket
import subprocess
import tempfile
import os
from client import Case, ZIF, main

RAM = 0x20000000
TIMER = 0x40000000  # CMSDK APB timer 0 at 25 MHz: 40 ns a tick
CTRL, VALUE, RELOAD, INTSTATUS = TIMER, TIMER + 4, TIMER + 8, TIMER + 12


class Memory(Case):
    def setUp(self):
        self.m = self.machine("mps2-an385")

    def test_each_width_reads_back_what_it_wrote(self):
        for width, value in (("b", 0x12), ("w", 0x3456), ("l", 0x789abcde), ("q", 0x0123456789abcdef)):
            self.m.write(RAM, value, width)
            self.assertEqual(self.m.read(RAM, width), value)

    def test_values_have_sixteen_digits(self):
        self.m.write(RAM, 0x5a, "b")
        self.assertEqual(self.m.answer(f"readb {RAM}"), "OK 0x000000000000005a")

    def test_the_machine_is_little_endian(self):
        self.assertEqual(self.m.ask("endianness"), "little")
        self.m.write(RAM, 0x11223344)
        self.assertEqual(self.m.read(RAM, "b"), 0x44)

    def test_blocks_are_hexadecimal(self):
        self.assertEqual(self.m.answer(f"write {RAM} 4 0x01020a0B"), "OK")
        self.assertEqual(self.m.answer(f"read {RAM} 4"), "OK 0x01020a0b")

    def test_missing_digits_are_zeros(self):
        self.m.ask(f"memset {RAM} 4 0xff")
        self.m.ask(f"write {RAM} 4 0x0102")
        self.assertEqual(self.m.ask(f"read {RAM} 4"), "0x01020000")

    def test_blocks_are_base64(self):
        for size in range(8):
            data = bytes(range(0xf8, 0xf8 + size))
            if size:
                self.m.ask(f"b64write {RAM} {size} {base64.b64encode(data).decode()}")
            self.assertEqual(base64.b64decode(self.m.ask(f"b64read {RAM} {size}")), data)

    def test_memset_of_nothing_is_allowed(self):
        self.assertEqual(self.m.answer(f"memset {RAM} 0 1"), "OK")

    def test_a_megabyte_crosses_whole(self):
        data = os.urandom(1 << 20)
        self.m.ask(f"b64write 0x21000000 {len(data)} {base64.b64encode(data).decode()}")
        self.assertEqual(self.m.ask(f"read 0x21000000 {len(data)}"), "0x" + data.hex())

    def test_the_private_peripheral_bus_is_there(self):
        self.assertEqual(self.m.read(0xe000ed00) >> 4 & 0xfff, 0xc23)  # CPUID: Cortex-M3

    def test_nothing_reads_as_zero(self):
        self.assertEqual(self.m.answer("readl 0x90000000"), "OK 0x0000000000000000")


class Faults(Case):
    def test_an_access_that_nothing_takes_can_be_refused(self):
        m = self.machine("mps2-an385", "--faults")
        self.assertEqual(m.answer("readl 0x90000000"), "FAIL bus error at 0x90000000")
        self.assertEqual(m.answer("writel 0x90000000 1"), "FAIL bus error at 0x90000000")
        self.assertEqual(m.answer("readl 0x20000000")[:3], "OK ")


class Clock(Case):
    def setUp(self):
        self.m = self.machine("mps2-an385")

    def test_a_step_takes_exactly_its_time(self):
        self.assertEqual([self.m.step(1), self.m.step(999), self.m.step(7)], [1, 1000, 1007])

    def test_a_step_back_changes_nothing(self):
        self.m.step(100)
        self.assertEqual(self.m.step(-5), 100)
        self.assertEqual(self.m.ask("clock_set 50"), "100")

    def test_the_clock_can_be_set(self):
        self.assertEqual(self.m.ask("clock_set 12345"), "12345")

    def test_a_step_without_a_size_goes_to_the_next_event(self):
        self.assertEqual(self.m.step(), 0)
        self.m.write(RELOAD, 1000)
        self.m.write(CTRL, 9)
        self.m.step()
        self.assertEqual(self.m.read(INTSTATUS), 1)

    def test_a_timer_counts_with_the_clock(self):
        self.m.write(RELOAD, 1000)
        self.m.write(CTRL, 9)
        self.m.step(500 * 40 + 1)
        self.assertEqual((self.m.read(VALUE), self.m.read(INTSTATUS)), (500, 0))
        self.m.step(500 * 40)
        self.assertEqual((self.m.read(VALUE), self.m.read(INTSTATUS)), (0, 1))

    def test_many_small_steps_are_one_long_step(self):
        systick = 0xe000e010
        self.m.write(systick + 4, 0xffffff)
        self.m.write(systick + 8, 0)
        self.m.write(systick, 5)
        for _ in range(400):  # of a core cycle's three eighths each
            self.m.step(15)
        self.assertAlmostEqual(0xffffff - self.m.read(systick + 8), 400 * 15 // 40, delta=1)

    def test_the_end_of_time_is_refused(self):
        self.assertTrue(self.m.answer(f"clock_step {2**62}").startswith("FAIL "))


class Interrupts(Case):
    def setUp(self):
        self.m = self.machine("mps2-an385")

    def fire(self):
        self.m.write(RELOAD, 10)
        self.m.write(CTRL, 9)
        self.m.step(10 * 40 + 40)

    def test_a_line_into_the_processor_is_told_before_the_answer(self):
        self.m.ask("irq_intercept_in nvic")
        self.fire()
        self.assertEqual(self.m.lines, {8: True})
        self.m.write(CTRL, 0)
        self.m.write(INTSTATUS, 1)
        self.assertEqual(self.m.lines, {8: False})

    def test_a_devices_outputs_are_told(self):
        self.m.ask("irq_intercept_out /machine/soc/timer0")
        self.fire()
        self.assertEqual(self.m.lines, {0: True})

    def test_only_one_object_is_intercepted(self):
        self.m.ask("irq_intercept_in /machine/armv7m")
        self.assertEqual(self.m.answer("irq_intercept_in nvic"), "OK")
        self.assertEqual(self.m.answer("irq_intercept_out timer0"), "FAIL IRQ intercept already enabled")

    def test_an_interrupt_can_be_driven(self):
        self.m.ask("set_irq_in nvic unnamed-gpio-in 5 1")
        self.assertEqual(self.m.read(0xe000e200), 1 << 5)  # NVIC_ISPR0

    def test_a_device_nobody_knows_is_refused(self):
        self.assertEqual(self.m.answer("irq_intercept_out /machine/none"), "FAIL Unknown device")
        self.assertEqual(self.m.answer("set_irq_in x y 0 1"), "FAIL Unknown device")
        self.assertEqual(self.m.answer("set_irq_in gpio0 pin 99 1"), "FAIL there is no such line")

    def test_pins_are_driven_and_let_go(self):
        m = self.machine("microbit")
        pin0, level = 0x50000700, 0x50000510
        m.write(pin0, 0b0100)  # input with pull-down
        for drive, reads in ((1, 1), (0, 0), (1, 1), (-1, 0)):
            m.ask(f"set_irq_in /machine/nrf51 unnamed-gpio-in 0 {drive}")
            self.assertEqual(m.read(level) & 1, reads)

    def test_pins_are_heard(self):
        m = self.machine("microbit")
        m.ask("irq_intercept_out /machine/nrf51")
        m.write(0x50000704, 3)
        m.write(0x50000508, 2)
        self.assertEqual(m.lines, {1: True})
        m.write(0x5000050c, 2)
        self.assertEqual(m.lines, {1: False})


class BadPackets(Case):
    BAD = ("", " ", "nonsense", "readl", "readl x", "readl  0", "readl 0x", "readl 99999999999999999999", "writel 0",
           "write 0", "write 0x20000000 4", "write 0x20000000 4 0", "write 0x20000000 4 0xzz", "write 0x20000000 4 123",
           "read 0x20000000 0", "read 0x20000000 0xffffffffffffffff", "b64write 0x20000000 4 !!!!", "memset 0",
           "memset 0x20000000 4", "clock_step x", "clock_set", "clock_set 99999999999999999", "irq_intercept_in",
           "irq_intercept_out nvic", "irq_intercept_in timer0", "set_irq_in", "set_irq_in nvic", "set_irq_in nvic x y 1",
           "set_irq_in nvic x 100000 1", "inb", "readl 0\0", "\xff" * 300, "writeb 0x20000000 1 2 3 4 5 6 7 8".upper())

    def test_each_gets_one_line_and_the_session_goes_on(self):
        m = self.machine("mps2-an385")
        for line in self.BAD:
            self.assertRegex(m.answer(line), "^(FAIL|ERR) .", repr(line))
        self.assertEqual(m.ask("endianness"), "little")

    def test_a_line_may_come_in_pieces(self):
        m = self.machine("mps2-an385")
        for c in "endian":
            m.process.stdin.write(c)
            m.process.stdin.flush()
        self.assertEqual(m.answer("ness\r"), "OK little")

    def test_an_unknown_command_is_named(self):
        self.assertEqual(self.machine("mps2-an385").answer("dance 1"), "FAIL Unknown command 'dance'")


class Session(Case):
    def test_the_end_of_input_is_the_end(self):
        self.assertEqual(self.machine("mps2-an385").close(), "")

    def test_sigterm_ends_with_0(self):
        m = self.machine("mps2-an385")
        m.ask("endianness")
        m.process.send_signal(signal.SIGTERM)
        self.assertEqual(m.process.wait(60), 0)

    def test_sigterm_ends_a_long_step(self):
        m = self.machine("mps2-an385")
        m.write(RELOAD, 1)
        m.write(CTRL, 9)
        m.write(0xe000e014, 1)
        m.write(0xe000e010, 7)  # an event every two cycles
        m.process.stdin.write("clock_step 10000000000000\n")
        m.process.stdin.flush()
        m.process.send_signal(signal.SIGTERM)
        self.assertEqual(m.process.wait(60), 0)

    def test_sigterm_ends_writing_to_a_client_that_does_not_read(self):
        m = self.machine("mps2-an385")
        m.process.stdin.write("read 0x21000000 0x400000\n")
        m.process.stdin.flush()
        self.assertEqual(m.process.stdout.read(5), "OK 0x")  # it is writing now
        m.process.send_signal(signal.SIGTERM)
        self.assertEqual(m.process.wait(60), 0)

    def test_devices_complain_by_name(self):
        m = self.machine("mps2-an385")
        m.write(CTRL, 0xff00)
        self.assertRegex(m.close(), r"^zif: reserved: timer0\.CTRL: ")

    def test_quiet_says_nothing(self):
        m = self.machine("mps2-an385", "--quiet")
        m.write(CTRL, 0xff00)
        self.assertEqual(m.close(), "")

    def test_a_client_that_polls_can_let_time_go_on(self):
        for options, fired in (((), 0), (("--polling",), 1)):
            m = self.machine("mps2-an385", *options)
            m.write(RELOAD, 1000)
            m.write(CTRL, 9)
            self.assertEqual([m.read(INTSTATUS) for _ in range(3)], [0, 0, fired])

    def test_a_client_that_listens_is_connected_to(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path)
                server.listen()
                with subprocess.Popen([ZIF, "qtest", "--board=mps2-an385", "--serve=unix:" + path]) as zif:
                    client = server.accept()[0]
                    client.sendall(b"endianness\n")
                    self.assertEqual(client.recv(100), b"OK little\n")
                    client.close()
                    self.assertEqual(zif.wait(60), 0)

    def test_the_log_has_both_directions(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            m = self.machine("mps2-an385", "--log", path)
            m.step(20)
            m.close()
            with open(path, encoding="ascii") as log:
                self.assertEqual(log.read(), "[R +0.000000000] clock_step 20\n[S +0.000000020] OK 20\n")

    def test_a_file_can_hold_a_flash(self):
        with tempfile.NamedTemporaryFile() as f:
            self.addCleanup(lambda: os.path.exists(f.name + ".wear") and os.unlink(f.name + ".wear"))
            m = self.machine("musicpal", "--flash=flash=" + f.name)
            for address, data in ((0xaaa, 0xaa), (0x554, 0x55), (0xaaa, 0xa0), (0x10, 0x1234)):
                m.write(0xfe000000 + address, data, "w")
            m.step()
            self.assertEqual(m.read(0xfe000010, "w"), 0x1234)
            m.close()
            f.seek(0x10)
            self.assertEqual(f.read(3), b"\x34\x12\xff")

    NOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "firmware", "nor", "board.dts")

    def spi(self, m, *sent):
        """One command to the serial flash of that board; the bytes it answered."""
        m.write(0x40010004, 0)  # GPIO0 DATAOUT: chip select, active low, is pin 4
        answer = []
        for byte in sent:
            m.write(0x40020008, byte)
            while m.read(0x4002000C) & 0x10:
                m.step()
            answer.append(m.read(0x40020008))
        m.write(0x40010004, 0x10)
        return answer

    def nor(self, *options):
        m = self.machine(self.NOR, *options)
        m.write(0x40010004, 0x10)
        m.write(0x40010010, 0x10)  # OUTENSET
        m.write(0x40020000, 7)
        m.write(0x40020010, 2)
        m.write(0x40020004, 2)
        return m

    def test_a_status_register_outlives_power_beside_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "nor")
            m = self.nor(f"--flash=serial_nor={file}")
            self.spi(m, 0x50)
            self.spi(m, 0x01, 0x20)  # until power is lost
            self.assertEqual(self.spi(m, 0x05, 0)[1], 0x20)
            self.spi(m, 0x06)
            self.spi(m, 0x01, 0x0C)
            m.step(20000000)
            self.assertEqual(self.spi(m, 0x05, 0)[1], 0x0C)
            self.spi(m, 0x50)
            self.spi(m, 0x01, 0x20)
            m.close()
            with open(file + ".state", encoding="ascii") as f:
                self.assertEqual(f.read(), "zif-state 1 3\n0 12\n")
            m = self.nor(f"--flash=serial_nor={file}")
            self.assertEqual(self.spi(m, 0x05, 0)[1], 0x0C)
            self.spi(m, 0x06)
            self.spi(m, 0x01, 0x00)
            m.step(20000000)
            m.close()
            with open(file + ".state", encoding="ascii") as f:
                self.assertEqual(f.read(), "zif-state 1 3\n")
            with open(file + ".state", "w", encoding="ascii") as f:
                f.write("zif-state 1 3\n0 256\n")
            r = subprocess.run([ZIF, "qtest", "--board", self.NOR, f"--flash=serial_nor={file}"], capture_output=True, text=True,
                               check=False, input="")
            self.assertEqual(r.returncode, 125)
            self.assertIn("not the state of a flash of 3 bytes", r.stderr)

    def test_lock_bits_that_are_cells_outlive_power_beside_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "intel")
            for locked, confirm in ((0, 0x01), (1, 0xD0), (0, 0x01)):  # sets the lock bit, clears all, sets it
                m = self.machine(self.NOR, f"--flash=intel={file}")
                m.write(0x05002000, 0x00900090)
                self.assertEqual(m.read(0x05002008), 0x00010001 * locked)
                m.write(0x05002000, 0x00600060)
                m.write(0x05002000, 0x00010001 * confirm)
                m.close()
            self.assertTrue(os.path.exists(file + ".state"))

    def test_bad_usage_is_one_sentence(self):
        for words in (["--board=nosuch"], [], ["--serve=x", "--board=microbit"], ["--board=microbit", "y"],
                      ["--board=microbit", "--serve=unix:/nonexistent/s"], ["--seed=x"],
                      ["--board=microbit", "--serial=stdio"], ["--board=microbit", "--qmp=stdio"],
                      ["--board=microbit", "--flash=nosuch=/nonexistent/f"], ["--board=microbit", "--flash=x"]):
            r = subprocess.run([ZIF, "qtest", *words], capture_output=True, text=True, check=False, input="")
            self.assertEqual((r.returncode, r.stdout, r.stderr.count("\n")), (125, "", 1), r.stderr)


main()
