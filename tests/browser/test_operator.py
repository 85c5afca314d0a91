"""A city whose clock is locked, and a page that loads nothing but its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import served

pytestmark = pytest.mark.timeout(600)


def until(page: Page, question: str) -> Any:
    """Asks until the answer is yes; unlike playwright's own waiting, the page's policy allows it."""
    end = time.monotonic() + 120
    while not (answer := page.evaluate(question)):
        assert time.monotonic() < end, question
        page.wait_for_timeout(100)
    return answer


def test_who_came_by_the_operators_link_moves_the_clock_and_nobody_else(visit, tmp_path: Path):
    city = tmp_path / "village.city"
    command = [sys.executable, "-m", "cosmopolis", "grow", "--population", "2000", "--out", str(city)]
    subprocess.run(command, check=True)
    with served(city, "--lock", link=r"http://[\d.]+:\d+/#operator=\S+") as link:
        operator, guest = visit(link, policy=True), visit(link.partition("#")[0], policy=True)
        complaints: list[str] = []
        for page in (operator, guest):
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.reload()
            until(page, "window.cosmopolis?.world.ready.value && window.cosmopolis.world.vehicles.count > 0")
        assert "operator" not in operator.url
        guest.evaluate("window.cosmopolis.world.setTime({paused: true})")
        assert "operator" in until(guest, "window.cosmopolis.world.channels.visitors.refused.value?.message")
        operator.evaluate("window.cosmopolis.world.setTime({paused: true})")
        until(guest, "window.cosmopolis.world.clock.value.paused")
        assert complaints == []  # workers, styles, pictures: all as its content security policy allows
