"""A stand-in for the part of the Hub that serves cards, on 127.0.0.1, with the faults that a Hub can have."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Fault:
    """What goes wrong with requests for a path that matches, after ``spared`` of them, ``times`` times.

    ``hold`` answers nothing for a while, ``cut`` hangs up, ``drip`` sends a byte now and then, ``flood`` sends
    without end, ``babble`` sends no JSON, ``impostor`` answers for another repository; a number is a status.
    """

    pattern: str
    kind: str | int
    times: int = 1_000
    spared: int = 0


@dataclass
class Cards(ThreadingHTTPServer):
    """``models`` and ``datasets`` have the front matter of each repository, ``moved`` the present names."""

    models: dict[str, Any] = field(default_factory=dict)
    datasets: dict[str, Any] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    good_token: str = "hf_good"
    in_listing: bool = True

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True
        self.ended = threading.Event()

    __hash__ = object.__hash__

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault_of(self, path: str) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.pattern, path):
                if fault.spared:
                    fault.spared -= 1
                elif fault.times:
                    fault.times -= 1
                    return fault
        return None

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Cards]:
    server = Cards()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cards

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(path)
        token = self.headers.get("Authorization")
        self.server.tokens.append(token)
        fault = self.server.fault_of(path)
        if fault and self.failed(fault.kind):
            return
        if token and token != f"Bearer {self.server.good_token}":
            self.refuse(401, "", "Invalid credentials in Authorization header")
        elif match := re.fullmatch(r"/api/(models|datasets)/(.+)", path):
            self.listing(match[1], match[2], bool(fault))
        elif match := re.fullmatch(r"/(datasets/)?(.+)/resolve/([^/]+)/README.md", path):
            self.readme("datasets" if match[1] else "models", match[2])
        else:
            self.refuse(404, "", "no such page")

    def failed(self, kind: str | int) -> bool:
        if isinstance(kind, int):
            self.refuse(kind, "", "on purpose")
        elif kind in ("hold", "drip"):
            if kind == "drip":
                self.send_response(200)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
            ends = time.monotonic() + 30
            while time.monotonic() < ends and not self.server.ended.wait(0.05):
                if kind == "drip":
                    self.wfile.write(b" ")
                    self.wfile.flush()
            self.close_connection = True
        elif kind == "cut":
            self.close_connection = True
            self.connection.close()
        elif kind == "flood":
            self.send_response(200)
            self.end_headers()
            for _ in range(1_000):
                self.wfile.write(b" " * 100_000)
            self.close_connection = True
        elif kind == "babble":
            self.answer(b"<html>welcome to the wireless network of this hotel</html>")
        return kind != "impostor"

    def listing(self, type_: str, name: str, impostor: bool) -> None:
        known = getattr(self.server, type_)
        if name in self.server.moved:
            self.send_response(307)
            self.send_header("Location", f"/api/{type_}/{self.server.moved[name]}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif name not in known:
            self.refuse(401 if not self.headers.get("Authorization") else 404, "RepoNotFound", "not found")
        else:
            front = known[name]
            sha = hashlib.sha1(f"{name}{front}".encode()).hexdigest()
            found = {"id": "some/body-else" if impostor else name, "sha": sha, "private": False, "tags": []}
            found |= {"createdAt": "2024-05-01T00:00:00.000Z"} if name == "who/tuned" else {}
            if self.server.in_listing and not isinstance(front, str):
                found["cardData"] = front
            self.answer(json.dumps(found).encode())

    def readme(self, type_: str, name: str) -> None:
        front = getattr(self.server, type_).get(name)
        text = front if isinstance(front, str) else f"---\n{json.dumps(front)}\n---\n\n# {name}\n"
        self.answer(text.encode())

    def refuse(self, status: int, code: str, message: str) -> None:
        self.send_response(status)
        for header, value in (("X-Error-Code", code), ("X-Error-Message", message), ("Content-Length", "0")):
            if value:
                self.send_header(header, value)
        self.end_headers()

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
