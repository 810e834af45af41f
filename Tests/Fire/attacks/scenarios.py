"""Fixed attacks with known outcomes: smuggling, framing, versions, limits, and half-closed or held connections."""

import socket
import time

from . import answers, verdicts
from .conversation import connect, send
from .requests import AUTHORIZATION, HIDDEN

HOST = b"Host: localhost\r\n" + AUTHORIZATION
HELLO = b"GET /hello HTTP/1.1\r\n" + HOST + b"\r\n"
GZIP = b"GET /metrics HTTP/1.1\r\n" + HOST + b"Accept-Encoding: gzip\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n"
NOWHERE = b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"

REJECT = "rejected"
"""At most one answer, 4xx, 501 or 505, and then the end of the connection."""
ONCE = "once"
"""At most one answer, and then the end of the connection."""
NOT_HIDDEN = "not hidden"
"""Answers to the visible requests, but never to the one hidden in them."""
ANY = "anything well-formed"


def post(*fields, body=b"", version=b"HTTP/1.1", host=HOST):
    return b"POST /hello " + version + b"\r\n" + host + b"".join(f + b"\r\n" for f in fields) + b"\r\n" + body


def get(*fields, target=b"/hello", version=b"HTTP/1.1", host=HOST, method=b"GET"):
    return method + b" " + target + b" " + version + b"\r\n" + host + b"".join(f + b"\r\n" for f in fields) + b"\r\n"


def smuggling():
    size = b"Content-Length: %d" % len(HIDDEN)
    zero = b"0\r\n\r\n" + HIDDEN
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
    te = b"Transfer-Encoding: chunked"
    yield "CL.TE", post(b"Content-Length: %d" % len(zero), te, body=zero), ONCE
    yield "CL.TE, CL of nothing", post(b"Content-Length: 0", te, body=zero), ONCE
    yield "TE.CL", post(te, b"Content-Length: 4", body=chunk), ONCE
    yield "TE.CL, CL of all", post(te, b"Content-Length: %d" % len(chunk), body=chunk), ONCE
    for value in [
        b"xchunked", b"chunked, identity", b"identity", b"chunked;q=1", b"\"chunked\"", b"chunked,", b",chunked", b"chun ked",
        b"\x0bchunked", b"chunked\x00", b"chunked\x0b", b"", b",", b", ,\t,", b"gzip", b"identity, chunked, identity", b"chunked\xa0", b"CHUNKED x",
    ]:
        yield f"TE {value!r} and CL", post(b"Transfer-Encoding: " + value, size, body=HIDDEN), ONCE
        yield f"CL and TE {value!r}", post(size, b"Transfer-Encoding: " + value, body=HIDDEN), ONCE
        # Empty list elements are ignored, so these are chunked: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2
        is_chunked = value in (b"chunked,", b",chunked")
        yield f"TE {value!r} and Upgrade", post(
            b"Connection: Upgrade", b"Upgrade: h2c", b"Transfer-Encoding: " + value, body=zero
        ), ONCE if is_chunked else REJECT
        yield f"TE {value!r} alone", post(b"Transfer-Encoding: " + value, body=zero), ANY if is_chunked else ONCE
    for name in [b"Transfer-Encoding ", b" Transfer-Encoding", b"Transfer-Encoding\t", b"Transfer_Encoding\x00", b"X\r\n Transfer-Encoding"]:
        yield f"TE named {name!r} and CL", post(name + b": chunked", size, body=HIDDEN), NOT_HIDDEN
        yield f"CL and TE named {name!r}", post(size, name + b": chunked", body=HIDDEN), NOT_HIDDEN
    yield "TE folded and CL", post(b"Transfer-Encoding:\r\n chunked", size, body=HIDDEN), ONCE
    yield "TE empty, then chunked", post(b"Transfer-Encoding: ", te, body=zero), ANY
    yield "TE chunked, then empty", post(te, b"Transfer-Encoding: ", body=zero), ANY
    yield "TE behind a bare CR", post(b"X: y\rTransfer-Encoding: chunked", size, body=HIDDEN), NOT_HIDDEN
    yield "TE behind a bare LF", post(b"X: y\nTransfer-Encoding: chunked", size, body=HIDDEN), NOT_HIDDEN
    yield "TE twice", post(te, te, body=zero), NOT_HIDDEN
    yield "TE twice, one other", post(te, b"Transfer-Encoding: identity", size, body=HIDDEN), ONCE
    yield "TE in HTTP/1.0", post(te, size, body=HIDDEN, version=b"HTTP/1.0"), ONCE
    yield "CL twice", post(size, b"Content-Length: 0", body=HIDDEN), REJECT
    yield "CL twice, the other way", post(b"Content-Length: 0", size, body=HIDDEN), REJECT
    yield "CL in a list", post(size + b", 0", body=HIDDEN), REJECT
    for value in [b"+%d", b"-%d", b"%d ,", b"%d x", b"%d;", b"0x%x", b"%d.0", b"%de0", b"\x0b%d", b"\xa0%d", b"%d\x00", b"1 %d", b"\"%d\""]:
        text = value % len(HIDDEN)
        yield f"CL {text!r}", post(b"Content-Length: " + text, body=HIDDEN), REJECT
    for value in [b"", b"-0", b"-1", b"+0", b"18446744073709551616", b"18446744073709551660", b"9" * 40, b"0_0", b"\xd9\xa3"]:
        yield f"CL {value!r}", post(b"Content-Length: " + value, body=HIDDEN), REJECT
    yield "CL with a space before the colon", post(size.replace(b":", b" :"), body=HIDDEN), REJECT
    yield "CL folded", post(size.replace(b": ", b":\r\n "), body=HIDDEN), NOT_HIDDEN
    yield "CL behind a bare CR", post(b"X: y\r" + size, body=HIDDEN), REJECT
    yield "GET with a body", get(size)[:-2] + b"\r\n" + HIDDEN + HELLO, (200, 200)
    yield "a body that looks like a request", post(size, body=HIDDEN) + HELLO, (405, 200)
    yield "a chunk that looks like a request", post(te, body=chunk) + HELLO, (405, 200)
    yield "a trailer that looks like framing", post(te, body=b"0\r\nContent-Length: 44\r\n\r\n") + HELLO, NOT_HIDDEN
    length = len(HIDDEN)
    for wrong in [
        b"0x%x\r\n", b"+%x\r\n", b"-%x\r\n", b" %x\r\n", b"%x\n", b"%x\r", b"%x \n", b"%xg\r\n", b"%x,\r\n", b"%x.0\r\n", b"%x\x00\r\n",
        b"%x;a\n", b"%x;a=\x00\r\n", b"1000000000000000%02x\r\n", b"\r\n%x\r\n", b"%x\r\r\n", b"%x\xa0\r\n",
    ]:
        body = wrong % length + HIDDEN + b"\r\n0\r\n\r\n"
        yield f"chunk size {wrong % length!r}", post(te, body=body), ONCE if b";" in wrong else REJECT
    yield "chunk size with a bare LF in an extension", post(te, body=b"5;\nxx\r\n4c\r\n0\r\n\r\n" + HIDDEN), NOT_HIDDEN
    yield "chunk longer than its size", post(te, body=b"1\r\nab\r\n0\r\n\r\n" + HIDDEN), REJECT
    yield "chunk that ends in LF", post(te, body=b"1\r\na\n0\r\n\r\n" + HIDDEN), REJECT
    yield "chunk without an end", post(te, body=b"1\r\na0\r\n\r\n" + HIDDEN), REJECT
    yield "no last chunk", post(te, body=b"1\r\na\r\n\r\n" + HIDDEN), REJECT
    yield "last chunk in bare LF", post(te, body=b"0\n\n" + HIDDEN), REJECT
    yield "a request behind Upgrade", get(b"Connection: Upgrade", b"Upgrade: h2c") + HIDDEN, ONCE
    yield "a request behind CONNECT", get(target=b"localhost:80", method=b"CONNECT") + HIDDEN, ONCE
    yield "a request behind close", get(b"Connection: close") + HIDDEN, (200,)
    yield "a request behind HTTP/1.0", get(version=b"HTTP/1.0") + HIDDEN, (200,)
    yield "a request behind a refused expectation", post(b"Expect: x", size, body=HIDDEN) + HIDDEN, (417,)
    yield "a request behind an expectation", post(b"Expect: 100-continue", size, body=HIDDEN) + HIDDEN, (405,)
    yield "a request behind garbage", b"\x16\x03\x01\x02\x00\x01\r\n\r\n" + HIDDEN, REJECT
    yield "a request behind HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN, REJECT
    yield "a request behind no Host", get(host=b"") + HIDDEN, REJECT
    yield "a request behind two Hosts", get(b"Host: localhost") + HIDDEN, REJECT
    yield "a request in a header's value", get(b"X: " + HIDDEN.replace(b"\r\n", b"\r")), NOT_HIDDEN
    yield "a request behind too many fields", get(*[b"A: b"] * 101) + HIDDEN, REJECT
    yield "a request behind too long a header", get(b"A: " + b"b" * 20_000) + HIDDEN, REJECT
    yield "a request behind too long a target", get(target=b"/" + b"b" * 20_000) + HIDDEN, REJECT
    yield "a request behind too long a body", post(b"Content-Length: 70000", body=bytes(70_000)) + HIDDEN, (413,)


def requests():
    yield "gzip, then another request in the same write", GZIP + NOWHERE, (200, 404)
    yield "eight scrapes in one write", GZIP * 8, (200,) * 8
    yield "sixty in one write", (GZIP + HELLO) * 30, (200, 200) * 30
    yield "a good request, then a bad one", HELLO + b"BAD\r\n\r\n" + HELLO, (200, 400)
    yield "a good scrape, then a bad request", GZIP + b"BAD\r\n\r\n" + HELLO, (200, 400)
    yield "a slow one, then a bad one, then more", [SLOW + b"BAD\r\n\r\n", b"x"], (200, 400)
    yield "a slow one, then HEAD of a scrape", SLOW + GZIP.replace(b"GET", b"HEAD"), (200, 200)
    yield "a slow one, then a scrape", SLOW + GZIP, (200, 200)
    yield "close, then more", get(b"Connection: close", target=b"/metrics") + HELLO, (200,)
    yield "an empty line first", b"\r\n" + HELLO, (200,)
    yield "an empty line between", HELLO + b"\r\n" + HELLO, (200, 200)
    yield "no Host", get(host=b""), (400,)
    yield "no Host, HTTP/1.0", get(host=AUTHORIZATION, version=b"HTTP/1.0"), (200,)
    yield "two Hosts", get(b"Host: localhost"), (400,)
    yield "a malformed Host", get(host=b"Host: a b\r\n"), (400,)
    yield "spaces around a Host", get(host=b"Host: \t localhost \t \r\n" + AUTHORIZATION) + HELLO, (200, 200)
    yield "spaces around an expectation", post(b"Expect:  100-continue ", b"Content-Length: 0"), (405,)
    yield "RTSP", b"GET /hello RTSP/1.0\r\n" + HOST + b"\r\n" + HIDDEN, ONCE
    yield "another Host", get(host=b"Host: evil.example\r\n") + HELLO, (421, 200)
    yield "another authority", get(target=b"http://evil.example/hello") + HELLO, (421, 200)
    yield "space before the colon", get(b"A : b") + HIDDEN, REJECT
    yield "no colon", get(b"A") + HIDDEN, REJECT
    yield "no name", get(b": b") + HIDDEN, REJECT
    yield "space before the first field", b"GET /hello HTTP/1.1\r\n Host: localhost\r\n\r\n" + HIDDEN, REJECT
    yield "NUL in a value", get(b"A: \0") + HELLO, ONCE
    yield "NUL in a target", get(target=b"/he\0llo") + HIDDEN, REJECT
    yield "bare CR for line ends", HELLO.replace(b"\r\n", b"\r") + HIDDEN, NOT_HIDDEN
    yield "HTTP/2.0", get(version=b"HTTP/2.0"), REJECT
    yield "HTTP/0.9", get(version=b"HTTP/0.9"), REJECT
    yield "HTTP/1.9", get(version=b"HTTP/1.9"), NOT_HIDDEN
    yield "HTTP/0.9 without a version", b"GET /hello\r\n\r\n", REJECT
    yield "a hundred fields", get(*[b"A: b"] * 98), (200,)
    yield "a hundred and one fields", get(*[b"A: b"] * 99), (431,)
    yield "a long header", get(b"A: " + b"b" * 16_000), (200,)
    yield "too long a header", get(b"A: " + b"b" * 16_500), (431,)
    yield "too long a target", get(target=b"/" + b"b" * 16_500), ((414,), (431,))
    yield "a body of 64 KiB", post(b"Content-Length: 65536", body=bytes(65_536)) + HELLO, (405, 200)
    yield "a body of more", post(b"Content-Length: 65537", body=bytes(65_537)) + HELLO, (413,)
    yield "a chunked body of more", post(b"Transfer-Encoding: chunked", body=b"10001\r\n" + bytes(65_537) + b"\r\n0\r\n\r\n"), (413,)
    yield "half a request line", HELLO[:8], REJECT
    yield "half a header", HELLO[:30], REJECT
    yield "half a body", post(b"Content-Length: 10", body=b"12345"), REJECT
    yield "half a chunk", post(b"Transfer-Encoding: chunked", body=b"a\r\n12345"), REJECT
    yield "a good request, then half a one", HELLO + HELLO[:20], ((200,), (200, 400))
    yield "nothing", b"", ()
    yield "empty lines only", b"\r\n" * 5_000, REJECT
    yield "OPTIONS *", get(target=b"*", method=b"OPTIONS"), ONCE


def run(tally, port, name, data, expected):
    """Sends one scenario, closes its sending half, and reads all answers."""
    pieces = data if isinstance(data, list) else [data]
    data = b"".join(pieces)
    heads = [request.is_head for request in verdicts.judge(data)] + [False] * 100
    with connect(port, timeout=60) as connection:
        reader = answers.Reader(connection)
        send(connection, pieces, pause=0.05)
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        statuses = []
        try:
            while True:
                answer = reader.answer(heads[len(statuses)])
                statuses.append(answer.status)
                if answer.body == b"smuggled\n" and expected != ANY:
                    raise answers.Fault("the hidden request was answered")
                if answer.closes:
                    rest = reader.rest()
                    if rest:
                        raise answers.Fault(f"bytes behind Connection: close: {rest[:200]!r}")
        except answers.Fault as fault:
            tally.fault(name, str(fault), data, reader.shown)
        except answers.Ended as ended:
            if ended.by == "timeout" or reader.buffer:
                tally.fault(name, f"ended by {ended.by} with {bytes(reader.buffer[:200])!r}", data, reader.shown)
            elif not matches(tuple(statuses), expected):
                tally.fault(name, f"statuses {statuses}, expected {expected}", data, reader.shown)
    tally.count("fixed requests")


def matches(statuses, expected):
    if expected in (NOT_HIDDEN, ANY):
        return True
    if expected == ONCE:
        return len(statuses) <= 1
    if expected == REJECT:
        return len(statuses) <= 1 and all(400 <= s < 500 or s in (501, 505) for s in statuses)
    return statuses in expected if expected and isinstance(expected[0], tuple) else statuses == expected


def held(tally, port):
    """Requests that must be answered in time although the client keeps its sending half open and sends no more."""
    for name, data, status, seconds in [
        ("an expectation is answered at once", post(b"Expect: 100-continue", b"Content-Length: 9"), 405, 10),
        ("a malformed request is answered at once", b"BAD BAD BAD\r\n\r\n", 400, 10),
        ("half a header gets 408", HELLO[:30], 408, 20),
        ("half a body gets 408", post(b"Content-Length: 9"), 408, 30),
        ("a handler that hangs gets 503", get(target=b"/stuck"), 503, 30),
    ]:
        with connect(port, timeout=60) as connection:
            reader = answers.Reader(connection)
            started = time.monotonic()
            send(connection, [data])
            try:
                answer = reader.answer()
                if answer.status != status or not answer.closes:
                    raise answers.Fault(f"{answer.status}, not {status} with Connection: close")
                if time.monotonic() - started > seconds:
                    raise answers.Fault(f"only after {time.monotonic() - started:.1f} s")
                if reader.rest() or reader.ended == "timeout":
                    raise answers.Fault(f"not closed behind the answer: {reader.ended}")
            except (answers.Fault, answers.Ended) as fault:
                tally.fault(name, str(fault), data, reader.shown)
        tally.count("held requests")


def run_all(tally, port):
    for name, data, expected in [*smuggling(), *requests()]:
        run(tally, port, name, data, expected)
