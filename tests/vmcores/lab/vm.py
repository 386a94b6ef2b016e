#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one guest of the lab and takes its dumps.

vm.py [--timeout S] [--kdump] [--all-forms] DIR -- QEMU-ARGUMENTS...

DIR holds disk.img, the guest's result disk; console.txt, the dumps, the testimony and memsave/ are
left there. The guest speaks on its console, in lines that begin with "ZDM-LAB: ":
  qmp JSON            please run this QMP command
  ready               the state is reached and testified: dump me
  halted ADDR LENGTH  the kernel is stopped by us; the testimony lies at this kernel address
  captured            the capture kernel has saved /proc/vmcore
  failed TEXT         something is not as it should be
"""
import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import memsave

MARK = "ZDM-LAB: "


class LabError(Exception):
    pass


class Qmp:
    """The machine protocol of QEMU, as far as it is needed here."""

    def __init__(self, path, proc):
        deadline = time.monotonic() + 20
        self.sock = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.sock.connect(path)
                break
            except OSError:
                if proc.poll() is not None or time.monotonic() > deadline:
                    raise LabError("QEMU does not start (see qemu.txt)") from None
                time.sleep(0.05)
        self.sock.settimeout(300)
        self.file = self.sock.makefile("rw", encoding="utf-8")
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """Returns the command's result; raises LabError with QEMU's own words."""
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise LabError(f"QEMU went away during {name}")
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise LabError(f"{name}: {answer['error']['desc']}")


def qmp_int(kaddr):
    """QMP's integers are signed; kernel addresses have the top bit set."""
    return kaddr - (1 << 64) if kaddr >> 63 else kaddr


class Guest:
    def __init__(self, directory, qemu, timeout, all_forms, answer):
        self.dir = directory
        self.all_forms = all_forms
        self.deadline = time.monotonic() + timeout
        self.timeout = timeout
        self.tmp = tempfile.mkdtemp(prefix="zdm-vm-")  # socket paths must be short
        self.console = os.path.join(directory, "console.txt")
        self.seen = 0
        self.rest = ""
        self.log = open(os.path.join(directory, "qemu.txt"), "w", encoding="utf-8")
        args = qemu + ["-qmp", f"unix:{self.tmp}/qmp,server=on,wait=off"]
        self.fifo = None
        if answer == "console":
            # a machine with one serial port: what we say comes in there
            for end in ("in", "out"):
                os.mkfifo(f"{self.tmp}/console.{end}")
            self.fifo = os.open(f"{self.tmp}/console.in", os.O_RDWR)
            # QEMU stands still when nobody reads what such a port sends
            threading.Thread(target=self.listen, args=(f"{self.tmp}/console.out",),
                             daemon=True).start()
            args += ["-chardev", f"pipe,id=console,path={self.tmp}/console",
                     "-serial", "chardev:console"]
        else:
            args += ["-serial", f"file:{self.console}",
                     "-serial", f"unix:{self.tmp}/answer,server=on,wait=off"]
        if not os.path.exists(os.path.join(directory, "disk.img")):
            args += ["-serial", "file:" + os.path.join(directory, "results.tar")]
        self.log.write(" ".join(args) + "\n")
        self.log.flush()
        self.proc = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=self.log,
                                     stderr=subprocess.STDOUT)
        self.qmp = None

    def listen(self, fifo):
        with open(fifo, "rb", buffering=0) as pipe, open(self.console, "wb", buffering=0) as out:
            while data := pipe.read(65536):
                out.write(data)

    def connect(self):
        self.qmp = Qmp(f"{self.tmp}/qmp", self.proc)

    def close(self):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        self.log.close()
        if self.fifo is not None:
            os.close(self.fifo)
        shutil.rmtree(self.tmp, ignore_errors=True)

    def tail(self):
        try:
            with open(self.console, encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-25:])
        except OSError:
            return "(no console)"

    def messages(self):
        """Yields what the guest says to us, until it ends or its time is over."""
        while True:
            ended = self.proc.poll() is not None
            if os.path.exists(self.console):
                with open(self.console, encoding="utf-8", errors="replace") as f:
                    f.seek(self.seen)
                    text = f.read()
                    self.seen = f.tell()
                lines = (self.rest + text).split("\n")
                self.rest = lines.pop()
                for line in lines:
                    if MARK in line:
                        yield line.split(MARK, 1)[1].strip()
            if ended:
                return
            if time.monotonic() > self.deadline:
                raise LabError(f"no result within {self.timeout} s")
            time.sleep(0.1)

    def answer(self, text):
        if self.fifo is not None:
            os.write(self.fifo, text.encode() + b"\n")
            return
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(f"{self.tmp}/answer")
            s.sendall(text.encode() + b"\n")
            time.sleep(1)


def results_extract(directory, names):
    """Copies files out of the results, a disk or a tar file; which of them are there is returned."""
    disk, tar = (os.path.join(directory, n) for n in ("disk.img", "results.tar"))
    got = []
    for name in names:
        out = os.path.join(directory, name)
        command = ["debugfs", "-R", f"dump /{name} {out}", disk] if os.path.exists(disk) else \
            ["tar", "-x", "-f", tar, "-C", directory, f"./{name}"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if os.path.exists(out) and os.path.getsize(out):
            got.append(name)
        elif os.path.exists(out):
            os.unlink(out)
    return got


def extra_extract(directory):
    """Copies /extra out of the results."""
    disk, tar = (os.path.join(directory, n) for n in ("disk.img", "results.tar"))
    command = ["debugfs", "-R", f"rdump /extra {directory}", disk] if os.path.exists(disk) else \
        ["tar", "-x", "-f", tar, "-C", directory, "./extra"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sparse(path):
    subprocess.run(["fallocate", "-d", path], check=True)


def take_dumps(guest):
    """An ELF dump and a kdump-compressed one, put in order (QEMU writes the latter flattened)."""
    elf = os.path.join(guest.dir, "dump.elf")
    guest.qmp.command("dump-guest-memory", paging=False, protocol="file:" + elf)
    os.chmod(elf, 0o644)
    sparse(elf)
    if os.environ.get("LAB_FORMATS") == "elf":
        return
    flat = os.path.join(guest.dir, "dump.flat")
    guest.qmp.command("dump-guest-memory", paging=False, protocol="file:" + flat,
                      format="kdump-zlib")
    with open(flat, "rb") as f:
        done = subprocess.run(["makedumpfile", "-R", os.path.join(guest.dir, "dump.kdump")],
                              stdin=f, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError("makedumpfile -R: " + (done.stderr or done.stdout).strip())
    os.chmod(os.path.join(guest.dir, "dump.kdump"), 0o644)
    if guest.all_forms:
        take_other_forms(guest)
    else:
        os.unlink(flat)


def take_other_forms(guest):
    """What else this QEMU writes: ELF with paging, and each other form that it was built with. A
    Windows dump is none of a Linux guest: QEMU refuses."""
    guest.qmp.command("dump-guest-memory", paging=True,
                      protocol="file:" + os.path.join(guest.dir, "dump.paging"))
    sparse(os.path.join(guest.dir, "dump.paging"))
    for form in guest.qmp.command("query-dump-guest-memory-capability")["formats"]:
        path = os.path.join(guest.dir, "dump." + form)
        if form in ("elf", "kdump-zlib", "win-dmp"):
            continue
        guest.qmp.command("dump-guest-memory", paging=False, protocol="file:" + path, format=form)
    for name in os.listdir(guest.dir):
        if name.startswith("dump."):
            os.chmod(os.path.join(guest.dir, name), 0o644)


def testify(guest, halted):
    """Gets the testimony, from the disk or out of the stopped kernel, then the struct pages."""
    results_extract(guest.dir, ["kallsyms", "btf"])
    if results_extract(guest.dir, ["guest-extra.txt"]):
        extra_extract(guest.dir)
    if halted:
        results_extract(guest.dir, ["state.txt", "iomem"])
        kaddr, length = (int(x, 0) for x in halted)
        guest.qmp.command("memsave", val=qmp_int(kaddr), size=length,
                          filename=os.path.join(guest.dir, "testimony.txt"))
    elif results_extract(guest.dir, ["state.txt", "iomem", "testimony.txt"]) != \
            ["state.txt", "iomem", "testimony.txt"]:
        raise LabError("the results lack state or testimony")
    
    def save(kaddr, size, path):
        """None, or why not."""
        try:
            guest.qmp.command("memsave", val=qmp_int(kaddr), size=size, filename=path)
        except LabError as e:
            return str(e)
        return None

    memsave.save(save, guest.dir)


def drive(guest, kdump):
    """From boot to the last result."""
    for message in guest.messages():
        word, _, rest = message.partition(" ")
        if word == "qmp":
            command = json.loads(rest)
            guest.qmp.command(command["execute"], **command.get("arguments", {}))
        elif word == "failed":
            raise LabError(f"in the guest: {rest}")
        elif word in ("ready", "halted"):
            # what the guest has still going may want to see its last state (tests/run-kpage.sh)
            time.sleep(float(os.environ.get("LAB_SETTLE", "0")))
            guest.qmp.command("stop")
            if os.environ.get("LAB_STOPPED"):
                subprocess.run(["sh", "-c", os.environ["LAB_STOPPED"]], check=True, timeout=900)
            testify(guest, rest.split() if word == "halted" else None)
            if not kdump:
                take_dumps(guest)
                return
            guest.qmp.command("cont")
            guest.answer("crash")
        elif word == "captured":
            guest.proc.wait(60)
            if "vmcore" not in results_extract(guest.dir, ["vmcore", "vmcore.makedumpfile",
                                                         "kdump.txt", "capture-extra.txt"]):
                raise LabError("the capture kernel left no vmcore")
            sparse(os.path.join(guest.dir, "vmcore"))
            if os.path.exists(os.path.join(guest.dir, "capture-extra.txt")):
                extra_extract(guest.dir)
            return
    raise LabError("the guest ended before it was done")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--timeout", type=int, default=180)
    p.add_argument("--kdump", action="store_true")
    p.add_argument("--all-forms", action="store_true")
    p.add_argument("--answer", choices=("serial", "console"), default="serial")
    p.add_argument("dir")
    p.add_argument("qemu", nargs="+")
    a = p.parse_args()
    guest = None
    # ended from outside, QEMU must end, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        guest = Guest(a.dir, a.qemu, a.timeout, a.all_forms, a.answer)
        guest.connect()
        drive(guest, a.kdump)
    except (LabError, OSError, subprocess.SubprocessError) as e:
        tail = guest.tail() if guest else ""
        print(f"lab: error: {e}\n{tail}", file=sys.stderr)
        return 1
    finally:
        if guest:
            guest.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
