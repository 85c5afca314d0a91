"""The limits by themselves: what is counted, who is believed, what is a host."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.world import gate, limits
from cosmopolis.world import orders as desk
from cosmopolis.world.addresses import (
    answers_for,
    counted_as,
    forwarded_for,
    host_name,
    is_loopback,
    own_names,
    trusted_networks,
)
from cosmopolis.world.channels import orders
from cosmopolis.world.clock_lock import ORDERS_EVERY
from cosmopolis.world.fragments import BINARY, CONTINUATION, TEXT, Fragments, Violation
from cosmopolis.world.limits import STALLED, Allowance, Doors
from cosmopolis.world.numbers import MOST_DIGITS, whole
from cosmopolis.world.seldom import Seldom
from cosmopolis.world.wires import Wire

PAGE = Path(__file__).parents[2] / "docs/server-limits.md"


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), max_size=50))
def test_an_allowance_lets_rate_and_burst_through_and_no_more(spent: list[tuple[float, float]]) -> None:
    bucket, now, through = Allowance(rate=3.0, burst=10.0), 0.0, 0.0
    for pause, cost in spent:
        now += pause
        if bucket.spend(cost, now):
            through += cost
    assert through <= 10.0 + 3.0 * now + 1e-6
    assert bucket.spend(10.0, now + 10.0)


def test_doors_count_by_address_and_in_all() -> None:
    doors = Doors(most=4, per_address=2)
    assert [doors.enter(a) for a in ("a", "a", "a", "b", None, None)] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]
    assert not doors.move("b", "a")
    doors.leave("a")
    assert doors.move("b", "a")
    assert (doors.of("a"), doors.of("b"), doors.count) == (2, 0, 3)
    assert doors._of.keys() == {"a"}  # what is gone is forgotten


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", None),
        ("127.9.9.9", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_addresses_are_counted_by_subscriber(address: str, name: str | None) -> None:
    assert counted_as(address) == name


PROXIES = trusted_networks(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "chain", "whose"),
    [
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # no proxy of ours
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),  # anybody can write the first
        ("10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_a_trusted_proxy_speaks_for_others(peer: str, chain: str, whose: str) -> None:
    assert forwarded_for(peer, chain, PROXIES) == whose


@pytest.mark.parametrize("text", ["", "proxy.example", "10.0.0.0/99", "10.0.0"])
def test_a_proxy_that_is_none_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(BadInput, match=r"as 10\.0\.0\.1 or 10\.0\.0\.0/8"):
        trusted_networks([text])


def test_a_name_that_is_none_cannot_be_allowed() -> None:
    with pytest.raises(BadInput, match="--allow-host https://city"):
        limits.limits(per_address=1, trusted_proxies=(), hosts=["https://city.example.org"])
    said = limits.limits(per_address=7, trusted_proxies=["10.0.0.1"], hosts=["City.example.org."])
    assert (said.per_address, said.hosts) == (7, {"city.example.org"})


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("city.example", "city.example"),
        ("City.Example.:8000", "city.example"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[2001:DB8::1]:80", "2001:db8::1"),
        ("[::1]", "::1"),
        ("a_b-c.example", "a_b-c.example"),
        ("", None),
        (":80", None),
        ("::1", None),
        ("a:b", None),
        ("a:123456", None),
        ("[city]", None),
        ("[::1", None),
        ("a/b", None),
        ("a@b", None),
        ("é", None),
        ("a" * 254, None),
    ],
)
def test_a_host_header_names_a_host(header: str, name: str | None) -> None:
    assert host_name(header) == name


def test_it_answers_for_the_address_that_it_was_reached_at() -> None:
    assert answers_for("203.0.113.1", "203.0.113.1", frozenset())
    assert answers_for("203.0.113.1", "::ffff:203.0.113.1", frozenset())
    for other in ("203.0.113.2", "0.0.0.0", "255.255.255.255", "224.0.0.1", "localhost.evil.example"):
        assert not answers_for(other, "203.0.113.1", frozenset({"tower"}))
    assert answers_for("tower", "203.0.113.1", frozenset({"tower"}))
    assert own_names() and all(name == name.lower() for name in own_names())


@pytest.mark.parametrize(
    ("host", "here_only"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("", False)],
)
def test_which_hosts_only_this_machine_reaches(host: str, here_only: bool) -> None:
    assert is_loopback(host) == here_only


# messages in pieces


@given(st.text(max_size=200), st.lists(st.integers(0, 800), max_size=20))
def test_a_message_is_the_same_however_it_is_cut(text: str, cuts: list[int]) -> None:
    data = text.encode()
    edges = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    whole_again = Fragments()
    for _ in range(2):  # and so is the next
        said = [
            whole_again.add(CONTINUATION if i else TEXT, piece, last=i == len(pieces) - 1)
            for i, piece in enumerate(pieces)
        ]
        assert said == [None] * (len(pieces) - 1) + [text]


class Counted(bytes):
    """Counts how often its length is asked for."""

    asked = 0

    def __len__(self) -> int:
        Counted.asked += 1
        return super().__len__()


def test_a_piece_is_measured_once() -> None:
    Counted.asked = 0
    message = Fragments()
    message.add(BINARY, Counted(b"x"), last=False)
    for _ in range(limits.MOST_FRAGMENTS - 1):
        message.add(CONTINUATION, Counted(b"x"), last=False)
    assert Counted.asked == limits.MOST_FRAGMENTS
    with pytest.raises(Violation, match="pieces"):
        message.add(CONTINUATION, b"x", last=False)


# connections that only hold a place


class Transport:
    waiting = 0

    def get_write_buffer_size(self) -> int:
        return self.waiting


def test_who_takes_nothing_for_long_is_overdue() -> None:
    transport = Transport()
    wire = Wire(transport, "198.51.100.7", None, now=0.0)
    wire.deadline = None
    transport.waiting = wire.written = 1000
    assert not wire.overdue(1.0)
    for now in range(2, 100):  # slow, but it reads: as much as is written
        wire.written += 10
        assert not wire.overdue(float(now))
    wire.written += 500  # more is written, nothing taken
    transport.waiting += 500
    assert not wire.overdue(99.0 + STALLED)
    assert wire.overdue(99.1 + STALLED)
    transport.waiting = 0
    assert not wire.overdue(200.0 + STALLED)


def test_what_is_due_is_due() -> None:
    wire = Wire(Transport(), "", None, now=5.0)
    assert not wire.overdue(5.0 + limits.REQUEST_TIME)
    assert wire.overdue(5.1 + limits.REQUEST_TIME)


# the rest


def test_a_log_of_strangers_has_a_line_a_second() -> None:
    lines: list[str] = []

    class Log:
        def isEnabledFor(self, level: int) -> bool:
            return True

        def log(self, level: int, msg: str, *args: object, **_: object) -> None:
            lines.append(msg % args)

    times = iter([0.0, 0.1, 0.9, 1.0, 1.5, 2.5])
    log = Seldom(Log(), lambda: next(times))  # type: ignore[arg-type]
    for i in range(6):
        log.error("bad frame %d", i)
    assert lines == ["bad frame 0", "bad frame 3 (and 2 like it)", "bad frame 5 (and 1 like it)"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1),
        ("9" * (MOST_DIGITS + 1), None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.0", None),
        ("٣", None),
        ("²", None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_NOFILE of POSIX")
def test_open_files_are_raised_as_far_as_they_may() -> None:
    program = """
        import resource
        from cosmopolis.world.limits import raise_open_files
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, min(hard, 1000) if hard > 0 else 1000))
        print(raise_open_files(500), resource.getrlimit(resource.RLIMIT_NOFILE)[0], raise_open_files(100_000))
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert run.stdout.split() == ["500", "500", "1000"], run.stderr


def test_the_page_about_limits_lists_each_with_its_value() -> None:
    """docs/server-limits.md."""
    rows = dict(re.findall(r"^\|[^|]*\| `(\w+)` \| ([\d.,; ]+) \|", PAGE.read_text(encoding="utf-8"), re.M))
    named = {n: v for n, v in vars(limits).items() if n.isupper()}
    named |= {n: getattr(gate, n) for n in ("FULL", "DRAINED", "HOPELESS", "QUIET", "ANSWERS_AT_ONCE")}
    named["ORDERS_EVERY"] = ORDERS_EVERY
    named |= {
        n: getattr(orders, n) for n in ("MOST_COMMANDS", "MOST_TRIPS", "ORDERS_A_SECOND", "ORDERS_AT_ONCE")
    }
    named |= {n: getattr(desk, n) for n in ("SHARE", "MOST_WAITING", "MOST_ADDED")}
    assert rows.keys() == named.keys()
    for name, value in named.items():
        numbers = value if isinstance(value, tuple) else (value,)
        assert rows[name].strip() == "; ".join(f"{number:,.10g}" for number in numbers), name
