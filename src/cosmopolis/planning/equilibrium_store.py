"""An equilibrium as a folder.

OUT/equilibrium.json  what was asked for, and the gap, mean duration and changes of each iteration
OUT/trips.parquet     a row a trip: when, in what, from where to where, and its route as a list of edges
OUT/gap.svg           the gap over the iterations
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cosmopolis.city.aside import folder_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.demand.trips import Trips
from cosmopolis.planning.equilibrium import Equilibrium

OUR_FILES = {"equilibrium.json", "trips.parquet", "gap.svg"}
TRIPS = pa.schema(
    [
        ("depart", pa.float64()), ("kind", pa.uint8()), ("from_lane", pa.int32()), ("from_position", pa.float32()),
        ("to_lane", pa.int32()), ("to_position", pa.float32()), ("origin", pa.int32()), ("destination", pa.int32()),
        ("line", pa.int32()), ("route", pa.list_(pa.int32())),
    ]
)  # fmt: skip
WIDTH, HEIGHT, MARGIN = 480, 270, 46  # of the drawing


def check_free(out: Path) -> None:
    """BadInput where `out` holds something else than an older equilibrium."""
    if out.is_file():
        raise BadInput(f"{out} is a file: name a folder for the equilibrium with --out.")
    if out.is_dir() and {entry.name for entry in out.iterdir()} - OUR_FILES:
        raise BadInput(f"{out} holds other files than an equilibrium's: name a new folder with --out.")


def write(found: Equilibrium, out: Path, **asked: Any) -> dict[str, Any]:
    """Writes the folder `out` in one step, in place of an older one; returns what equilibrium.json holds."""
    check_free(out)
    facts = {
        **asked,
        "trips": len(found.trips),
        "gap": [round(float(value), 5) for value in found.gap],
        "mean_duration": [round(float(value), 2) for value in found.duration],
        "changed": found.changed.tolist(),
    }
    with folder_aside(out) as aside:
        (aside / "equilibrium.json").write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
        pq.write_table(_table(found.trips), aside / "trips.parquet")
        (aside / "gap.svg").write_text(plot(found.gap), encoding="utf-8")
    return facts


def _table(trips: Trips) -> pa.Table:
    columns = [pa.array(getattr(trips, field.name), field.type) for field in TRIPS if field.name != "route"]
    starts = pa.array(trips.route_start.astype(np.int32), pa.int32())
    route = pa.ListArray.from_arrays(starts, pa.array(trips.route, pa.int32()))
    return pa.Table.from_arrays([*columns, route], schema=TRIPS)


def plot(gap: NDArray[np.float64]) -> str:
    """The gap over the iterations as an SVG drawing, on a logarithmic scale of whole decades."""
    shown = np.maximum(np.asarray(gap, np.float64), 1e-6)
    top, bottom = np.ceil(np.log10(shown.max())), np.floor(np.log10(shown.min()))
    bottom = min(bottom, top - 1)
    wide, high = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    x = MARGIN + wide * np.arange(len(shown)) / max(len(shown) - 1, 1)
    y = MARGIN + high * (top - np.log10(shown)) / (top - bottom)
    grid = "".join(
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ccc"/>'
        f'<text x="{MARGIN - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**decade:g}</text>'
        for decade in np.arange(bottom, top + 1)
        for at in [MARGIN + high * (top - decade) / (top - bottom)]
    )
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="#b5452c"/>' for a, b in zip(x, y))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="#fff"/>{grid}'
        f'<polyline points="{points}" fill="none" stroke="#b5452c" stroke-width="1.5"/>{dots}'
        f'<text x="{WIDTH / 2}" y="{MARGIN / 2}" text-anchor="middle">relative gap</text>'
        f'<text x="{MARGIN}" y="{HEIGHT - MARGIN / 2}" text-anchor="middle">1</text>'
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - MARGIN / 2}" text-anchor="middle">{len(shown)}</text>'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - MARGIN / 2}" text-anchor="middle">iteration</text></svg>\n'
    )
