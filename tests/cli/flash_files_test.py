#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`zif flash`: what a file of flash contents has in it, what two of them differ in."""
import os
import random
import struct
import tempfile

import cli

BOOT = cli.firmware("nrf51822", "update-boot")
APP = cli.firmware("nrf51822", "update-app1")
SIZE = 256 * 1024


class FlashFilesTest(cli.CliTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = self.path("a.bin")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, cells, name="a.bin"):
        with open(self.path(name), "wb") as f:
            f.write(cells)
        return self.path(name)

    def test_info_tells_sectors_wear_and_images(self):
        self.run_zif(0, "run", "--board=nrf51822", "-q", "--flash=flash=" + self.file, "--program", BOOT, APP,
                     "--expect=application 2 ready")
        page = self.run_zif(0, "flash", "info", "--board=nrf51822", self.file).stdout
        self.assertRegex(page, r"^.*a.bin: 262144 bytes, \d+ of them not erased\n256 sectors, \d+ in use; \d+ erases, of one sector 1 at most\n")
        self.assertRegex(page, r"\n +16  0x00004000 +1024 +\d+ +1\n")
        self.assertRegex(page, r"\n0x00000000  vector table, stack 0x20004000, reset 0x[0-9a-f]{8}\n")
        self.assertRegex(page, r"\n0x00004000  vector table, stack 0x[0-9a-f]{8}, reset 0x00004[0-9a-f]{3}\n")
        self.assertNotIn("sectors", self.run_zif(0, "flash", "info", self.file).stdout)

    def test_info_knows_images_and_file_systems(self):
        cells = bytearray(b"\xff" * SIZE)
        cells[0x400:0x420] = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 0x200, 0, 4660, 0, 1, 2, 3, 45, 0)
        cells[0x600:0x610] = struct.pack("<IIII", 0x20001000, 0x601, 0x603, 0x605)
        cells[0x8000:0x8020] = struct.pack("<II8sIIII", 1, 0, b"littlefs", 0, 0x20001, 4096, 31)
        boot = bytearray(512)
        boot[0:3] = b"\xeb\x3c\x90"
        boot[11:14] = struct.pack("<HB", 512, 1)
        boot[16] = 2
        boot[19:21] = struct.pack("<H", 99)
        boot[510:] = b"\x55\xaa"
        cells[0x10000:0x10200] = boot
        page = self.run_zif(0, "flash", "info", self.write(cells)).stdout
        self.assertIn("0x00000400  MCUboot image 1.2.3+45, 4660 bytes behind a header of 512; reset 0x00000600\n", page)
        self.assertIn("0x00008000  littlefs 2.1, 31 blocks of 4096 bytes\n", page)
        self.assertIn("0x00010000  FAT boot sector, 99 sectors of 512 bytes\n", page)
        self.assertEqual(page.count("\n"), 4)

    def test_what_is_cut_short_is_not_known(self):
        cells = struct.pack("<IIII", 0x20001000, 0x1, 0x3, 0x5)
        for n in range(1, 16):
            page = self.run_zif(0, "flash", "info", self.write(cells[:n])).stdout
            self.assertEqual(page.count("\n"), 1)
        self.assertIn("vector table", self.run_zif(0, "flash", "info", self.write(cells)).stdout)

    def test_dump_folds_what_is_erased(self):
        cells = bytearray(b"\xff" * 4096)
        cells[0x103:0x108] = b"hello"
        cells[0xFF0] = 0
        page = self.run_zif(0, "flash", "dump", self.write(cells)).stdout.splitlines()
        self.assertEqual(page, [
            "00000000  0x100 bytes erased",
            "00000100  ff ff ff 68 65 6c 6c 6f  ff ff ff ff ff ff ff ff  |...hello........|",
            "00000110  0xee0 bytes erased",
            "00000ff0  00 ff ff ff ff ff ff ff  ff ff ff ff ff ff ff ff  |................|"])
        page = self.run_zif(0, "flash", "dump", "--from=0x104", "--len=3", self.file).stdout
        self.assertEqual(page.split("  ")[:2], ["00000104", "65 6c 6c"])

    def test_diff_tells_ranges_and_says_by_its_exit_code(self):
        cells = bytearray(random.Random(1).randbytes(SIZE))
        cells[0x800:0xC00] = b"\xff" * 0x400
        one = self.write(cells)
        self.assertEqual(self.run_zif(0, "flash", "diff", one, self.write(cells, "b.bin")).stdout, "")
        cells[0x3FE:0x402] = bytes(b ^ 1 for b in cells[0x3FE:0x402])
        cells[0x900] = 0
        two = self.write(cells, "b.bin")
        self.assertEqual(self.run_zif(1, "flash", "diff", one, two).stdout,
                         "0x000003fe-0x00000401  4 of 4 bytes differ\n"
                         "0x00000900-0x00000900  1 of 1 bytes differ, erased in the first\n")
        self.assertEqual(self.run_zif(1, "flash", "diff", "-b", "nrf51822", one, two).stdout,
                         "0x000003fe-0x000003ff  2 of 2 bytes differ, sector 0\n"
                         "0x00000400-0x00000401  2 of 2 bytes differ, sector 1\n"
                         "0x00000900-0x00000900  1 of 1 bytes differ, sector 2, erased in the first\n")

    def test_a_size_that_two_flashes_have_needs_a_name(self):
        board = self.path("board.dts")
        with open(board, "w", encoding="ascii") as f:
            f.write('/dts-v1/;\n#include "arm/mps2-an385.dtsi"\n/ { compatible = "acme,two", "arm,mps2-an385"; model = "two";')
            for name, at in (("one", 0x4000000), ("two", 0x5000000)):
                f.write(f'{name}: flash@{at:x} {{ compatible = "cfi-flash"; reg = <{at:#x} 0x8000>; bank-width = <2>;'
                        'zif,erase-regions = <2 0x4000>; };')
            f.write("};\n")
        self.write(b"\xff" * 0x8000)
        self.refused("choose one by --flash-name", "flash", "info", "--board", board, self.file)
        self.assertIn("2 sectors", self.run_zif(0, "flash", "info", "--board", board, "--flash-name=two", self.file).stdout)

    def test_what_is_no_flash_file_is_refused(self):
        short = self.write(b"short", "short")
        self.refused("zif flash takes info, dump or diff", "flash")
        self.refused("zif flash takes info, dump or diff", "flash", "show", short)
        self.refused("takes two files", "flash", "diff", short)
        self.refused("takes one file", "flash", "info", short, short)
        self.refused("one word too many", "flash", "info", short, short, short)
        self.refused("cannot be opened", "flash", "info", self.path("nothing"))
        self.refused("not a plain file", "flash", "info", "/dev/zero")
        self.refused("not a plain file", "flash", "dump", self.folder)
        self.refused("0 bytes are no flash's contents", "flash", "info", self.write(b"", "empty"))
        self.refused("which no flash of nrf51822 has", "flash", "info", "--board=nrf51822", short)
        self.refused('but flash "flash" has 262144', "flash", "info", "--board=nrf51822", "--flash-name=flash", short)
        self.refused('no flash "nor"', "flash", "info", "--board=nrf51822", "--flash-name=nor", short)
        self.refused("without --board", "flash", "info", "--flash-name=nor", short)
        self.refused("is past the", "flash", "dump", "--from=5", short)
        self.refused("is no number from 0 to", "flash", "dump", "--len=-1", short)
        self.refused("not of the same flash", "flash", "diff", short, self.write(b"longer", "longer"))
        self.refused("cannot be opened", "flash", "diff", short, self.path("nothing"))
        self.write(b"\xff" * SIZE)
        self.write(b"zif-wear 1 256\n0 x\n", "a.bin.wear")
        self.refused("not the erase counts", "flash", "info", "--board=nrf51822", self.file)


if __name__ == "__main__":
    cli.main()
