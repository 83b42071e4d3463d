#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Flash contents that outlive a run, damage, power cycles, and the power cut sweep."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET

import cli

BOOT = cli.firmware("nrf51822", "update-boot")
HASTY = cli.firmware("nrf51822", "update-boot-hasty")
APP = cli.firmware("nrf51822", "update-app1")
HELLO = cli.firmware("nrf51822", "hello", "hex")
SIZE = 256 * 1024
RUN = ("run", "--board", "nrf51822", "-q")
CUT = ("powercut", "--board", "nrf51822", "--check-text", "ready")


class FlashTest(cli.CliTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "flash.bin")

    def contents(self):
        with open(self.file, "rb") as f:
            return f.read()

    def test_a_file_keeps_the_flash_from_run_to_run(self):
        flash = "flash=" + self.file
        result = self.run_zif(0, *RUN, "--flash", flash, "--program", BOOT, APP, "--expect", "application 2 ready")
        self.assertIn("application 1 ready", result.stdout)
        result = self.run_zif(0, *RUN, "--flash", flash, BOOT, APP, "--expect", "ready")
        self.assertIn("application 2 ready", result.stdout)
        self.assertNotIn("application 1", result.stdout)
        with open(self.file + ".wear", encoding="ascii") as f:
            wear = f.read().split("\n")
        self.assertEqual(wear[0], "zif-wear 1 256")
        self.assertIn("16 1", wear)  # the primary slot's page

    def test_without_program_a_new_file_is_erased_and_wins_over_the_image(self):
        result = self.run_zif(122, *RUN, "--flash", "flash=" + self.file, HELLO)
        self.assertEqual(result.stdout, "")
        self.assertEqual(self.contents(), b"\xff" * SIZE)

    def test_power_lost_while_the_processor_waits_for_a_page_tears_it(self):
        with open(self.file, "wb") as f:
            f.write(bytes(SIZE))
        eraser = os.path.join(cli.FIRMWARE, "..", "tests", "mistakes", "nrf51.elf")  # erases the page at 0x20000
        options = ("--board", "bbc_microbit", "-q", "--flash", "flash=" + self.file, "--program", "--cmdline", "nvmc_erase right")
        self.run_zif(124, "run", *options, "--power-cycle-at=10ms", "--timeout=11ms", eraser)
        page = self.contents()[0x20000:0x20400]
        ones = sum(byte.bit_count() for byte in page)
        self.assertTrue(0 < ones < 8192, ones)
        self.assertEqual(self.contents()[0x20400:0x20800], bytes(0x400))
        self.run_zif(0, "run", *options, eraser)
        self.assertEqual(self.contents()[0x20000:0x20400], b"\xff" * 0x400)

    def test_an_overlay_leaves_the_file_alone(self):
        with open(self.file, "wb") as f:
            f.write(b"\xff" * SIZE)
        self.run_zif(0, *RUN, "--flash", f"flash={self.file},overlay", "--program", HELLO)
        self.assertEqual(self.contents(), b"\xff" * SIZE)
        self.assertFalse(os.path.exists(self.file + ".wear"))

    def test_wrong_flash_options_are_refused(self):
        with open(self.file, "wb") as f:
            f.write(b"short")
        self.refused("5 bytes, but flash \"flash\" has 262144", *RUN, "--flash", "flash=" + self.file, HELLO)
        self.assertEqual(self.contents(), b"short")
        self.refused("it has flash, uicr", *RUN, "--flash", "nor=" + self.file, HELLO)
        self.refused("is not NAME=FILE", *RUN, "--flash", "flash", HELLO)
        self.refused("cannot be opened", *RUN, "--flash", "flash=/nonexistent/x", HELLO)
        self.refused("is not NAME+OFFSET", *RUN, "--flash-flip", "flash+9", HELLO)
        self.refused("is past the", *RUN, "--flash-flip", "flash+0x40000@1ms", HELLO)
        os.unlink(self.file)
        with open(self.file + ".wear", "w", encoding="ascii") as f:
            f.write("zif-wear 1 3\n0 1\n")
        self.refused("not the erase counts of a flash of 256 sectors", *RUN, "--flash", "flash=" + self.file, HELLO)

    def test_a_power_cycle_starts_again_on_the_same_flash(self):
        result = self.run_zif(0, *RUN, "--power-cycle-at", "200ms", BOOT, APP, "--expect", "application 2 ready", "--expect",
                              "application 2 ready")
        self.assertEqual(re.findall(r"application \d", result.stdout), ["application 1", "application 2", "application 2"])

    def test_a_flipped_bit_is_seen_by_the_guest(self):
        # The last letter of "ready": bit 1 makes '{' of 'y'.
        with open(APP.replace(".elf", ".bin"), "rb") as f:
            at = 0x4000 + f.read().index(b"application 1 ready") + len("application 1 read")
        result = self.run_zif(0, *RUN, BOOT, APP, "--flash-flip", f"flash+{at}.1@1us", "--for", "3ms")
        self.assertIn("application 1 read{", result.stdout)

    def test_a_worn_sector_is_said_and_fails_the_update(self):
        result = cli.zif(*RUN, "--flash-endurance", "1", "--flash", "flash=" + self.file, "--program", BOOT, APP,
                         "--expect", "application 2 ready")
        self.assertEqual(result.returncode, 0)
        with open(self.file + ".wear", "w", encoding="ascii") as f:
            f.write("zif-wear 1 256\n16 100000\n")
        result = cli.zif("run", "--board", "nrf51822", "--flash-endurance", "1000", "--flash", "flash=" + self.file,
                         "--program", BOOT, APP, "--expect", "application 2 ready", "--timeout", "1s")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("sector 16 most often (100001 times)", result.stderr)

    def test_contents_after_a_kill_are_such_as_the_device_could_have_had(self):
        """Killed anywhere in the update, the next run on the same file comes up."""
        for moment in range(25):
            if os.path.exists(self.file):
                os.unlink(self.file)
            zif = subprocess.Popen([cli.ZIF, *RUN, "--flash", "flash=" + self.file, "--program", BOOT, APP, "--for",
                                    "100s"], stdout=subprocess.PIPE)
            zif.stdout.read(5)  # the images are in place
            time.sleep(moment * 0.0005)
            zif.send_signal(signal.SIGKILL)
            zif.wait()
            zif.stdout.close()
            self.run_zif(0, *RUN, "--flash", "flash=" + self.file, BOOT, APP, "--expect", "application 2 ready")


class PowercutTest(cli.CliTest):
    def sweep(self, code, *args):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "r.json")
            result = self.run_zif(code, *CUT, "--json", out, *args)
            with open(out, encoding="utf-8") as f:
                found = json.load(f)
        del found["seconds"]
        return found, result

    def test_the_sweep_finds_the_planted_bug(self):
        found, result = self.sweep(120, HASTY, APP, "--for", "200ms", "--torn")
        self.assertEqual(found["points"], 2 * found["steps"] + 1)
        first = found["failures"][0]["cuts"][0]
        self.assertEqual((first["flash"], first["kind"]), ("flash", "erase"))
        self.assertEqual(first["offset"], 0x4000)
        self.assertIn("update.h", first["where"])
        # The mark is the step before the erase; what is copied after it is lost.
        self.assertTrue(all(c["cuts"][0]["step"] >= first["step"] for c in found["failures"]))
        self.assertIn("--replay " + found["failures"][0]["point"], result.stdout)

    def test_the_sweep_clears_the_corrected_twin(self):
        found, _ = self.sweep(0, BOOT, APP, "--for", "200ms", "--torn=2")
        self.assertEqual(found["points"], 3 * found["steps"] + 1)
        self.assertEqual(found["failures"], [])

    def test_a_second_cut_during_recovery_is_survived_too(self):
        found, _ = self.sweep(0, BOOT, APP, "--for", "200ms", "--cuts", "2", "--at", "random:2", "--torn")
        self.assertGreater(found["points"], 400)

    def test_the_result_does_not_depend_on_jobs_or_the_port(self):
        at = ("--at", "225..245", "--torn", "--for", "200ms")
        one, _ = self.sweep(120, HASTY, APP, *at)
        self.assertEqual(self.sweep(120, HASTY, APP, *at, "--jobs", "2")[0], one)
        self.assertEqual(self.sweep(120, HASTY, APP, *at, "--cpu-port", "portable")[0], one)
        self.assertGreater(len(one["failures"]), 10)

    def test_a_point_can_be_replayed_by_its_command(self):
        _, result = self.sweep(120, HASTY, APP, "--at", "300", "--for", "200ms")
        command = re.search(r"^ *zif (powercut .*)$", result.stdout, re.M).group(1).split()
        replayed = self.run_zif(120, *command)
        self.assertIn("application 1 ready", replayed.stdout)
        self.assertIn("--- power cut 300: program of flash at ", replayed.stdout)
        self.assertIn("crashed: HardFault", replayed.stdout)

    def test_a_command_can_be_the_check(self):
        size = f"test $(stat -c %s $ZIF_FLASH_flash) = {SIZE}"
        args = ("powercut", "--board", "nrf51822", BOOT, APP, "--for", "200ms", "--at", "3", "--check-timeout", "10ms")
        self.run_zif(0, *args, "--check-cmd", size)
        self.refused("does not pass the check even without a cut", *args, "--check-cmd", "false")

    def test_the_report_is_junit_too(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "r.xml")
            self.run_zif(120, *CUT, HASTY, APP, "--at", "299..300", "--for", "200ms", "--junit", out)
            suite = ET.parse(out).getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("3", "3"))
        self.assertEqual([c.get("name") for c in suite][:3], ["point 299", "point 300", "point 300.after"])

    def test_what_cannot_be_swept_is_refused(self):
        self.refused("programs and erases nothing", *CUT, HELLO)
        self.refused("the run fails without any cut: its steps are not met", *CUT, BOOT, APP, "--expect", "never",
                     "--timeout", "1s")
        self.refused("the run has no such point", *CUT, BOOT, APP, "--for", "200ms", "--replay", "100000")
        self.refused("must say what coming up means", "powercut", "--board", "nrf51822", BOOT)
        self.refused("--at: 'x'", *CUT, BOOT, "--at", "x")
        self.refused("--replay: '3.left'", *CUT, BOOT, "--replay", "3.left")
        self.refused("--cuts: '3'", *CUT, BOOT, "--cuts", "3")
        self.refused("for zif run only", *CUT, BOOT, "--power-cycle-at", "1s")


if __name__ == "__main__":
    cli.main()
