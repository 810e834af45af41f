"""TLS over a client's socket. Unlike Python's own sockets, it can end only its sending half."""

import os
import socket
import ssl
import subprocess
import tempfile


class Encryption:
    """A certificate that `openssl` makes, and connections that trust it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="fire-")
        self.certificate, self.key = (os.path.join(self.folder.name, name) for name in ("tls.crt", "tls.key"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=fire", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True,
        )
        self.context = ssl.create_default_context(cafile=self.certificate)

    def hello(self):
        """The first bytes of a client."""
        outgoing = ssl.MemoryBIO()
        try:
            self.context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="127.0.0.1").do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()

    def wrap(self, connection):
        return Connection(connection, self.context)


class Connection:
    """The parts of a socket that the attacks use."""

    def __init__(self, raw, context):
        self.raw = raw
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="127.0.0.1")
        try:
            self.until(self.tls.do_handshake)
        except BaseException:
            raw.close()
            raise

    def until(self, work):
        """Repeats a step of TLS until it needs no more bytes from the server."""
        while True:
            try:
                result = work()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.raw.recv(65_536)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def flush(self):
        if data := self.outgoing.read():
            self.raw.sendall(data)

    def send(self, data):
        self.sendall(data)
        return len(data)

    def sendall(self, data):
        for start in range(0, len(data), 16_384):
            self.until(lambda: self.tls.write(data[start : start + 16_384]))

    def recv(self, size):
        try:
            return self.until(lambda: self.tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""
        except socket.timeout:
            raise
        except ssl.SSLError as error:
            # An end without that of TLS: the response may be truncated.
            raise ConnectionResetError(str(error)) from None

    def shutdown(self, _):
        """Ends the sending half."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def settimeout(self, seconds):
        self.raw.settimeout(seconds)

    def setsockopt(self, *option):
        self.raw.setsockopt(*option)

    def close(self):
        self.raw.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
