"""One connection: the bytes sent, and the expected and received answers."""

import itertools
import socket
import struct
import time

from . import answers, verdicts

NO_PORT = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24)
RESET = struct.pack("ii", 1, 0)
sources = itertools.count()


encryption = None
"""The TLS of the server under attack. Waves inherit it, because they are forks."""


def connect(port, timeout=60.0, receive_buffer=None):
    """A connection, with TLS if the server has it."""
    connection = connect_bare(port, timeout, receive_buffer)
    return encryption.wrap(connection) if encryption else connection


def connect_bare(port, timeout=60.0, receive_buffer=None):
    """A TCP connection from one of many source addresses, so that their ports do not run out."""
    connection = socket.socket()
    try:
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setsockopt(socket.IPPROTO_IP, NO_PORT, 1)
        connection.bind((f"127.0.0.{next(sources) % 250 + 2}", 0))
        connection.settimeout(timeout)
        connection.connect(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def reset(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    except OSError:
        pass
    connection.close()


def shortened(data, limit=700):
    data = bytes(data)
    return repr(data) if len(data) <= limit else f"{data[:limit]!r}… ({len(data)} bytes)"


class Tally:
    """Counts of events, and the faults."""

    def __init__(self):
        self.counts = {}
        self.faults = []

    def count(self, name, by=1):
        self.counts[name] = self.counts.get(name, 0) + by

    def fault(self, scenario, text, sent=b"", received=b""):
        self.count("faults")
        if len(self.faults) < 20:
            self.faults.append((scenario, text, shortened(sent), shortened(received)))

    def add(self, other):
        for name, value in other.counts.items():
            self.count(name, value)
        self.faults += other.faults[: max(0, 40 - len(self.faults))]


def send(connection, pieces, pause=0.0):
    """Sends all pieces. The server may end the connection before the last one; its answers can still be read."""
    try:
        for index, piece in enumerate(pieces):
            if index and pause:
                time.sleep(pause)
            connection.sendall(piece)
        return True
    except OSError:
        return False


def converse(tally, scenario, port, pieces, half_close=True, pause=0.0, thoroughly=False):
    """Sends a stream, and judges the answers."""
    data = b"".join(pieces)
    requests = verdicts.judge(data)
    last = requests[-1] if requests else None
    is_valid = last is not None and last.verdict == verdicts.VALID
    try:
        connection = connect(port)
    except OSError as error:
        if encryption and not isinstance(error, TimeoutError):
            # Evicted during the handshake; the server's own count must confirm it.
            return tally.count("unanswered, connection ended")
        return tally.fault(scenario, f"cannot connect: {error}", data)
    with connection:
        reader = answers.Reader(connection)
        started = time.monotonic()
        send(connection, pieces, pause)
        half_close = half_close or not is_valid
        if half_close:
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        try:
            judge(tally, reader, requests, half_close, thoroughly)
        except answers.Fault as fault:
            tally.fault(scenario, str(fault), data, reader.shown)
        if (seconds := time.monotonic() - started) > 4:
            tally.count("slow connections")
            if seconds > 50:
                tally.fault(scenario, f"took {seconds:.1f} s", data, reader.shown)
    tally.count("connections")


def judge(tally, reader, requests, half_closed, thoroughly):
    answered = None
    for request in requests:
        if request.verdict != verdicts.VALID:
            return judge_end(tally, reader, request)
        try:
            answered = reader.answer(request.is_head)
        except answers.Ended as ended:
            if reader.received == 0 and not reader.buffer:
                # Evicted; the server's own count must confirm it.
                return tally.count("unanswered, connection ended")
            raise answers.Fault(f"{ended.by} before a whole answer to {request.method!r} {request.path!r}") from None
        if answered.status == 503 and 503 not in request.statuses:
            return tally.count("answered 503")
        check(answered, request, thoroughly)
        tally.count("well-formed requests answered")
        if answered.closes != request.closes and not (half_closed and answered.closes and request is requests[-1]):
            raise answers.Fault(f"closes is {answered.closes} for {request.method!r} {request.path!r}")
    if half_closed or (answered and answered.closes):
        rest = reader.rest()
        if rest:
            raise answers.Fault(f"bytes after the last answer: {rest[:200]!r}")
        if reader.ended == "timeout":
            raise answers.Fault("the connection was not closed")
        if reader.ended == "reset":
            tally.count("resets behind the last answer")
    if not requests:
        tally.count("connections without a request")


def check(answer, request, thoroughly):
    if answer.status not in request.statuses:
        raise answers.Fault(f"{answer.status} for {request.method!r} {request.path!r}, not {request.statuses}")
    if answer.encoded is not answer.body and not request.accepts_gzip:
        raise answers.Fault("gzip that was not asked for")
    if answer.status != 200 or request.is_head:
        return
    if request.path == b"/metrics":
        answers.check_exposition(answer, b"name" in request.query, thoroughly)
    elif request.path in (b"/hello", b"/slow", b"/smuggled"):
        if answer.body != request.path[1:] + b"\n":
            raise answers.Fault(f"the body of another route: {answer.body[:200]!r}")
    elif request.path == b"/large":
        if answer.body != b"large " * 50_000 + b"\n":
            raise answers.Fault(f"a wrong body of {len(answer.body)} bytes")
    elif not answer.body:
        raise answers.Fault("an empty body")


def judge_end(tally, reader, request):
    """Judges the answer to bytes that are not, or need not be, a request. The client has closed its sending half."""
    rest = reader.rest()
    if reader.ended == "timeout":
        raise answers.Fault(f"the connection was not closed behind a request that is {request.verdict}")
    tally.count(f"requests {request.verdict}")
    if not rest:
        return
    if not rest.startswith((b"HTTP/1.1 ", b"HTTP/1.0 ")):
        raise answers.Fault(f"no status line: {rest[:200]!r}")
    if request.verdict == verdicts.OPEN:
        return
    reader.buffer += rest
    status = int(rest[9:12])
    if status == 503:
        return tally.count("answered 503")
    if request.verdict != verdicts.LAST and not (400 <= status < 500 or status in (501, 505)):
        raise answers.Fault(f"{status} for a request that is {request.verdict}")
    try:
        # The server may have read the method HEAD before the error.
        answer = reader.answer(is_head=True)
        if reader.buffer:
            reader.body(answer.fields)
    except answers.Ended as ended:
        if ended.by == "reset":
            return tally.count("rejections cut by a reset")
        raise answers.Fault(f"a rejection that is not whole: {rest[:300]!r}") from None
    if not answer.closes:
        raise answers.Fault(f"{status} without Connection: close for a request that is {request.verdict}")
    if reader.buffer:
        raise answers.Fault(f"answered behind a request that is {request.verdict}: {bytes(reader.buffer[:200])!r}")
