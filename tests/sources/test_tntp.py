"""TNTP files: what is in them, and one clear sentence for what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.sources.tntp import read_flow, read_net, read_trips

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 2
<END OF METADATA>

~ \tinit\tterm\tcapacity\tlength\tfree\tb\tpower\tspeed\ttoll\ttype\t;
\t1\t3\t100.5\t2\t6\t0.15\t4\t50\t1.5\t1\t;
 3 2 200 3 7 0.15 4 50 0 1;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 15.0
<END OF METADATA>

Origin 1
    1 :    0.0;    2 :   10.0;
Origin \t2
  1 : 5;
"""


def written(folder: Path, text: str, name: str = "x.tntp") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_network_is_read(tmp_path):
    net = read_net(written(tmp_path, NET))
    assert (net.zones, net.nodes, net.first_through, len(net)) == (2, 3, 2, 2)
    assert net.tail.tolist() == [0, 2] and net.head.tolist() == [2, 1]
    assert net.capacity.tolist() == [100.5, 200] and net.free_time.tolist() == [6, 7]
    assert net.b.tolist() == [0.15, 0.15] and net.power.tolist() == [4, 4] and net.toll.tolist() == [1.5, 0]


def test_trips_are_read(tmp_path):
    assert read_trips(written(tmp_path, TRIPS)).tolist() == [[0, 10], [5, 0]]


def test_flows_are_read_with_and_without_a_header(tmp_path):
    for head in ("From \tTo \tVolume \tCost \n", ""):
        tail, other, flow, cost = read_flow(written(tmp_path, f"{head}1 \t2 \t4.5 \t6.25 \n2 3 1 2\n"))
        assert tail.tolist() == [0, 1] and other.tolist() == [1, 2]
        assert flow.tolist() == [4.5, 1] and cost.tolist() == [6.25, 2]


def one_sentence(reader, path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        reader(path)
    text = str(caught.value)
    assert str(path) in text and text.endswith(".") and "\n" not in text
    return text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<NUMBER OF LINKS> 2\n", "", "NUMBER OF LINKS"),
        ("<NUMBER OF NODES> 3", "<NUMBER OF NODES> many", "line 2.*'many' is no number"),
        ("<NUMBER OF NODES> 3", "<NUMBER OF NODES> 2.5", "line 2"),
        ("<END OF METADATA>", "", "line 8: this is not TNTP metadata"),
        ("<NUMBER OF LINKS> 2", "<NUMBER OF LINKS> 3", "2 links where .* promises 3"),
        ("<NUMBER OF LINKS> 2", "<NUMBER OF LINKS> 1", "line 9: more than the 1 links"),
        (" 3 2 200", " 3 9 200", "line 9: node 9"),
        (" 3 2 200", " 3 2 0", "line 9: a capacity of 0"),
        (" 3 2 200 3 7", " 3 2 200 3 -7", "line 9: a free flow time"),
        (" 3 2 200 3 7", " 3 2 200 3 nan", "line 9: 'nan' is no number"),
        (" 3 2 200 3 7 0.15 4 50 0 1;", " 3 2 200;", "line 9: 3 values"),
    ],
)
def test_what_is_wrong_with_a_network_is_said_with_its_line(tmp_path, old, new, said):
    assert re.search(said, one_sentence(read_net, written(tmp_path, NET.replace(old, new, 1))))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Origin 1\n", "", "line 5: flows before"),
        ("2 :   10.0", "7 :   10.0", "line 6: zone 7"),
        ("2 :   10.0", "2    10.0", "line 6: '2    10.0' is not of the form"),
        ("2 :   10.0", "2 :   -1", "line 6: a flow of -1"),
        ("2 :   10.0", "2 :   ten", "line 6: 'ten' is no number"),
        ("Origin \t2", "Origin two", "line 7: 'two' is no number"),
    ],
)
def test_what_is_wrong_with_trips_is_said_with_its_line(tmp_path, old, new, said):
    assert re.search(said, one_sentence(read_trips, written(tmp_path, TRIPS.replace(old, new, 1))))


def test_files_that_are_none(tmp_path):
    assert "cannot be read" in one_sentence(read_net, tmp_path / "nowhere.tntp")
    (tmp_path / "b.tntp").write_bytes(b"\xff\xfe\x00\x9f")
    assert "not a text file" in one_sentence(read_trips, tmp_path / "b.tntp")
    assert "no link flows" in one_sentence(read_flow, written(tmp_path, "From To Volume Cost\n"))
    assert "line 2: fewer than four" in one_sentence(read_flow, written(tmp_path, "1 2 3 4\n1 2\n"))
    assert "cut off" in one_sentence(read_net, written(tmp_path, "<NUMBER OF ZONES> 2\n"))


def test_a_network_and_trips_of_other_places_do_not_fit(tmp_path):
    from cosmopolis.demand.assignment import problem_of

    with pytest.raises(BadInput, match="between 3 zones and the network has 2"):
        problem_of(read_net(written(tmp_path, NET)), np.ones((3, 3)))
