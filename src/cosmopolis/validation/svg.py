"""Charts as SVG text, in light and dark. Same chart, same bytes."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10

import numpy as np

from cosmopolis.validation.chart import Band, Chart, Dots, Line

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 74, 20, 78, 54  # px around the plot
STYLE = """
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #e4e7eb;
        --c0: #7a838d; --c1: #1f6feb; --c2: #d1570b; --c3: #1a7f5a; --c4: #8250df; --c5: #b3261e; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --grid: #262c36;
          --c0: #9aa4af; --c1: #58a6ff; --c2: #f0883e; --c3: #3fb98a; --c4: #bc8cff; --c5: #ff7b72; } }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--soft); }
  .title { font-size: 15px; font-weight: 600; fill: var(--ink); }
  .legend { fill: var(--ink); }
  .paper { fill: var(--paper); } .grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
  .thin { stroke-width: 0.9; } .dashed { stroke-dasharray: 6 4; }
  .dot { stroke: var(--paper); stroke-width: 1; } .band { fill: var(--c0); opacity: 0.16; }
"""


def draw(chart: Chart) -> str:
    """The chart as one SVG file's text, WIDTH x HEIGHT px."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" aria-label="{escape(chart.title)}">',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<text class="title" x="{LEFT}" y="26">{escape(chart.title)}</text>',
            *_legend(chart),
            *_Axes(chart).parts(),
            "</svg>\n",
        ]
    )


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round values in low .. high, `most` at most: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


class _Axes:
    """Where values lie on the paper."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        (self.x0, self.x1), (self.y0, self.y1) = chart.extent()
        if chart.log_x:
            self.x0, self.x1 = log10(self.x0), log10(self.x1)

    def x(self, value: np.ndarray) -> np.ndarray:
        value = np.log10(value) if self.chart.log_x else value
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: np.ndarray) -> np.ndarray:
        return HEIGHT - BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - TOP - BOTTOM)

    def parts(self) -> list[str]:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        clip = (
            f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{right - LEFT}" height="{bottom - TOP}"/>'
        )
        marks = [mark for layer in self.chart.layers for mark in self._mark(layer)]
        middle = (LEFT + right) / 2, (TOP + bottom) / 2
        return [
            clip + "</clipPath>",
            *self._grid(),
            '<g clip-path="url(#plot)">',
            *marks,
            "</g>",
            f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>',
            f'<text x="{middle[0]:.0f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(self.chart.x)}</text>',
            f'<text transform="translate(13 {middle[1]:.0f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.chart.y)}</text>",
        ]

    def _grid(self) -> list[str]:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        rows = []
        for value in ticks(self.y0, self.y1):
            y = float(self.y(np.array(value)))
            rows.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
            rows.append(f'<text x="{LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end">{_number(value)}</text>')
        if self.chart.log_x:
            values = [10.0**n for n in range(ceil(self.x0 - 1e-9), floor(self.x1 + 1e-9) + 1)]
        else:
            values = ticks(self.x0, self.x1, 9)
        for value in values:
            x = float(self.x(np.array(value)))
            rows.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
            rows.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{_number(value)}</text>')
        return rows

    def _mark(self, layer: Line | Dots | Band) -> list[str]:
        if isinstance(layer, Band):
            top, bottom = (float(self.y(np.array(value))) for value in (layer.high, layer.low))
            width = WIDTH - LEFT - RIGHT
            return [
                f'<rect class="band" x="{LEFT}" y="{top:.1f}" width="{width}" height="{bottom - top:.1f}"/>'
            ]
        x, y = self.x(np.asarray(layer.x, float)), self.y(np.asarray(layer.y, float))
        if isinstance(layer, Dots):
            fill, size = f"fill:var(--c{layer.colour})", 1.6 if layer.small else 4.5
            dot = "" if layer.small else ' class="dot"'
            return [
                f'<circle{dot} style="{fill}" cx="{a:.1f}" cy="{b:.1f}" r="{size}"/>'
                for a, b in zip(x, y, strict=True)
            ]
        return [f'<path {_stroke(layer)} d="{_path(x, y)}"/>']


def _stroke(line: Line) -> str:
    names = "line" + " thin" * line.thin + " dashed" * line.dashed
    return f'class="{names}" style="stroke:var(--c{line.colour})"'


def _path(x: np.ndarray, y: np.ndarray) -> str:
    """SVG path data; a NaN begins anew."""
    words, down = [], False
    for a, b in zip(x, y, strict=True):
        if np.isnan(a) or np.isnan(b):
            down = False
            continue
        words.append(f"{'L' if down else 'M'}{a:.1f} {b:.1f}")
        down = True
    return "".join(words)


def _legend(chart: Chart) -> list[str]:
    """Swatches and labels in a row beneath the title."""
    rows, x, y = [], float(LEFT), 50
    for layer in chart.layers:
        if not layer.label:
            continue
        if isinstance(layer, Band):
            rows.append(f'<rect class="band" x="{x:.0f}" y="{y - 10}" width="22" height="12"/>')
        elif isinstance(layer, Dots):
            style = f"fill:var(--c{layer.colour})"
            rows.append(f'<circle class="dot" style="{style}" cx="{x + 11:.0f}" cy="{y - 4}" r="4.5"/>')
        else:
            rows.append(f'<path {_stroke(layer)} d="M{x:.0f} {y - 4}h22"/>')
        rows.append(f'<text class="legend" x="{x + 28:.0f}" y="{y}">{escape(layer.label)}</text>')
        x += 28 + 7.0 * len(layer.label) + 18
    return rows


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"
