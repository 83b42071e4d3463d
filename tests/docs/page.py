#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every command of a page, in order, and compares what it prints with the page: page.py PAGE ZIF FILE... [--pictures=FOLDER [--fix]].

The FILEs (with * and ?, or NAME=FILE) are in the folder that the commands run in, and what a dts block holds as board.dts. With --pictures the commands make
each picture of that folder in their folder `pictures`, the same pixel for pixel; --fix takes those they make.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "display"))
from pictures import read_png  # pylint: disable=wrong-import-position


def pictures_differ(made, kept, fix):
    """How many pictures of the page are not what its commands make."""
    bad = 0
    for name in sorted(set(os.listdir(made)) | set(os.listdir(kept))):
        if fix and os.path.exists(f"{made}/{name}"):
            shutil.copy(f"{made}/{name}", kept)
        elif not os.path.exists(f"{made}/{name}") or not os.path.exists(f"{kept}/{name}"):
            print(f"{name} is only {'made' if os.path.exists(f'{made}/{name}') else 'kept'}")
            bad += 1
        elif read_png(f"{made}/{name}") != read_png(f"{kept}/{name}"):
            print(f"{name} is another picture")
            bad += 1
    return bad


def plain(text):
    """Without what the host's speed decides."""
    return re.sub(r"in \d+\.\d+ s \(\d+ a second\)", "in TIME", text).strip("\n")


def main():
    fix = "--fix" in sys.argv
    kept = next((a.split("=", 1)[1] for a in sys.argv if a.startswith("--pictures=")), None)
    page, zif, *files = [a for a in sys.argv[1:] if not a.startswith("--")]
    files = [(name, os.path.basename(name)) for pattern in files if "=" not in pattern for name in glob.glob(pattern) or [pattern]] + [
        tuple(reversed(pair.split("=", 1))) for pair in files if "=" in pair]
    missing = [path for path, _ in files if not os.path.exists(path)]
    if missing:
        print(f"skipped: there is no {missing[0]}")
        return 77
    with open(page, encoding="utf-8") as f:
        blocks = re.findall(r"```(\w+)\n(.*?)```", f.read(), re.S)
    bad = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for path, name in files:
            shutil.copy(path, f"{folder}/{name}")
        if kept:
            os.mkdir(f"{folder}/pictures")
        for language, text in blocks:
            if language == "dts":
                with open(f"{folder}/board.dts", "w", encoding="ascii") as f:
                    f.write(text)
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
        if kept:
            bad += pictures_differ(f"{folder}/pictures", kept, fix)
    print(f"{count} commands, {bad} wrong")
    return bad != 0 or count < 5


sys.exit(main())
