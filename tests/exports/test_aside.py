"""An export that fails leaves what was there, and nothing half-written."""

from __future__ import annotations

import errno
import importlib
from pathlib import Path

import pytest

from cosmopolis.city.aside import file_aside, folder_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City

SUFFIX = {"geojson": ".geojson", "sumo": ".net.xml", "cityjson": ".city.json", "glb": ".glb"}


@pytest.mark.parametrize("to", SUFFIX)
def test_a_full_disk_costs_nothing(
    to: str, town: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"town{SUFFIX[to]}"
    out.write_text("yesterday's export")

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(BadInput, match="disk is full"):
        importlib.import_module(f"cosmopolis.exports.{to}").write(town, out)
    monkeypatch.undo()
    assert out.read_text() == "yesterday's export"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("to", SUFFIX)
def test_the_same_city_gives_the_same_bytes(to: str, town: City, tmp_path: Path) -> None:
    write = importlib.import_module(f"cosmopolis.exports.{to}").write
    one, two = tmp_path / f"deep/one{SUFFIX[to]}", tmp_path / f"two{SUFFIX[to]}"
    write(town, one)
    write(town, two)
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_mode & 0o444 == 0o444


def test_an_error_inside_leaves_nothing(tmp_path: Path) -> None:
    for aside in (file_aside, folder_aside):
        with pytest.raises(KeyError), aside(tmp_path / "x"):
            raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_place_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"), file_aside(tmp_path / "file" / "x.glb"):
        pass
