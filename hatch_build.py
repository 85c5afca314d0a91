"""Build hook: a wheel carries the built client, so that its users need no Node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientBuildHook(BuildHookInterface):
    """Builds web/ into the package when it is not there yet. An editable install leaves that to make."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable" or (root / "src/cosmopolis/world/client/index.html").exists():
            return
        if shutil.which("npm") is None or not (root / "web/package.json").exists():
            raise RuntimeError(
                "The client is not built and npm is not here: install Node.js 20 or newer and run `make setup` first."
            )
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=root / "web", check=True)
        subprocess.run(["npm", "run", "build"], cwd=root / "web", check=True)
