"""Checks that a server that runs out of descriptors waits without using processor time, and then serves again."""

import time

from . import conversation
from .server import Server
from .waves import probe

LIMIT = 64


def attack(program, say):
    tally = conversation.Tally()
    server = Server(program, descriptors=LIMIT, arguments=["--max-connections", "1000"])
    held = []
    try:
        held = [conversation.connect(server.port) for _ in range(2 * LIMIT)]
        end = time.monotonic() + 30
        while server.descriptors < LIMIT and time.monotonic() < end:
            time.sleep(0.05)
        if server.descriptors < LIMIT:
            tally.fault("descriptors", f"only {server.descriptors} of {LIMIT} descriptors are taken")
        before = server.seconds
        time.sleep(3)
        used = server.seconds - before
        say(f"out of descriptors: {used:.2f} s of processor time in 3 s, {server.descriptors} open")
        if used > 0.6:
            tally.fault("descriptors", f"{used:.2f} s of processor time in 3 s without a descriptor")
        for connection in held:
            connection.close()
        for _ in range(5):
            probe(tally, "after all descriptors were taken", server.port, seconds=30)
        server.drain()
        if b"acceptFailed" not in server.reports:
            tally.fault("descriptors", f"not reported: {server.reports[-500:]!r}")
        status, seconds = server.terminate(60)
        if status != 0:
            tally.fault("descriptors", f"exit status {status} after {seconds:.1f} s")
        tally.count("times out of descriptors")
    finally:
        for connection in held:
            connection.close()
        server.kill()
    return tally
