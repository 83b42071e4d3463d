#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What firmware/f429-pictures draws, worked out here a pixel at a time from RM0090 (chapters 11 and 16), against what zif shows.

usage: pictures.py ZIF ELF GOLDENS [NAME] [--write]

For each picture, on both memory ports: --expect-frame meets the golden PNG files, every frame recorded is one that should have been, in order,
nothing is reported, and both ports give the same trace hash. `anything` compares drawing what changed with drawing everything. The goldens are what is worked out here; --write makes them.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

WIDTH, HEIGHT = 128, 96
ARGB8888, RGB888, RGB565, ARGB1555, ARGB4444, L8, AL44, AL88, L4, A8, A4 = range(11)
BITS = [32, 24, 16, 16, 16, 8, 8, 16, 4, 8, 4]


# --- PNG ---------------------------------------------------------------------------------------------------------------

def write_png(path, picture):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes(c for pixel in row for c in pixel) for row in picture)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(picture[0]), len(picture), 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def unfilter(kind, row, above):
    """One row of three bytes a pixel (PNG, section 9)."""
    if kind == 0:
        return row
    out = bytearray()
    for i, byte in enumerate(row):
        a, b, c = (out[i - 3] if i >= 3 else 0), above[i], (above[i - 3] if i >= 3 else 0)
        nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        out.append((byte + (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
    return out


def read_png(path):
    with open(path, "rb") as f:
        data = f.read()
    at, packed = 8, b""
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    raw, rows, stride = zlib.decompress(packed), [], 3 * width + 1
    if (depth, colour) != (8, 2):
        sys.exit(f"{path}: depth {depth}, colour type {colour}")
    above = bytes(3 * width)
    for y in range(height):
        above = unfilter(raw[y * stride], raw[y * stride + 1:(y + 1) * stride], above)
        rows.append([tuple(above[i:i + 3]) for i in range(0, 3 * width, 3)])
    return rows


# --- Pixels ------------------------------------------------------------------------------------------------------------

def grown(value, width):
    """A channel of so many bits with 8: its bits again and again from the top."""
    bits = format(value, f"0{width}b") * 8
    return int(bits[:8], 2)


def fields(value, *widths):
    """The fields of these widths, topmost first, with 8 bits each."""
    out, at = [], sum(widths)
    for width in widths:
        at -= width
        out.append(grown(value >> at & (1 << width) - 1, width))
    return out


def rgb(word):
    return (word >> 16 & 255, word >> 8 & 255, word & 255)


def pixel_of(kind, data, index, clut, colour=(0, 0, 0), spread=1):
    """(a, r, g, b) of a pixel in memory; spread: where in the CLUT the colours of AL44 are."""
    bits = BITS[kind]
    at = index * bits
    value = int.from_bytes(data[at // 8:(at + bits + 7) // 8], "little") >> at % 8 & (1 << bits) - 1
    if kind == ARGB8888:
        return tuple(fields(value, 8, 8, 8, 8))
    if kind == RGB888:
        return (255, *fields(value, 8, 8, 8))
    if kind == RGB565:
        return (255, *fields(value, 5, 6, 5))
    if kind == ARGB1555:
        return tuple(fields(value, 1, 5, 5, 5))
    if kind == ARGB4444:
        return tuple(fields(value, 4, 4, 4, 4))
    if kind in (L8, L4):
        return (255, *clut[value])
    if kind == AL44:
        return (grown(value >> 4, 4), *clut[(value & 15) * spread])
    if kind == AL88:
        return (value >> 8, *clut[value & 255])
    return (grown(value, 8 if kind == A8 else 4), *colour)


def in_565(r, g, b):
    return (r >> 3) << 11 | (g >> 2) << 5 | b >> 3


def shown_565(r, g, b):
    return tuple(fields(in_565(r, g, b), 5, 6, 5))


def gradient(x, y):
    return (2 * x & 255, y * 255 // (HEIGHT - 1), 255 - 2 * x & 255)


def wheel(i):
    i %= 256
    part, up = i // 43, i % 43 * 6
    down = 255 - up
    return ((255, up, 0), (down, 255, 0), (0, 255, up), (0, down, 255), (up, 0, 255), (255, 0, down))[part]


# --- LTDC (section 16.4.2) ---------------------------------------------------------------------------------------------

def nearest_255th(x):
    return (2 * x + 255) // 510


def over(pixel, below, constant=255):
    """Both factors with pixel alpha times constant alpha."""
    alpha = nearest_255th(pixel[0] * constant)
    return tuple(nearest_255th(min(c * alpha + b * (255 - alpha), 255 * 255)) for c, b in zip(pixel[1:], below))


def screen(draw):
    return [[draw(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]


def layers():
    def draw(x, y):
        below, u, v = shown_565(*gradient(x, y)), x - 24, y - 16
        if not (0 <= u < 80 and 0 <= v < 64) or (v >= 32 and (u // 8 + v // 8) % 2):
            return below
        return over((grown(u * 15 // 79, 4), 255, 136, 0), below, 200)
    return [screen(draw)]


def window():
    def draw(x, y):
        if 20 <= x < 80 and 10 <= y < 50:
            return shown_565(*gradient(x - 20 + 50, y - 10 + 30))
        return over((0x80, 0xff, 0x40, 0x00), (0, 0, 255))
    return [screen(draw)]


def animation():
    def frame(n):
        return screen(lambda x, y: (255, 255, 0) if 8 * n <= x < 8 * n + 16 and 6 * n <= y < 6 * n + 16
                      else shown_565(*gradient(x, y)))
    return [frame(-9)] + [frame(n) for n in range(12)]


def palette():
    def frame(n):
        def draw(x, y):
            below, u, v = wheel(2 * x + y + 16 * n), x - 48, y - 32
            if not (0 <= u < 32 and 0 <= v < 32):
                return below
            return over((grown(v // 2, 4),) + ((255,) * 3 if u // 2 % 2 else (0,) * 3), below)
        return screen(draw)
    return [frame(n) for n in range(6)]


def formats():
    clut = [wheel(i) for i in range(256)]

    def frame(pair):
        def draw(x, y):
            kind, u, v = 2 * pair + x // 64, x % 64, y - 24
            if not 0 <= v < 48:
                return (0x80,) * 3
            word = u * 4 << 24 | v * 5 << 16 | u * v % 256 << 8 | 255 - u * 4
            data = (word >> 32 - BITS[kind]).to_bytes(BITS[kind] // 8, "little")
            return over(pixel_of(kind, data, 0, clut, spread=17), (0x80,) * 3)
        return screen(draw)
    return [frame(n) for n in range(4)]


# --- DMA2D (section 11.3) ------------------------------------------------------------------------------------------------

def blended(fg, bg):
    mult = fg[0] * bg[0] // 255
    alpha = fg[0] + bg[0] - mult
    return tuple((f * fg[0] + b * bg[0] - b * mult) // alpha if alpha else 0 for f, b in zip(fg[1:], bg[1:]))


def compose():
    clut = [wheel(i) for i in range(256)]
    at = {(x, y): tuple(fields(0x07e0 if 4 <= x < 124 and 40 <= y < 92 else 0x1082, 5, 6, 5))
          for x in range(WIDTH) for y in range(HEIGHT)}
    source = bytes((i * 3 + i // 64 * 5) & 255 for i in range(20 * 16 * 4))
    for kind in range(11):
        for i in range(20 * 16):
            place = (2 + kind % 6 * 21 + i % 20, 2 + kind // 6 * 18 + i // 20)
            at[place] = shown_565(*blended(pixel_of(kind, source, i, clut, (255, 255, 255)), (255, *at[place])))
    for n in range(2):
        for y in range(40):
            for x in range(40):
                d = (2 * x - 39) ** 2 + (2 * y - 39) ** 2
                alpha = 0 if d > 1521 else (1521 - d) // 3 if d > 1000 else 255
                place = (12 + 44 * n + x, 46 + y)
                fg = (alpha * 128 // 255, 0, 0, 255) if n else (alpha, 255, 0, 0)
                at[place] = shown_565(*blended(fg, (255, *at[place])))
    for y in range(40):
        for x in range(24):
            fg = (y * 6 * 192 // 255, *gradient(5 * x, 2 * y))
            at[98 + x, 46 + y] = shown_565(*blended(fg, (255, *at[98 + x, 46 + y])))
    return [screen(lambda x, y: at[x, y])]


def regions():
    def frame(done):
        """done: how many squares there are, column after column."""
        def draw(x, y):
            for n in range(done):
                left, top, colour = 4 + n // 3 * 20, (4, 40, 76)[n % 3], ((255, 0, 0), (0, 255, 0), (0, 0, 255))[n % 3]
                if left <= x < left + 16 and top <= y < top + 16:
                    return colour
            return shown_565(*gradient(x, y))
        return screen(draw)
    return [frame(n) for n in range(16)]


# Which frames of each are goldens, and whether nothing else may be seen once the first has been.
PICTURES = {
    "layers": (layers, [0], True), "window": (window, [0], True), "animation": (animation, [1, 6, 12], True),
    "palette": (palette, [0, 5], True), "formats": (formats, [0, 1, 2, 3], True), "compose": (compose, [0], False),
    "regions": (regions, [15], True),
}


def golden_name(folder, name, n):
    return os.path.join(folder, f"{name}-{n}.png")


class Checks:
    def __init__(self, zif, elf, goldens):
        self.zif, self.elf, self.goldens, self.wrong = zif, elf, goldens, 0

    def fail(self, words):
        print(words)
        self.wrong += 1

    def run(self, name, *args):
        command = [self.zif, "run", "--board=stm32f429", f"--cmdline={name}", "--timeout=2s", "--trace-hash", *args]
        return subprocess.run(command, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=600, check=False)

    def recorded(self, folder):
        files = sorted(f for f in os.listdir(folder) if f.endswith(".png"))
        return [read_png(os.path.join(folder, f)) for f in files]

    def in_order(self, what, frames, seen, strict):
        """Every frame, one after the other; strict: nothing else from the first on, but what came before."""
        if strict:
            blank = [f for f in seen if f not in frames]
            if blank and seen.index(frames[0]) < max(i for i, f in enumerate(seen) if f in blank):
                self.fail(f"{what}: {len(blank)} frames that nobody drew")
            seen = [f for f in seen if f in frames]
            if seen != frames:
                self.fail(f"{what}: frames {[frames.index(f) for f in seen]}, not 0 to {len(frames) - 1}")
        elif seen[-1] != frames[-1]:
            self.fail(f"{what}: the last frame is another")

    def picture(self, name, frames, wanted, strict):
        hashes = set()
        for port in "fast", "portable":
            with tempfile.TemporaryDirectory() as folder:
                steps = [f"--expect-frame={golden_name(self.goldens, name, n)}" for n in wanted]
                result = self.run(name, f"--cpu-port={port}", f"--record={folder}", *steps, "--for=1s", self.elf)
                what = f"{name} on the {port} port"
                if result.returncode or "report" in result.stderr:
                    self.fail(f"{what}: exit status {result.returncode}\n{result.stderr}")
                    continue
                hashes.add(re.search(r"trace hash (\w+)", result.stderr)[1])
                self.in_order(what, frames, self.recorded(folder), strict)
        if len(hashes) > 1:
            self.fail(f"{name}: the ports differ: {hashes}")

    def snapshot_in_a_frame(self):
        """A run that goes on from a snapshot taken in the middle of a frame shows what the whole run shows."""
        with tempfile.TemporaryDirectory() as folder:
            at, save, tail = "100.3ms", os.path.join(folder, "save"), os.path.join(folder, "tail")
            whole = self.run("animation", f"--record={folder}/whole", f"--save={save}@{at}", self.elf)
            rest = self.run("animation", f"--load={save}", f"--record={tail}", self.elf)
            seen, again = self.recorded(f"{folder}/whole"), self.recorded(tail)
            if whole.returncode or rest.returncode or not 4 < len(again) < len(seen) or seen[-len(again):] != again:
                self.fail(f"after a snapshot: {len(again)} of {len(seen)} frames\n{whole.stderr}{rest.stderr}")

    def anything(self):
        """Whatever changes the picture: who has looked at every frame sees what one who looks for the first time sees."""
        times = [f"{t}ms" for t in range(70, 340, 85)]
        with tempfile.TemporaryDirectory() as folder:
            def shots(way, times):
                return [f"--screenshot={folder}/{way}-{t}.png,at={t}" for t in times]
            hashes = set()
            for port in "fast", "portable":
                every = self.run("anything", f"--cpu-port={port}", f"--record={folder}/{port}", *shots(port, times), self.elf)
                hashes.add(re.search(r"trace hash (\w+)", every.stderr)[1])
                self.judge(f"anything on the {port} port", every, len(self.recorded(f"{folder}/{port}")) > 12)
            for time in times:
                once = self.run("anything", *shots("once", [time]), self.elf)
                hashes.add(re.search(r"trace hash (\w+)", once.stderr)[1])
                pictures = [read_png(f"{folder}/{way}-{time}.png") for way in ("fast", "portable", "once")]
                self.judge(f"anything at {time}", once, pictures[0] == pictures[1] == pictures[2])
            self.judge("anything: all runs are one", every, len(hashes) == 1)

    def judge(self, what, result, good):
        if result.returncode or not good:
            self.fail(f"{what}: exit status {result.returncode}\n{result.stderr}")


def main():
    zif, elf, goldens = sys.argv[1:4]
    chosen = sys.argv[4] if len(sys.argv) > 4 and sys.argv[4] != "--write" else None
    checks = Checks(zif, elf, goldens)
    for name, (make, wanted, strict) in PICTURES.items():
        if chosen not in (None, name):
            continue
        frames = make()
        for n in wanted:
            path = golden_name(goldens, name, n)
            if "--write" in sys.argv:
                write_png(path, frames[n])
            elif read_png(path) != frames[n]:
                checks.fail(f"{path} is not what is worked out")
        checks.picture(name, frames, wanted, strict)
        if name == "animation":
            checks.snapshot_in_a_frame()
    if chosen in (None, "anything"):
        checks.anything()
    return checks.wrong != 0


if __name__ == "__main__":
    sys.exit(main())
