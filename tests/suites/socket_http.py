# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP on a daemon's UNIX socket."""

import http.client
import socket


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("oopsfarm", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    """Status and text of the answer to one request."""
    line = SocketConnection(path)
    try:
        line.request(method, target, body)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()
