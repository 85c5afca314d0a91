"""What was measured as SUMO writes it, so that its tools read it: fcd-output, tripinfo-output, edgeData, detectors.

Edges and lanes are called as `exports/sumo.py` calls them. What SUMO would say and we do not know (carbon monoxide and
hydrocarbons, where in its lane a vehicle drives) is left out where its schema lets us, and 0 where it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

import numpy as np

from cosmopolis.city.model import Network
from cosmopolis.demand.trips import Trips
from cosmopolis.exports.sumo import path_names
from cosmopolis.planning.tables import KINDS
from cosmopolis.planning.trajectories import Sight
from cosmopolis.simulation import IntervalReading, TripRecords

JOULES = 3600.0  # a Wh
HEATING = 43.0e6  # J a kg of fuel: lower heating value of diesel and, within 3 %, of petrol


class SumoFiles:
    """Writes the files into `folder` while a run goes on; `close` them. `ids` are the names of the trips."""

    def __init__(
        self, folder: Path, network: Network, *, fcd: bool, loops: bool, areas: bool, ids: list[str]
    ) -> None:
        self.edge, self.lane = path_names(network)
        self._network, self._ids = network, ids
        self._open: list[tuple[IO[str], str]] = []
        self._edges = self._begin(folder / "edgedata.xml", "meandata")
        self._trips = self._begin(folder / "tripinfo.xml", "tripinfos")
        self._fcd = self._begin(folder / "fcd.xml", "fcd-export") if fcd else None
        self._loops = self._begin(folder / "detectors.xml", "detector") if loops else None
        self._areas = self._begin(folder / "areas.xml", "detector") if areas else None

    def _begin(self, path: Path, root: str) -> IO[str]:
        file = path.open("w", encoding="utf-8")
        self._open.append((file, root))
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n')
        return file

    def sight(self, sight: Sight) -> None:
        """One timestep of fcd.xml."""
        if self._fcd is None:
            return
        vehicles = sight.vehicles
        degrees = np.mod(90.0 - np.degrees(sight.heading), 360.0)  # clockwise from north
        rows = zip(
            vehicles.id.tolist(),
            vehicles.kind.tolist(),
            vehicles.path.tolist(),
            sight.point[:, 0].tolist(),
            sight.point[:, 1].tolist(),
            degrees.tolist(),
            vehicles.speed.tolist(),
            vehicles.position.tolist(),
            strict=True,
        )
        self._fcd.write(f'  <timestep time="{sight.time:.2f}">\n')
        self._fcd.writelines(
            f'    <vehicle id={quoteattr(self._id(id))} x="{x:.2f}" y="{y:.2f}" angle="{angle:.2f}" '
            f'type="{KINDS[kind]}" speed="{speed:.2f}" pos="{max(position, 0.0):.2f}" '
            f"lane={quoteattr(self.lane[path])}/>\n"
            for id, kind, path, x, y, angle, speed, position in rows
        )
        self._fcd.write("  </timestep>\n")

    def _id(self, trip: int) -> str:
        return self._ids[trip] if trip < len(self._ids) else str(trip)

    def interval(self, reading: IntervalReading) -> None:
        """One interval of edgedata.xml, detectors.xml and areas.xml."""
        self._edges.write(f'  <interval begin="{reading.begin:.2f}" end="{reading.end:.2f}" id="edges">\n')
        self._edges.writelines(_edges(reading, self._network, self.edge))
        self._edges.write("  </interval>\n")
        if self._loops is not None:
            self._loops.writelines(_loops(reading))
        if self._areas is not None:
            self._areas.writelines(_areas(reading))

    def trips(self, records: TripRecords, trips: Trips) -> None:
        """tripinfo.xml: the trips that the run saw from their beginning to their end, in the order of arrival."""
        self._trips.writelines(self._tripinfo(records, trips))

    def _tripinfo(self, records: TripRecords, trips: Trips) -> Iterator[str]:
        length = self._network.lanes.length
        done = np.isfinite(records.arrived) & records.whole & (records.trip < len(trips))
        rows = np.flatnonzero(done)
        for n in rows[np.argsort(records.arrived[rows], kind="stable")].tolist():
            trip = int(records.trip[n])
            from_lane, to_lane = int(trips.from_lane[trip]), int(trips.to_lane[trip])
            begin = min(float(trips.from_position[trip]), float(length[from_lane]))
            end = min(float(trips.to_position[trip]), float(length[to_lane]))
            yield (
                f"  <tripinfo id={quoteattr(self._id(trip))} "
                f'depart="{records.entered[n]:.2f}" departLane={quoteattr(self.lane[from_lane])} '
                f'departPos="{begin:.2f}" departSpeed="{records.first_speed[n]:.2f}" '
                f'departDelay="{records.depart_delay[n]:.2f}" arrival="{records.arrived[n]:.2f}" '
                f'arrivalLane={quoteattr(self.lane[to_lane])} arrivalPos="{end:.2f}" '
                f'arrivalSpeed="{records.last_speed[n]:.2f}" duration="{records.duration[n]:.2f}" '
                f'routeLength="{records.distance[n]:.2f}" waitingTime="{records.waited[n]:.2f}" '
                f'waitingCount="{records.stops[n]}" stopTime="{records.halted[n]:.2f}" '
                f'timeLoss="{records.time_loss[n]:.2f}" rerouteNo="{records.rerouted[n]}" devices="" '
                f'vType="{KINDS[records.kind[n]]}" speedFactor="{records.speed_factor[n]:.2f}" vaporized=""/>\n'
            )

    def close(self) -> None:
        for file, root in self._open:
            if not file.closed:
                file.write(f"</{root}>\n")
                file.close()


def _edges(reading: IntervalReading, network: Network, names: list[str]) -> Iterable[str]:
    """Elements of the edges on which somebody was."""
    all_edges = reading.by_edge(network)
    speed, travel_time = all_edges.speed, all_edges.travel_time
    density, limit = all_edges.density * 1000.0, network.edges.speed
    for e in np.flatnonzero(all_edges.time > 0).tolist():
        time = f'traveltime="{travel_time[e]:.2f}" ' if np.isfinite(travel_time[e]) else ""
        fuel = all_edges.fuel[e] / HEATING * 1e6  # mg
        electricity = (all_edges.drawn[e] - all_edges.recovered[e]) / JOULES
        yield (
            f'    <edge id={quoteattr(names[e])} sampledSeconds="{all_edges.time[e]:.2f}" {time}'
            f'density="{density[e]:.2f}" laneDensity="{density[e] / all_edges.lanes[e]:.2f}" '
            f'waitingTime="{all_edges.standing[e]:.2f}" timeLoss="{all_edges.loss[e]:.2f}" '
            f'speed="{speed[e]:.2f}" speedRelative="{speed[e] / limit[e]:.2f}" '
            f'departed="{all_edges.departed[e]:.0f}" arrived="{all_edges.arrived[e]:.0f}" '
            f'entered="{all_edges.entered[e]:.0f}" left="{all_edges.left[e]:.0f}" '
            f'CO2_abs="{all_edges.carbon[e] * 1000:.2f}" PMx_abs="{all_edges.particles[e] * 1000:.2f}" '
            f'NOx_abs="{all_edges.nitrogen[e] * 1000:.2f}" fuel_abs="{fuel:.2f}" '
            f'electricity_abs="{electricity:.2f}"/>\n'
        )


def _loops(reading: IntervalReading) -> Iterator[str]:
    loops, seconds = reading.loops, reading.end - reading.begin
    mean, harmonic = loops.mean_speed, loops.harmonic_speed
    for d, name in enumerate(loops.names):
        passed = int(loops.passed[d])
        speed, space, length = (
            (mean[d], harmonic[d], loops.length[d] / passed) if passed else (-1.0, -1.0, -1.0)
        )
        yield (
            f'  <interval begin="{reading.begin:.2f}" end="{reading.end:.2f}" id={quoteattr(name)} '
            f'nVehContrib="{passed}" flow="{passed * 3600 / seconds:.2f}" '
            f'occupancy="{100 * loops.covered[d] / seconds:.2f}" speed="{speed:.2f}" '
            f'harmonicMeanSpeed="{space:.2f}" length="{length:.2f}" nVehEntered="{passed}"/>\n'
        )


def _areas(reading: IntervalReading) -> Iterator[str]:
    """Sums over steps are of steps of one second, as SUMO takes them where nobody says otherwise."""
    areas, seconds = reading.areas, reading.end - reading.begin
    for d, name in enumerate(areas.names):
        seen, halting, halts = areas.seen[d], areas.halting[d], max(areas.halts[d], 1.0)
        speed = areas.mean_speed[d] if areas.time[d] > 0 else -1.0
        yield (
            f'  <interval begin="{reading.begin:.2f}" end="{reading.end:.2f}" id={quoteattr(name)} '
            f'sampledSeconds="{areas.time[d]:.2f}" nVehEntered="{areas.entered[d]:.0f}" '
            f'nVehLeft="{areas.left[d]:.0f}" nVehSeen="{seen:.0f}" meanSpeed="{speed:.2f}" '
            f'meanTimeLoss="{areas.loss[d] / seen if seen else -1.0:.2f}" '
            f'meanOccupancy="{100 * areas.covered[d] / (areas.length[d] * seconds):.2f}" '
            f'maxOccupancy="{100 * areas.most_covered[d] / areas.length[d]:.2f}" '
            f'meanMaxJamLengthInVehicles="{areas.jam_cars[d] / seconds:.2f}" '
            f'meanMaxJamLengthInMeters="{areas.jam[d] / seconds:.2f}" '
            f'maxJamLengthInVehicles="{areas.most_jam_cars[d]:.0f}" '
            f'maxJamLengthInMeters="{areas.most_jam[d]:.2f}" '
            f'jamLengthInVehiclesSum="{halting:.0f}" jamLengthInMetersSum="{areas.jams[d]:.2f}" '
            f'meanHaltingDuration="{halting / halts:.2f}" maxHaltingDuration="{areas.longest[d]:.2f}" '
            f'haltingDurationSum="{halting:.2f}" meanIntervalHaltingDuration="{halting / halts:.2f}" '
            f'maxIntervalHaltingDuration="{min(areas.longest[d], seconds):.2f}" '
            f'intervalHaltingDurationSum="{halting:.2f}" startedHalts="{areas.halts[d]:.0f}" '
            f'meanVehicleNumber="{areas.time[d] / seconds:.2f}" maxVehicleNumber="{areas.most[d]:.0f}"/>\n'
        )
