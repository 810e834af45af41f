"""The server under attack, a separate process, with the resources it uses."""

import os
import resource
import select
import signal
import subprocess
import time

from . import conversation, requests

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, program, descriptors=None, arguments=()):
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit,
        )
        self.reports = b""
        os.set_blocking(self.process.stderr.fileno(), False)
        if not select.select([self.process.stdout], [], [], 120)[0]:
            self.process.kill()
            raise SystemExit("attack: the server did not start")
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"attack: the server ended at once: {self.process.stderr.read()!r}")
        self.port = int(line)

    def drain(self):
        """Reads the server's reports, because a full pipe would block the thread that writes them."""
        try:
            while data := os.read(self.process.stderr.fileno(), 65_536):
                self.reports = (self.reports + data)[-100_000:]
        except BlockingIOError:
            pass

    @property
    def is_alive(self):
        return self.process.poll() is None

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def status(self, name):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))

    @property
    def memory(self):
        """The resident memory in KiB."""
        return self.status("VmRSS")

    @property
    def threads(self):
        return self.status("Threads")

    @property
    def seconds(self):
        """The processor time in seconds, over all cores."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def metric(self, name):
        """The value of a series, or the sum of the series of a family."""
        with conversation.connect(self.port, timeout=60) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\n" + requests.AUTHORIZATION + b"\r\n")
            text = b""
            while data := connection.recv(1 << 20):
                text += data
        lines = [line for line in text.decode().split("\n") if line.startswith((name + " ", name + "{"))]
        return int(sum(float(line.rpartition(" ")[2]) for line in lines))

    def settle(self, descriptors, seconds=60):
        """Waits until no more descriptors are open than before."""
        end = time.monotonic() + seconds
        while self.descriptors > descriptors and time.monotonic() < end:
            self.drain()
            time.sleep(0.05)

    def terminate(self, seconds):
        """Sends SIGTERM. Returns the exit status, or None if the server did not end in time, and the time it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None, seconds
        return self.process.returncode, time.monotonic() - start

    def kill(self):
        if self.is_alive:
            self.process.kill()
            self.process.wait()
