"""A visitor: what a person does on the page, and what there is to see for him."""

from __future__ import annotations

import math
import time
from typing import Any

from playwright.sync_api import Page

CAR, BUS = 0, 3


class Visitor:
    """Looks at a page and acts by mouse and keyboard; asks the page only where things are on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def waits_for_life(self) -> None:
        """Until the city is drawn and somebody drives."""
        self.page.wait_for_function(
            "window.cosmopolis?.world.ready.value && window.cosmopolis.world.vehicles.count > 0"
            " && window.cosmopolis.scene.stats().drawCalls > 5"
        )
        self.page.get_by_test_id("clock").wait_for()

    def ask(self, question: str, given: Any = None) -> Any:
        """A JavaScript expression over `world`, `scene` and `given`."""
        return self.page.evaluate(
            f"(given) => {{ const {{world, scene}} = window.cosmopolis; return {question}; }}", given
        )

    def told(self, kind: str, id: int) -> dict[str, Any]:
        """What the API tells of a thing; nothing of one that is gone."""
        answer = self.page.request.get(f"{self.page.url.split('/?')[0]}/api/things/{kind}/{id}")
        return dict(answer.json()) if answer.ok else {}

    def time(self) -> float:
        return float(self.ask("world.cityTime(performance.now())"))

    def waits_for_time(self, seconds: float) -> None:
        """Until the page shows the city at that time of day or after it."""
        self.page.wait_for_function(
            "wanted => window.cosmopolis.world.cityTime(performance.now()) >= wanted", arg=seconds
        )

    def looks_at(self, x: float, y: float, distance: float = 80.0, pitch: float = 1.0) -> None:
        """From the south, `distance` metres away, `pitch` below the horizon; then waits until it is drawn."""
        back, up = distance * math.cos(pitch), distance * math.sin(pitch)
        view = {
            "x": x,
            "y": y - back,
            "z": up,
            "yaw": 0,
            "pitch": pitch,
            "distance": distance,
            "mode": "orbit",
        }
        self.ask("scene.setView(given)", view)
        self.waits_until_drawn()

    def waits_until_drawn(self, longest: float = 60.0) -> None:
        """Until no tile is being built any more."""
        end = time.monotonic() + longest
        self.page.wait_for_timeout(1_500)
        while time.monotonic() < end and self.ask("scene.stats().pending") > 0:
            self.page.wait_for_timeout(500)
        self.page.wait_for_timeout(1_500)

    def vehicles(self) -> dict[int, tuple[float, float, float, int, float]]:
        """Id -> x, y, z, kind, speed of everybody within the view."""
        rows = self.ask(
            "Array.from({length: world.vehicles.count}, (_, i) => [world.vehicles.id[i],"
            " ...world.vehicles.pose1.subarray(4 * i, 4 * i + 3), world.vehicles.kind[i], world.vehicles.speed[i]])"
        )
        return {int(id): (x, y, z, int(kind), speed) for id, x, y, z, kind, speed in rows}

    def clicks_world(self, x: float, y: float, z: float) -> None:
        """A click on the screen where the point of the world is."""
        at = self.ask("scene.project(given[0], given[1], given[2])", [x, y, z])
        assert at["visible"], f"{(x, y, z)} is not on the screen"
        self.page.mouse.click(at["x"], at["y"])

    def closes_everything(self) -> None:
        """Panels and follow mode."""
        self.ask("(world.select(null), world.follow(null))")
        for _ in range(2):
            self.page.keyboard.press("Escape")

    def pauses(self) -> None:
        if not self.ask("world.clock.value.paused"):
            self.page.keyboard.press("Space")
            self.page.wait_for_function("window.cosmopolis.world.clock.value.paused")
        self.page.wait_for_timeout(1_500)

    def goes_on(self) -> None:
        if self.ask("world.clock.value.paused"):
            self.page.keyboard.press("Space")
            self.page.wait_for_function("!window.cosmopolis.world.clock.value.paused")

    def jumps_to(self, hour: float) -> None:
        """To a time of day, by the slider's keys or directly; waits until the city is there."""
        self.ask("world.setTime({jump: given})", hour * 3600)
        self.page.wait_for_function(
            "(wanted) => Math.abs(window.cosmopolis.world.cityTime(performance.now()) % 86400 - wanted) < 240",
            arg=hour * 3600,
        )

    def inspects(self, *words: str) -> str:
        """The whole text of the inspector, once it shows what was clicked and all of the `words`."""
        self.page.get_by_test_id("inspector-title").wait_for()
        self.page.wait_for_function(
            "words => { const text = document.querySelector('[data-testid=inspector]')?.innerText ?? '';"
            " return words.every(word => new RegExp(word, 'i').test(text)); }",
            arg=list(words),
        )
        return self.page.get_by_test_id("inspector").inner_text()
