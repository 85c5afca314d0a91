"""What a file of JSON holds: one document, one a line, or one behind each record separator (RFC 8142)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from cosmopolis.city.errors import BadInput

SEPARATOR = b"\x1e"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def documents_of(path: Path) -> list[Any]:
    """All documents, at least one; raises BadInput with the line that is broken."""
    text = _as_utf8(path, path.read_bytes())
    if text.lstrip().startswith(SEPARATOR):
        found = list(_each(path, text.split(SEPARATOR), lines_each=0))
    else:
        try:
            return [orjson.loads(text)]
        except orjson.JSONDecodeError as error:
            lines = text.splitlines()
            if not _holds_one_a_line(lines):
                raise BadInput(_broken(path, error, error.lineno)) from None
            found = list(_each(path, lines, lines_each=1))
    if not found:
        raise BadInput(f"{path}: the file is empty; download or export it again.")
    return found


def _each(path: Path, parts: Iterable[bytes], *, lines_each: int) -> Iterator[Any]:
    """The document in each part that is not empty; a part spans the line breaks in it and `lines_each` more."""
    line = 1
    for part in parts:
        if part.strip():
            try:
                yield orjson.loads(part)
            except orjson.JSONDecodeError as error:
                raise BadInput(_broken(path, error, line + error.lineno - 1)) from None
        line += part.count(b"\n") + lines_each


def _holds_one_a_line(lines: list[bytes]) -> bool:
    """Whether the first line is a document by itself, and others follow."""
    filled = (line for line in lines if line.strip())
    first = next(filled, b"")
    try:
        return isinstance(orjson.loads(first), dict) and next(filled, None) is not None
    except orjson.JSONDecodeError:
        return False


def _as_utf8(path: Path, text: bytes) -> bytes:
    for mark, encoding in _MARKS:
        if text.startswith(mark):
            text = text[len(mark) :]
            text = text if encoding == "utf-8" else text.decode(encoding, "replace").encode()
    try:
        text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{path}: line {line} is not UTF-8, which JSON is written in; save the file in UTF-8 and give it again."
        ) from None
    return text


def _broken(path: Path, error: orjson.JSONDecodeError, line: int) -> str:
    return (
        f"{path}: broken JSON at line {line}, column {error.colno} ({error.msg}); "
        "the file is cut off or was edited by hand: export it again."
    )
