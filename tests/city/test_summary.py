"""What `cosmopolis info` says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.raw import Finding
from cosmopolis.city.summary import as_text, summary
from cosmopolis.city.words import Control, Mode


def test_facts_are_plain_json(town: City) -> None:
    facts = summary(town)
    assert json.loads(json.dumps(facts)) == facts
    assert facts["counts"]["edges"] == 8 and facts["counts"]["transit_lines"] == 1
    assert facts["network"]["signal_programs"] == 1
    assert facts["network"]["junctions_by_control"] == {"priority": 3, "signal": 1}
    assert facts["network"]["main_component_share"] == 1.0
    assert facts["sources"][0]["licence"] == "ODbL-1.0"
    assert facts["population"] == int(town.notes["population"])


def test_car_lanes_are_counted_and_cycle_lanes_are_not(town: City) -> None:
    lanes = town.network.lanes
    modes = lanes.modes.copy()
    modes[0] = Mode.BICYCLE
    fewer = replace(town, network=replace(town.network, lanes=replace(lanes, modes=modes)))
    before, after = summary(town)["network"]["car_lane_km"], summary(fewer)["network"]["car_lane_km"]
    assert before == pytest.approx(lanes.length.sum() / 1000, abs=0.005)
    assert before - after == pytest.approx(lanes.length[0] / 1000, abs=0.011)


def test_what_is_cut_off_is_listed_longest_first(town: City) -> None:
    edges = town.network.edges
    component = edges.component.copy()
    component[[0, 2]] = [1, 2]
    network = replace(town.network, edges=replace(edges, component=component))
    facts = summary(replace(town, network=network))["network"]
    length = town.network.lanes.length
    assert facts["main_component_share"] == pytest.approx(
        1 - (length[0] + length[2]) / length.sum(), abs=1e-3
    )
    assert facts["other_components"]["count"] == 2
    assert [piece["edge"] for piece in facts["other_components"]["largest"]] == ["e0", "e2"]
    assert "beside it: 176 m at e0 (Ring Road)" in as_text(summary(replace(town, network=network)))


def test_lanes_that_end_without_reason_are_counted(town: City) -> None:
    network = town.network
    keep = network.connections.from_lane != 0
    cut = replace(
        network.connections,
        **{
            name: getattr(network.connections, name)[keep]
            for name in ("from_lane", "to_lane", "junction", "turn", "speed", "signal")
        },
        line=network.connections.line.take(np.flatnonzero(keep)),
    )
    assert summary(town)["network"]["lanes_without_way_on"] == 0
    stranded = replace(town, network=replace(network, connections=cut))
    assert summary(stranded)["network"]["lanes_without_way_on"] == 1
    control = network.junctions.control.copy()
    control[1] = Control.DEAD_END
    closed = replace(network, connections=cut, junctions=replace(network.junctions, control=control))
    facts = summary(replace(town, network=closed))["network"]
    assert (facts["lanes_without_way_on"], facts["dead_ends"]) == (0, 1)


def test_findings_are_gathered_by_code(town: City) -> None:
    findings = (*(Finding("height", f"way {i}", "abc") for i in range(9)), Finding("clip", "x", "y"))
    facts = summary(replace(town, findings=findings))["findings"]
    assert list(facts) == ["height", "clip"]
    assert facts["height"]["count"] == 9 and facts["height"]["examples"][0] == "way 0: abc"
    assert len(facts["height"]["examples"]) == 5


def test_shares_of_what_is_measured(town: City) -> None:
    shares = summary(town)["provenance"]
    assert shares["building_heights"]["measured"] == pytest.approx(4 / 6, abs=1e-4)
    assert shares["lane_counts"] == {"modelled": 1.0}
    for share in shares.values():
        assert sum(share.values()) == pytest.approx(1.0, abs=1e-3)


def test_text_names_city_layers_and_sources(town: City) -> None:
    text = as_text(summary(town))
    for word in ("小镇 Småstad", "buildings", "OpenStreetMap", "ODbL-1.0", "dangling-reference"):
        assert word in text
