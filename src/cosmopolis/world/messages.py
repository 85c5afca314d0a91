"""The grammar of the reliable lane (SPEC 5.1, 5.2, 5.4), and the messages of the room itself. Text in, a message or
a Refused out; what else there is to say, each channel reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cosmopolis.registry import Refused
from cosmopolis.registry.live import Fields, Reader

PROTOCOL = 1
LONGEST_NAME = 60
LONGEST_TEXT = 64 * 1024  # bytes of a message


@dataclass(frozen=True)
class Hello:
    name: str
    token: str


@dataclass(frozen=True)
class Ping:
    sent: Any


def parse(text: str | bytes, readers: Mapping[str, Reader]) -> tuple[str, Any]:
    """The type of the message in a text frame, and what its reader makes of it. Raises Refused, and nothing else,
    for whatever is not one."""
    try:
        fields = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError) as error:
        raise Refused("json", f"The message is not JSON: {error}.") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise Refused("json", 'A message is a JSON object with a "type".')
    reader = readers.get(fields["type"])
    if reader is None:
        raise Refused("unknown", f"There is no message of type {fields['type'][:40]!r}.")
    return fields["type"], reader(fields)


def read_hello(fields: Fields) -> Hello:
    if fields.get("protocol") != PROTOCOL or isinstance(fields["protocol"], bool):
        said = repr(fields.get("protocol"))[:40]
        raise Refused("protocol", f"This server speaks protocol {PROTOCOL}, not {said}: reload the page.")
    name, token = fields.get("name", ""), fields.get("token", "")
    if not isinstance(name, str) or not isinstance(token, str):
        raise Refused("range", '"name" and "token" are texts.')
    return Hello("".join(c for c in name if c.isprintable()).strip()[:LONGEST_NAME], token)


def read_ping(fields: Fields) -> Ping:
    sent = fields.get("sent")
    if sent is not None and not isinstance(sent, (int, float, str)):
        raise Refused("range", '"sent" is a number or a text.')
    return Ping(sent[:100] if isinstance(sent, str) else sent)
