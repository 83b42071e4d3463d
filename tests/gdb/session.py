#!/usr/bin/python3
"""Runs session.txt through the real GDB: session.py ZIF GUEST.elf SESSION.txt [stdio|tcp]. Exit 77: no GDB here."""
import re
import shutil
import subprocess
import sys


def parse(path):
    commands = []
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        if line[:2] in ("? ", "! "):
            commands[-1][2].append((line[0], line[2:], number))
        else:
            commands.append((line, number, []))
    return commands


def main():
    zif, guest, script, transport = sys.argv[1:5]
    gdb = shutil.which("gdb-multiarch") or shutil.which("arm-none-eabi-gdb")
    if not gdb:
        print("skipped: gdb-multiarch is not installed")
        return 77
    server = None
    if transport == "tcp":
        server = subprocess.Popen([zif, "run", "--gdb=:0", "-q", "--uart=console=null", "--board=mps2-an385", guest],
                                  stdout=subprocess.PIPE, text=True)
        remote = re.search(r"127\.0\.0\.1:\d+", server.stdout.readline()).group()
    else:
        remote = f"| {zif} run --gdb=stdio -q --board=mps2-an385 {guest}"
    commands = parse(script)
    lines = ["set pagination off", "set confirm off", "set width 0", "set style enabled off", f"target extended-remote {remote}"]
    for n, (command, _, _) in enumerate(commands):
        lines += [f"echo \\n@@{n}\\n", command]
    lines += [f"echo \\n@@{len(commands)}\\n", "quit"]
    result = subprocess.run([gdb, "-q", "-nx", guest], input="\n".join(lines) + "\n", text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=100)
    bad = 0
    for n, (command, number, wants) in enumerate(commands):
        match = re.search(rf"@@{n}\n(.*?)@@{n + 1}\n", result.stdout, re.S)
        answer = match.group(1).replace("(gdb) ", "") if match else "(no answer)"
        for kind, pattern, line in wants:
            # Over TCP the guest's console is not GDB's.
            if transport == "tcp" and "hello from" in pattern:
                continue
            if bool(re.search(pattern, answer)) != (kind == "?"):
                bad += 1
                print(f"{script}:{line}: '{command}' answered\n{answer}\nwhich {'lacks' if kind == '?' else 'has'} /{pattern}/\n")
    if server:
        try:
            if server.wait(timeout=100) not in (0,):
                print(f"zif ended with {server.returncode}")
                bad += 1
        except subprocess.TimeoutExpired:
            print("zif did not end when GDB left a finished run")
            server.kill()
            bad += 1
    print(f"{len(commands)} commands, {sum(len(w) for _, _, w in commands)} expectations, {bad} failed")
    return bad != 0


sys.exit(main())
