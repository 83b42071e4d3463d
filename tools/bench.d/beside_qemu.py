# SPDX-License-Identifier: GPL-2.0-or-later
"""What the areas that stand zif beside qemu-system-arm share: the same ELF on both, runs interleaved, medians."""
import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

SOC = "mps2-an385"
ICOUNT = ["-icount", "shift=auto,sleep=off"]


def machines(zif):
    qemu = shutil.which("qemu-system-arm")
    out = {"zif": lambda elf: [zif, "run", "-q", "--board", SOC, "--timeout", "1000s", elf]}
    if qemu:
        base = [qemu, "-M", SOC, "-semihosting", "-display", "none", "-monitor", "none", "-serial", "stdio"]
        out["qemu"] = lambda elf: base + ["-kernel", elf]
        out["qemu -icount"] = lambda elf: base + ICOUNT + ["-kernel", elf]
    else:
        print("qemu-system-arm is not installed: zif alone", file=sys.stderr)
    return out


def cpu_time(pid):
    """Processor time of another process so far, all its threads (the kernel's encoding of its CPU clock)."""
    return time.clock_gettime((~pid << 3) | 2)


class Run:
    """A process whose output arrives in pieces, each stamped."""

    def __init__(self, command):
        self.command = command
        self.begin = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def pieces(self):
        while piece := os.read(self.process.stdout.fileno(), 4096):
            yield piece.decode("latin-1")
        self.process.stdout.close()
        _, status, self.usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode:
            sys.exit(f"{' '.join(self.command)}: ended with status {self.process.returncode}")

    def finish(self):
        return "".join(self.pieces())

    def cpu(self):
        return self.usage.ru_utime + self.usage.ru_stime


def kernel_times(command):
    """Seconds of CPU time by kernel, from the markers "> name" and "< name ..."."""
    run, text, times, began, ended = Run(command), "", {}, None, None
    for piece in run.pieces():
        now = cpu_time(run.process.pid)
        if "<" in piece:
            ended = now  # the marker's first character: its own way through the UART does not count
        text += piece
        *lines, text = text.split("\n")
        for line in lines:
            word = line.split()
            if line.startswith("> "):
                began = now
            elif line.startswith("< "):
                times[word[1]] = ended - began
                if word[-1] != "ok":
                    sys.exit(f"{' '.join(command)}: {line.strip()}")
    return times


def first_character(command):
    run = Run(command)
    pieces = run.pieces()
    next(pieces)
    took = time.monotonic() - run.begin
    for _ in pieces:
        pass
    return took


def characters_per_second(command):
    run = Run(command)
    return len(run.finish().replace("\r", "")) / run.cpu()


def interleaved(who, runs, measure):
    """{machine: [result of each run]}; a round runs every machine once, so that a busy host disturbs all alike."""
    results = {name: [] for name in who}
    for _ in range(runs):
        for name, command in who.items():
            results[name].append(measure(command))
    return results


def figure(name, zif, peer, unit, target=None):
    """One line: figure | zif | peer | ratio | target | ok or short. Lower is better."""
    ratio = zif / peer
    verdict = "-" if target is None else "ok" if ratio <= target else "short"
    print(f"{name} | {zif:.4g} {unit} | {peer:.4g} {unit} | {ratio:.3f} | {target or '-'} | {verdict}")
    return {"figure": name, "unit": unit, "zif": zif, "peer": peer, "ratio": ratio, "target": target, "verdict": verdict}


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


def medians_of(who, firmware, program, runs, measure):
    return {n: statistics.median(r) for n, r in
            interleaved({n: c(f"{firmware}/{program}.elf") for n, c in who.items()}, runs, measure).items()}


def peers(who):
    return [name for name in who if name != "zif"] or ["zif"]


def medians_of_kernels(who, firmware, runs):
    """{machine: {kernel: ms of CPU time}}"""
    results = interleaved({n: c(f"{firmware}/bench-long.elf") for n, c in who.items()}, runs, kernel_times)
    return {n: {k: statistics.median(r[k] for r in rs) * 1e3 for k in rs[0]} for n, rs in results.items()}


def main(doc, areas, runs):
    """areas: {name: generator of figures(who, firmware, runs)}"""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--build", default=f"{root}/build/release", help="build tree with zif and firmware")
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--only", choices=list(areas))
    parser.add_argument("--json")
    args = parser.parse_args()
    who = machines(f"{args.build}/tools/zif/zif")
    firmware = f"{args.build}/firmware/{SOC}"
    out = [line for name, area in areas.items() if args.only in (None, name) for line in area(who, firmware, args.runs)]
    if args.json:
        with open(args.json, "w") as f:
            json.dump(out, f, indent=1)
