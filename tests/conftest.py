"""Its being here puts the project's root on the import path: `from tests.grids import grid` works anywhere."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: (-_limit(item), item.get_closest_marker("slow") is None))


def _limit(item: pytest.Item) -> float:
    """s that a test was given for itself; 0 where it has what all have."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker is not None and marker.args else 0.0
