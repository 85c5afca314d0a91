"""Make the pictures of docs/: both cities, by day and by night, as a visitor sees them.

    make screenshots        (or: python docs/make_screenshots.py [--out docs/pictures])

Shanghai needs the map in ../shared/data (or COSMOPOLIS_DATA); without it only Xinting is drawn.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402
from tests.browser.conftest import ARGUMENTS, served  # noqa: E402
from tests.browser.find_chromium import find  # noqa: E402

from cosmopolis.benchmarks.process import DATA, cosmopolis  # noqa: E402

View = dict[str, float | str]
# Where one stands: metres from the origin, yaw from north clockwise, pitch below the horizon.
XINTING: dict[str, tuple[float, View | None]] = {
    "xinting-day": (9.0, None),
    "xinting-dusk": (17.4, None),
    "xinting-night": (20.0, None),
}
SHANGHAI: dict[str, tuple[float, View | None]] = {
    "shanghai-day": (9.0, {"yaw": 1.0, "pitch": 0.35, "distance": 1100, "mode": "orbit"}),
    "shanghai-night": (20.0, {"yaw": 1.0, "pitch": 0.35, "distance": 1100, "mode": "orbit"}),
}
LUJIAZUI = (121.4995, 31.2397)  # degrees: the Oriental Pearl tower's foot


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs/pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    browser_path = find()
    if browser_path is None:
        sys.exit("No Chromium found: install one, or set COSMOPOLIS_CHROMIUM.")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        # playwright waits by evaluating texts, which the page's content security policy forbids
        page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="en-GB", bypass_csp=True)
        page.set_default_timeout(180_000)
        with served() as address:
            shoot(page, address, XINTING, given.out)
        files = [DATA / "osm/shanghai_center.osm", *sorted((DATA / "buildings").glob("lujiazui_*.geojson"))]
        if files[0].exists():
            city = Path(folder) / "shanghai.city"
            subprocess.run(cosmopolis("import", *files, "--name", "Shanghai", "--out", city), check=True)
            with served(city) as address:
                shoot(page, address, SHANGHAI, given.out)
        browser.close()


def shoot(page: Page, address: str, pictures: dict[str, tuple[float, View | None]], out: Path) -> None:
    page.goto(f"{address}/?quality=high")
    page.wait_for_function(
        "window.cosmopolis?.world.ready.value && window.cosmopolis.world.vehicles.count > 0"
    )
    for name, (hour, view) in pictures.items():
        page.evaluate("time => window.cosmopolis.world.setTime({jump: time})", hour * 3600)
        if view is not None:
            page.evaluate("view => window.cosmopolis.scene.setView(view)", placed(page, view))
        page.wait_for_function(
            "wanted => { const w = window.cosmopolis.world; const time = w.cityTime(performance.now()) % 86400;"
            " return w.vehicles.count > 0 && time >= wanted && time < wanted + 600; }",
            arg=hour * 3600,
        )
        settle(page)
        page.screenshot(path=out / f"{name}.jpg", type="jpeg", quality=88)
        print(out / f"{name}.jpg", flush=True)


def placed(page: Page, view: View) -> View:
    """The view onto Lujiazui, in the city's own metres."""
    import math

    from cosmopolis.geometry.projection import Projection

    origin = page.evaluate("window.cosmopolis.world.manifest.origin")
    (x, y), *_ = Projection(*origin).to_local([LUJIAZUI]).tolist()
    yaw, pitch, away = float(view["yaw"]), float(view["pitch"]), float(view["distance"])
    flat = away * math.cos(pitch)
    return {
        **view,
        "x": x - flat * math.sin(yaw),
        "y": y - flat * math.cos(yaw),
        "z": 60 + away * math.sin(pitch),
    }


def settle(page: Page) -> None:
    """Until every tile in view is built, and a little longer for the light."""
    page.wait_for_timeout(4_000)
    end = time.monotonic() + 120
    while time.monotonic() < end and page.evaluate("window.cosmopolis.scene.stats().pending") > 0:
        page.wait_for_timeout(1_000)
    page.wait_for_timeout(6_000)


if __name__ == "__main__":
    main()
