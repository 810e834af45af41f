"""Parses requests as strictly as RFC 9110 and RFC 9112, to determine what they require of a server that gets the bytes.

Each request gets one of these verdicts:

- VALID: must be answered with one of `statuses`.
- LAST: may be answered once or be rejected, but nothing after it is a request.
- OPEN: the server may treat it as a request or not. The bytes after it cannot be judged.
- BAD: must be rejected, or its connection closed; nothing after it is a request.
- CUT: the bytes end before the request does.
"""

import re

VALID, LAST, OPEN, BAD, CUT = "valid", "last", "open", "bad", "cut"

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])\Z")
FIELD_LINE = re.compile(rb"(" + TOKEN + rb"):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\Z")
FIELD_NAME = re.compile(TOKEN + rb":")
PATH = re.compile(rb"/[A-Za-z0-9._~!$&'()*+,;=:@/%?\[\]-]*\Z")
QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]+)((?:;" + TOKEN + rb"(?:=(?:" + TOKEN + rb"|" + QUOTED + rb"))?)*)\Z"
)
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}(?![0-9A-Fa-f])")

METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"}
is_guarded = False
"""True if the server under attack asks for a token."""
OPEN_PATHS = {b"/live", b"/ready", b"/startup"}
PATHS = {
    b"/", b"/metrics", b"/hello", b"/large", b"/slow", b"/failing", b"/smuggled", b"/live", b"/ready", b"/startup",
    b"/.well-known/healthcheck.json",
}
HOSTS = {b"", b"localhost", b"localhost:9464", b"127.0.0.1", b"127.0.0.1:80", b"[::1]:9464", b"LOCALHOST", b"a.localhost"}
FOREIGN_HOSTS = {b"evil.example", b"evil.example:80", b"metrics.internal", b"127.0.0.1.evil.example"}
MAX_BYTES, MAX_FIELDS, MAX_BODY = 16_384, 100, 65_536


class Request:
    def __init__(self, verdict, method=b"", path=b"", query=b"", statuses=(), closes=False, end=0):
        self.verdict = verdict
        self.method = method
        self.path = path
        self.query = query
        self.statuses = statuses
        self.closes = closes
        self.end = end
        self.accepts_gzip = False

    @property
    def is_head(self):
        return self.method == b"HEAD"


def judge(stream):
    """The requests of a stream, in order. All but the last have the verdict VALID."""
    requests = []
    position = 0
    while position < len(stream):
        request = first(stream, position)
        if request is None:
            break
        requests.append(request)
        if request.verdict != VALID or request.closes:
            break
        position = request.end
    return requests


def first(stream, position):
    start = position
    while stream.startswith(b"\r\n", position):
        position += 2
    if position >= len(stream):
        return None
    end = stream.find(b"\r\n\r\n", position)
    if end < 0:
        return Request(CUT)
    block = stream[position:end]
    if position - start > 2:
        return Request(OPEN)
    lines = block.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
        return Request(OPEN)
    line = REQUEST_LINE.match(lines[0])
    if not line:
        parts = lines[0].split()
        # NIO's parser also accepts two other protocols with the same syntax.
        is_version = len(parts) == 3 and re.match(rb"(?:HTTP|RTSP|ICE)/[0-9]\.[0-9]\Z", parts[2])
        is_lenient = is_version and re.match(TOKEN, parts[0])
        return Request(OPEN if is_lenient else BAD)
    method, target, version = line[1], line[2], (int(line[3]), int(line[4]))
    fields = []
    verdict = VALID
    for text in lines[1:]:
        field = FIELD_LINE.match(text)
        if field and text.endswith(b"\t") and field[1].lower() in (b"content-length", b"transfer-encoding"):
            # NIO's parser only takes spaces there.
            verdict = OPEN
        elif field:
            fields.append((field[1].lower(), field[2]))
        elif text[:1] in (b" ", b"\t") or FIELD_NAME.match(text):
            # Obsolete folding, and control characters in a value.
            verdict = OPEN
        else:
            return Request(BAD)
    if verdict != VALID or method not in METHODS or version not in ((1, 0), (1, 1)):
        return Request(OPEN)
    return framed(stream, end + 4, method, target, version, fields)


def framed(stream, position, method, target, version, fields):
    def values(name):
        return [value for other, value in fields if other == name]

    size = len(target) + sum(len(name) + len(value) for name, value in fields)
    if size > MAX_BYTES * 1.1 or len(fields) > MAX_FIELDS * 1.1:
        return Request(BAD)
    if size > MAX_BYTES * 0.9 or len(fields) > MAX_FIELDS * 0.9:
        return Request(OPEN)
    lengths, codings = values(b"content-length"), values(b"transfer-encoding")
    request = Request(VALID, method)
    if any(not re.match(rb"[0-9]+(?:[ \t]*,[ \t]*[0-9]+)*\Z", value) for value in lengths):
        return Request(BAD)
    lengths = [int(part) for value in lengths for part in value.split(b",")]
    if len(set(lengths)) > 1 or any(length > 2**63 for length in lengths):
        return Request(BAD)
    if len(lengths) > 1:
        return Request(OPEN)
    if codings:
        names = [name.strip().lower() for value in codings for name in value.split(b",")]
        if names[-1] != b"chunked":
            # In HTTP/1.0, such framing is always faulty.
            return Request(BAD if version == (1, 1) else OPEN)
        if len(names) > 1 or version == (1, 0):
            return Request(OPEN)
        if lengths:
            return Request(LAST, method)
    expectations = values(b"expect") if version == (1, 1) else []
    hosts = values(b"host")
    if len(hosts) > 1 or (not hosts and version == (1, 1)):
        return Request(BAD)
    if target.startswith(b"/"):
        authority, path = hosts[0] if hosts else b"", target
    else:
        absolute = re.match(rb"http://([^/?]*)(/.*)\Z", target)
        if not absolute or not absolute[1]:
            return Request(OPEN)
        authority, path = absolute[1], absolute[2]
        if hosts and hosts[0] not in HOSTS | FOREIGN_HOSTS:
            return Request(OPEN)
    if not PATH.match(path) or authority not in HOSTS | FOREIGN_HOSTS:
        return Request(OPEN)
    request.path, _, request.query = path.partition(b"?")
    encodings = b",".join(values(b"accept-encoding")).lower().replace(b" ", b"").replace(b"\t", b"")
    request.accepts_gzip = b"gzip" in encodings or b"*" in encodings
    request.statuses = statuses(method, request.path, authority, values(b"authorization"))
    # NIO's decoder reads nothing after these, so the connection is not kept.
    connection = {name.strip() for value in values(b"connection") for name in value.lower().split(b",")}
    request.closes = version == (1, 0) or b"close" in connection or bool(values(b"upgrade"))
    if not request.closes and not connection <= {b"", b"keep-alive"}:
        return Request(OPEN)
    if expectations:
        request.closes = True
        if expectations[0].lower() != b"100-continue":
            request.statuses = (417,)
        # Answered before the body arrives.
        return request
    if codings:
        return chunked(stream, position, request)
    request.end = position + (lengths[0] if lengths else 0)
    return finished(stream, request, lengths[0] if lengths else 0)


def finished(stream, request, body):
    if body > MAX_BODY:
        request.statuses, request.closes = (413,), True
        if len(stream) < request.end:
            return Request(OPEN)
    elif len(stream) < request.end:
        return Request(CUT)
    return request


def chunked(stream, position, request):
    body = 0
    while True:
        end = stream.find(b"\r\n", position)
        if end < 0:
            return Request(CUT if len(stream) - position < 64 else OPEN)
        line = CHUNK_LINE.match(text := stream[position:end])
        if not line:
            return Request(OPEN if CHUNK_SIZE.match(text) and b"\n" not in text else BAD)
        if len(line[1]) > 15:
            # Leading zeros are digits, too.
            return Request(BAD if int(line[1], 16) > 2**63 else OPEN)
        if len(line[2]) > 256:
            return Request(OPEN)
        size, position = int(line[1], 16), end + 2
        if size == 0:
            break
        body += size
        if len(stream) < position + size + 2:
            return Request(CUT if body <= MAX_BODY else OPEN)
        if stream[position + size : position + size + 2] != b"\r\n":
            return Request(BAD)
        position += size + 2
    is_framing_said_again = False
    while True:
        end = stream.find(b"\r\n", position)
        if end < 0:
            return Request(CUT)
        text, position = stream[position:end], end + 2
        if not text:
            break
        if text.lower().startswith((b"content-length", b"transfer-encoding")):
            is_framing_said_again = True
        if not FIELD_LINE.match(text):
            return Request(OPEN if FIELD_NAME.match(text) or text[:1] in (b" ", b"\t") else BAD)
    if is_framing_said_again:
        return Request(OPEN)
    request.end = position
    return finished(stream, request, body)


def statuses(method, path, authority, credentials):
    if authority in FOREIGN_HOSTS:
        return (421,)
    if is_guarded and path not in OPEN_PATHS and not (
        len(credentials) == 1 and re.fullmatch(rb"(?i:bearer) +fire-token", credentials[0])
    ):
        return (401,)
    if path not in PATHS:
        return (404,)
    if method not in (b"GET", b"HEAD"):
        return (405,)
    return (500,) if path == b"/failing" else (200,)
