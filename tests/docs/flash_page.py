#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every command of docs/flash.md, in order, and compares what it prints with the page: flash_page.py PAGE ZIF FIRMWARE_DIR."""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def plain(text):
    """Without what the host's speed decides."""
    return re.sub(r"in \d+\.\d+ s \(\d+ a second\)", "in TIME", text).strip("\n")


def main():
    page, zif, firmware = sys.argv[1:]
    with open(page, encoding="utf-8") as f:
        blocks = re.findall(r"```(\w+)\n(.*?)```", f.read(), re.S)
    bad = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in os.listdir(f"{firmware}/nrf51822"):
            if name.startswith("update-"):
                shutil.copy(f"{firmware}/nrf51822/{name}", folder)
        with open(f"{folder}/board.dts", "w", encoding="ascii") as f:
            f.write(next(text for language, text in blocks if language == "dts"))
        env = dict(os.environ, PATH=os.path.dirname(os.path.abspath(zif)) + ":" + os.environ["PATH"])
        for (language, text), (after, shown) in zip(blocks, blocks[1:] + [("", "")]):
            if language != "sh":
                continue
            for line in text.splitlines():
                status = re.search(r"  # exits with (\d+)$", line)
                status = int(status.group(1)) if status else 0
                result = subprocess.run(["bash", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False)
                count += 1
                expected = shown if after == "text" and line == text.splitlines()[-1] else None
                if result.returncode != status or (expected is not None and plain(result.stdout) != plain(expected)):
                    bad += 1
                    print(f"{line}\n  exited with {result.returncode} (the page: {status}) and printed:\n{result.stdout}")
    print(f"{count} commands, {bad} wrong")
    return bad != 0 or count < 10


sys.exit(main())
