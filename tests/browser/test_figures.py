"""The page that shows every figure."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.timeout(600)


def test_figures_are_shown_in_sections_and_the_way_back_leads_to_the_city(xinting: str, visit: Visit) -> None:
    page = visit(f"{xinting}/figures.html?time=2.3", width=1200, height=500)
    page.wait_for_function("window.figuresReady")
    expect(page.locator("#failed")).to_be_hidden()
    expect(page.get_by_text("Girl, 6")).to_be_visible()
    page.get_by_role("link", name="Faces").click()
    expect(page.get_by_role("link", name="Faces")).to_have_attribute("aria-current", "page")
    expect(page.locator("#stats")).to_have_text(re.compile(r"^3 near, 0 middle"))
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert page.get_by_role("link", name="To the city").get_attribute("href") == "./"
