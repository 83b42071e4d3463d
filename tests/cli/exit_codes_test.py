#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every exit code of zif run, and which one wins where several hold."""
import os
import re
import tempfile

import cli


class ExitCodes(cli.CliTest):
    def crash(self, code, key, *more, soc="mps2-an385"):
        """The program `crash`, told by its console how to end."""
        return self.run_zif(code, "run", "--board", soc, *more, cli.firmware(soc, "crash"), stdin=key)

    def test_firmware_that_succeeds_gives_0(self):
        for soc in cli.SOCS:
            self.run_zif(0, "run", "--board", soc, cli.firmware(soc, "hello"))

    def test_steps_all_taken_give_0(self):
        self.run_zif(0, "run", "--board", "mps2-an385", "--expect", "which", cli.firmware("mps2-an385", "crash"))

    def test_for_gives_0_when_the_time_is_over(self):
        self.run_zif(0, "run", "--board", "mps2-an385", "--for", "5ms", cli.firmware("mps2-an385", "crash"))

    def test_for_with_an_unmet_expectation_gives_120(self):
        self.run_zif(120, "run", "--board", "mps2-an385", "--for", "5ms", "--expect", "survived",
                     cli.firmware("mps2-an385", "crash"))

    def test_for_keeps_looking_for_fail_texts_after_the_last_step(self):
        self.run_zif(121, "run", "--board", "mps2-an385", "--for", "50ms", "--fail", "hang", "--expect", "which",
                     "--send", "h", cli.firmware("mps2-an385", "crash"))

    def test_status_of_the_firmware_passes_through(self):
        for soc in cli.SOCS:
            self.assertIn("exited with status 3", self.crash(3, "3", soc=soc).stderr)

    def test_large_status_gives_119_and_is_printed(self):
        self.assertIn("status 200", self.crash(119, "X").stderr)

    def test_unmet_expectation_gives_120(self):
        said = self.run_zif(120, "run", "--board", "mps2-an385", "--expect", "hello", "--expect", "goodbye",
                            cli.firmware("mps2-an385", "hello")).stderr
        self.assertIn("step 2 not met: --expect 'goodbye'", said)

    def test_text_the_guest_does_not_take_gives_120(self):
        hello = ("run", "--board", "mps2-an385", "--send", "never read", cli.firmware("mps2-an385", "hello"))
        self.assertIn("the guest did not take all of --send 'never read'", self.run_zif(120, *hello).stderr)

    def test_fail_text_gives_121(self):
        said = self.crash(121, "u", "--fail", "undefined").stderr
        self.assertIn("the guest printed what --fail 'undefined' forbids", said)
        self.crash(121, "u", "--fail-text=undefined")

    def test_fail_expression_gives_121(self):
        self.crash(121, "u", "--fail-re", "^undef[a-z]+ instr")

    def test_every_crash_gives_122_and_a_crash_screen(self):
        for soc in cli.SOCS:
            for key in "urtjxlb":
                with self.subTest(soc=soc, key=key):
                    said = self.crash(122, key, soc=soc).stderr
                    self.assertIn("--- crash:", said)
                    self.assertIn("(crash.c:", said)
                    self.assertIn("  | crash: which?", said)

    def test_fault_is_told_in_words(self):
        self.assertIn("UNDEFINSTR: undefined instruction", self.crash(122, "u").stderr)
        self.assertIn("address 0x30000000", self.crash(122, "r").stderr)
        self.assertIn("ARMv6-M does not show them", self.crash(122, "r", soc="nrf51822").stderr)

    def test_sleep_nothing_can_end_gives_122_at_once(self):
        for soc in cli.SOCS:
            said = self.crash(122, "z", "--timeout", "1000000s", soc=soc).stderr
            self.assertIn("zif: the guest sleeps and nothing can wake it\n", said)

    def test_a_result_that_could_not_be_stored_is_found_before_the_run(self):
        hello = ("run", "--board", "mps2-an385", cli.firmware("mps2-an385", "hello"))
        for option in ("--junit=/no/such/folder/x.xml", "--junit=/", "--save=/no/such/folder/x@1ms", "--save=/tmp@1ms",
                       "--junit=/dev/null/x", "--junit=x/"):
            with self.subTest(option=option):
                out = self.run_zif(125, *hello, option)
                self.assertEqual(out.stdout, "")
                self.assertRegex(out.stderr, r"^zif: --(junit|save): cannot write [^\n]*\n$")

    def test_a_board_that_was_left_out_is_told(self):
        hello = cli.firmware("mps2-an385", "hello")
        for words in ((hello,), (hello, "other.elf")):
            self.assertIn("was the board's name left out?", self.run_zif(125, "run", "--board", *words).stderr)

    def test_reset_loop_gives_122(self):
        said = self.run_zif(122, "run", "--board", "mps2-an385", "--max-resets", "3", *["--expect=which?", "--send=R"] * 5,
                            cli.firmware("mps2-an385", "crash")).stderr
        self.assertIn("reset itself more than 3 times", said)

    def test_report_under_strict_gives_123(self):
        wrong = ("run", "--board", "nrf51822", "--for", "1ms", cli.guest("wrong.elf"))
        self.assertIn("read-only: ficr.CODEPAGESIZE", self.run_zif(0, *wrong).stderr)
        self.assertIn("read-only", self.run_zif(123, *wrong, "--strict").stderr)
        self.run_zif(123, *wrong, "--strict=width,read-only")
        self.run_zif(0, *wrong, "--strict=width")

    def test_report_that_is_allowed_or_expected_passes_strict(self):
        wrong = ("run", "--board", "nrf51822", "--for", "1ms", "--strict", cli.guest("wrong.elf"))
        for report in ("read-only", "read-only:ficr", "read-only:ficr.codepagesize"):
            self.run_zif(0, *wrong, "--allow-report", report)
            self.run_zif(0, *wrong, "--expect-report", report)
        for report in ("width", "read-only:uart0", "read-only:ficr.CODESIZE"):
            self.run_zif(123, *wrong, "--allow-report", report)

    def test_expected_report_ends_the_run_as_a_step(self):
        wrong = ("run", "--board", "nrf51822", cli.guest("wrong.elf"))
        self.run_zif(0, *wrong, "--expect-report=read-only:ficr")
        self.run_zif(0, *wrong, "--wait=1ms", "--expect-report=read-only:ficr")

    def test_expected_report_that_does_not_come_gives_120(self):
        wrong = ("run", "--board", "nrf51822", "--timeout", "1ms", cli.guest("wrong.elf"))
        said = self.run_zif(120, *wrong, "--expect-report=locked:ficr").stderr
        self.assertIn("step 1 not met: --expect-report 'locked:ficr'", said)

    def test_reports_are_in_junit(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/result.xml"
            self.run_zif(0, "run", "--board", "nrf51822", "--for", "1ms", "--junit", path, cli.guest("wrong.elf"))
            with open(path) as result:
                self.assertIn("read-only: ficr.CODEPAGESIZE", result.read())

    def test_timeout_gives_124_and_says_where_the_program_was(self):
        for soc in cli.SOCS:
            said = self.crash(124, "h", "--timeout", "30ms", soc=soc).stderr
            self.assertIn("timeout after 30 ms of virtual time", said)
            self.assertIn("hang (crash.c:", said)
            share = re.search(r"spent its time in +(\d+) % 0x[0-9a-f]+ hang", said)
            self.assertGreater(int(share[1]), 85, said)

    def test_a_wait_for_the_transmitter_is_no_wait_for_input(self):
        said = self.run_zif(120, "run", "--board", "mps2-an385", "--timeout", "1ms", "--expect", "never",
                            cli.firmware("mps2-an385", "hello")).stderr
        self.assertIn('uart0 has "tx-done" due', said)
        self.assertNotIn("nothing waits to be received", said)

    def test_timeout_names_the_register_and_bit_that_was_polled(self):
        said = self.crash(124, "p", "--timeout", "50ms", soc="nrf51822").stderr
        self.assertIn("it kept reading uart0.BAUDRATE as 0x", said)

    def test_timeout_without_being_asked_for_is_30_s_of_virtual_time(self):
        said = self.run_zif(124, "run", "--board", "nrf51822", cli.guest("dozing.elf")).stderr
        self.assertIn("timeout after 30 s of virtual time", said)

    def test_timeout_gives_the_code_that_was_asked_for(self):
        self.crash(42, "h", "--timeout", "5ms", "--timeout-exit-code", "42")
        self.crash(0, "h", "--timeout", "5ms", "--timeout-exit-code=0")

    def test_wall_timeout_gives_124(self):
        said = self.crash(124, "h", "--timeout", "1000000s", "--wall-timeout", "500ms").stderr
        self.assertIn("timeout after 500 ms of the host's time", said)

    def test_timeout_with_an_unmet_expectation_gives_120(self):
        said = self.run_zif(120, "run", "--board", "mps2-an385", "--timeout", "5ms", "--timeout-exit-code", "7", "--expect",
                            "survived", cli.firmware("mps2-an385", "crash")).stderr
        self.assertIn("timeout after 5 ms", said)
        self.assertIn("step 1 not met: --expect 'survived'", said)

    def test_exit_with_an_unmet_expectation_gives_120(self):
        said = self.run_zif(120, "run", "--board", "mps2-an385", "--send", "3", "--expect", "survived",
                            cli.firmware("mps2-an385", "crash")).stderr
        self.assertIn("exited with status 3", said)

    def test_crash_with_an_unmet_expectation_gives_122(self):
        self.run_zif(122, "run", "--board", "mps2-an385", "--send", "u", "--expect", "survived",
                     cli.firmware("mps2-an385", "crash"))

    def test_fail_text_with_an_unmet_expectation_gives_121(self):
        self.run_zif(121, "run", "--board", "mps2-an385", "--send", "u", "--expect", "survived", "--fail", "undefined",
                     cli.firmware("mps2-an385", "crash"))

    def test_report_with_an_unmet_expectation_gives_120(self):
        self.run_zif(120, "run", "--board", "nrf51822", "--strict", "--expect", "x", cli.guest("wrong.elf"))

    def test_usage_image_and_board_give_125(self):
        hello = cli.firmware("mps2-an385", "hello")
        self.refused("no firmware image is named", "run", "--board", "mps2-an385")
        self.refused("no board is named", "run", hello)
        self.refused("nosuchboard", "run", "--board", "nosuchboard", hello)
        self.refused("unknown option '--nonsense'", "run", "--nonsense", hello)
        self.refused("cannot open the image", "run", "--board", "mps2-an385", hello + ".missing")
        self.refused("there is no command 'walk'", "walk")
        self.refused("no command")

    def test_bad_values_give_125(self):
        hello = cli.firmware("mps2-an385", "hello")
        for words in (["--timeout", "5"], ["--timeout", "0s"], ["--for", "soon"], ["--seed", "x"], ["--ram-fill", "0x100"],
                      ["--ram-fill", "ones"], ["--max-resets", "-1"], ["--log", "loud"], ["--strict=nonsense"],
                      ["--timeout-exit-code", "256"], ["--expect-report", "nonsense"], ["--allow-report", "width:"],
                      ["--expect-report", "width:nothere"], ["--expect-report", "width:uart0.NOTHERE"], ["--expect", ""], ["--expect-re", "["], ["--send", "\\q"],
                      ["--wait", "1"], ["--uart", "console"], ["--uart", "console=radio"], ["--uart", "nosuch=stdio"],
                      ["--uart", "console=null,baud=x"], ["--uart", "console=null,baud=0"], ["--save", "x@expect"],
                      [""], ["--expect", "uart0:"], ["--cpu-port", "slow"], ["--realtime=yes"],
                      ["--uart=console=null", "--uart=uart0=null"]):
            with self.subTest(words=words):
                self.refused("", "run", "--board", "mps2-an385", *words, hello)

    def test_snapshot_that_never_came_due_gives_125(self):
        with tempfile.TemporaryDirectory() as folder:
            late = ("--save", folder + "/late.snap@1000s", cli.firmware("mps2-an385", "hello"))
            self.assertIn("nothing is stored", self.run_zif(125, "run", "--board", "mps2-an385", *late).stderr)
            self.run_zif(120, "run", "--board", "mps2-an385", "--expect", "never", *late)
            self.assertEqual(os.listdir(folder), [])

    def test_value_missing_gives_125(self):
        self.refused("option --timeout needs a value: DURATION", "run", "--timeout")


if __name__ == "__main__":
    cli.main()
