"""The server answers this machine, about the edition, and nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import pytest

from llmlineage.explorer import shell
from llmlineage.explorer.server import Server


def ask(
    server: Server, path: str, host: str | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host if host is not None else f"127.0.0.1:{server.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_it_listens_to_this_machine_alone(tiny_server: Server) -> None:
    assert tiny_server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1", "127.0.0.1:1", "[::1]"])
def test_a_request_under_another_name_is_refused(tiny_server: Server, host: str) -> None:
    status, _, body = ask(tiny_server, "/data/core.json", host)
    assert status == 421 and "edition" not in body


def test_localhost_is_a_name_of_this_machine(tiny_server: Server) -> None:
    assert ask(tiny_server, "/", f"localhost:{tiny_server.server_port}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd", "/r/../../../etc/passwd", "/r/..%2f..%2fetc%2fpasswd", "//etc/passwd",
        "/data/../server.py", "/data/facts/-1.json", "/data/facts/9999999.json", "/data/facts/1e3.json",
        "/data/facts/%00.json", "/data/facts/%D9%A1.json", "/explorer.js", "/r/", "/r/nobody.html",
    ],
)  # fmt: skip
def test_nothing_is_served_but_the_page_and_its_data(tiny_server: Server, path: str) -> None:
    assert ask(tiny_server, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(tiny_server: Server, method: str) -> None:
    assert ask(tiny_server, "/", method=method)[0] in (405, 501)


def test_the_policy_lets_run_what_was_built_and_nothing_else(tiny_server: Server) -> None:
    _, headers, body = ask(tiny_server, "/")
    policy = headers["Content-Security-Policy"]
    assert shell.digest(shell.built("explorer.js")) in policy
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "*" not in policy and "http:" not in policy and "https:" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    assert [shell.digest(one) for one in scripts] == [shell.digest(shell.built("explorer.js"))]
    assert not re.search(r"\son\w+=|javascript:", body.replace(scripts[0], ""))


def test_every_record_has_its_facts_and_its_page(tiny_server: Server) -> None:
    ids = json.loads(ask(tiny_server, "/data/core.json")[2])["nodes"]["id"]
    for number, id in enumerate(ids):
        assert json.loads(ask(tiny_server, f"/data/facts/{number}.json")[2])[0]["id"] == id
        assert ask(tiny_server, f"/r/{id}.html")[0] == 200


def test_head_tells_the_length_and_no_more(tiny_server: Server) -> None:
    status, headers, body = ask(tiny_server, "/records.html", method="HEAD")
    assert (status, body) == (200, "") and int(headers["Content-Length"]) > 100


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_command_says_where_it_is_and_ends_at_ctrl_c(tiny_edition: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "llmlineage",
        "--edition",
        str(tiny_edition),
        "explore",
        "Alpha",
        "--no-browser",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#/r/alpha", address)
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_port_that_is_taken_is_said_in_one_line(tiny_edition: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "llmlineage",
            "--edition",
            str(tiny_edition),
            "explore",
            "--port",
            str(port),
        ]
        done = subprocess.run(
            [*command, "--no-browser"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=dict(os.environ),
        )
    assert done.returncode == 2 and str(port) in done.stderr and "Traceback" not in done.stderr


def test_a_name_that_is_none_is_said_before_anything_is_served(tiny_edition: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "llmlineage",
        "--edition",
        str(tiny_edition),
        "explore",
        "nobody",
        "--no-browser",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "nobody" in done.stderr and not done.stdout
