#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What zif prints about itself: help pages, version, boards, maps, completion."""
import json
import os
import re
import subprocess

import cli

COMMANDS = ["run", "boards", "board", "mtree", "qtest", "completion", "help"]


class Pages(cli.CliTest):
    def out(self, *args):
        return self.run_zif(0, *args).stdout

    def test_help_is_everywhere(self):
        for command in COMMANDS:
            for page in (self.out(command, "--help"), self.out(command, "-h"), self.out("help", command)):
                if command != "help":
                    self.assertTrue(page.startswith(f"NAME\n       zif {command} - "), page)
                self.assertTrue(all(len(line) < 120 for line in page.splitlines()), page)
        for page in (self.out("--help"), self.out("-h"), self.out("help")):
            for command in COMMANDS:
                self.assertIn(f"       {command} ", page)

    def test_help_of_run_lists_every_option_and_exit_code(self):
        page = self.out("run", "--help")
        for option in ("board uart expect expect-re send wait fail fail-re timeout timeout-exit-code wall-timeout for "
                       "max-resets realtime junit trace-hash seed ram-fill log quiet strict expect-report allow-report "
                       "pin press expect-pin stub svd stack-limit uninit rtt itm plugin").split():
            self.assertRegex(page, rf"(?m)^ +(-\w, )?--{option}\b")
        for code in range(119, 126):
            self.assertRegex(page, rf"(?m)^ +{code}  ")

    def test_every_kind_of_report_is_explained(self):
        page = self.out("help", "reports")
        for kind in ("clock-off", "reserved", "read-only", "locked", "width", "interrupt", "dma", "baud", "pin", "stack", "uninit"):
            self.assertRegex(page, rf"(?m)^       {kind}\n")
        self.assertEqual(page.count("On silicon:"), page.count("zif names:"))

    def test_version_names_the_engine_and_the_port(self):
        self.assertRegex(self.out("--version"), r"^zif \d+\.\d+\.\d+\ncpu memory port: (fast|portable) \(unicorn \d")

    def test_boards_lists_boards_and_socs_by_all_their_names(self):
        page = self.out("boards")
        self.assertLess(page.index("boards:"), page.index("SoCs:"))
        names = self.out("boards", "--names").split()
        for name in ("bbc_microbit", "microbit", "mps2/an385", "mps2-an385", "nrf51822"):
            self.assertIn(name, names)
            self.assertIn(name, page)

    def test_every_board_is_described_and_mapped(self):
        for name in self.out("boards", "--names").split():
            with self.subTest(board=name):
                page = self.out("board", name)
                self.assertRegex(page, r"core: (Cortex-M|none)")
                self.assertRegex(page, r"0x[0-9a-f]{8}-0x[0-9a-f]{8}")
                self.assertIn("FlatView", self.out("mtree", "--board", name, "--flat"))
                json.loads(self.out("mtree", "--board", name, "--json"))
                json.loads(self.out("mtree", name, "--json", "--flat"))

    def test_a_board_that_does_not_exist_is_refused(self):
        self.refused("nosuch", "board", "nosuch")
        self.refused("nosuch", "mtree", "--board", "nosuch")
        self.refused("no board is named", "board")
        self.refused("no board is named", "gdb", "x.elf")
        self.refused("nosuch", "gdb", "--board", "nosuch", "x.elf")
        self.refused("x.elf: cannot open the image", "gdb", "--board", "microbit", "x.elf")
        self.assertEqual(self.out("board", "microbit"), self.out("board", "--board=microbit"))
        self.refused("one word too many", "boards", "x")
        self.refused("one word too many", "board", "microbit", "x")

    def test_a_page_that_cannot_be_written_gives_125(self):
        for args in (["--version"], ["--help"], ["boards"], ["board", "microbit"], ["mtree", "microbit", "--json"],
                     ["run", "--help"], ["completion", "bash"]):
            with self.subTest(args=args), open("/dev/full", "w") as full:
                done = subprocess.run([cli.ZIF, *args], stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
                self.assertEqual((done.returncode, done.stderr),
                                 (125, "zif: cannot write standard output: No space left on device\n"))

    def complete(self, *words):
        """What bash offers for the last word."""
        script = 'source <("$ZIF" completion bash); PATH=$(dirname "$ZIF"):$PATH\n' \
                 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zif; printf "%s\\n" "${COMPREPLY[@]}"'
        return subprocess.run(["bash", "-c", script, "bash", "zif", *words], capture_output=True, encoding="utf-8",
                              check=True, env=os.environ).stdout.split()

    def test_bash_completes_commands_options_and_boards(self):
        self.assertEqual(self.complete("bo"), ["boards", "board"])
        self.assertEqual(self.complete("run", "--timeout-"), ["--timeout-exit-code"])
        self.assertEqual(self.complete("run", "--board", "micro"), ["microbit"])
        self.assertEqual(self.complete("board", "micro"), ["microbit"])
        self.assertEqual(self.complete("run", "--board", "=", "micro"), ["microbit"])
        self.assertIn("microbit", self.complete("run", "--board", "="))
        self.assertEqual(self.complete("run", "--board", os.path.dirname(__file__) + "/pages"), [__file__])
        self.assertEqual(self.complete("gdb", "--timeout-"), ["--timeout-exit-code"])
        self.assertEqual(self.complete("help", "mt"), ["mtree"])
        self.assertEqual(self.complete("run", "--ram-fill", "z"), ["zero"])
        self.assertEqual(self.complete("completion", "f"), ["fish"])
        self.assertIn(cli.ZIF, self.complete("run", cli.ZIF[:-1]))
        self.assertIn(cli.ZIF, self.complete("run", "--save", cli.ZIF[:-1]))

    def test_scripts_of_other_shells_name_every_option(self):
        options = re.findall(r"(?m)^ +(?:-\w, )?--([a-z-]+)", self.out("run", "--help").split("STEPS")[0])
        for shell in ("zsh", "fish"):
            script = self.out("completion", shell)
            for option in options:
                self.assertIn(option, script)
        self.assertIn("-n '__fish_seen_subcommand_from run gdb' -l board", self.out("completion", "fish"))
        self.assertRegex(self.out("completion", "fish"), "(?m)seen_subcommand_from help' -a 'run gdb .* reports'$")
        self.refused("name a shell", "completion")
        self.refused("name a shell", "completion", "tcsh")


if __name__ == "__main__":
    cli.main()
