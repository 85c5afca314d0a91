"""The kinds of things that rooms contribute, by name. It knows none of them itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from cosmopolis.registry import NoSuchThing, ThingKind


class Catalogue:
    """Describes things by kind and id; what they do right now comes from the site's newest picture."""

    def __init__(self, kinds: Iterable[ThingKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    @property
    def kinds(self) -> list[str]:
        return list(self._kinds)

    async def describe(self, site: Any, kind: str, id: int) -> dict[str, Any]:
        """The fields of SPEC 2.5 of thing `id`; `site` is handed to its ThingKind. Raises NoSuchThing."""
        if kind not in self._kinds:
            raise NoSuchThing(
                f"There are no things of kind {kind[:40]!r}; there are {', '.join(self.kinds)}."
            )
        of_kind = self._kinds[kind]
        if of_kind.count is not None and not 0 <= id < (count := of_kind.count(site)):
            raise NoSuchThing(f"There is no {kind} {id}: this city has {count:,} of them.")
        fields = of_kind.describe(site, id)
        if inspect.isawaitable(fields):
            fields = await fields
        return {"kind": kind, "id": id, **fields}
