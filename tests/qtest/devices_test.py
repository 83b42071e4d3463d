"""What QEMU's device tests check on these boards, with the set-up that silicon needs. SPDX-License-Identifier: GPL-2.0-or-later"""
import os
import tempfile
from client import Case, main


class Watchdog(Case):
    """CMSDK APB watchdog at 25 MHz: 40 ns a tick."""
    LOAD, VALUE, CONTROL, INTCLR, RIS = (0x40008000 + n for n in (0, 4, 8, 12, 16))
    TICK = 40

    def setUp(self):
        self.m = self.machine("mps2-an385")

    def value(self):
        return self.m.read(self.VALUE)

    def test_it_fires_and_reloads(self):
        self.m.write(self.CONTROL, 1)
        self.m.write(self.LOAD, 1000)
        self.m.step(500 * self.TICK + 1)
        self.assertEqual((self.m.read(self.RIS), self.value()), (0, 500))
        self.m.step(500 * self.TICK)
        self.assertEqual((self.m.read(self.RIS), self.value()), (1, 0))
        self.m.step(self.TICK)
        self.assertEqual(self.value(), 1000)
        self.m.step(500 * self.TICK)
        self.m.write(self.INTCLR, 0)
        self.assertEqual((self.m.read(self.RIS), self.value()), (0, 1000))

    def test_it_counts_only_while_enabled(self):
        self.assertEqual((self.m.read(self.LOAD), self.value(), self.m.read(self.CONTROL)), (0xffffffff, 0xffffffff, 0))
        self.m.write(self.LOAD, 4000)
        self.m.step(500 * self.TICK + 1)
        self.assertEqual(self.value(), 4000)
        self.m.write(self.CONTROL, 1)
        self.m.step(500 * self.TICK + 1)
        self.assertEqual(self.value(), 3500)
        self.m.write(self.CONTROL, 0)
        self.m.step(100 * self.TICK)
        self.assertEqual(self.value(), 3500)
        self.m.write(self.CONTROL, 1)
        self.assertEqual(self.value(), 4000)
        self.m.step(50 * self.TICK + 1)
        self.assertEqual(self.value(), 3950)
        self.m.write(self.LOAD, 5000)
        self.m.step(4999 * self.TICK + 1)
        self.assertEqual((self.value(), self.m.read(self.RIS)), (1, 0))


class DualTimer(Case):
    def test_the_prescaler_is_exact_wherever_it_is_started(self):
        load, value, control, ris = (0x40002020 + n for n in (0, 4, 8, 16))
        for start in (0, 1, 40, 1001 * 40 + 1):
            m = self.machine("mps2-an385")
            m.step(start)
            m.write(load, 1000)
            m.write(control, 0xe8)  # enabled, periodic, interrupt, by 256
            m.step(40 * 256 * 500 + 40)
            self.assertEqual((m.read(ris), m.read(value)), (0, 500))
            m.step(40 * 256 * 500)
            self.assertEqual((m.read(ris), m.read(value)), (1, 0))
            m.step(40 * 256)
            self.assertEqual(m.read(value), 1000)


class Stm32(Case):
    """RCC and GPIO of the STM32F405."""
    CR, AHB1ENR, MODER, IDR, BSRR = 0x40023800, 0x40023830, 0x40020000, 0x40020010, 0x40020018

    def setUp(self):
        self.m = self.machine("netduinoplus2")

    def test_an_oscillator_takes_its_time(self):
        self.m.write(self.CR, 0x10083)
        self.assertEqual(self.m.read(self.CR) >> 17 & 1, 0)
        self.m.step()
        self.m.step(5_000_000)
        self.assertEqual(self.m.read(self.CR) >> 17 & 1, 1)

    def test_a_block_without_its_clock_is_deaf_and_says_so(self):
        self.m.write(self.MODER, 0xa8000001)
        self.assertEqual(self.m.read(self.MODER), 0)
        self.assertIn("clock-off: gpioa.MODER: write to MODER with the clock off (rcc.AHB1ENR.GPIOAEN is 0)", self.m.close())

    def test_pins_are_driven_and_heard(self):
        self.m.write(self.AHB1ENR, 1)
        self.m.read(self.AHB1ENR)
        self.m.write(self.MODER, 0xa8000001)
        self.m.ask("irq_intercept_out gpioa")
        self.m.write(self.BSRR, 1)
        self.assertEqual(self.m.lines.get(0), True)
        self.m.ask("set_irq_in gpioa pin 3 1")
        self.assertEqual(self.m.read(self.IDR) & 9, 9)


class MicrobitTimer(Case):
    def test_compares_match_on_time_and_after_overflow(self):
        base = 0x40008000
        start, stop, clear, compare, bitmode, prescaler, cc = (base + n for n in (0, 4, 12, 0x140, 0x508, 0x510, 0x540))
        m = self.machine("microbit")
        m.write(stop, 1)
        m.write(clear, 1)
        m.write(bitmode, 0)
        m.write(prescaler, 0)
        for n, value in enumerate((2, 162, 480)):
            m.write(cc + 4 * n, value)

        def events():
            return [m.read(compare + 4 * n) for n in range(4)]

        self.assertEqual(events(), [0, 0, 0, 0])
        m.write(start, 1)
        m.step(10000)  # 160 ticks of 16 MHz
        self.assertEqual(events(), [1, 0, 0, 0])
        m.write(cc + 12, 114)
        m.step(10000)
        self.assertEqual(events(), [1, 1, 0, 0])
        m.step(10000)
        self.assertEqual(events(), [1, 1, 1, 0])
        m.step((0x10000 + 114 - 480) * 1000 // 16 - 100)
        self.assertEqual(events(), [1, 1, 1, 0])
        m.step(200)
        self.assertEqual(events(), [1, 1, 1, 1])


class MicrobitFlash(Case):
    CONFIG, ERASEPAGE, ERASEALL, ERASEUICR = (0x4001e000 + n for n in (0x504, 0x508, 0x50c, 0x514))
    UICR = 0x10001000

    def setUp(self):
        self.m = self.machine("microbit", "--quiet")

    def words(self, address, size):
        return self.m.ask(f"read {address:#x} {size}")

    def configured(self, mode, register, value):
        self.m.write(self.CONFIG, mode)
        self.m.write(register, value)
        self.m.write(self.CONFIG, 0)

    def test_a_page_is_erased_and_written(self):
        for page in (0, 0x400):
            self.configured(2, self.ERASEPAGE, page)
            self.assertEqual(self.words(page, 1024), "0x" + "ff" * 1024)
            self.m.write(self.CONFIG, 1)
            for n in range(16):
                self.m.write(page + 4 * n, n)
                self.assertEqual(self.m.read(page + 4 * n), n)
            self.m.write(self.CONFIG, 0)

    def test_a_write_takes_its_time(self):
        before = self.m.step(0)
        self.configured(1, 0x100, 0x12345678)
        self.assertGreater(self.m.step(0) - before, 20_000)

    def test_everything_is_erased(self):
        self.configured(1, 0x8000, 0)
        self.configured(1, self.UICR + 0x80, 0)
        self.configured(2, self.ERASEALL, 1)
        self.assertEqual((self.m.read(0x8000), self.m.read(self.UICR + 0x80)), (0xffffffff, 0xffffffff))

    def test_uicr_is_erased(self):
        self.configured(1, self.UICR + 0x80, 5)
        self.assertEqual(self.m.read(self.UICR + 0x80), 5)
        self.configured(2, self.ERASEUICR, 1)
        self.assertEqual(self.m.read(self.UICR + 0x80), 0xffffffff)


class MicrobitPins(Case):
    OUTSET, OUTCLR, IN, DIR, DIRSET, DIRCLR, CNF = (0x50000000 + n for n in (0x508, 0x50c, 0x510, 0x514, 0x518, 0x51c, 0x700))

    def setUp(self):
        self.m = self.machine("microbit")

    def test_direction_and_configuration_are_one(self):
        self.m.write(self.DIRSET, 0x80000001)
        self.assertEqual([self.m.read(self.CNF + n) & 1 for n in (0, 4 * 31)], [1, 1])
        self.m.write(self.DIRCLR, 0x80000001)
        self.assertEqual((self.m.read(self.DIR), self.m.read(self.CNF) & 1), (0, 0))

    def test_pulls_hold_what_nothing_drives(self):
        for cnf, level in ((0b1100, 1), (0b0100, 0)):
            self.m.write(self.CNF, cnf)
            self.assertEqual(self.m.read(self.IN) & 1, level)

    def test_detect_is_high_while_any_pin_is_sensed(self):
        for pin in (5, 6, 7):
            self.m.write(self.CNF + 4 * pin, 2 << 16)  # input, SENSE high
        self.m.ask("irq_intercept_out /machine/nrf51/gpio detect")

        def drive(pin, level):
            self.m.ask(f"set_irq_in /machine/nrf51 unnamed-gpio-in {pin} {level}")
            return self.m.lines.get(0, False)

        self.assertEqual([drive(*p) for p in ((5, 1), (5, 0), (0, 1))], [True, False, False])
        self.assertEqual([drive(*p) for p in ((6, 1), (7, 1), (7, 0), (6, 0))], [True, True, True, False])

    def test_an_output_is_seen_by_its_own_input(self):
        self.m.write(self.CNF, 1)
        self.m.write(self.OUTSET, 1)
        self.assertEqual(self.m.read(self.IN) & 1, 1)
        self.m.write(self.OUTCLR, 1)
        self.assertEqual(self.m.read(self.IN) & 1, 0)


class MicrobitUart(Case):
    STARTRX, STARTTX, RXDRDY, TXDRDY, ENABLE, PSELTXD, PSELRXD, RXD, TXD, BAUD = (
        0x40002000 + n for n in (0, 8, 0x108, 0x11c, 0x500, 0x50c, 0x514, 0x518, 0x51c, 0x524))

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = os.path.join(folder.name, "out")
        self.m = self.machine("microbit", "--polling", "--serial=file:" + self.out)
        self.m.write(0x50000700 + 4 * 24, 3)
        self.m.write(self.PSELTXD, 24)
        self.m.write(self.PSELRXD, 25)
        self.m.write(self.BAUD, 0x1d7e000)
        self.m.write(self.ENABLE, 4)

    def test_characters_leave_one_after_the_other(self):
        self.m.write(self.STARTTX, 1)
        for c in b"world":
            self.m.write(self.TXD, c)
            while not self.m.read(self.TXDRDY):
                pass
            self.m.write(self.TXDRDY, 0)
        self.m.close()
        with open(self.out, "rb") as f:
            self.assertEqual(f.read(), b"world")


class MicrobitSensors(Case):
    """TWI 0 with the accelerometer and the magnetometer; addresses are 7 bits."""
    STARTRX, STARTTX, STOPPED, RXDREADY, TXDSENT, ERROR, SHORTS, ENABLE, PSELSCL, PSELSDA, RXD, TXD, FREQUENCY, ADDRESS = (
        0x40003000 + n for n in (0, 8, 0x104, 0x108, 0x11c, 0x124, 0x200, 0x500, 0x508, 0x50c, 0x518, 0x51c, 0x524, 0x588))

    def identity(self, address, register):
        """The byte in a part's register; None when nobody acknowledges."""
        m = self.m
        m.write(self.ADDRESS, address)
        m.write(self.STARTTX, 1)
        m.write(self.TXD, register)
        while not m.read(self.TXDSENT):
            if m.read(self.ERROR):
                return None
        m.write(self.TXDSENT, 0)
        m.write(self.SHORTS, 2)  # stop after the byte
        m.write(self.STARTRX, 1)
        while not m.read(self.STOPPED):
            pass
        self.assertEqual(m.read(self.RXDREADY), 1)
        for event in (self.STOPPED, self.RXDREADY, self.SHORTS):
            m.write(event, 0)
        return m.read(self.RXD)

    def test_the_boards_sensors_identify_themselves(self):
        self.m = self.machine("microbit", "--quiet")
        for pin in (0, 30):
            self.m.write(0x50000700 + 4 * pin, 0x60c)
        self.m.write(self.PSELSCL, 0)
        self.m.write(self.PSELSDA, 30)
        self.m.write(self.FREQUENCY, 0x01980000)
        self.m.write(self.ENABLE, 5)
        # A loop that looks at two registers in turn is no polling: each look takes time here.
        ask = self.m.ask
        self.m.ask = lambda line: (ask("clock_step 10000") if line.startswith("readl") else None, ask(line))[1]
        self.assertEqual(self.identity(0x1d, 0x0d), 0x5a)  # MMA8653FC: WHO_AM_I
        self.assertEqual(self.identity(0x0e, 0x07), 0xc4)  # MAG3110: WHO_AM_I
        self.assertIsNone(self.identity(0x3a, 0x0d))


main()
