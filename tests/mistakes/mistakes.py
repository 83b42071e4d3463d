#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Planted mistakes and their clean twins: each mistake is reported by kind, register and line, and no twin gets a report.

usage: mistakes.py ZIF BOARD SOURCE ELF UART [--only NAME] [--least N] [--page FILE|--write FILE]

SOURCE holds the cases: a comment, then `static void NAME(bool wrong)`; the line that makes the mistake ends in a comment
`/*! KIND DEVICE[.REGISTER] [(anywhere)] [(logged)] */` ("anywhere": the hardware notices later, the line is that of what waits for it;
"logged": qemu-system-arm tells with -d guest_errors). UART is the line whose other end runs at 115200 baud. There must be N cases (12). With
--page SOURCE's table in docs/mistakes.md is compared, with --write it is written.
"""
import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

CASE = re.compile(r"^static void (\w+)\(bool wrong\)$")
MARK = re.compile(r"/\*! ([\w-]+) (\w+)(?:\.([\w.\[\]]+))?((?: \(\w+\))*) \*/")
REPORT = re.compile(r"^  ([\w-]+): (\w+)(?:\.(\w+(?:\.\w+\[\d+\]|\[\d+\])?))?[: .]+(.*) \(at 0x[0-9a-f]+ (.*), [\d.]+ \w+\)(?:, \d+ times)?$")
LEAST = 0.917  # 55 of 60
# What qemu-system-arm 7.2 models of each chip; the rest of the blocks read as zero and ignore writes.
QEMU_MODELS = {
    "stm32f4_disco": re.compile(r"usart\d|uart\d|tim[2-5]|adc\d|spi\d|syscfg|exti|cpu"),  # its netduinoplus2
    "stm32f429i_disc1": re.compile(r"usart\d|uart\d|tim[2-5]|adc\d|spi\d|syscfg|exti|cpu"),  # as well
    "bbc_microbit": re.compile(r"uart0|timer\d|gpio0|rng|nvmc|i2c0"),
    "mps2-an385": re.compile(r"uart\d|timer\d|dtimer0|wdog0|fpgaio|scc|spi\d"),
}


def cases(source):
    """{name: (sentence, kind, device, register, line or None)}"""
    out, sentence, name, pending = {}, "", None, {}
    comment = []
    with open(source, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines, 1):
        if line.startswith("/* ") and not line.startswith("/* -"):
            comment = []
        if line.startswith(("/* ", " * ")):
            comment.append(re.sub(r"^/?[ *]+|\*/$", "", line).strip())
        mark = MARK.search(line)
        if mark:
            kind, device, register, words = mark.groups()
            pending = (kind, device, register, None if "(anywhere)" in words else number, "(logged)" in words)
        found = CASE.match(line)
        if found:
            name, sentence = found[1], " ".join(comment)
        if name and line == "}" and pending:
            out[name] = (sentence, *pending)
            name, pending = None, {}
    return out


def run(args, name, kind, way):
    command = [args.zif, "run", "--board", args.board, f"--uart={args.uart}=null,baud=115200", "--uninit", "--timeout", "3s",
               "--wall-timeout", "60s", "--cmdline", f"{name} {way}", args.elf]
    if kind == "stack":
        command.insert(2, "--strict=stack")  # stores are looked at only when asked
    result = subprocess.run(command, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=120, check=False)
    return result, [REPORT.match(line).groups() for line in result.stderr.split("\n") if REPORT.match(line)]


def judge(args, name, expected):
    """None when all is well, else what is not."""
    _, kind, device, register, line, _ = expected
    wrong, found = run(args, name, kind, "wrong")
    hits = [r for r in found if r[0] == kind and r[1] == device and (r[2] or None) == register and
            (line is None or f":{line})" in r[4])]
    right, noise = run(args, name, kind, "right")
    text = hits[0][3] if hits else ""
    if not hits:
        return False, text, f"{name}: no report '{kind} {device}.{register}' at line {line}\n{wrong.stderr}"
    if noise or right.returncode:
        return None, text, f"{name}: its clean twin is reported (exit code {right.returncode})\n{right.stderr}"
    return True, text, ""


def main():
    parser = argparse.ArgumentParser()
    for word in ("zif", "board", "source", "elf", "uart"):
        parser.add_argument(word)
    parser.add_argument("--only")
    parser.add_argument("--least", type=int, default=12)
    parser.add_argument("--page")
    parser.add_argument("--write")
    args = parser.parse_args()
    todo = {n: c for n, c in cases(args.source).items() if args.only in (None, n)}
    with ThreadPoolExecutor(2) as pool:
        verdicts = dict(zip(todo, pool.map(lambda item: judge(args, *item), todo.items())))
    rows = ["| mistake | what zif says | qemu-system-arm |", "|---|---|---|"]
    named = noisy = 0
    for name, (good, text, trouble) in verdicts.items():
        named += good is not False
        noisy += good is None
        if trouble:
            print(trouble)
        _, kind, device, register, _, logged = todo[name]
        where = f"{device}.{register}" if register else device
        peer = ("tells with `-d guest_errors`" if logged else
                "takes it, says nothing" if QEMU_MODELS.get(args.board, QEMU_MODELS["stm32f4_disco"]).fullmatch(device) else "block not modelled")
        rows.append(f"| {todo[name][0]} | `{kind}`: {where}: {text} | {peer} |")
    print(f"{named} of {len(todo)} mistakes are named, {noisy} clean twins are reported")
    table = "\n".join(rows) + "\n"
    if args.write or args.page:
        path = args.write or args.page
        with open(path, encoding="utf-8") as f:
            page = f.read()
        stem = os.path.splitext(os.path.basename(args.source))[0]
        fresh = re.sub(rf"(<!-- table {stem} -->\n).*?(<!-- end -->)", lambda m: m[1] + table + m[2], page, flags=re.S)
        if args.write:
            with open(path, "w", encoding="utf-8") as f:
                f.write(fresh)
        elif fresh != page:
            sys.exit(f"{path} is not what the runs say: mistakes.py ... --write {path}")
    sys.exit(0 if todo and named >= LEAST * len(todo) and not noisy and (args.only or len(todo) >= args.least) else 1)


main()
