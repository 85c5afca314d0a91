"""Requests that have no end, name another host, or ask for too much: each is told why, and ended."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from cosmopolis.world.addresses import own_names
from cosmopolis.world.limits import (
    LARGEST_BODY,
    LONGEST_HEAD,
    LONGEST_TARGET,
    MOST_HEADERS,
    MOST_PIPELINED,
    REQUEST_TIME,
    STALLED,
    Limits,
)
from tests.world.conftest import Running
from tests.world.wire import (
    UPGRADE,
    Raw,
    after,
    soon,
)

Serve = Callable[..., Running]


# requests


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 2_000_000, 431, id="a header without end"
        ),
        pytest.param(b"GET /" + b"y" * 2_000_000, 414, id="an address without end"),
        pytest.param(b"G" * 2_000_000, 400, id="a method without end"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300_000, 431, id="headers without end"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"y" * 2_000_000, 431, id="the name of a header without end"),
        pytest.param(b"\r\n" * 10_000 + b"\0", 400, id="no request"),
    ],
)
def test_a_head_without_end_is_ended(server: Running, head: bytes, status: int) -> None:
    with Raw(server) as mallory:
        mallory.send(head)
        assert mallory.status() == status
        assert mallory.head["connection"] == "close"
        assert json.loads(mallory.body)["error"]["message"].endswith(".")
        assert mallory.ended()


def test_what_ordinary_clients_send_is_within_the_limits(server: Running) -> None:
    cookies = {f"X-{i}": "v" * (LONGEST_HEAD // MOST_HEADERS - 40) for i in range(MOST_HEADERS - 1)}
    with Raw(server) as ada:
        assert ada.ask("/api/search?q=" + "a" * 2_000) == 200
        assert ada.ask("/api/city", **cookies) == 200


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/api/city", {f"X-{i}": "v" for i in range(MOST_HEADERS)}, 431),
        ("/api/city", {"X": "v" * LONGEST_HEAD}, 431),
        ("/" + "a" * LONGEST_TARGET, {}, 414),
        ("/api/city", {"Content-Length": str(LARGEST_BODY + 1)}, 413),
        ("/api/city", {"Content-Length": "9" * 5000}, 400),
        ("/api/city", {"Content-Length": "-1"}, 400),
    ],
)
def test_one_more_than_is_allowed_is_refused(
    server: Running, path: str, more: dict[str, str], status: int
) -> None:
    with Raw(server) as mallory:
        assert mallory.ask(path, **more) == status
        assert mallory.ended()


@pytest.mark.parametrize("size", [1, 1000])
def test_a_body_in_chunks_is_ended(server: Running, size: int) -> None:
    """The application may refuse the method before the body is found too big."""
    chunk = f"{size:x};{'e' * 20}\r\n".encode() + b"x" * size + b"\r\n"
    with Raw(server) as mallory:
        mallory.send(b"POST /api/city HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(2_000_000 // len(chunk)):
            mallory.send(chunk)
        assert mallory.status() in (405, 413)
        assert mallory.ended()
    assert httpx.get(server.url + "/api/city").status_code == 200


def test_a_head_that_drips_is_ended(serve: Serve) -> None:
    running = serve()
    with Raw(running) as mallory, Raw(running) as again:
        mallory.send(b"GET / HTTP/1.1\r\nHost: loc")
        assert again.ask("/api/city") == 200
        again.send(b"\r\n")  # not a request, but it holds off the end of an idle connection
        after(running, REQUEST_TIME - 1.0)
        mallory.send(b"a")
        again.send(b"\r\n")
        after(running, REQUEST_TIME + 1.0)
        assert mallory.ended() and again.ended()


def test_an_answer_that_nobody_reads_is_dropped(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(16_000_000))  # more than the kernel's buffers hold
    running = serve(client_dir=tmp_path)
    wires = running.server._front.wires
    with Raw(running, receive_buffer=4096) as mallory:
        mallory.send(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        soon(lambda: any(wire.transport.get_write_buffer_size() > 0 for wire in wires._all))
        after(running, STALLED - 1.0)
        assert wires.doors.count == 1
        after(running, 2 * STALLED + 1.0)
        soon(lambda: wires.doors.count == 0)
        with pytest.raises(ConnectionResetError):
            while mallory.socket.recv(1 << 16):
                pass


def test_requests_ahead_of_their_answers_have_a_limit(server: Running) -> None:
    one = b"GET /api/city HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Raw(server) as ada:
        ada.send(one * MOST_PIPELINED)
        assert [ada.status() for _ in range(MOST_PIPELINED)] == [200] * MOST_PIPELINED
    with Raw(server) as mallory:
        mallory.send(one * 20_000)
        assert mallory.ended()
    assert httpx.get(server.url + "/api/city").status_code == 200


def test_who_goes_before_the_answer_leaves_nothing_in_the_log(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    hash = httpx.get(server.url + "/api/city").json()["network"]["url"]
    one = f"GET {hash} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(30):
        with Raw(server) as mallory:
            mallory.send(one * MOST_PIPELINED)
            mallory.status()
            reset = struct.pack("ii", 1, 0)
            mallory.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    soon(lambda: not server.server._front._server.server_state.tasks)
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


def an_own_address() -> str:
    """Of the interface that leads out, if there is one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("203.0.113.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"


HERE = [an_own_address(), *sorted(own_names())]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST.:8000", "[::1]:9", "a.localhost", *HERE]
)
def test_it_answers_for_this_machine(server: Running, host: str) -> None:
    with Raw(server) as ada:
        assert ada.ask("/api/city", Host=host) == 200
        assert ada.upgrade(Host=host) == 101


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "198.51.100.7"]
)
def test_it_answers_for_no_other_name(server: Running, host: str) -> None:
    """DNS rebinding: a page of evil.example whose name now points here is of the same origin as we are."""
    with Raw(server) as mallory:
        assert mallory.ask("/api/city", Host=host) == 421
        assert "--allow-host" in json.loads(mallory.body)["error"]["message"]
    with Raw(server) as mallory:
        assert mallory.upgrade(Host=host, Origin=f"http://{host}") == 421


@pytest.mark.parametrize(
    "host", ["", "a b", "<script>", "127.0.0.1\r\nHost: evil.example", "[::1", "x:y", "é"]
)
def test_a_host_that_is_none_is_refused(server: Running, host: str) -> None:
    with Raw(server) as mallory:
        assert mallory.ask("/api/city", Host=host) == 400


def test_it_answers_for_a_name_that_is_allowed(serve: Serve) -> None:
    running = serve(limits=Limits(hosts=frozenset({"city.example.org"})))
    with Raw(running) as ada:
        assert ada.ask("/api/city", Host="City.Example.org") == 200


# what every answer says


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        ({"path": "/"}, 200),
        ({"path": "/assets/app-1.js"}, 200),
        ({"path": "/api"}, 200),
        ({"path": "/api/city"}, 200),
        ({"path": "/api/nothing"}, 404),
        ({"path": "/no/page"}, 404),
        ({"path": "/static/0.bin"}, 404),
        ({"path": "/api/search?limit=0"}, 422),
        ({"path": "/api/city", "method": "POST"}, 405),
        ({"path": "/", "Host": "evil.example"}, 421),
        ({"path": "/", "Host": ""}, 400),
        ({"path": "/elsewhere", **UPGRADE}, 404),
        ({"path": "/" + "a" * LONGEST_TARGET}, 414),
    ],
)
def test_every_answer_says_what_browsers_may_do_with_it(
    server: Running, ask: dict[str, Any], status: int
) -> None:
    with Raw(server) as ada:
        assert ada.ask(**ask) == status
        assert ada.head["x-content-type-options"] == "nosniff"
        policy = ada.head["content-security-policy"]
        assert "default-src 'self'" in policy and "object-src 'none'" in policy


@pytest.mark.parametrize("kind", ["building", "vehicle", "area"])
@pytest.mark.parametrize("digits", [21, 4300, 8000])
def test_an_id_of_any_length_is_refused(server: Running, kind: str, digits: int) -> None:
    answer = httpx.get(f"{server.url}/api/things/{kind}/{'9' * digits}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_input")
