"""A real server and a real Chromium, once a session."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.find_chromium import find

ROOT = Path(__file__).parents[2]
DATA = ROOT / "../shared/data"
# SwiftShader draws WebGL where there is no graphics card; the rest keeps Chromium from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests share one server and one processor: `make test` runs them by themselves, one after the other."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Not for the session: playwright keeps an event loop running in this thread as long as it is open.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        message = "no Chromium: install one, or set COSMOPOLIS_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served(*arguments: str | Path, port: int = 0, link: str = r"http://[\d.]+:\d+") -> Iterator[str]:
    """The address of `cosmopolis run ARGUMENTS` on a free port, until the block ends; `link` is what it looks like."""
    own = ["--port", str(port), "--no-browser"]
    command = [sys.executable, "-m", "cosmopolis", "run", *map(str, arguments), *own]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield _address(server, link)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def _address(server: subprocess.Popen[str], link: str) -> str:
    assert server.stderr is not None
    said = ""
    for line in server.stderr:
        said += line
        if found := re.search(link, line):
            return found.group()
    raise AssertionError(f"the server did not start: {said}")


@pytest.fixture(scope="session")
def xinting() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def shanghai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    files = [DATA / "osm/shanghai_center.osm", *sorted((DATA / "buildings").glob("lujiazui_*.geojson"))]
    if not files[0].exists():
        pytest.skip(f"no {files[0]}")
    city = tmp_path_factory.mktemp("city") / "shanghai.city"
    subprocess.run(
        [sys.executable, "-m", "cosmopolis", "import", *map(str, files), "--out", str(city)], check=True
    )
    with served(city) as address:
        yield address


Visit = Callable[..., Page]


@contextmanager
def visits(chromium: Browser) -> Iterator[Visit]:
    """Opens an address as one more visitor, with a profile of his own; an error on a page fails who asked for it.

    All leave at the end: a page that nobody looks at draws on, on the same processor.
    """
    contexts, errors = [], []

    def open_page(address: str, *, width: int = 800, height: int = 500, policy: bool = False) -> Page:
        # without its content security policy, as playwright waits by evaluating texts
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, locale="en-GB", bypass_csp=not policy)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Visitors of one test."""
    with visits(chromium) as open_page:
        yield open_page
