"""Find the Chromium that drives the browser tests; with --install, get Debian's where we are allowed to.

    python tests/browser/find_chromium.py [--install]

Prints its path. Without one it says how to get it and ends with 0, since the tests then skip by themselves
(under CI=true they fail).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

FONTS = ("fonts-wqy-microhei",)  # signs and names in Chinese
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("COSMOPOLIS_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Debian's package, where we are root and there is apt; else nothing."""
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", *FONTS],
    ):
        subprocess.run(command, check=False, **quiet)  # type: ignore[call-overload]


if __name__ == "__main__":
    if find() is None and "--install" in sys.argv:
        print("Installing Debian's chromium for the browser tests …", flush=True)
        install()
    print(
        find() or "No Chromium found: the browser tests will skip (install one, or set COSMOPOLIS_CHROMIUM)."
    )
