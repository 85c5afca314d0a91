"""A full arm of a roundabout of one lane: the more circulate, the fewer get in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.city.words import Mode
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.network import flatten
from cosmopolis.simulation.traffic.routing import edge_graph, quickest
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import one_trip, streets_of
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.towns import roundabout
from cosmopolis.validation.tracks import at_random, comes_onto

F64 = NDArray[np.float64]
DEMANDS = (0.0, 60.0, 120.0, 180.0, 240.0, 300.0, 400.0, 500.0)  # veh/h that want to circulate
EVERY = 4.0  # s between two cars at each kerb of the full arm
KERBS = (10.0, 60.0)  # m along it where they pull out: one place alone does not fill it
NEAREST = 1.5  # s between two cars that will circulate
A6, B6 = 1_380.0, 0.00102  # HCM 6th edition, one lane into one lane
A2010, B2010 = 1_130.0, 0.001  # HCM 2010, the same


@dataclass(frozen=True)
class Entry:
    """Q levels of circulating flow."""

    circulating: F64  # (Q,) veh/h counted past the entry
    entering: F64  # (Q,) veh/h that got in from the full arm

    def fitted(self) -> tuple[float, float]:
        """A and B of entering = A exp(-B circulating), by least squares on the logarithm."""
        slope, level = np.polyfit(self.circulating, np.log(self.entering), 1)
        return float(np.exp(level)), float(-slope)


def measure(demands: tuple[float, ...] = DEMANDS, *, fill: float = 180.0, seconds: float = 1_800.0) -> Entry:
    """Arm 1 is full and goes straight on to arm 3; cars from arm 0 to arm 2 pass its entry."""
    city = streets_of(roundabout())
    rows = [_one(city, demand, fill, seconds) for demand in demands]
    return Entry(*np.array(rows).T)


def _one(city: City, demand: float, fill: float, seconds: float) -> tuple[float, float]:
    """(circulating, entering) in veh/h."""
    network = city.network
    across, enters = _routes(network)
    rng = np.random.default_rng(1)
    end = fill + seconds
    rows = [
        one_trip(city, enters, float(at), from_position=place)
        for at in np.arange(0.0, end, EVERY)
        for place in KERBS
    ]
    if demand > 0.0:
        rows += [one_trip(city, across, float(at)) for at in at_random(demand, end, NEAREST, rng)]
    trips = trips_of(rows)
    simulation = Simulation(city, trips, threads=1)
    simulation.run(fill)
    passed = comes_onto(simulation, seconds, np.full(len(trips), enters[1]))
    full = trips.from_lane == network.edges.first_lane[enters[0]]
    per_hour = 3600.0 / seconds
    return per_hour * np.count_nonzero(passed & ~full), per_hour * np.count_nonzero(passed & full)


def _routes(network: Network) -> tuple[list[int], list[int]]:
    """Edges from arm 0 to arm 2, past the entry of arm 1; and from arm 1 to arm 3."""
    graph, shut = edge_graph(flatten(network)), np.zeros(len(network.edges), np.uint8)
    ends = [list(network.junctions.key).index(f"a{k}") for k in range(4)]
    arms = [int(np.flatnonzero(network.edges.from_junction == end)[0]) for end in ends]
    outs = [int(np.flatnonzero(network.edges.to_junction == end)[0]) for end in ends]
    across = quickest(arms[0], outs[2], int(Mode.CAR), shut, graph).tolist()
    enters = quickest(arms[1], outs[3], int(Mode.CAR), shut, graph).tolist()
    if enters[1] not in across:
        raise RuntimeError("the circulating cars do not pass the entry")
    return across, enters


def chapter(quick: bool = False) -> Chapter:
    entry = measure((0.0, 200.0, 400.0), seconds=900.0) if quick else measure()
    order = np.argsort(entry.circulating)
    level, slope = entry.fitted()
    rises = np.diff(entry.entering[order]).max()
    return Chapter(
        name="roundabout",
        title="A roundabout's entry",
        method=(
            "A roundabout of one lane, 18 m in radius, with four arms. One arm is full and goes straight on; cars "
            "from the arm before it pass its entry, more of them in each run. Counted: who passes and who gets in."
        ),
        checks=(
            Check(
                what="greatest rise of the entering flow from one level of circulating flow to the next",
                ours=float(rises),
                unit="veh/h",
                oracle="entry capacity falls with circulating flow",
                source="Highway Capacity Manual, roundabouts",
                low=-2_000.0,
                high=30.0,
                reread=False,
            ),
            Check(
                what="entry capacity with nobody circulating (A)",
                ours=float(entry.entering[order][0]),
                unit="veh/h",
                oracle=f"{A6:,.0f} (6th edition), {A2010:,.0f} (2010)",
                source="Highway Capacity Manual; the numbers of 2010 were read again, at rhces.com",
                low=900.0,
                high=1_500.0,
                reread=False,
            ),
            Check(
                what="fall of its logarithm with circulating flow (B)",
                ours=1000.0 * slope,
                unit="per 1,000 veh/h",
                oracle=f"{1000 * B6:.2f} (6th edition), {1000 * B2010:.2f} (2010)",
                source="as above",
                low=0.7,
                high=1.4,
                digits=2,
                reread=False,
            ),
        ),
        charts=(_chart(entry, level, slope),),
        notes=_notes(entry),
    )


def _notes(entry: Entry) -> tuple[str, ...]:
    return (
        f"Up to {entry.circulating.max():,.0f} veh/h circulate: the arm they come from is an entry too, and lets in no "
        "more.",
        "Nobody comes on who would leave less than two cars' length free on the ring as a whole: a full ring stands "
        "for ever once none of those on it is before its own exit.",
    )


def _chart(entry: Entry, level: float, slope: float) -> Chart:
    flow = np.linspace(0.0, max(600.0, float(entry.circulating.max())), 60)
    return Chart(
        name="entry",
        title="Entry capacity over circulating flow",
        x="circulating flow, vehicles/h",
        y="entering flow, vehicles/h",
        layers=(
            Line(flow, A6 * np.exp(-B6 * flow), "HCM 6", 0, dashed=True),
            Line(flow, A2010 * np.exp(-B2010 * flow), "HCM 2010", 2, dashed=True),
            Line(flow, level * np.exp(-slope * flow), "fitted to ours", 1, thin=True),
            Dots(entry.circulating, entry.entering, "ours"),
        ),
        y_range=(0.0, 1_500.0),
    )
