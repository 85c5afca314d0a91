"""What a screenshot shows, in numbers."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page


def picture(page: Page) -> NDArray[np.float64]:
    """(height, width, 3) of the city alone, 0 to 1: bars and panels are hidden for the moment."""
    page.evaluate("document.querySelector('#ui').style.visibility = 'hidden'")
    shot = page.screenshot(type="png")
    page.evaluate("document.querySelector('#ui').style.visibility = ''")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=np.float64) / 255


def changed(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Share of pixels that differ by more than a shimmer."""
    return float((np.abs(one - other).max(axis=2) > 0.12).mean())


def brightness(shot: NDArray[np.float64]) -> float:
    return float(shot.mean())
