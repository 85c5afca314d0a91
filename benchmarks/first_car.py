"""From the command to the first moving car on the screen, in a real browser; and the bytes of that first view.

    .venv/bin/python benchmarks/first_car.py [CITY]

Starts `cosmopolis run` twice: the first start fills the caches, the second is measured. Prints one JSON line. Without a
graphics card the browser draws in software, which is part of the time.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from tests.browser.conftest import ARGUMENTS, served  # noqa: E402
from tests.browser.find_chromium import find  # noqa: E402

MOVING = """(() => {
  const own = window.cosmopolis;
  if (!own || own.scene.stats().drawCalls < 5) return false;
  const {pose0, pose1, count} = own.world.vehicles;
  const moved = i => Math.hypot(pose0[4*i] - pose1[4*i], pose0[4*i+1] - pose1[4*i+1]) > 0.5;
  for (let i = 0; i < count; i++) if (moved(i)) return true;
  return false;
})()"""
BYTES = "performance.getEntriesByType('resource').reduce((sum, e) => sum + e.encodedBodySize, 0)"


def main() -> None:
    city = sys.argv[1:]
    with served(*city):
        pass
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        # playwright asks by text that the page evaluates, which the server's content security policy forbids
        page = browser.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        started = time.perf_counter()
        with served(*city) as address:
            ready = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_function(MOVING, timeout=180_000)
            seen = time.perf_counter()
            page.wait_for_timeout(5_000)
            size = page.evaluate(BYTES)
        browser.close()
    row = {
        "benchmark": "first car",
        "city": city[0] if city else "Xinting",
        "server_ready_s": round(ready - started, 2),
        "first_moving_car_s": round(seen - started, 2),
        "first_view_bytes": size,
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
