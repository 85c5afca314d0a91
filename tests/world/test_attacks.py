"""What strangers do to a server: each is told why, ended, and costs the others nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cosmopolis.world import gate as gates
from cosmopolis.world.addresses import own_names, trusted_networks
from cosmopolis.world.gate import framed
from cosmopolis.world.limits import (
    FRAME_BURST,
    HELLO_TIME,
    KEEP_ALIVE,
    LARGEST_BODY,
    LONGEST_HEAD,
    LONGEST_TARGET,
    MOST_FRAGMENTS,
    MOST_HEADERS,
    MOST_PIPELINED,
    REQUEST_BYTES,
    REQUEST_TIME,
    STALLED,
    UNSENT,
    Limits,
)
from cosmopolis.world.messages import LONGEST_TEXT
from cosmopolis.world.server import bind
from tests.world.conftest import Running
from tests.world.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, UPGRADE, Raw, frame, live

Serve = Callable[..., Running]


def after(running: Running, seconds: float) -> None:
    """Let the server look at its connections as it would that much later."""
    wires, finished = running.server._front.wires, list[bool]()

    def sweep() -> None:
        wires.sweep(asyncio.get_running_loop().time() + seconds)
        finished.append(True)

    running.server.gate.call(sweep)
    while not finished:
        httpx.get(running.url + "/api/city")


def running_tasks(running: Running) -> bool:
    return len(running.server._front._server.server_state.tasks) > 1


# live sockets


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(CONTINUATION, fin=False) * 10_000, 1008, id="60 kB of empty continuations"),
        pytest.param(
            frame(CONTINUATION, b" ", fin=False) * 65_000, 1008, id="65,000 continuations of a byte"
        ),
        pytest.param(frame(CONTINUATION, b" " * 30_000, fin=False) * 3, 1009, id="a message without end"),
    ],
)
def test_a_message_in_too_many_pieces_is_ended(server: Running, sent: bytes, code: int) -> None:
    with live(server, frame(TEXT, b"", fin=False) + sent) as mallory:
        assert mallory.close_code() == code


def test_as_many_pieces_as_are_allowed_are_a_message(server: Running) -> None:
    text = json.dumps({"type": "ping", "sent": "ü" * 50}, ensure_ascii=False).encode()
    assert len(text) > MOST_FRAGMENTS
    pieces = [text[i : i + 1] for i in range(MOST_FRAGMENTS - 1)] + [text[MOST_FRAGMENTS - 1 :]]
    kinds = [TEXT] + [CONTINUATION] * (MOST_FRAGMENTS - 1)
    sent = [frame(k, p, fin=i == MOST_FRAGMENTS - 1) for i, (k, p) in enumerate(zip(kinds, pieces))]
    with live(server, *sent) as ada:
        assert ada.message("pong")["sent"] == "ü" * 50


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(TEXT, b"\xff\xfe"), 1007, id="not UTF-8"),
        pytest.param(
            frame(TEXT, b"\xc3", fin=False) + frame(CONTINUATION, b"("), 1007, id="not UTF-8, in pieces"
        ),
        pytest.param(frame(TEXT, b"\xed\xa0\x80"), 1007, id="half a surrogate pair"),
        pytest.param(frame(CONTINUATION, b"x"), 1002, id="a continuation of nothing"),
        pytest.param(frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002, id="a message within another"),
        pytest.param(frame(TEXT, b"x", rsv=4), 1002, id="compressed, as nobody agreed"),
        pytest.param(frame(PING, b"x", rsv=1), 1002, id="a reserved bit"),
        pytest.param(frame(TEXT, b"x", mask=False), 1002, id="unmasked"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="a ping of 126 bytes"),
        pytest.param(frame(PING, fin=False), 1002, id="a ping in pieces"),
        pytest.param(frame(5, b"x"), 1002, id="an unknown opcode"),
        pytest.param(frame(CLOSE, b"x"), 1002, id="half a close code"),
        pytest.param(frame(TEXT, b" " * (LONGEST_TEXT + 1)), 1009, id="a message too big"),
        pytest.param(frame(TEXT)[:1] + b"\xff" + b"\xff" * 12, 1002, id="2^64 bytes"),
        pytest.param(frame(PING) * (int(FRAME_BURST) + 100), 1008, id="pings"),
        pytest.param(frame(PONG) * (int(FRAME_BURST) + 100), 1008, id="pongs"),
        pytest.param(frame(TEXT, b" " * 60_000 + b'{"type":"ping"}') * 20, 1008, id="1.2 MB at once"),
        pytest.param(frame(CLOSE), 1000, id="a goodbye"),
    ],
)
def test_frames_that_break_the_rules_close_the_socket(server: Running, sent: bytes, code: int) -> None:
    with live(server, sent) as mallory:
        assert mallory.close_code() == code


def test_a_ping_is_answered(server: Running) -> None:
    with live(server, frame(PING, b"are you there")) as ada:
        said = [ada.frame() for _ in range(3)]
        assert (PONG, b"are you there") in said


def test_a_binary_message_in_pieces_is_binary(server: Running) -> None:
    with live(server, frame(BINARY, b"{", fin=False), frame(CONTINUATION, b"}")) as mallory:
        assert mallory.message("error")["message"] == "Clients send text frames only."


def test_malformed_frames_of_many_write_one_line(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gates.log, "_now", lambda: 1e9)
    monkeypatch.setattr(gates.log, "_next", 0.0)
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            with live(server, frame(5)) as mallory:
                assert mallory.close_code() == 1002
    assert len([r for r in caplog.records if "parser error" in r.message]) == 1


def test_who_says_nothing_is_ended(serve: Serve) -> None:
    running = serve()
    with Raw(running) as silent, live(running, hello=False) as mute, live(running) as ada:
        ada.message("welcome")
        after(running, max(HELLO_TIME, REQUEST_TIME) + 1.0)
        assert silent.ended() and mute.ended()
        ada.send(frame(TEXT, '{"type":"ping","sent":1}'))
        assert ada.message("pong")["sent"] == 1


def test_who_sends_and_never_reads_is_ended(serve: Serve) -> None:
    running = serve()
    gate, room = running.server.gate, running.server.room
    with live(running) as mallory, live(running) as ada:
        id = mallory.message("welcome")["id"]
        ada.message("welcome")
        blob = framed(json.dumps({"type": "blob", "data": "x" * 1_000_000}))
        for _ in range(12):  # more than the kernel's buffers hold
            gate.call(lambda: gate.send(id, blob))
        after(running, 0.0)  # from now on it takes nothing
        mallory.send(frame(TEXT, '{"type":"ping","sent":1}'))
        after(running, STALLED + 1.0)
        ada.send(frame(TEXT, '{"type":"ping","sent":1}'))
        assert ada.message("pong")
        assert id not in room.clients


def test_what_waits_for_a_client_has_a_ceiling(serve: Serve) -> None:
    running = serve()
    gate, room = running.server.gate, running.server.room
    with live(running) as mallory:
        id = mallory.message("welcome")["id"]
        blob = framed(json.dumps({"type": "blob", "data": "x" * 1_000_000}))
        for _ in range(40):
            gate.call(lambda: gate.send(id, blob))
        after(running, 0.0)
        assert id not in room.clients


def test_no_extension_is_agreed_on(server: Running) -> None:
    with Raw(server) as mallory:
        offer = "permessage-deflate; server_max_window_bits=15"
        assert mallory.upgrade(**{"Sec-WebSocket-Extensions": offer}) == 101
        assert "sec-websocket-extensions" not in mallory.head


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": "!" * 24}, 400),
        ({"Sec-WebSocket-Version": "12"}, 426),
        ({"Content-Length": "3"}, 413),
        ({"Transfer-Encoding": "chunked"}, 413),
        ({"Origin": "https://elsewhere.example"}, 404),
        ({"Origin": "null"}, 404),
    ],
)
def test_an_upgrade_that_is_none_is_refused(server: Running, changed: dict[str, str], status: int) -> None:
    with Raw(server) as mallory:
        assert mallory.upgrade(**changed) == status
        assert mallory.head["x-content-type-options"] == "nosniff"
        assert mallory.ended()


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
    while running_tasks(server):
        httpx.get(server.url + "/api/city")
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


HERE = sorted(name for name in own_names() if ":" not in name)[:3]


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


# how many


def test_connections_of_one_address_have_a_limit_behind_a_trusted_proxy(serve: Serve) -> None:
    proxies = trusted_networks(["127.0.0.1", "10.0.0.0/8"])
    running = serve(limits=Limits(per_address=2, trusted_proxies=proxies))
    chain = "198.51.100.1, 203.0.113.9, 10.1.2.3"  # the first is what the client itself says
    with contextlib.ExitStack() as stack:
        first, second, third, other = (stack.enter_context(Raw(running)) for _ in range(4))
        assert first.upgrade(X_Forwarded_For=chain) == 101
        assert second.ask(X_Forwarded_For=chain) == 200
        assert third.upgrade(X_Forwarded_For=chain.replace("198.51.100.1", "198.51.100.2")) == 429
        assert other.upgrade(X_Forwarded_For="203.0.113.10") == 101
        assert running.server._front.wires.doors.of("203.0.113.9") == 2
        first.socket.close()
        second.socket.close()
        while running.server._front.wires.doors.of("203.0.113.9"):
            httpx.get(running.url + "/api/city")
        assert stack.enter_context(Raw(running)).upgrade(X_Forwarded_For=chain) == 101


def test_all_connections_of_one_address_share_a_budget(serve: Serve) -> None:
    running = serve(limits=Limits(trusted_proxies=trusted_networks(["127.0.0.1"])))
    wires = running.server._front.wires
    file = httpx.get(running.url + "/api/city").json()["network"]["url"]
    with contextlib.ExitStack() as stack:
        one, two, three, four, ada = (stack.enter_context(Raw(running)) for _ in range(5))
        assert one.ask(X_Forwarded_For="203.0.113.9") == 200
        assert three.upgrade(X_Forwarded_For="203.0.113.9") == 101
        budget = wires.budget("203.0.113.9")
        assert budget is not None
        budget.requests.rate, budget.requests.left = 0.0, 5.0
        long = f"/api/search?q={'a' * 4 * REQUEST_BYTES}"
        assert four.ask(long, X_Forwarded_For="203.0.113.9") == 200
        assert budget.requests.left < 1.0
        budget.live.frames.rate = budget.live.frames.left = 0.0
        assert two.ask(file, X_Forwarded_For="203.0.113.9") == 200
        assert two.ask(X_Forwarded_For="203.0.113.9") == 429
        three.send(frame(PING))
        assert three.close_code() == 1008
        assert ada.ask(X_Forwarded_For="203.0.113.10") == 200
        for raw in (one, four):
            raw.socket.close()
        after(running, 1.0)
        assert wires.budget("203.0.113.9") is budget  # coming anew is no way out
        budget.requests.rate = budget.live.frames.rate = 100.0
        for seconds in (1000.0, 2000.0):  # ends what is left of its connections, and forgets it
            after(running, seconds)
        assert wires.budget("203.0.113.9") is not budget  # forgotten


def test_who_is_not_a_proxy_speaks_for_itself(serve: Serve) -> None:
    running = serve(limits=Limits(per_address=1))
    with Raw(running) as one, Raw(running) as two:
        assert one.ask(X_Forwarded_For="203.0.113.9") == two.ask(X_Forwarded_For="203.0.113.9") == 200


def test_all_connections_have_a_limit(serve: Serve) -> None:
    running = serve(limits=Limits(most=2))
    with Raw(running) as one, Raw(running) as two:
        assert one.ask() == two.ask() == 200
        with Raw(running) as three:
            assert three.status() == 503
            assert three.ended()
        one.socket.close()
        while running.server._front.wires.doors.count > 1:
            pass
        with Raw(running) as four:
            assert four.ask() == 200


def test_the_kernel_finds_half_open_connections() -> None:
    with bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        listening.setblocking(True)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            if sys.platform == "linux":
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEP_ALIVE[0]
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == UNSENT


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
