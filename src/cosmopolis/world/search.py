"""Finding things by what they are called (SPEC 2.4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from cosmopolis.city.model import City
from cosmopolis.registry import NamedKind, NamedThing

LONGEST_QUERY = 100


@dataclass(frozen=True)
class Hit:
    kind: str
    id: int
    name: str
    detail: str
    x: float
    y: float


@dataclass(frozen=True)
class _Row:
    hit: Hit
    kind: int  # of equally good hits, the first kind comes first
    texts: tuple[str, ...]  # folded: the first is its name
    weight: float


class NameIndex:
    """All names of a city, of the kinds that rooms contribute."""

    def __init__(self, city: City, kinds: Sequence[NamedKind]) -> None:
        self.kinds = [kind.name for kind in kinds]
        self.rows = [_row(kind, named, at) for at, kind in enumerate(kinds) for named in kind.rows(city)]

    def __len__(self) -> int:
        return len(self.rows)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Best first: the whole name, a beginning of it, of a word in it, a part of it, all words somewhere."""
        wanted = folded(text[:LONGEST_QUERY])
        if not wanted:
            return []
        found = []
        for row in self.rows:
            rank = min(match(wanted, t) + (0.5 if i else 0.0) for i, t in enumerate(row.texts))
            if rank < NOT_AT_ALL:
                name = row.texts[0]
                found.append((rank, row.kind, -row.weight, len(name), name, row.hit))
        found.sort(key=lambda entry: entry[:5])
        return [entry[5] for entry in found[:limit]]


def _row(kind: NamedKind, named: NamedThing, at: int) -> _Row:
    texts = tuple(folded(text) for text in named.texts if text) or ("",)
    hit = Hit(kind.name, named.id, named.texts[0], named.detail, round(named.x, 2), round(named.y, 2))
    return _Row(hit, at, texts, named.weight)


NOT_AT_ALL = 9.0


def match(wanted: str, text: str) -> float:
    """How well `text` answers `wanted`, both folded: 0 the same, NOT_AT_ALL not."""
    at = text.find(wanted)
    if at < 0:
        words = wanted.split()
        return 4.0 if len(words) > 1 and all(word in text for word in words) else NOT_AT_ALL
    if len(text) == len(wanted):
        return 0.0
    if at == 0:
        return 1.0
    return 2.0 if f" {wanted}" in text else 3.0


def folded(text: str) -> str:
    """Without case, accents, width variants and doubled spaces: "Café  ＡＢ" is "cafe ab"."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", bare).replace("-", " ").replace(",", " ").split())
