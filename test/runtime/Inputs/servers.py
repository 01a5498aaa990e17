"""servers.py http|postgres DELAY_MS FILE: answers each request after the delay; writes its
port to FILE and serves until its parent ends. The PostgreSQL one speaks just enough of
the protocol for PQexec."""
import os
import socket
import struct
import sys
import threading
import time

kind, delay, port_file = sys.argv[1], int(sys.argv[2]) / 1000, sys.argv[3]


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


READY = message(b"Z", b"I")


def postgres(connection):
    size = struct.unpack("!I", exactly(connection, 4))[0]
    exactly(connection, size - 4)
    connection.sendall(message(b"R", struct.pack("!I", 0)) + READY)
    while True:
        kind = exactly(connection, 1)
        exactly(connection, struct.unpack("!I", exactly(connection, 4))[0] - 4)
        if kind == b"X":
            return
        time.sleep(delay)
        connection.sendall(message(b"C", b"SELECT 0\0") + READY)


def http(connection):
    while connection.recv(65536):
        time.sleep(delay)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def serve(connection):
    try:
        {"http": http, "postgres": postgres}[kind](connection)
    except (EOFError, OSError):
        pass
    connection.close()


listener = socket.create_server(("127.0.0.1", 0))
with open(port_file + ".new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename(port_file + ".new", port_file)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
