#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Mistakes that show in the core: each is reported, by name, and nothing else is."""
import cli


class Reports(cli.CliTest):
    def mistake(self, code, number, *more):
        results = [self.run_zif(code, "run", f"--board={board}", *more, cli.guest(f"mistake{number}.elf")) for board in cli.SOCS]
        return [result.stderr for result in results]

    def test_interrupt_without_a_handler(self):
        for said in self.mistake(0, 1):
            self.assertIn("zif: 1 report:", said)
            self.assertRegex(said, r"interrupt: \w+: interrupt 0 is enabled and its vector leads to an endless loop at 0x[0-9a-f]+ spin: "
                             r"no handler is installed \(at 0x[0-9a-f]+ start\+0x")
        self.mistake(123, 1, "--strict=interrupt")

    def test_handler_that_never_clears_its_source(self):
        for said in self.mistake(124, 2, "--timeout=5ms"):
            self.assertIn("zif: 1 report:", said)
            self.assertRegex(said, r"interrupt 1 was taken 1000 times in a row and nothing else could run")

    def test_stack_that_grows_through_its_end(self):
        for said in self.mistake(0, 3, "--expect-report=stack:cpu"):
            self.assertIn("zif: 1 report:", said)
            self.assertRegex(said, r"stack: cpu: the stack pointer is 0x200000[ef][0-9a-f] at a store, below the end of its stack at "
                             r"0x20000100 \(__stack_limit\)")
        for said in self.mistake(123, 3, "--strict", "--stack-limit=0x20000180"):
            self.assertIn("below the end of its stack at 0x20000180 (--stack-limit)", said)

    def test_rate_that_is_not_the_other_ends(self):
        for soc in cli.SOCS:
            hello = ("run", f"--board={soc}", "--for=10ms", cli.firmware(soc, "hello"))
            said = self.run_zif(0, *hello, "--uart=console=null,baud=9600", "--expect-report=baud:uart0").stderr
            self.assertRegex(said, r"baud: uart0\.BAUD\w+ = 0x[0-9a-f]+ gives 11\d\d\d\d baud, \+1\d\d\d\.\d % off the line's 9600")
            self.run_zif(0, *hello, "--uart=console=null,baud=115200", "--strict=baud")

    def test_their_clean_twin_has_no_report(self):
        for said in self.mistake(0, 4, "--strict"):
            self.assertNotIn("report", said)


if __name__ == "__main__":
    cli.main()
