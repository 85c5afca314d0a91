"""What strangers do on live sockets, and with how many: each is told why, ended, and costs the others nothing."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import sys
from collections.abc import Callable

import httpx
import pytest

from cosmopolis.world import gate as gates
from cosmopolis.world.addresses import trusted_networks
from cosmopolis.world.gate import framed
from cosmopolis.world.limits import (
    FRAME_BURST,
    HELLO_TIME,
    KEEP_ALIVE,
    MOST_FRAGMENTS,
    REQUEST_BYTES,
    REQUEST_TIME,
    STALLED,
    UNSENT,
    Limits,
)
from cosmopolis.world.messages import LONGEST_TEXT
from cosmopolis.world.server import bind
from tests.world.conftest import Running
from tests.world.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Raw,
    after,
    frame,
    live,
    soon,
)

Serve = Callable[..., Running]


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
        soon(lambda: id not in room.clients)


def test_what_waits_for_a_client_has_a_ceiling(serve: Serve) -> None:
    running = serve()
    gate, room = running.server.gate, running.server.room
    with live(running) as mallory:
        id = mallory.message("welcome")["id"]
        blob = framed(json.dumps({"type": "blob", "data": "x" * 1_000_000}))
        for _ in range(40):
            gate.call(lambda: gate.send(id, blob))
        soon(lambda: id not in room.clients)


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
        soon(lambda: not running.server._front.wires.doors.of("203.0.113.9"))
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
        soon(lambda: running.server._front.wires.doors.count == 1)
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
