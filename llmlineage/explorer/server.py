"""The page from this machine to this machine alone: answers are made from the edition as they are asked for.

Nothing is read from a path that a request names, so that there is no folder to leave.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from llmlineage.edition import Edition
from llmlineage.explorer import core, facts, field, pages, shell
from llmlineage.explorer.numbers import numbers

HOST = "127.0.0.1"
FALLBACK = '<p>This page needs a script. <a href="records.html">Every record</a> also reads without one.</p>'
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTML, JSON, TEXT = "text/html", "application/json", "text/plain"
Answer = tuple[str, str]


class Answers:
    """What each path of the page is answered with; None where it is nothing."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.core = core.core(edition, shard=1)
        self.ids = list(numbers(edition).nodes)
        self.files = {pages.file_of(id): id for id in self.ids}
        self.fixed: dict[str, Callable[[], Answer]] = {
            "/": lambda: (HTML, shell.page({"mode": "server"}, fallback=FALLBACK)),
            "/index.html": lambda: (HTML, shell.page({"mode": "server"}, fallback=FALLBACK)),
            "/records.html": lambda: (HTML, pages.all_records(self.core)),
            "/licences.txt": lambda: (TEXT, shell.built("licences.txt")),
            "/data/core.json": lambda: (JSON, shell.compact(self.core)),
            "/data/names.json": lambda: (JSON, shell.compact(core.names(edition))),
            "/data/field.json": lambda: (JSON, shell.compact(field.field(edition))),
        }

    def __call__(self, path: str) -> Answer | None:
        if path in self.fixed:
            return self.fixed[path]()
        if match := re.fullmatch(r"/data/facts/(\d{1,9})\.json", path, re.ASCII):
            number = int(match[1])
            found = [facts.facts(self.edition, self.ids[number])] if number < len(self.ids) else None
            return (JSON, shell.compact(found)) if found else None
        id = self.files.get(path.removeprefix("/r/")) if path.startswith("/r/") else None
        return (HTML, pages.record_page(facts.facts(self.edition, id), self.core)) if id else None


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from this machine under the name that was told, and nothing else."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def answer(self, with_body: bool) -> None:
        if self.headers.get("Host", "").lower() not in self.server.names:
            # Another name that leads here is a page elsewhere that wants to read what this one serves.
            self.reply(421, TEXT, "This server answers 127.0.0.1 and localhost alone.\n", with_body)
            return
        found = self.server.answers(unquote(urlsplit(self.path).path))
        if found is None:
            self.reply(404, TEXT, "There is nothing here.\n", with_body)
        else:
            self.reply(200, *found, with_body)

    def reply(self, status: int, kind: str, text: str, with_body: bool) -> None:
        body = text.encode(errors="replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if kind == HTML and status == 200:
            self.send_header("Content-Security-Policy", self.policy())
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def policy(self) -> str:
        """That of the page; a plain page has a stricter one in itself, and both must agree to anything."""
        styles = f"{shell.digest(shell.built('explorer.css'))} {shell.digest(shell.built('plain.css'))}"
        policy = shell.POLICY.format(
            script=shell.digest(shell.built("explorer.js")), style=styles, connect="'self'"
        )
        return f"{policy}; frame-ancestors 'none'"

    def version_string(self) -> str:
        return "llmlineage"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal is its user's."""


class Server(ThreadingHTTPServer):
    """Bound to loopback; ``address`` is where the page is."""

    daemon_threads = True

    def __init__(self, edition: Edition, port: int = 0) -> None:
        self.answers = Answers(edition)
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            error.filename = f"{HOST}:{port}"
            raise
        self.names = {f"{host}:{self.server_port}" for host in (HOST, "localhost")}
        if self.server_port == 80:
            self.names |= {HOST, "localhost"}

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the midst of an answer is no error of anybody's."""
