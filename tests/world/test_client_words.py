"""The client's codes are those of the server."""

from __future__ import annotations

import re

from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.world import client_words


def test_the_clients_file_is_current() -> None:
    assert client_words.FILE.read_text(encoding="utf-8") == client_words.source(), (
        "Run `python -m cosmopolis.world.client_words`."
    )
    assert client_words.main(["--check"]) == 0


def test_a_file_that_is_not_current_is_told_and_mended(tmp_path, monkeypatch) -> None:
    file = tmp_path / "words.generated.ts"
    monkeypatch.setattr(client_words, "FILE", file)
    assert client_words.main(["--check"]) == 1
    assert not file.exists()
    assert client_words.main([]) == 0
    file.write_text(file.read_text(encoding="utf-8").replace("RED: 0", "RED: 1"), encoding="utf-8")
    assert client_words.main(["--check"]) == 1


def test_the_file_says_every_word_with_its_number() -> None:
    text = client_words.source()
    lights = dict(re.findall(r"(\w+): (\d+)", re.search(r"Light = \{(.*?)\}", text, re.DOTALL)[1]))  # type: ignore[index]
    assert lights == {light.name: str(light.value) for light in Light}
    lengths = re.search(r"VEHICLE_LENGTH.*\[(.*)\]", text)[1]  # type: ignore[index]
    assert [float(length) for length in lengths.split(",")] == [
        round(float(drivers().length[kind]), 3) for kind in VehicleKind
    ]
