#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Images as zif run takes them: every format, several at once, and a sentence for each that is refused."""
import os
import struct
import tempfile

import cli

BOARD = ("run", "--board", "nrf51822", "--expect", "hello")


def uf2(data, address):
    """UF2 blocks of 256 bytes, as the specification lays them out."""
    parts = [data[i:i + 256] for i in range(0, len(data), 256)]
    blocks = b""
    for n, part in enumerate(parts):
        head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0, address + 256 * n, len(part), n, len(parts), 0)
        blocks += head + part.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)
    return blocks


class Images(cli.CliTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def hello(self, ending):
        with open(cli.firmware("nrf51822", "hello", ending), "rb") as f:
            return f.read()

    def test_every_format_runs(self):
        for ending in ("elf", "hex", "srec"):
            with self.subTest(ending=ending):
                self.run_zif(0, *BOARD, cli.firmware("nrf51822", "hello", ending))
        self.run_zif(0, *BOARD, cli.firmware("nrf51822", "hello", "bin") + "@0")
        self.run_zif(0, *BOARD, self.file("hello.uf2", uf2(self.hello("bin"), 0)))

    def test_every_format_gives_the_same_run(self):
        hashes = set()
        for ending in ("elf", "hex", "srec", "bin@0"):
            said = self.run_zif(0, *BOARD, "-q", "--trace-hash", cli.firmware("nrf51822", "hello", ending)).stderr
            hashes.add(said)
        self.assertEqual(len(hashes), 1, hashes)
        self.assertRegex(hashes.pop(), r"^zif: trace hash [0-9a-f]{16}\n$")

    def test_format_is_found_by_content_not_by_name(self):
        self.run_zif(0, *BOARD, self.file("hello.bin", self.hello("hex")))

    def test_two_images_run_together(self):
        data = self.hello("bin")
        half = len(data) // 2 & ~3
        first, second = self.file("a.bin", data[:half]), self.file("b.bin", data[half:])
        self.run_zif(0, *BOARD, first + "@0", f"{second}@{half:#x}")

    def test_sparse_hex_reaches_the_configuration_registers(self):
        self.run_zif(0, "run", "--board", "microbit", "--expect", ">>> ", cli.MICROPYTHON)

    def test_overlapping_images_are_refused(self):
        extra = self.file("extra.bin", b"x" * 16)
        self.refused("images overlap: ", *BOARD, cli.firmware("nrf51822", "hello", "hex"), extra + "@0x20")
        said = self.refused("extra.bin, offset 0x0", *BOARD, cli.firmware("nrf51822", "hello", "hex"),
                            extra + "@0x20").stderr
        self.assertIn("hello.hex, line ", said)
        self.assertIn("address 0x00000020", said)

    def test_bytes_outside_any_memory_are_refused(self):
        path = self.file("far.hex", ":020000040001F9\n:0100000001FE\n:020000040800F2\n:0100000001FE\n:00000001FF\n")
        self.refused("far.hex, line 4: address 0x08000000 is outside any memory of nrf51822", *BOARD, path)
        path = self.file("long.bin", b"x" * 32)
        self.refused("long.bin, offset 0x10: address 0x20004000 is outside any memory", *BOARD, path + "@0x20003ff0")
        self.refused("outside any memory", *BOARD, path + "@0x40002000")

    def test_other_architectures_are_refused(self):
        self.refused("wrong architecture: this ELF is for", *BOARD, cli.ZIF)

    def test_code_for_a_larger_core_is_refused_and_for_a_smaller_one_is_not(self):
        self.refused("wrong architecture: this ELF is for ARMv7-M; the Cortex-M0 of board nrf51822 has ARMv6-M", *BOARD,
                     cli.firmware("mps2-an385", "hello"))
        self.run_zif(0, "run", "--board", "mps2-an385", "--for", "1us", cli.firmware("nrf51822", "hello"))

    def test_truncated_files_are_refused(self):
        for ending in ("elf", "hex", "srec"):
            data = self.hello(ending)
            for keep in (len(data) // 2, len(data) * 3 // 4):
                path = self.file("cut." + ending, data[:keep])
                with self.subTest(ending=ending, keep=keep):
                    said = self.refused("truncated", *BOARD, path).stderr
                    self.assertRegex(said, r"cut\.\w+, (line \d+|offset 0x[0-9a-f]+): ")
        self.refused("truncated", *BOARD, self.file("cut.uf2", uf2(self.hello("bin"), 0)[:-700]))

    def test_what_is_no_image_is_refused(self):
        self.refused("neither ELF, Intel HEX, S-records nor UF2", *BOARD, self.file("x.txt", "hello"))
        self.refused("the file is empty", *BOARD, self.file("x.bin", ""))
        self.refused("Is a directory", *BOARD, self.folder)
        self.refused("'here' is no address", *BOARD, self.file("x.bin", "hello") + "@here")
        self.refused("does not fit in 32 bits", *BOARD, self.folder + "/x.bin@0x100000000")

    def test_bad_checksum_is_refused(self):
        lines = self.hello("hex").decode().splitlines()
        lines[2] = lines[2][:-2] + f"{int(lines[2][-2:], 16) ^ 1:02X}"
        self.refused("bad.hex, line 3: checksum is", *BOARD, self.file("bad.hex", "\n".join(lines)))


if __name__ == "__main__":
    cli.main()
