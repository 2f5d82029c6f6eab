"""A guest that looks for what nobody gave it."""

import json
import os
import socket
import sys
import time


def tried(look):
    try:
        return {"found": str(look())}
    except Exception as error:
        return {"failed": type(error).__name__}


def read(file):
    with open(file) as opened:
        return opened.read()


def write(file):
    with open(file, "w") as opened:
        return opened.write("it was here")


def connect(port):
    with socket.socket() as connection:
        return connection.connect(("127.0.0.1", port))


def answer(line):
    asked = json.loads(line)
    return json.dumps(
        {
            "environment": dict(os.environ),
            "arguments": sys.argv[1:],
            "time": time.time(),
            "random": os.urandom(8).hex(),
            "read": tried(lambda: read(asked["file"])),
            "write": tried(lambda: write(asked["file"] + ".new")),
            "folder": tried(lambda: os.listdir(os.path.dirname(asked["file"]))),
            "network": tried(lambda: connect(asked["port"])),
            "name": tried(lambda: socket.getaddrinfo("localhost", 80)),
            "program": tried(lambda: os.system("true")),
        }
    )
