"""From a map file to a stored city, beside SUMO's netconvert on the same file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmopolis.benchmarks.process import DATA, cosmopolis, measure, sumo_binary

NETCONVERT_OPTIONS = (
    "--geometry.remove", "--ramps.guess", "--junctions.join",
    "--tls.guess-signals", "--tls.discard-simple", "--tls.join",
)  # fmt: skip


def run() -> Iterator[dict[str, Any]]:
    buildings = sorted((DATA / "buildings").glob("lujiazui_*.geojson"))
    cases = {
        "Shanghai, XML and four GeoJSON": [DATA / "osm/shanghai_center.osm", *buildings],
        "Helsinki, pbf": [DATA / "osm/helsinki.osm.pbf"],
    }
    for what, files in cases.items():
        if not all(file.exists() for file in files):
            yield {"case": what, "skipped": f"no data in {DATA} (set COSMOPOLIS_DATA)"}
            continue
        with tempfile.TemporaryDirectory() as folder:
            ours = measure(cosmopolis("import", *files, "--out", Path(folder) / "bench.city"))
            yield {"case": what, "engine": "cosmopolis", **ours}
            yield from _peer(what, files[0], Path(folder), ours["wall_s"])


def _peer(what: str, file: Path, folder: Path, ours: float) -> Iterator[dict[str, Any]]:
    netconvert = sumo_binary("netconvert")
    if netconvert is None:
        yield {"case": what, "engine": "netconvert", "skipped": "pip install eclipse-sumo"}
        return
    if file.suffix == ".pbf":  # netconvert reads XML only
        return
    peer = measure([netconvert, "--osm-files", str(file), *NETCONVERT_OPTIONS, "-o", str(folder / "net.xml")])
    yield {
        "case": what,
        "engine": "netconvert (streets only)",
        **peer,
        "cosmopolis_over_netconvert": round(ours / peer["wall_s"], 2),
    }
