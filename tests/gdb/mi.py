#!/usr/bin/python3
"""The command sequence of VS Code's cortex-debug with an external server: mi.py ZIF GUEST.elf. Exit 77: no GDB here."""
import re
import shutil
import subprocess
import sys

COMMANDS = [  # (machine-interface command, what must appear in the answers so far)
    ('1-gdb-set mi-async on', r'1\^done'),
    ('2-interpreter-exec console "set print demangle on"', r'2\^done'),
    ('3-enable-pretty-printing', r'3\^done'),
    ('4-target-select extended-remote {target}', r'4\^connected'),
    ('5-interpreter-exec console "monitor reset halt"', r'reset and halted'),
    ('6-target-download', r'6\^done'),
    ('7-interpreter-exec console "monitor reset halt"', r'7\^done'),
    ('8-break-insert -t main', r'8\^done,bkpt='),
    ('9-exec-continue', r'9\^running'),
    (None, r'\*stopped,reason="breakpoint-hit".*func="main"'),
    ('10-thread-info', r'10\^done,threads=\[\{id="1"'),
    ('11-stack-list-frames --thread 1', r'11\^done,stack=\[frame=\{level="0".*func="main"'),
    ('12-data-list-register-values x 0 15', r'12\^done,register-values='),
    ('13-data-read-memory-bytes 0xE000ED00 4', r'contents="31c22f41"'),
    ('14-exec-next', r'14\^running'),
    (None, r'\*stopped,reason="end-stepping-range"'),
    ('15-interpreter-exec console "monitor reset"', r'15\^done'),
    ('16-target-detach', r'16\^done'),
    ('17-gdb-exit', r'17\^exit'),
]


def main():
    zif, guest = sys.argv[1:3]
    gdb = shutil.which("gdb-multiarch") or shutil.which("arm-none-eabi-gdb")
    if not gdb:
        print("skipped: gdb-multiarch is not installed")
        return 77
    server = subprocess.Popen([zif, "run", "--gdb=:0", "-q", "--uart=console=null", "--board=mps2-an385", guest],
                              stdout=subprocess.PIPE, text=True)
    target = re.search(r"127\.0\.0\.1:\d+", server.stdout.readline()).group()
    client = subprocess.Popen([gdb, "-q", "-nx", "--interpreter=mi2", guest], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, bufsize=1)
    failed = 0
    for command, wanted in COMMANDS:
        if command:
            client.stdin.write(command.format(target=target) + "\n")
            client.stdin.flush()
        seen = ""
        while not re.search(wanted, seen):
            line = client.stdout.readline()
            if not line or "^error" in line:
                print(f"{command}: no /{wanted}/ in\n{seen}{line}")
                failed += 1
                break
            seen += line
        if failed:
            break
    client.kill()
    server.wait(timeout=60)
    print(f"{len(COMMANDS)} steps, {failed} failed; zif ended with {server.returncode}")
    return failed or server.returncode


sys.exit(main())
