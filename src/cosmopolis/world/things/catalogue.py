"""The kinds of things that a city has, by name."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cosmopolis.registry import NoSuchThing, ThingKind
from cosmopolis.world.things import ground, streets, vehicles
from cosmopolis.world.things.fields import Fields

if TYPE_CHECKING:
    from cosmopolis.world.site import Site

KINDS: tuple[ThingKind, ...] = (*ground.KINDS, *streets.KINDS, *vehicles.KINDS)


class Catalogue:
    """Describes things by kind and id; what they do right now comes from the site's newest picture."""

    def __init__(self, kinds: Iterable[ThingKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    @property
    def kinds(self) -> list[str]:
        return list(self._kinds)

    async def describe(self, site: Site, kind: str, id: int) -> Fields:
        """Raises NoSuchThing, with a sentence."""
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
