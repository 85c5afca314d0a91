"""The morning of a small invented town: how many people are on the road, quarter by quarter.

Shows: growing a town, building it, planning its trips, running the simulation and reading its state.

    python examples/morning_peak.py
"""

from __future__ import annotations

from cosmopolis.city.build import build
from cosmopolis.demand import plan_trips
from cosmopolis.growth import grow
from cosmopolis.simulation import Simulation

city = build(grow(seed=7, population=8_000))
trips = plan_trips(city, seed=7)
simulation = Simulation(city, trips, seed=7, start=5.5 * 3600)

on_the_road = []
for quarter in range(12):
    simulation.run(900)
    counts = simulation.counts()
    on_the_road.append(counts["vehicles"])
    speed = simulation.vehicles().speed.mean() * 3.6
    print(f"{5.75 + quarter / 4:5.2f} h  {counts['vehicles']:4d} vehicles, mean {speed:4.1f} km/h")

assert counts["departed"] == counts["arrived"] + counts["broken"] + counts["vehicles"], "a vehicle was lost"
assert max(on_the_road) > 1.5 * on_the_road[0] and on_the_road[-1] < max(on_the_road), "no peak"
print("The peak has come, and nobody was lost.")
