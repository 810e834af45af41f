"""Reads responses from a socket, and checks that they are complete and well-formed."""

import re
import socket
import zlib

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) [\x20-\x7e]*\Z")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t\x80-\xff]*?)[ \t]*\Z")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})\Z")
SAMPLE = re.compile(rb'[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^\n]*\})? (-?[0-9.e+-]+|NaN|[+-]Inf)( # [^\n]*)?\Z')
SERIES = 2_000


class Fault(Exception):
    """The server sent something that it must not send."""


class Ended(Exception):
    """The connection ended before the expected bytes. `by` is "close", "reset" or "timeout"."""

    def __init__(self, by):
        super().__init__(by)
        self.by = by


class Answer:
    """One response."""

    def __init__(self, status, fields, body, encoded):
        self.status = status
        self.fields = fields
        self.body = body
        self.encoded = encoded

    @property
    def closes(self):
        return b"close" in self.fields.get(b"connection", b"").lower()


class Reader:
    """Reads responses from a connection, and keeps the bytes read for the report of a fault."""

    def __init__(self, connection, piece=65_536):
        self.socket = connection
        self.piece = piece
        self.buffer = bytearray()
        self.shown = bytearray()
        self.received = 0
        self.ended = None

    def more(self):
        if self.ended is None:
            try:
                data = self.socket.recv(self.piece)
                self.ended = None if data else "close"
            except socket.timeout:
                self.ended = "timeout"
            except OSError:
                self.ended = "reset"
        if self.ended is not None:
            raise Ended(self.ended)
        self.received += len(data)
        if len(self.shown) < 4_096:
            self.shown += data[:2_048]
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.more()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def line(self):
        searched = 0
        while True:
            end = self.buffer.find(b"\r\n", searched)
            if end >= 0:
                return self.take(end + 2)[:-2]
            if len(self.buffer) > 65_536:
                raise Fault("a line of more than 64 KiB")
            searched = max(0, len(self.buffer) - 1)
            self.more()

    def rest(self):
        """All bytes until the connection ends."""
        try:
            while True:
                self.more()
        except Ended:
            data = bytes(self.buffer)
            self.buffer.clear()
            return data

    def answer(self, is_head=False):
        """The next response. Raises `Fault` if it is malformed, `Ended` if it is incomplete."""
        match = STATUS_LINE.match(line := self.line())
        if not match:
            raise Fault(f"no status line: {line[:200]!r}")
        status = int(match[1])
        fields = {}
        while line := self.line():
            field = FIELD_LINE.match(line)
            if not field:
                raise Fault(f"a malformed field line: {line[:200]!r}")
            name = field[1].lower()
            if name in fields:
                raise Fault(f"a field sent twice: {line[:200]!r}")
            fields[name] = field[2]
        body = b"" if is_head or status in (204, 304) else self.body(fields)
        answer = Answer(status, fields, body, body)
        check(answer, is_head)
        return answer

    def body(self, fields):
        if b"transfer-encoding" in fields:
            if fields[b"transfer-encoding"] != b"chunked" or b"content-length" in fields:
                raise Fault(f"framing: {fields!r}")
            return self.chunks()
        if b"content-length" in fields:
            return self.take(int(fields[b"content-length"]))
        if b"close" not in fields.get(b"connection", b""):
            raise Fault(f"a body without a length on a connection that is kept: {fields!r}")
        data = self.rest()
        if self.ended != "close":
            raise Ended(self.ended)
        return data

    def chunks(self):
        body = []
        while True:
            match = CHUNK_LINE.match(line := self.line())
            if not match:
                raise Fault(f"a malformed chunk size: {line[:200]!r}")
            size = int(match[1], 16)
            if size == 0:
                break
            body.append(self.take(size))
            if self.take(2) != b"\r\n":
                raise Fault("a chunk that does not end where it should")
        if self.line():
            raise Fault("a trailer that was not asked for")
        return b"".join(body)


def check(answer, is_head):
    """Checks the rules that every response of the listener obeys."""
    fields = answer.fields
    if b"date" not in fields:
        raise Fault("no Date")
    if answer.status == 405 and b"allow" not in fields:
        raise Fault("405 without Allow")
    if is_head:
        return
    encoding = fields.get(b"content-encoding")
    if encoding == b"gzip":
        if b"accept-encoding" not in fields.get(b"vary", b"").lower():
            raise Fault("gzip without Vary")
        stream = zlib.decompressobj(31)
        try:
            answer.body = stream.decompress(answer.body)
        except zlib.error as error:
            raise Fault(f"gzip: {error}") from None
        if not stream.eof or stream.unused_data:
            raise Fault("gzip: not one whole member")
    elif encoding is not None:
        raise Fault(f"an unknown encoding: {encoding!r}")


def check_exposition(answer, is_filtered=False, thoroughly=False):
    """Checks the body of `/metrics`, in any negotiated format."""
    kind = answer.fields.get(b"content-type", b"")
    body = answer.body
    if is_filtered and not body:
        # The family does not exist, or did not answer in time.
        return
    if kind.startswith((b"text/plain", b"application/openmetrics-text")):
        if not body.endswith(b"\n"):
            raise Fault(f"the text is cut: {body[-100:]!r}")
        if kind.startswith(b"application/openmetrics-text") != body.endswith(b"# EOF\n"):
            raise Fault(f"the text ends wrongly for {kind!r}: {body[-100:]!r}")
        if not is_filtered and body.count(b"\nfire_shells_total{") != SERIES:
            raise Fault(f"series are missing: {body.count(b'fire_shells_total{')}")
        if thoroughly:
            for line in body[:-1].split(b"\n"):
                if not line.startswith(b"# ") and not SAMPLE.match(line):
                    raise Fault(f"a malformed line of text: {line[:200]!r}")
    elif not body:
        raise Fault(f"an empty exposition as {kind!r}")
