"""What clients say on the reliable lane, checked (SPEC 5.1, 5.2, 5.4). Text in, a message or a Refused out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from cosmopolis.world.clock import DAY, FASTEST, SLOWEST

PROTOCOL = 1
FARTHEST = 1e7  # m from the origin that a coordinate may be
WIDEST = 30_000.0  # m of radius that a view may have
LONGEST_NAME = 60
LONGEST_TEXT = 64 * 1024  # bytes of a message
MOST_PATHS = 1000  # that one client may watch


class Refused(Exception):
    """Why a message changes nothing: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Hello:
    name: str
    token: str


@dataclass(frozen=True)
class View:
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class SetTime:
    paused: bool | None = None
    speed: float | None = None
    jump: float | None = None


@dataclass(frozen=True)
class Follow:
    vehicle: int | None


@dataclass(frozen=True)
class Layers:
    flow: bool


@dataclass(frozen=True)
class WatchPaths:
    paths: tuple[int, ...]  # ascending, each once


@dataclass(frozen=True)
class Ping:
    sent: Any


Message = Hello | View | SetTime | Follow | Layers | WatchPaths | Ping
Fields = dict[str, Any]


def parse(text: str | bytes) -> Message:
    """The message in a text frame. Raises Refused, and nothing else, for whatever is not one."""
    try:
        fields = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError) as error:
        raise Refused("json", f"The message is not JSON: {error}.") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise Refused("json", 'A message is a JSON object with a "type".')
    reader = READERS.get(fields["type"])
    if reader is None:
        raise Refused("unknown", f"There is no message of type {fields['type'][:40]!r}.")
    return reader(fields)


def _hello(fields: Fields) -> Hello:
    if fields.get("protocol") != PROTOCOL or isinstance(fields["protocol"], bool):
        said = repr(fields.get("protocol"))[:40]
        raise Refused("protocol", f"This server speaks protocol {PROTOCOL}, not {said}: reload the page.")
    name, token = fields.get("name", ""), fields.get("token", "")
    if not isinstance(name, str) or not isinstance(token, str):
        raise Refused("range", '"name" and "token" are texts.')
    return Hello("".join(c for c in name if c.isprintable()).strip()[:LONGEST_NAME], token)


def _view(fields: Fields) -> View:
    return View(
        _number(fields, "x", -FARTHEST, FARTHEST),
        _number(fields, "y", -FARTHEST, FARTHEST),
        _number(fields, "radius", 0.0, WIDEST),
    )


def _time(fields: Fields) -> SetTime:
    given = {key: fields[key] for key in ("paused", "speed", "jump") if fields.get(key) is not None}
    if not given:
        raise Refused("range", '"time" wants "paused", "speed" or "jump".')
    return SetTime(
        _truth(given, "paused") if "paused" in given else None,
        _number(given, "speed", SLOWEST, FASTEST) if "speed" in given else None,
        _number(given, "jump", 0.0, math.nextafter(DAY, 0.0)) if "jump" in given else None,
    )


def _follow(fields: Fields) -> Follow:
    vehicle = fields.get("vehicle")
    if vehicle is None:
        return Follow(None)
    if not isinstance(vehicle, int) or isinstance(vehicle, bool) or not 0 <= vehicle < 1 << 32:
        raise Refused("range", '"vehicle" is the id of a vehicle or null.')
    return Follow(vehicle)


def _layers(fields: Fields) -> Layers:
    return Layers(_truth(fields, "flow"))


def _watch(fields: Fields) -> WatchPaths:
    paths = fields.get("paths")
    if not isinstance(paths, list) or len(paths) > MOST_PATHS or not all(map(_is_path, paths)):
        raise Refused("range", f'"paths" is a list of at most {MOST_PATHS} paths.')
    return WatchPaths(tuple(sorted(set(paths))))


def _is_path(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 24


def _ping(fields: Fields) -> Ping:
    sent = fields.get("sent")
    if sent is not None and not isinstance(sent, (int, float, str)):
        raise Refused("range", '"sent" is a number or a text.')
    return Ping(sent[:100] if isinstance(sent, str) else sent)


def _number(fields: Fields, key: str, low: float, high: float) -> float:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Refused("range", f'"{key}" is a number from {low:g} to {high:g}.')
    return float(value)


def _truth(fields: Fields, key: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool):
        raise Refused("range", f'"{key}" is true or false.')
    return value


READERS: dict[str, Callable[[Fields], Message]] = {
    "hello": _hello,
    "view": _view,
    "time": _time,
    "follow": _follow,
    "layers": _layers,
    "watch": _watch,
    "ping": _ping,
}
