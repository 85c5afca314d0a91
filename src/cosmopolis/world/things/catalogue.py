"""Where to find the things of each kind."""

from __future__ import annotations

from collections.abc import Callable

from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.world.interest import Paths
from cosmopolis.world.picture import Picture
from cosmopolis.world.things import ground, streets, vehicles
from cosmopolis.world.things.fields import Fields, NoSuchThing

Reader = Callable[[City, int, Picture | None], Fields]


class Things:
    """Describes things of one City version; what they do right now comes from the picture that is handed in."""

    def __init__(self, city: City, trips: Trips, paths: Paths) -> None:
        self.city, self.trips, self.paths = city, trips, paths
        self._readers: dict[str, tuple[int, Reader]] = {
            "building": (len(city.buildings), ground.building),
            "place": (len(city.places), ground.place),
            "edge": (len(city.network.edges), streets.edge),
            "lane": (len(city.network.lanes), streets.lane),
            "connection": (len(city.network.connections), streets.connection),
            "junction": (len(city.network.junctions), streets.junction),
            "signal": (len(city.network.signals), streets.signal),
            "stop": (len(city.stops), ground.stop),
            "line": (len(city.transit_lines), ground.line),
            "area": (3 * ground.AREA_ROWS, ground.area),
        }

    @property
    def kinds(self) -> list[str]:
        return [*self._readers, "vehicle"]

    def describe(self, kind: str, id: int, picture: Picture | None = None) -> Fields:
        """Everything but vehicles. Raises NoSuchThing."""
        if kind not in self._readers:
            raise NoSuchThing(
                f"There are no things of kind {kind[:40]!r}; there are {', '.join(self.kinds)}."
            )
        count, read = self._readers[kind]
        if not 0 <= id < count:
            raise NoSuchThing(f"There is no {kind} {id}: this city has {count:,} of them.")
        return {"kind": kind, "id": id, **read(self.city, id, picture)}

    def vehicle(self, state: Fields) -> Fields:
        """Of what Simulation.vehicle tells."""
        return vehicles.vehicle(self.city, self.trips, self.paths, state)
