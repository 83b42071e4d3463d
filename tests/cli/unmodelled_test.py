#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What nobody modelled: --svd, --stub, and what the stuck report says of them."""
import os

import cli

SVD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "extra.svd")


class Unmodelled(cli.CliTest):
    def waits(self, code, *more):
        return self.run_zif(code, "run", "--board=nrf51822", "--timeout=5ms", *more, cli.guest("waits.elf"))

    def test_a_block_the_chip_has_not_is_a_fault(self):
        self.waits(122)

    def test_svd_file_gives_the_block_its_names_and_reset_values(self):
        said = self.waits(124, "--svd", SVD).stderr
        self.assertIn("it kept reading extra.STATUS as 0x11: ", said)
        self.assertIn("the code there looks at 0x8: READY", said)
        self.assertIn("--stub extra.STATUS.READY=1", said)

    def test_stub_holds_a_field_by_name(self):
        for name in ("extra.STATUS.READY", "EXTRA.status.ready", "0x40030004:3", "0x40030004:3:3"):
            self.waits(0, "--svd", SVD, "--stub", name + "=1")
        self.waits(124, "--svd", SVD, "--stub=extra.STATUS=7")
        self.waits(0, "--svd", SVD, "--stub=extra.STATUS=8")

    def test_stub_makes_a_block_of_an_address(self):
        self.waits(0, "--stub=0x40030004:3=1")
        self.waits(0, "--stub=0x40030004=8")
        said = self.waits(124, "--stub=0x40030004:2=1").stderr
        self.assertIn("it kept reading stub at offset 0x0, which zif does not model", said)
        self.assertIn("--stub 0x40030004:3=1 (--svd FILE names its registers)", said)

    def test_stub_holds_a_field_of_a_modelled_register(self):
        crash = ("run", "--board=nrf51822", "--timeout=50ms", cli.firmware("nrf51822", "crash"))
        self.assertIn("it kept reading uart0.BAUDRATE as 0x", self.run_zif(124, *crash, stdin="p").stderr)
        said = self.run_zif(124, *crash, "--stub=uart0.BAUDRATE=0x1234", stdin="p").stderr
        self.assertNotIn("BAUDRATE as 0x0", said)

    def test_a_run_with_stubs_repeats_itself_on_both_ports(self):
        hashes = {self.waits(124, "--svd", SVD, "--stub=extra.STATUS.LEVEL=3", "--trace-hash", "--cpu-port", port).stderr
                  .splitlines()[-1] for port in ("fast", "portable")}
        self.assertEqual(len(hashes), 1)

    def test_what_cannot_be_held_gives_125(self):
        for words in ("extra.STATUS.READY=2", "extra.STATUS.NOTHERE=1", "extra.NOTHERE=1", "nothere.STATUS=1", "extra=1", "=1",
                      "extra.STATUS.READY", "extra.STATUS.READY=x", "0x40030004:32=1", "0x40030004:1:2=1", "0x40030004:=1",
                      "0x20000000=1", "0xe000e100=1", "0x100000000=1", "0x40030004:3=2"):
            with self.subTest(words=words):
                self.refused("--stub: ", "run", "--board=nrf51822", "--svd", SVD, "--stub", words, cli.guest("waits.elf"))

    def test_what_is_no_svd_file_gives_125(self):
        self.refused("cannot read", "run", "--board=nrf51822", "--svd=/nonexistent.svd", cli.guest("waits.elf"))
        self.refused("waits.elf, line 1", "run", "--board=nrf51822", "--svd", cli.guest("waits.elf"), cli.guest("waits.elf"))

    def test_boards_and_maps_show_the_blocks_of_a_file(self):
        self.assertIn("extra", self.run_zif(0, "board", "--svd", SVD, "nrf51822").stdout)
        self.assertRegex(self.run_zif(0, "mtree", "--svd", SVD, "--board=nrf51822").stdout, "0*40030000-0*400303ff.*extra")


if __name__ == "__main__":
    cli.main()
