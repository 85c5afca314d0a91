"""The document: written from the records, whole or not at all, and renewed chapter by chapter."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.cli import measuring
from cosmopolis.validation.chart import Band, Chart, Dots, Line
from cosmopolis.validation.document import write
from cosmopolis.validation.experiments import EXPERIMENTS, chosen
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.svg import draw, ticks

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart(
    name="flow",
    title="Flow < capacity & more",
    x="density",
    y="flow",
    layers=(
        Band(1.0, 2.0, "literature"),
        Line([0.0, 1.0, np.nan, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0, 2.0], "a line"),
        Dots([0.5, 1.5], [0.5, 2.5], "dots"),
    ),
)


def check(what: str = "capacity", ours: float = 1_834.2, **more: float) -> Check:
    return Check(
        what, ours, "veh/h", "1,800 to 2,200", "Somebody 1999", **({"low": 1_800.0, "high": 2_200.0} | more)
    )


def chapter(name: str = "merge", *checks: Check) -> Chapter:
    return Chapter(name, f"The {name}", "What was done.", checks or (check(),), (CHART,), ("A remark.",))


def test_the_document_names_every_oracle_with_its_number_and_ours(tmp_path: Path) -> None:
    outside = check("speed", 3.4, low=4.0, high=6.0)
    text = write([chapter("merge", check(), outside), chapter("sugiyama")], tmp_path).read_text()
    assert "1 of" not in text and "2 of 3 numbers" in text
    for word in ("capacity", "1,834 veh/h", "1,800 to 2,200", "Somebody 1999", "What was done.", "A remark."):
        assert word in text
    assert "**no**" in text and "yes" in text
    assert "cosmopolis validate --only merge" in text
    for picture in ("merge-flow.svg", "sugiyama-flow.svg"):
        assert f"validation/{picture}" in text and (tmp_path / "validation" / picture).exists()


def test_one_chapter_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    write([chapter("merge"), chapter("sugiyama")], tmp_path)
    text = write([chapter("sugiyama", check(ours=1_999.0))], tmp_path).read_text()
    assert "1,834" in text and "1,999" in text
    assert text.index("## The sugiyama") < text.index("## The merge"), "in the document's order"


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write([chapter()], tmp_path / folder)
    files = [sorted(p for p in (tmp_path / f).rglob("*") if p.is_file()) for f in ("one", "two")]
    assert [a.read_bytes() for a in files[0]] == [b.read_bytes() for b in files[1]]


def test_a_damaged_chapter_is_named_with_the_mend(tmp_path: Path) -> None:
    write([chapter()], tmp_path)
    (tmp_path / "validation/merge.json").write_text("{")
    with pytest.raises(BadInput, match=r"merge\.json is damaged.*--only merge"):
        write([chapter("sugiyama")], tmp_path)


def test_an_experiment_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(BadInput, match=r"'rings'.*sugiyama"):
        chosen(["rings"])
    assert chosen(["discharge", "equilibrium"]) == ["equilibrium", "discharge"]
    assert set(chosen()) == set(EXPERIMENTS) < set(chosen(everything=True))


def test_a_number_that_could_not_be_wrong_is_no_check() -> None:
    with pytest.raises(ValueError, match="never be wrong"):
        Check("x", 1.0, "", "", "")
    with pytest.raises(ValueError, match="nan"):
        Check("x", float("nan"), "", "", "", low=0.0)


def test_the_command_writes_document_and_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measuring.validate(only=["merge"], quick=True, out=tmp_path, as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == "merge" and len(facts["checks"]) == 3
    assert "A merge shares capacity" in (tmp_path / "validation.md").read_text()


def test_a_picture_is_svg_with_what_the_chart_says() -> None:
    root = ET.fromstring(draw(CHART))
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {"Flow < capacity & more", "density", "flow", "a line", "dots", "literature"} <= words
    assert len(list(root.iter(f"{SVG}circle"))) == 2 + 1  # and one in the legend
    lines = [p.get("d", "") for p in root.iter(f"{SVG}path")]
    assert any(d.count("M") == 2 for d in lines), "a NaN breaks the line"
    inside = [float(c.get("cy", "0")) for c in root.iter(f"{SVG}circle")]
    assert all(0 < y < 420 for y in inside)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_round_and_within(low: float, width: float) -> None:
    found = ticks(low, low + width)
    step = width * 1e-6
    assert 1 <= len(found) <= 8
    assert all(low - step <= value <= low + width + step for value in found)
    assert np.allclose(np.diff(found), found[1] - found[0] if len(found) > 1 else 0.0)


def test_a_chapter_of_an_older_simulation_is_marked(tmp_path: Path) -> None:
    fresh = write([chapter("merge"), chapter("sugiyama")], tmp_path).read_text()
    assert "Stale" not in fresh and "Measured before" not in fresh
    path = tmp_path / "validation" / "sugiyama.json"
    facts = json.loads(path.read_text()) | {"simulation": "another"}
    path.write_text(json.dumps(facts))
    text = write([], tmp_path).read_text()
    assert text.count("**Stale**") == 1 and "last changed: sugiyama." in text
    assert text.index("**Stale**") > text.index("validate --only sugiyama")
