"""What a visitor sees when the server goes, when there is no WebGL, on a phone."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import ARGUMENTS, served
from tests.browser.find_chromium import find
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    city = tmp_path_factory.mktemp("village") / "village.city"
    command = [sys.executable, "-m", "cosmopolis", "grow", "--population", "5000", "--out", str(city)]
    subprocess.run(command, check=True)
    return city


@pytest.fixture(scope="module")
def running_village(village: Path) -> Iterator[str]:
    with served(village) as address:
        yield address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_page_says_that_the_server_is_gone_and_comes_back_by_itself(visit, village):
    port = free_port()
    with served(village, port=port) as address:
        visitor = Visitor(visit(f"{address}/?quality=low"))
        visitor.waits_for_life()
    visitor.page.get_by_test_id("offline").wait_for()
    with served(village, "--at", "09:00", port=port):
        visitor.page.get_by_test_id("offline").wait_for(state="hidden")
        # The new server's city began at nine; the one that is gone had hardly left eight.
        visitor.waits_for_time(9 * 3600 + 1)
        assert not visitor.page.get_by_test_id("offline").is_visible()


def test_without_webgl_there_is_a_sentence_and_no_blank_page(running_village, chromium):
    without = [
        argument for argument in ARGUMENTS if "angle" not in argument and "swiftshader" not in argument
    ]
    browser = chromium.browser_type.launch(
        executable_path=find(),
        args=[*without, "--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer"],
    )
    try:
        page = browser.new_page()
        page.goto(running_village)
        page.get_by_test_id("problem").wait_for(timeout=60_000)
        assert re.search("WebGL", page.get_by_test_id("problem").inner_text())
    finally:
        browser.close()


def test_a_phone_shows_the_city_and_no_sideways_scrolling(visit, running_village):
    visitor = Visitor(visit(f"{running_village}/?quality=low", width=360, height=740))
    visitor.waits_for_life()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360
    clock = visitor.page.get_by_test_id("clock").bounding_box()
    assert clock is not None and clock["x"] >= 0 and clock["x"] + clock["width"] <= 360


def test_the_first_view_needs_at_most_three_megabytes(visit, xinting):
    """Over the wire, compressed as the browser asks for it; what the browser itself counted."""
    visitor = Visitor(visit(f"{xinting}/?quality=low"))
    visitor.waits_for_life()
    visitor.waits_until_drawn()
    sizes = visitor.page.evaluate(
        "performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])"
    )
    total = sum(size for _, size in sizes)
    assert 100_000 < total < 3_000_000, sizes
