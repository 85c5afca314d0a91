"""A street over its last minutes: from a click on the map to lines that grow, wherever one looks meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.timeout(600)

# The middles of the edges with the most cars in sight, the busiest first.
BUSY = """(() => {
  const {network: n, vehicles: v, paths: p} = world;
  const cars = new Map();
  for (let i = 0; i < v.count; i++) {
    if (v.path[i] >= n.lanes.count) continue;
    const edge = n.lanes.edge[v.path[i]];
    cars.set(edge, (cars.get(edge) ?? 0) + 1);
  }
  const middle = (edge) => {
    const [lane, at] = [n.edges.firstLane[edge], [0, 0, 0]];
    p.point(lane, p.length(lane) / 2, at);
    return at;
  };
  return [...cars].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([edge]) => middle(edge));
})()"""
SPOT = """(() => {
  for (let r = 0; r < 120; r += 6) {
    for (const [x, y] of [[400 + r, 250], [400 - r, 250], [400, 250 + r], [400, 250 - r]]) {
      if (document.elementFromPoint(x, y)?.tagName !== 'CANVAS') continue;
      if (['edge', 'lane'].includes(scene.pick(x, y)?.kind)) return {x, y};
    }
  }
  return null;
})()"""
# How many coloured pixels each column of the diagram has beside those of the lights: what the lines have left.
INKED = """(() => {
  const canvas = document.querySelector('[data-testid=diagram-canvas]');
  const {width, height} = canvas;
  const bars = 3 * window.cosmopolis.world.street.value.street.stopLines.length;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  const columns = new Array(width).fill(-bars);
  for (let k = 0; k < data.length; k += 4) {
    const [r, g, b] = [data[k], data[k + 1], data[k + 2]];
    if (data[k + 3] > 120 && Math.max(r, g, b) - Math.min(r, g, b) > 60) columns[(k / 4) % width]++;
  }
  return columns;
})()"""


def chosen_street(visitor: Visitor) -> None:
    """Clicks on one of the busy streets."""
    for x, y, _ in visitor.ask(BUSY):
        visitor.looks_at(x, y, distance=160, pitch=1.3)
        spot: dict[str, Any] | None = visitor.ask(SPOT)
        if spot:
            visitor.page.mouse.click(spot["x"], spot["y"])
            visitor.page.get_by_test_id("open-diagram").wait_for()
            return
    pytest.fail("no street could be hit")


def test_a_clicked_street_is_drawn_over_time_and_grows_while_one_looks_elsewhere(visit, xinting):
    visitor = Visitor(visit(f"{xinting}/?quality=low"))
    page = visitor.page
    visitor.waits_for_life()
    chosen_street(visitor)
    page.get_by_test_id("open-diagram").click()
    page.get_by_test_id("diagram-canvas").wait_for()
    page.wait_for_function(f"{INKED}.filter(ink => ink > 0).length > 5")
    page.wait_for_function("/[1-9]/.test(document.querySelector('[data-testid=diagram-now]').innerText)")

    view = visitor.ask("scene.view()")
    visitor.ask("scene.setView({...given, x: given.x + 6000, y: given.y + 6000}, 0)", view)
    began = visitor.ask("world.street.value.trajectories.latest")
    page.get_by_test_id("speed-10").click()
    page.wait_for_function(
        "then => window.cosmopolis.world.street.value.trajectories.latest > then + 45", arg=began
    )
    page.wait_for_timeout(600)  # it looks four times a second whether there is anything to draw
    columns = visitor.ask(INKED)
    right = max(x for x, ink in enumerate(columns) if ink > 0)
    # 45 s of 300 s are a seventh of the plot: what is near its right edge was not there before.
    fresh = columns[right - len(columns) // 10 : right + 1]
    assert sum(ink > 0 for ink in fresh) > 0.3 * len(fresh), "the lines do not go on"
    drawn = visitor.ask(
        "world.street.value.trajectories.tracks.filter(track => track.time.at(-1) > given + 30).length", began
    )
    assert drawn > 0, "nobody was seen on the street since one looks elsewhere"

    page.keyboard.press("Escape")
    page.get_by_test_id("diagram").wait_for(state="hidden")
    page.get_by_test_id("speed-1").click()
