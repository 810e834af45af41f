"""Clients that put the example servers under a known load. Each returns what must stay open meanwhile."""
import base64
import os
import socket
import struct
import threading
import time
import urllib.error
import urllib.request


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def exactly(client, count):
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise EOFError("the server closed the connection")
        data += part
    return data


# Chat: HTTP


def request(method, url, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = urllib.request.Request(url, body.encode() if body is not None else None, headers, method=method)
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def chat(server):
    """20 sessions in one channel, 100 messages, 5 refused commands."""
    address = f"http://127.0.0.1:{server.port}"
    tokens = [request("POST", f"{address}/session", f"person{number}")[1].strip() for number in range(20)]
    for token in tokens:
        request("POST", f"{address}/command", "JOIN #lobby", token)
    for number in range(100):
        verb = "NOTICE" if number % 4 == 0 else "PRIVMSG"
        request("POST", f"{address}/command", f"{verb} #lobby :message {number}", tokens[number % 20])
    for _ in range(5):
        request("POST", f"{address}/command", "FLY me to the moon", tokens[0])


# Game: lines


class Player:
    def __init__(self, port):
        self.file = connect(port).makefile("rw", newline="\n")

    def ask(self, line):
        self.file.write(f"{line}\n")
        self.file.flush()
        return self.file.readline().strip()


def game(one, two):
    """60 people on each of two gateways, 40 of them on both; 10 robots; 5 refused tokens; 100 moves between two."""
    first, second = Player(one.port), Player(two.port)
    for number in range(80):
        token = first.ask(f"REGISTER person{number} {'guest' if number % 4 else 'member'}").split()[1]
        if number < 60:
            first.ask(f"AUTH {token}")
        if number >= 20:
            second.ask(f"AUTH {token}")
    for number in range(10):
        robot = first.ask(f"REGISTER robot{number} robot").split()[1]
        Player(one.port).ask(f"AUTH {robot}")
    opponent = Player(one.port)
    for number in range(5):
        opponent.ask("AUTH stolen")
    tokens = [first.ask(f"REGISTER late{number} robot").split()[1] for number in range(2)]
    for player, token in zip([first, opponent], tokens):
        player.ask(f"AUTH {token}")
        player.ask("JOIN chess")
    for number in range(100):
        first.ask(f"MOVE m{number}")
        opponent.file.readline()
    return first, second, opponent


# Relay: envelopes behind their length


def envelope(kind, connection=0, payload=b""):
    body = struct.pack(">BI", kind, connection) + payload
    return struct.pack(">I", len(body)) + body


def received(client):
    body = exactly(client, struct.unpack(">I", exactly(client, 4))[0])
    return body[0], struct.unpack(">I", body[1:5])[0], body[5:]


def hello(relay, text):
    client = connect(relay.port)
    client.sendall(envelope(1, payload=text.encode()))
    return client, received(client)[1]


def relay(server):
    """4 phones with a binary, 100 frames up and 200 down, 3 to an unknown phone, and a binary that does not return."""
    binary, _ = hello(server, "binary studio")
    phones = [hello(server, "phone studio") for _ in range(4)]
    for number in range(100):
        phone, connection = phones[number % 4]
        phone.sendall(envelope(3, payload=b"up"))
        received(binary)
        for payload in [b"down", os.urandom(1000)]:
            binary.sendall(envelope(3, connection, payload))
            received(phone)
    for _ in range(3):
        binary.sendall(envelope(3, 999_999, b"lost"))
        received(binary)
    gone, _ = hello(server, "binary garage")
    gone.close()
    return binary, phones


# Hub: WebSockets, RFC 6455


def websocket(port):
    client = connect(port)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(client, 1)
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise EOFError(f"no WebSocket: {head!r}")
    return client


def text_frame(text):
    mask, data = os.urandom(4), text.encode()
    return struct.pack("BB", 0x81, 0x80 | len(data)) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def hub(server):
    """25 clients, 5 of which leave, and 100 messages that reach the other 20."""
    clients = [websocket(server.port) for _ in range(25)]
    for client in clients[20:]:
        client.close()
    for number in range(100):
        clients[number % 20].sendall(text_frame(f"message {number}"))
    threading.Thread(target=keep_alive, args=(clients[:20],), daemon=True).start()
    return clients


def keep_alive(clients):
    """Sends what a hub asks of clients with its pings, which it sends to those that are silent for half a minute."""
    while True:
        time.sleep(5)
        for client in clients:
            client.sendall(b"\x8a\x80" + os.urandom(4))
