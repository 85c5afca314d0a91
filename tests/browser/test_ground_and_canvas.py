"""The ground under a visitor who looks about, the map beyond the city, and a window that changes its size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser.conftest import visits
from tests.browser.pictures import brightness, changed, picture
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.timeout(600)

# What the canvas holds at the end of the turn in which the scene heard of its new size: the page shows that.
BRIGHTNESS_WHEN_RESIZED = """
new Promise(resolve => {
  const canvas = document.querySelector('canvas');
  const whole = canvas.clientWidth;
  new ResizeObserver((_, observer) => {
    if (canvas.clientWidth === whole) return;
    observer.disconnect();
    const copy = new OffscreenCanvas(32, 32).getContext('2d');
    copy.drawImage(canvas, 0, 0, 32, 32);
    canvas.style.width = '';
    const data = copy.getImageData(0, 0, 32, 32).data;
    resolve(data.reduce((sum, value, i) => i % 4 === 3 ? sum : sum + value / 255, 0) / (3 * 32 * 32));
  }).observe(canvas);
  setTimeout(() => requestAnimationFrame(() => { canvas.style.width = '61%'; }), 50);
})
"""


@pytest.fixture(scope="module")
def visitor(chromium, xinting) -> Iterator[Visitor]:
    with visits(chromium) as open_page:
        visitor = Visitor(open_page(f"{xinting}/?quality=low"))
        visitor.waits_for_life()
        yield visitor


def stands_beyond_the_city(visitor: Visitor, pitch: float) -> None:
    """East of the data, looking away from them, where the map's paper is all there is."""
    _, south, east, north = visitor.ask("world.manifest.bounds")
    eye = {"x": east + 340, "y": (south + north) / 2 + 37, "z": 1.65, "yaw": 1.2}
    visitor.ask("scene.setView(given)", {**eye, "pitch": pitch, "distance": 40, "mode": "walk"})
    visitor.page.wait_for_timeout(2_000)


def test_the_street_is_the_same_in_a_level_view_and_in_one_hardly_tilted(visitor):
    """Level, the point below the eye is in the plane of the lens: nothing may be lost for that."""
    visitor.jumps_to(11)
    visitor.pauses()
    x, y = visitor.ask(
        "(() => { const {x, y} = world.network.junctions; let best = 0;"
        " for (let i = 0; i < x.length; i++)"
        " if (Math.hypot(x[i], y[i]) < Math.hypot(x[best], y[best])) best = i;"
        " return [x[best], y[best]]; })()"
    )
    shots = []
    for pitch in (0.0, 0.002):
        eye = {"x": x + 1.3, "y": y + 0.7, "z": 1.65, "yaw": 0.4, "pitch": pitch, "distance": 40}
        visitor.ask("scene.setView(given)", {**eye, "mode": "walk"})
        visitor.waits_until_drawn()
        shots.append(picture(visitor.page)[270:])
    visitor.goes_on()
    assert changed(*shots) < 0.05


def looks_down_at_the_edge(visitor: Visitor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels of the city's ground and of the map, over the middle of the eastern edge, north up."""
    _, south, east, north = visitor.ask("world.manifest.bounds")
    above = {"x": east, "y": (south + north) / 2 - 1, "z": 400, "yaw": 0, "pitch": 1.5, "distance": 400}
    visitor.ask("scene.setView(given)", {**above, "mode": "fly"})
    visitor.waits_until_drawn()
    shot = picture(visitor.page)
    return shot[:, :300], shot[:, 500:]


def test_beyond_the_city_lies_a_pale_map_by_day(visitor):
    visitor.jumps_to(11)
    land, paper = looks_down_at_the_edge(visitor)
    tint = paper.max(axis=2) - paper.min(axis=2)
    assert brightness(paper) > brightness(land)
    assert tint.mean() < 0.1, "paper has no colour"


def test_the_city_is_no_lit_plate_in_the_dark_by_night(visitor):
    visitor.jumps_to(22)
    land, paper = looks_down_at_the_edge(visitor)
    assert 0.7 < brightness(paper) / brightness(land) < 1.6


def test_the_map_meets_the_sky_without_a_step_by_night(visitor):
    _, south, east, north = visitor.ask("world.manifest.bounds")
    visitor.jumps_to(22)
    high = {"x": east + 300, "y": (south + north) / 2, "z": 500, "yaw": 1.2, "pitch": 0.0, "distance": 40}
    visitor.ask("scene.setView(given)", {**high, "mode": "fly"})
    visitor.page.wait_for_timeout(2_000)
    rows = picture(visitor.page)[150:350].mean(axis=(1, 2))
    assert np.abs(np.diff(rows)).max() < 0.015, "a step between two rows of pixels"


def test_a_canvas_that_changes_its_size_never_shows_nothing(visitor):
    visitor.jumps_to(11)
    stands_beyond_the_city(visitor, 0.05)
    before = brightness(picture(visitor.page))
    assert visitor.page.evaluate(BRIGHTNESS_WHEN_RESIZED) > 0.7 * before
