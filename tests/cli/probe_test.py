#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a debug probe carries: SEGGER RTT and the ITM's stimulus ports."""
import os
import tempfile

import cli

HELLO = "hello over RTT, in more characters than the ring holds"


class Probe(cli.CliTest):
    def rtt(self, code, *more, board="nrf51822"):
        return self.run_zif(code, "run", f"--board={board}", "--timeout=2s", *more, cli.guest("rtt.elf"))

    def test_up_buffer_is_printed_and_down_buffer_is_fed(self):
        for board in cli.SOCS:
            said = self.rtt(0, "--rtt", "--rtt=1:null", f"--expect=rtt:{HELLO}", "--send=rtt:more than eight\\n", "--expect=rtt:MORE THAN EIGHT",
                            "--send=rtt:q", "--expect=rtt:Q", board=board)
            self.assertIn(HELLO, said.stdout)

    def test_frames_pass_untouched_into_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            self.rtt(0, "--rtt=null", f"--rtt=1:file:{folder}/frames", "--send=rtt:q", "--expect=rtt:Q")
            with open(f"{folder}/frames", "rb") as frames:
                self.assertEqual(frames.read(), bytes(range(256)))

    def test_guest_that_nobody_reads_waits(self):
        self.rtt(124)

    def test_a_probe_keeps_no_sleeping_guest_alive(self):
        said = self.rtt(122, "--rtt", "--rtt=1:null", "--send=rtt:z", "--for=1s")
        self.assertIn("the guest sleeps and nothing can wake it", said.stderr)
        self.assertTrue(said.stdout.endswith("Z"), said.stdout)

    def test_what_is_left_at_the_end_is_taken(self):
        said = self.rtt(0, "--rtt", "--rtt=1:null", "--send=rtt:q", "--for=2s")
        self.assertTrue(said.stdout.endswith("Q"), said.stdout)

    def test_runs_are_equal_on_both_ports(self):
        hashes = {self.rtt(0, "--rtt", "--rtt=1:null", "--trace-hash", "--send=rtt:q", "--expect=rtt:Q", f"--cpu-port={port}").stderr.splitlines()[-1]
                  for port in ("fast", "portable")}
        self.assertEqual(len(hashes), 1)

    def test_itm_ports_are_lines(self):
        itm = ("run", "--board=mps2-an385", cli.guest("itm.elf"))
        said = self.run_zif(0, *itm, "--itm", "--itm=3:null", "--expect=itm:hi", "--expect=itm3:word")
        self.assertTrue(said.stdout.startswith("hi\n"), said.stdout)
        self.assertEqual(self.run_zif(0, *itm).stdout, "")

    def test_bad_channels_give_125(self):
        for words in ("--rtt=32:null", "--rtt=1:", "--itm=99:null", "--rtt=radio"):
            self.refused("", "run", "--board=nrf51822", words, cli.guest("rtt.elf"))


if __name__ == "__main__":
    cli.main()
