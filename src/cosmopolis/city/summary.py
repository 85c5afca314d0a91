"""What is in a city, where it comes from and what is odd about it: the answer to `cosmopolis info`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.city.raw import Finding
from cosmopolis.city.tables import layers_of
from cosmopolis.city.words import Control, Mode, Provenance

EXAMPLES = 5  # findings of one code, and pieces of network beside the main one, that are shown


def summary(city: City) -> dict[str, Any]:
    """Facts as plain numbers, words and lists; `as_text` writes them for people."""
    return {
        "name": city.name,
        "version": city.version,
        "origin": {"lon": city.origin[0], "lat": city.origin[1]},
        "size_km": [
            round((city.bounds[2] - city.bounds[0]) / 1000, 2),
            round((city.bounds[3] - city.bounds[1]) / 1000, 2),
        ],
        "driving_side": "left" if city.drive_on_left else "right",
        "population": round(float(city.notes.get("population", 0) or 0)),
        "jobs": round(float(city.zones.jobs.sum())),
        "counts": {name: len(layer) for name, layer in layers_of(city)},
        "network": network_facts(city.network),
        "provenance": provenance_shares(city),
        "sources": [_source(asdict(source)) for source in city.sources],
        "findings": findings_by_code(city.findings),
        "seed": city.seed,
        "notes": city.notes,
    }


def network_facts(network: Network) -> dict[str, Any]:
    """Lengths, junctions, signals, and how much of it hangs together."""
    edges, lanes, control = network.edges, network.lanes, network.junctions.control
    car = lanes.modes & Mode.CAR > 0
    length = lanes.length
    main = edges.component[lanes.edge] == 0
    car_km = float(length[car].sum()) / 1000
    return {
        "car_lane_km": round(car_km, 2),
        "street_km": round(float(edges.line.length.sum()) / 1000, 2),
        "junctions": len(control),
        "junctions_by_control": {
            word.name.lower(): int(count) for word in Control if (count := np.count_nonzero(control == word))
        },
        "signal_programs": len(network.signals),
        "main_component_share": round(float(length[car & main].sum()) / max(1e-9, car_km * 1000), 4),
        "other_components": _other_components(network, car),
        "dead_ends": int(np.count_nonzero(control == Control.DEAD_END)),
        "lanes_without_way_on": _stranded(network, car),
    }


def provenance_shares(city: City) -> dict[str, dict[str, float]]:
    """Share of each layer's rows that is measured, modelled and invented."""
    columns = {name: layer.provenance for name, layer in layers_of(city) if hasattr(layer, "provenance")}
    columns["building_heights"] = city.buildings.height_provenance
    columns["building_uses"] = city.buildings.use_provenance
    columns["lane_counts"] = city.network.edges.lanes_provenance
    return {name: _shares(column) for name, column in columns.items() if len(column)}


def findings_by_code(findings: tuple[Finding, ...]) -> dict[str, dict[str, Any]]:
    """Count and first examples of every code, the most frequent first."""
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    ordered = sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        code: {"count": len(rows), "examples": [f"{row.where}: {row.message}" for row in rows[:EXAMPLES]]}
        for code, rows in ordered
    }


def as_text(facts: dict[str, Any]) -> str:
    """The summary on some lines."""
    network, counts = facts["network"], facts["counts"]
    lines = [
        f"{facts['name']}  (version {facts['version'] or 'not stored'})",
        f"  {facts['size_km'][0]} x {facts['size_km'][1]} km around {facts['origin']['lat']:.5f} N, "
        f"{facts['origin']['lon']:.5f} E; traffic on the {facts['driving_side']}",
        f"  {facts['population']:,} residents, {facts['jobs']:,} jobs",
        "Network",
        f"  {network['car_lane_km']:,.1f} km of car lanes, {network['junctions']:,} junctions, "
        f"{network['signal_programs']:,} signal programs, {network['dead_ends']:,} dead ends",
        f"  {network['main_component_share']:.1%} of the car lanes are in one piece",
        *(f"    beside it: {_piece(piece)}" for piece in network["other_components"]["largest"]),
        "Layers",
        *(
            f"  {name.replace('_', ' '):<18}{count:>10,}   {_origin(facts, name)}"
            for name, count in counts.items()
            if count
        ),
        "Sources",
        *(
            f"  {source['name']}: {source['attribution']} ({source['licence']})"
            for source in facts["sources"]
        ),
    ]
    if facts["findings"]:
        lines.append("Findings")
        for code, about in facts["findings"].items():
            lines.append(f"  {code}: {about['count']:,}, e.g. {about['examples'][0]}")
    return "\n".join(lines)


def _shares(column: NDArray[np.uint8]) -> dict[str, float]:
    return {
        word.name.lower(): round(np.count_nonzero(column == word) / len(column), 4)
        for word in Provenance
        if np.any(column == word)
    }


def _other_components(network: Network, car: NDArray[np.bool_]) -> dict[str, Any]:
    """Everything that is not the main component: how many pieces, and the longest of them."""
    lanes, edges = network.lanes, network.edges
    rest = car & (edges.component[lanes.edge] != 0)
    component = edges.component[lanes.edge[rest]]
    pieces, index = np.unique(component, return_inverse=True)
    length = np.bincount(index, lanes.length[rest], len(pieces))
    order = np.argsort(-length, kind="stable")
    first_edge = [int(lanes.edge[rest][np.argmax(index == i)]) for i in order[:EXAMPLES]]
    return {
        "count": len(pieces),
        "lane_km": round(float(length.sum()) / 1000, 3),
        "largest": [
            {
                "lane_m": round(float(length[i]), 1),
                "edge": edges.key[edge],
                "name": edges.name[edge],
            }
            for i, edge in zip(order[:EXAMPLES].tolist(), first_edge)
        ],
    }


def _stranded(network: Network, car: NDArray[np.bool_]) -> int:
    """Car lanes with no connection at their end where the junction is neither a dead end nor the border."""
    goes_on = np.zeros(len(car), np.bool_)
    goes_on[network.connections.from_lane] = True
    end = network.edges.to_junction[network.lanes.edge]
    closed = np.isin(network.junctions.control[end], (Control.DEAD_END, Control.BORDER))
    return int(np.count_nonzero(car & ~goes_on & ~closed))


def _source(source: dict[str, Any]) -> dict[str, Any]:
    return {
        **source,
        "layers": list(source["layers"]),
        "provenance": Provenance(source["provenance"]).name.lower(),
    }


def _piece(piece: dict[str, Any]) -> str:
    return f"{piece['lane_m']:,.0f} m at {piece['edge']}" + (f" ({piece['name']})" if piece["name"] else "")


def _origin(facts: dict[str, Any], name: str) -> str:
    shares = facts["provenance"].get(name, {})
    return ", ".join(f"{share:.0%} {word}" for word, share in shares.items())
