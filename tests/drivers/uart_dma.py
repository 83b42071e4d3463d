#!/usr/bin/python3
"""100 000 bytes through a UART and DMA, in and out again, at 115 200 baud: nothing is lost. uart_dma.py ZIF IMAGE"""
import random
import subprocess
import sys
import tempfile

zif, image = sys.argv[1:]
sent = bytes(random.Random(1).randrange(256) for _ in range(100000))
with tempfile.TemporaryFile() as typed:  # all there when the run begins: a pipe's bytes come when the host gets round to it
    typed.write(sent)
    typed.seek(0)
    run = subprocess.run([zif, "run", "-q", "--board=stm32f4_disco", "--strict", "--timeout=30s", image], stdin=typed,
                         stdout=subprocess.PIPE, check=False)
if run.returncode or run.stdout != sent:
    sys.exit(f"status {run.returncode}, {len(run.stdout)} of {len(sent)} bytes came back")
