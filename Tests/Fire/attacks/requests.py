"""Generates well-formed requests of all shapes, and mutations of them, randomly from the given generator."""

TOKEN = "fire-token"
AUTHORIZATION = b"Authorization: Bearer fire-token\r\n"
"""Ignored by a server without authorization."""
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n" + AUTHORIZATION + b"\r\n"

TARGETS = [
    (10, b"/metrics"), (2, b"/metrics?name[]=fire_heat"), (1, b"/metrics?name%5B%5D=fire_shells_total&x"),
    (20, b"/hello"), (3, b"/hello?a=b&c=%20d"), (1, b"/large"), (1, b"/slow"), (3, b"/failing"), (15, b"/live"),
    (6, b"/ready"), (3, b"/startup"), (8, b"/.well-known/healthcheck.json"), (8, b"/nowhere"), (2, b"/"),
    (2, b"/metrics/"), (1, b"//metrics"), (1, b"/%2e%2e/metrics"), (2, b"http://localhost/hello"),
    (1, b"http://127.0.0.1:80/metrics?name[]=fire_heat"), (1, b"http://evil.example/hello"),
]
HOSTS = [(30, b"localhost"), (20, b"127.0.0.1"), (2, b"[::1]:9464"), (2, b"localhost:9464"), (2, b"evil.example"), (1, b"")]
METHODS = [(80, b"GET"), (10, b"HEAD"), (4, b"POST"), (2, b"PUT"), (1, b"DELETE"), (1, b"OPTIONS"), (1, b"PATCH")]
ACCEPTS = [
    b"*/*", b"text/plain", b"text/plain;version=0.0.4;q=0.5,*/*;q=0.1", b"application/json", b"text/html",
    b"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
    b"application/openmetrics-text; version=0.0.1;q=0.75", b"application/*;q=.3, */*;q=0", b";;q=,,", b"\xff\xfe",
]
CREDENTIALS = [
    (30, b"Bearer fire-token"), (2, b"bearer fire-token"), (1, b"Bearer fire-toke"), (1, b"Bearer fire-token2"),
    (1, b"Basic ZmlyZTpmaXJl"), (1, b"Bearer"), (1, b"Bearer " + b"x" * 3_000), (1, b"\xff\xfe"),
]
ENCODINGS = [b"gzip", b"gzip, deflate, br", b"GZIP;q=1.0", b"identity", b"gzip;q=0", b"*;q=0.1", b"br", b"gzip;q=x"]
TIMEOUTS = [b"10", b"0.5", b"1e308", b"inf", b"0x10", b"-1", b"0.001", b"", b"99999999999999999999", b"\xb2"]
FRAMING = [
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding : chunked", b"Transfer-Encoding:\tchunked",
    b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding:\r\n chunked", b"transfer-encoding: CHUNKED",
    b"Content-Length: 0", b"Content-Length: 44", b"Content-Length: +3", b"Content-Length: -1", b"Content-Length: 3, 3",
    b"Content-Length: 3, 4", b"Content-Length: 0x3", b"Content-Length: 3 4", b"Content-Length: ", b"Content-Length: 1e2",
    b"Content-Length: 18446744073709551617", b"Content-Length: 9223372036854775808", b"Content-Length: 00000000000003",
    b"Connection: close", b"Connection: upgrade", b"Connection: close, keep-alive", b"Connection: Host",
    b"Upgrade: h2c", b"Upgrade: websocket", b"Expect: 100-continue", b"Expect: something", b"Host: localhost",
    b"Host: evil.example", b"Host: a b", b" folded: yes", b"\tfolded", b": empty", b"novalue", b"a b: c", b"x:\x00",
    b"Trailer: X-After", b"TE: trailers", b"HTTP2-Settings: AAMAAABkAAQAAP__", b"Content-Encoding: gzip",
]


def pick(rng, weighted):
    return rng.choices([value for _, value in weighted], [weight for weight, _ in weighted])[0]


def well_formed(rng):
    """A valid request, whatever its answer may be."""
    method, target = pick(rng, METHODS), pick(rng, TARGETS)
    version = b"HTTP/1.0" if rng.random() < 0.03 else b"HTTP/1.1"
    fields = [b"Host: " + pick(rng, HOSTS)]
    chance = rng.random
    if chance() < 0.9:
        fields.append(b"Authorization: " + pick(rng, CREDENTIALS))
    if chance() < 0.4:
        fields.append(b"Accept-Encoding: " + rng.choice(ENCODINGS))
    if chance() < 0.4:
        fields.append(b"Accept: " + rng.choice(ACCEPTS))
    if chance() < 0.1:
        fields.append(b"X-Prometheus-Scrape-Timeout-Seconds: " + rng.choice(TIMEOUTS))
    if chance() < 0.03:
        fields.append(rng.choice([b"Connection: close", b"connection: Close"]))
    elif chance() < 0.05:
        fields.append(b"Connection: keep-alive")
    elif chance() < 0.01:
        fields.append(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__")
    for _ in range(int(rng.expovariate(0.5))):
        fields.append(field(rng))
    if chance() < 0.01:
        fields += [field(rng) for _ in range(70)]
    body = b""
    if method in (b"POST", b"PUT", b"PATCH") or chance() < 0.05:
        if chance() < 0.05:
            fields.append(b"Expect: " + rng.choice([b"100-continue", b"100-Continue", b"a-miracle"]))
        content = rng.choice([b"", HIDDEN, b"0\r\n\r\n" + HIDDEN, rng.randbytes(rng.randrange(4_000))])
        if chance() < 0.01:
            content = bytes(rng.choice([65_536, 65_537, 80_000]))
        if chance() < 0.5 and version == b"HTTP/1.1":
            fields.append(b"Transfer-Encoding: " + rng.choice([b"chunked", b"Chunked"]))
            body = chunked(rng, content)
        else:
            fields.append(b"Content-Length: %d" % len(content))
            body = content
    rng.shuffle(fields)
    return b"%s %s %s\r\n%s\r\n\r\n%s" % (method, target, version, b"\r\n".join(fields), body)


def field(rng):
    name = rng.choice([b"User-Agent", b"X-Request-ID", b"cookie", b"X_Y", b"x!#$%&'*+.^`|~", b"Referer", b"A"])
    if rng.random() < 0.02:
        return name + b": " + b"v" * rng.randrange(3_000)
    value = bytes(rng.choice(b"abcXYZ019 \t,;=\"'()/\x80\xff") for _ in range(rng.randrange(20)))
    return name + rng.choice([b": ", b":", b":\t "]) + value.strip()


def chunked(rng, content):
    parts = []
    while content:
        size = rng.randrange(1, len(content) + 1) if len(content) < 10_000 else len(content)
        extension = rng.choice([b"", b"", b"", b";a", b";a=b", b';name="a;\\"b"'])
        digits = rng.choice([b"%x", b"%X", b"0%x", b"000%x"]) % size
        parts.append(digits + extension + b"\r\n" + content[:size] + b"\r\n")
        content = content[size:]
    trailer = rng.choice([b"", b"", b"X-After: it\r\n", b"Host: other\r\n", b"A: b\r\nA:\r\n"])
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"


def mutate(rng, data):
    """Introduces one small error at a random place."""
    mutation = rng.choice(MUTATIONS)
    return mutation(rng, data)


def place(rng, data):
    # Mostly in the header, where it matters.
    end = data.find(b"\r\n\r\n") + 4
    return rng.randrange(end if end > 3 and rng.random() < 0.8 else len(data) or 1)


def flip(rng, data):
    at = place(rng, data)
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def replace(rng, data):
    at = place(rng, data)
    return data[:at] + rng.choice([b"\0", b"\r", b"\n", b" ", b":", b"\t", b"\x7f", b"\xff", b"\x0b"]) + data[at + 1 :]


def insert(rng, data):
    at = place(rng, data)
    junk = rng.choice([b"\0", b"\r", b"\n", b" ", b"\t", b"\r\n", b"\r\n\r\n", b":", rng.randbytes(rng.randrange(1, 30))])
    return data[:at] + junk + data[at:]


def delete(rng, data):
    at = place(rng, data)
    return data[:at] + data[at + rng.choice([1, 1, 2, 5, 50]) :]


def truncate(rng, data):
    return data[: place(rng, data)]


def lines(rng, data):
    head, separator, body = data.partition(b"\r\n\r\n")
    fields = head.split(b"\r\n")
    at = rng.randrange(len(fields))
    wrong = rng.randrange(6)
    if wrong == 0:
        fields.insert(at, fields[at])
    elif wrong == 1:
        rng.shuffle(fields)
    elif wrong == 2:
        del fields[at]
    elif wrong == 3:
        fields[at] = fields[at].replace(b":", b" :", 1)
    elif wrong == 4:
        fields[at] = fields[at].replace(b" ", b"\r\n ", 1)
    else:
        fields[at] = b" " + fields[at]
    return b"\r\n".join(fields) + separator + body


def framing(rng, data):
    head, separator, body = data.partition(b"\r\n\r\n")
    fields = head.split(b"\r\n")
    fields.insert(rng.randrange(1, len(fields) + 1), rng.choice(FRAMING))
    return b"\r\n".join(fields) + separator + body


def line_ends(rng, data):
    end = rng.choice([b"\n", b"\r", b"\n\r", b"\r\r\n"])
    return data.replace(b"\r\n", end, rng.choice([1, 2, -1]))


def start_line(rng, data):
    _, separator, rest = data.partition(b"\r\n")
    method = rng.choice([b"GET", b"get", b"FOO", b"PRI", b"CONNECT", b"TRACE", b"M-SEARCH", b"SOURCE", b"G\xc4T", b""])
    target = rng.choice([
        b"/hello", b"*", b"hello", b"localhost:80", b"/\xff", b"/he\0llo", b"http://", b"http:///hello", b"https://x/",
        b"HTTP://LOCALHOST/hello", b"/" + b"x" * rng.choice([100, 8_000, 16_000, 17_000, 70_000]), b"/#x", b"?", b"/|\"<>",
    ])
    version = rng.choice([
        b"HTTP/1.1", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/3.0", b"HTTP/1.", b"HTTP/11", b"http/1.1",
        b"HTTP/1.1 x", b"HTTP/-1.1", b"HTTP/9999999999.1", b"RTSP/1.0", b"ICE/1.0", b"",
    ])
    space = rng.choice([b" ", b" ", b" ", b"  ", b"\t"])
    return method + space + target + space + version + separator + rest


def numbers(rng, data):
    at = next((at for at in range(place(rng, data), len(data)) if data[at] in b"0123456789"), None)
    if at is None:
        return data
    number = rng.choice([b"0", b"00", b"-1", b"+1", b"1e9", b"0x1", b"99999999999999999999999", b"ffffffffffffffff", b" 1", b"1_0"])
    return data[:at] + number + data[at + 1 :]


def many_fields(rng, data):
    head, separator, body = data.partition(b"\r\n\r\n")
    count, length = rng.choice([(50, 10), (101, 1), (300, 3), (5, 5_000), (1, 20_000), (2_000, 2)])
    return head + b"".join(b"\r\nF%d: %s" % (index, b"v" * length) for index in range(count)) + separator + body


def splice(rng, data):
    other = well_formed(rng)
    return data[: place(rng, data)] + other[place(rng, other) :]


MUTATIONS = [
    flip, flip, flip, replace, replace, insert, insert, delete, truncate, lines, lines, framing, framing, framing, line_ends,
    start_line, start_line, numbers, numbers, many_fields, splice,
]


def stream(rng):
    """The stream that one connection sends."""
    kind = rng.random()
    if kind < 0.03:
        return rng.randbytes(rng.choice([1, 10, 100, 3_000, 40_000]))
    requests = [well_formed(rng) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4, 6, 8]))]
    if kind < 0.4:
        at = rng.randrange(len(requests))
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            requests[at] = mutate(rng, requests[at]) or b"\r\n"
    return b"".join(requests)


def pieces(rng, data):
    """Splits a stream into writes."""
    count = rng.choice([1, 1, 2, 3, 6])
    if rng.random() < 0.01 and len(data) < 400:
        return [bytes([byte]) for byte in data]
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(count - 1))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)])]
