"""The waves of an attack. Each runs in a separate process, so that they run in parallel."""

import multiprocessing
import random
import socket
import threading
import time
import traceback

from . import answers, conversation, requests
from .conversation import Tally, connect, converse, reset
from .scenarios import GZIP, HELLO, HOST

FORGOTTEN = 6.0
"""Seconds within which a connection that stalls must end: its timeout is 2 s."""
LIVE = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PLAIN = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"


class Wave:
    """Work in another process."""

    def __init__(self, name, work, *arguments):
        self.name = name
        self.started = time.monotonic()
        self.receiver, sender = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=self.run, args=(sender, work, arguments), daemon=True)
        self.process.start()
        sender.close()

    def run(self, sender, work, arguments):
        tally = Tally()
        try:
            work(tally, *arguments)
        except BaseException:
            tally.fault(self.name, "the attack itself failed: " + traceback.format_exc())
        sender.send((tally, time.monotonic()))

    def join(self, seconds):
        """Waits for the wave. Returns its counts, and the time it took."""
        tally = Tally()
        if self.receiver.poll(seconds):
            try:
                tally, ended = self.receiver.recv()
                self.process.join(5)
                return tally, ended - self.started
            except EOFError:
                tally.fault(self.name, "the attack's own process died")
        else:
            tally.fault(self.name, f"not done in {seconds} s")
        self.process.kill()
        return tally, time.monotonic() - self.started


def side_by_side(count, work):
    """Runs work(index) on several threads."""
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def random_requests(tally, port, seed, numbers, threads):
    """Connections of random and mutated requests. The seed and a connection's number determine its bytes."""
    tallies = [Tally() for _ in range(threads)]
    numbers = iter(numbers)

    def work(index):
        for number in numbers:
            generator = random.Random(f"{seed} {number}")
            pieces = requests.pieces(generator, requests.stream(generator))
            converse(
                tallies[index], f"random request {number}", port, pieces,
                half_close=generator.random() < 0.5,
                pause=generator.choice([0, 0, 0, 0, 0.001]),
                thoroughly=number % 50 == 0,
            )

    side_by_side(threads, work)
    for part in tallies:
        tally.add(part)


def short_connections(tally, port, count, at_once=4):
    """TCP connections that send little or nothing and end, orderly or with a reset."""
    open_now = []
    for number in range(count):
        try:
            connection = conversation.connect_bare(port, timeout=10)
            if number % 16 == 0:
                connection.send(HELLO if number % 32 else HELLO[:9])
        except OSError as error:
            tally.fault("short connections", f"number {number}: {error}")
            continue
        open_now.append(connection)
        if len(open_now) == at_once:
            for index, connection in enumerate(open_now):
                if index:
                    reset(connection)
                else:
                    connection.close()
            open_now.clear()
        if number % 100 == 99:
            # Closed connections may still wait to be accepted. This answer shows that all of them have been.
            converse(tally, "behind short connections", port, [HELLO])
    for connection in open_now:
        connection.close()
    tally.count("short connections", count)


def resets(tally, port, seed, count, threads):
    """Connections that are reset at a random moment of a request or of its response."""
    numbers = iter(range(count))

    def work(_):
        for number in numbers:
            generator = random.Random(f"{seed} reset {number}")
            data = b"".join([requests.stream(generator), generator.choice([b"", GZIP, PLAIN * 3])])
            try:
                connection = connect(port)
                connection.settimeout(0.05)
                for piece in requests.pieces(generator, data[: generator.randrange(len(data) + 1)]):
                    connection.sendall(piece)
                for _ in range(generator.choice([0, 0, 1, 3])):
                    connection.recv(generator.choice([1, 1_000, 100_000]))
                if generator.random() < 0.3:
                    connection.shutdown(socket.SHUT_WR)
                time.sleep(generator.choice([0, 0, 0.001, 0.005]))
            except OSError:
                pass
            reset(connection)

    side_by_side(threads, work)
    tally.count("resets", count)


def slow_readers(tally, port, count, seconds=3.0):
    """Clients that read slowly, but within the timeout: each gets all of its answers, in order."""
    tallies = [Tally() for _ in range(count)]

    def work(index):
        with connect(port, receive_buffer=4_096) as connection:
            reader = answers.Reader(connection, piece=8_192)
            is_gzip = index % 2 == 0
            data = (GZIP if is_gzip else PLAIN) + HELLO
            conversation.send(connection, [data])
            # Reads the first half slowly, a few pieces a second, and then the rest.
            for _ in range(int(seconds * 5)):
                time.sleep(0.2)
                if len(reader.buffer) < (10_000 if is_gzip else 100_000):
                    reader.more()
            try:
                answers.check_exposition(reader.answer())
                if reader.answer().body != b"hello\n":
                    raise answers.Fault("the second answer is not that of the second request")
                tallies[index].count("slow readers answered")
            except (answers.Fault, answers.Ended) as fault:
                tallies[index].fault("slow readers", repr(fault), data, reader.shown)

    side_by_side(count, work)
    for part in tallies:
        tally.add(part)


def slow_writers(tally, port, count):
    """Clients that send slowly, byte by byte: a header within its timeout is answered, any other gets 408."""
    tallies = [Tally() for _ in range(count)]

    def work(index):
        # A header of some 45 bytes in 0.5 s, or never.
        in_time = index % 2 == 0
        with connect(port) as connection:
            reader = answers.Reader(connection)
            started = time.monotonic()
            size = 1 + index % 3
            for at in range(0, len(HELLO), size):
                if not conversation.send(connection, [HELLO[at : at + size]]):
                    break
                time.sleep((0.5 if in_time else 6) * size / len(HELLO))
                if time.monotonic() - started > 3:
                    break
            try:
                answer = reader.answer()
                if answer.status != (200 if in_time else 408):
                    raise answers.Fault(f"{answer.status} after {time.monotonic() - started:.1f} s")
                tallies[index].count("slow writers answered")
            except (answers.Fault, answers.Ended) as fault:
                tallies[index].fault("slow writers", repr(fault), HELLO, reader.shown)

    side_by_side(count, work)
    for part in tallies:
        tally.add(part)


def failure_of_probe(port, seconds=1.0):
    """Returns None if a probe is answered."""
    try:
        with connect(port, timeout=seconds) as connection:
            reader = answers.Reader(connection)
            conversation.send(connection, [LIVE])
            answer = reader.answer()
            return None if answer.status == 200 else f"{answer.status}"
    except (answers.Fault, answers.Ended, OSError) as error:
        return repr(error)


def probe(tally, scenario, port, seconds=10.0):
    """An orchestrator's probe, on a connection of its own."""
    started = time.monotonic()
    fault = failure_of_probe(port, seconds)
    if fault is None:
        return tally.count("probes answered")
    tally.fault(scenario, f"a probe failed after {time.monotonic() - started:.2f} s: {fault}", LIVE)


def probes(tally, port, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        probe(tally, "probes beside the waves", port, seconds=30)
        time.sleep(0.2)


def at_the_limit(tally, port, limit):
    """Silent connections and incomplete headers reach the connection limit; probes are answered nevertheless."""
    for scenario, sent in [("silent connections", b""), ("half headers", HELLO[:30]), ("idle connections", HELLO)]:
        held = []
        for _ in range(3 * limit):
            connection = connect(port)
            conversation.send(connection, [sent] if sent else [])
            if sent == HELLO:
                connection.settimeout(5)
                answers.Reader(connection).answer()
            held.append(connection)
        for _ in range(20):
            probe(tally, f"{scenario} at the limit", port)
        tally.count(scenario, len(held))
        for index, connection in enumerate(held):
            if index % 2:
                reset(connection)
            else:
                connection.close()
        time.sleep(0.1)


def refused_handshake(tally, port):
    """A server without room closes a connection at once, and does not spend a handshake on it."""
    try:
        connect(port, timeout=FORGOTTEN).close()
        tally.fault("all places busy", "a handshake at the limit")
    except TimeoutError:
        tally.fault("all places busy", "a connection at the limit was not closed")
    except OSError:
        tally.count("refusals at the limit")


def handshakes(tally, port, seed, limit):
    """Handshakes that are garbage or stall at any byte, as in a slowloris; and as many as the limit, beside probes."""
    hello = conversation.encryption.hello()
    streams = [(0, b""), (0, hello[:1]), (0, hello[:5]), (0, hello[:-1]), (0, hello), (0.05, hello[:-1])]
    tallies = [Tally() for _ in streams]

    def stall(index):
        pause, data = streams[index]
        started = time.monotonic()
        with conversation.connect_bare(port, timeout=FORGOTTEN) as connection:
            pieces = [data[at : at + 1] for at in range(len(data))] if pause else [data]
            sent_all = conversation.send(connection, pieces, pause)
            reader = answers.Reader(connection)
            reader.rest()
            if reader.ended == "timeout" or time.monotonic() - started > FORGOTTEN:
                tallies[index].fault("handshakes", f"not closed in {time.monotonic() - started:.1f} s", data, reader.shown)
            if pause and sent_all and len(data) * pause > FORGOTTEN:
                tallies[index].fault("handshakes", "bytes that trickle extend the timeout", data)
            tallies[index].count("handshakes that stall")

    side_by_side(len(streams), stall)
    for part in tallies:
        tally.add(part)
    generator = random.Random(f"{seed} handshakes")
    for number in range(200):
        data = bytearray(hello if number % 2 else generator.randbytes(generator.randrange(1, 600)))
        for _ in range(generator.randrange(1, 5)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        with conversation.connect_bare(port) as connection:
            conversation.send(connection, [bytes(data)])
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            reader = answers.Reader(connection)
            if reader.rest().startswith(b"HTTP/") or reader.ended == "timeout":
                tally.fault("handshakes", f"ended by {reader.ended}", data, reader.shown)
        tally.count("handshakes of garbage")
    held = []
    for number in range(3 * limit):
        connection = conversation.connect_bare(port)
        conversation.send(connection, [hello[: number % (len(hello) + 1)]])
        held.append(connection)
    for _ in range(20):
        probe(tally, "half-open handshakes at the limit", port)
    tally.count("half-open handshakes", len(held))
    for connection in held:
        reset(connection)


def all_busy(tally, port, limit):
    """Clients that do not read reach the connection limit. The next one gets 503 until their connections are reset."""
    stream = (b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n") * 60
    held = []
    end = time.monotonic() + 20
    is_full = False
    while not is_full and time.monotonic() < end:
        # A connection that the server has not begun yet makes room for a newer one, and is then replaced.
        for _ in range(max(1, limit - len(held))):
            try:
                connection = connect(port, receive_buffer=4_096)
            except OSError:
                # Refused during the handshake, because the server is full.
                break
            conversation.send(connection, [stream])
            held.append(connection)
        time.sleep(0.3)
        try:
            with connect(port, timeout=0.3) as connection:
                is_full = bool(answers.Reader(connection).rest())
        except TimeoutError:
            pass
        except OSError:
            is_full = True
    for _ in range(10):
        if conversation.encryption:
            refused_handshake(tally, port)
            continue
        with connect(port) as connection:
            reader = answers.Reader(connection)
            try:
                answer = reader.answer()
                if answer.status != 503 or not answer.closes or b"retry-after" not in answer.fields:
                    raise answers.Fault(f"{answer.status} {answer.fields!r}")
                if reader.rest():
                    raise answers.Fault("bytes behind a refusal")
                tally.count("refusals at the limit")
            except (answers.Fault, answers.Ended) as fault:
                tally.fault("all places busy", repr(fault), b"", reader.shown)
    # Each response has its own timeout, and none of them is being read. On a busy machine, they begin late, so that the
    # first places may be free long before the others.
    end = time.monotonic() + 60
    answered = 0
    while answered < 5 and time.monotonic() < end:
        fault = failure_of_probe(port)
        answered = answered + 1 if fault is None else 0
        if fault is not None:
            time.sleep(0.2)
    if answered < 5:
        tally.fault("after clients that did not read", f"five probes in turn were not answered in 60 s: {fault}", LIVE)
    tally.count("probes answered", answered)
    tally.count("clients that do not read", len(held))
    for connection in held:
        connection.close()
