# SPDX-License-Identifier: GPL-2.0
# top.py: drive a program through a pseudo-terminal, and print the screen
#
# usage: top.py ROWSxCOLUMNS STEP... -- COMMAND...
#
# A step is "keys:TEXT" (with escapes as in Python: \r, \x1b), "wait:TEXT" (until the screen has
# it), "gone:TEXT" (until it has not), "selected:WORD" (until the row that begins so is selected), "sleep:SECONDS", "size:ROWSxCOLUMNS", "signal:NAME",
# "run:COMMAND" (a shell's), "flood:NAME" (more keys than can be drawn at once, q last, and that
# signal), "screen" (print it) or "colours" (print the grounds of each line).
# What a key does may take a while on a busy machine: "wait" and "gone" take as long as it needs,
# "keys" and "screen" only guess that the program is done.
# Last, the exit code or "signal NAME" is printed, what the terminal shows, and whether its
# settings are those from before.
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

# Seconds; valgrind on a busy machine is slow.
PATIENCE = 120


class Terminal:
    def __init__(self, size, command):
        self.rows, self.columns = (int(n) for n in size.split("x"))
        self.screen = pyte.Screen(self.columns, self.rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = pty.openpty()
        self.slave = slave
        self.resize(size)
        self.before = termios.tcgetattr(slave)
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, size):
        self.rows, self.columns = (int(n) for n in size.split("x"))
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", self.rows, self.columns, 0, 0))
        self.screen.resize(self.rows, self.columns)

    # Take what comes, until it is quiet for a moment.
    def drain(self, quiet=0.05, limit=5):
        end = time.time() + limit
        while time.time() < end and select.select([self.master], [], [], quiet)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.raw += data
            self.stream.feed(data)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n")

    def until(self, text, there):
        end = time.time() + PATIENCE
        while (text in self.text()) != there:
            ended = self.child.poll() is not None
            self.drain(0.05, 0.2)
            if (ended or time.time() > end) and (text in self.text()) != there:
                sys.exit("%s %r%s:\n%s" % ("no" if there else "still", text,
                                           ", and it ended" if ended else "", self.text()))

    # Until the keys have done something. Some change nothing.
    def press(self, keys):
        self.drain()
        before, end = self.looks(), time.time() + 2
        os.write(self.master, keys)
        while self.looks() == before and self.child.poll() is None and time.time() < end:
            self.drain(0.05, 0.2)

    # Until it looks the same half a second later. A clock may change it all the time.
    def settle(self):
        end, before = time.time() + 5, None
        while self.looks() != before and time.time() < end:
            before = self.looks()
            time.sleep(0.4)
            self.drain(0.05, 0.2)

    def looks(self):
        return [[(cell.data, cell.bg, cell.reverse) for _, cell in sorted(self.screen.buffer[y].items())]
                for y in range(self.rows)]

    # Until the row that begins with this is the selected one.
    def select(self, text):
        end = time.time() + PATIENCE
        while not any(line.split()[:1] == [text] and self.screen.buffer[y][0].reverse
                      for y, line in enumerate(self.screen.display)):
            if time.time() > end:
                sys.exit("%s is not selected:\n%s" % (text, self.text()))
            self.drain(0.05, 0.2)

    def colours(self):
        for y in range(self.rows):
            print(" ".join(sorted({cell.bg for cell in self.screen.buffer[y].values()})))


size, steps = sys.argv[1], sys.argv[2:sys.argv.index("--")]
terminal = Terminal(size, sys.argv[sys.argv.index("--") + 1:])
for step in steps:
    what, _, rest = step.partition(":")
    if what == "keys":
        terminal.press(rest.encode().decode("unicode_escape").encode())
    elif what in ("wait", "gone"):
        terminal.until(rest, what == "wait")
    elif what == "selected":
        terminal.select(rest)
    elif what == "sleep":
        time.sleep(float(rest))
        terminal.drain()
    elif what == "size":
        terminal.resize(rest)
        terminal.drain()
    elif what == "signal":
        terminal.child.send_signal(getattr(signal, rest))
    elif what == "run":
        subprocess.run(rest, shell=True, check=True)
    elif what == "flood":
        os.write(terminal.master, b"jk" * 1500 + b"q")
        # It waits for its output to be taken.
        time.sleep(0.5)
        terminal.child.send_signal(getattr(signal, rest))
    elif what == "screen":
        terminal.settle()
        print(terminal.text())
    elif what == "colours":
        terminal.settle()
        terminal.colours()
    else:
        sys.exit("what is %s?" % step)
try:
    end = time.time() + PATIENCE
    while terminal.child.poll() is None and time.time() < end:
        terminal.drain(0.05, 0.2)
    code = terminal.child.wait(1)
except subprocess.TimeoutExpired:
    terminal.child.kill()
    sys.exit("it did not end:\n" + terminal.text())
terminal.drain()
print("exit %d" % code if code >= 0 else "signal " + signal.Signals(-code).name)
# The alternate screen was left, and the cursor is there.
tail = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l"):] if b"\x1b[?1049h" in terminal.raw else terminal.raw
print("stderr: " + tail.decode(errors="replace").replace("\x1b[?1049l", "").replace("\x1b[23;0;0t", "")
      .replace("\x1b[?1l\x1b>", "").replace("\r", "").strip())
print("terminal: " + ("as it was" if termios.tcgetattr(terminal.slave) == terminal.before and
                      terminal.raw.rfind(b"\x1b[?25h") >= terminal.raw.rfind(b"\x1b[?25l") and
                      terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l")
                      else "changed"))
