"""A vehicle as named fields (SPEC 2.5), of what the simulation tells of it."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.words import BuildingUse
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import NoSuchThing, Problem, ThingKind
from cosmopolis.world.interest import Paths
from cosmopolis.world.site import Site
from cosmopolis.world.things.fields import Fields, xy
from cosmopolis.world.things.ground import building_name
from cosmopolis.world.things.streets import street_of

PATIENCE = 5.0  # s that a question to the simulation may take
IDS = 1 << 32
PURPOSES = {
    BuildingUse.RESIDENTIAL: "home",
    BuildingUse.OFFICE: "work",
    BuildingUse.INDUSTRIAL: "work",
    BuildingUse.CIVIC: "work",
    BuildingUse.RETAIL: "shopping",
    BuildingUse.SCHOOL: "school",
    BuildingUse.HOSPITAL: "health",
    BuildingUse.HOTEL: "visit",
    BuildingUse.CULTURE: "leisure",
    BuildingUse.SPORT: "leisure",
    BuildingUse.TRANSPORT: "travel",
}
AS_TOLD = ("trip", "edges_left", "distance_left", "since")


def vehicle(city: City, trips: Trips, paths: Paths, state: Fields) -> Fields:
    """`state` is what Simulation.vehicle tells."""
    kind = str(state["kind"])
    path, position = int(state["path"]), float(state["position"])
    start, end, line = (int(state.get(key, -1)) for key in ("origin", "destination", "line"))
    fields: Fields = {
        "title": title(city, kind, line),
        "vehicleKind": kind,
        "speed": round(float(state["speed"]), 2),
        "street": street_of(city, path),
        "path": path,
        "position": round(position, 2),
        "purpose": purpose(city, end, line),
        "from": building_name(city, start),
        "to": building_name(city, end),
        "fromBuilding": start,
        "toBuilding": end,
        "provenance": "modelled",
        "source": "simulation",
        **xy(paths.place(np.array([path]), np.array([position]))[0]),
    }
    fields |= {_camel(key): _plain(state[key]) for key in AS_TOLD if key in state}
    if line >= 0:
        fields["line"], fields["lineName"] = line, city.transit_lines.name[line]
    stop = next_stop(city, trips, state)
    if stop >= 0:
        fields["nextStop"], fields["nextStopName"] = stop, city.stops.name[stop]
    return fields


def title(city: City, kind: str, line: int) -> str:
    said = kind.replace("_", " ").capitalize()
    return f"{said} {city.transit_lines.ref[line]}".strip() if line >= 0 else said


def purpose(city: City, destination: int, line: int) -> str:
    """What it is out for, told by where it goes: empty if that tells nothing."""
    if line >= 0:
        return "line"
    if not 0 <= destination < len(city.buildings):
        return "through" if destination < 0 else ""
    return PURPOSES.get(BuildingUse(int(city.buildings.use[destination])), "")


def next_stop(city: City, trips: Trips, state: Fields) -> int:
    """Row of the stop where a bus halts next, -1 if there is none ahead. Both the bus and the halts are placed by
    how many edges of the route they have come, then by metres along the edge's lane."""
    trip = int(state["trip"])
    if trip >= len(trips) or trips.halt_start[trip] == trips.halt_start[trip + 1]:
        return -1
    route = trips.route[trips.route_start[trip] : trips.route_start[trip + 1]].tolist()
    come = len(route) - 1 - int(state["edges_left"])
    on_lane = int(state["path"]) < len(city.network.lanes)
    edge = -1
    for row in range(int(trips.halt_start[trip]), int(trips.halt_start[trip + 1])):
        wanted = int(city.network.lanes.edge[trips.halt_lane[row]])
        if wanted not in route[edge + 1 :] and (edge < 0 or route[edge] != wanted):
            continue  # the route does not pass it
        edge = edge if edge >= 0 and route[edge] == wanted else route.index(wanted, edge + 1)
        behind = on_lane and edge == come and float(trips.halt_position[row]) < float(state["position"])
        if edge >= come and not behind:
            return int(trips.halt_stop[row])
    return -1


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


async def on_the_road(site: Site, id: int) -> Fields:
    """Asked of the simulation itself; a busy one is not waited for."""
    if not 0 <= id < IDS:
        raise NoSuchThing(f"There is no vehicle {id}.")
    answer = asyncio.wrap_future(site.ask(lambda simulation: simulation.vehicle(id)))
    try:
        state = await asyncio.wait_for(answer, PATIENCE)
    except (TimeoutError, asyncio.CancelledError) as error:
        raise Problem(503, "The simulation is busy; ask again in a moment.") from error
    if state is None:
        raise NoSuchThing(f"Vehicle {id} is not on the road: it has arrived or has not left yet.")
    return vehicle(site.city, site.trips, site.paths, state)


KINDS = (ThingKind("vehicle", on_the_road),)
