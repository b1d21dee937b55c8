"""A network of this process's own: what listens in it is heard by nobody else."""

import ctypes
import os
import socket
import subprocess
import threading

CLONE_NEWNET = 0x40000000
CHUNK = 65536


def leave(door=None):
    """Moves this process, and whatever it starts, into a network of loopback alone. `door`: a port of
    the host's loopback that still leads to the same port inside. Call it before any thread starts.
    Needs root."""
    outside = socket.create_server(("127.0.0.1", door), backlog=64) if door else None
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise PermissionError("a network of its own needs root: " + os.strerror(ctypes.get_errno()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if outside:
        threading.Thread(target=_keep_door, args=(outside, door), daemon=True).start()


def _keep_door(outside, port):
    while True:
        visitor = outside.accept()[0]
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            visitor.close()
            continue
        for source, sink in ((visitor, inside), (inside, visitor)):
            threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source, sink):
    """One direction of a connection, until its end."""
    try:
        while data := source.recv(CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # The other direction learns it from the broken connection.
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
