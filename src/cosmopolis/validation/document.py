"""`validation.md`: every oracle with its number and ours, and the plots beside it.

Beside the document lie one JSON file of each chapter and its plots. A run of some experiments renews their files;
the document is put together anew from all that are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from cosmopolis import __version__, kernels, simulation
from cosmopolis.city.aside import file_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.kernels.fingerprint import of_files
from cosmopolis.validation.experiments import EXPERIMENTS, ON_REQUEST
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.svg import draw

FOLDER = "validation"  # beside the document
NOT_DRIVEN = {"assignment"}  # chapters in which nothing is simulated
HEAD = """# Validation

What the simulation gives, beside the numbers of others: laws, surveys, standards, experiments. Made by
`cosmopolis validate`; nothing in it is written by hand. **yes** or **no** says whether ours lies within the bounds we
set around the oracle. A source with * is given from general knowledge and was not opened again.

"""
FOOT = """
## How to get these numbers again
`cosmopolis validate` measures all of it; `cosmopolis validate --only NAME` one chapter (the name stands above its
table). The runs are the same on every machine: same seed, same bytes. Only numbers of speed, in the chapter that
`--all` adds, belong to the machine, which was shared with other work.
"""


def write(chapters: Iterable[Chapter], out: Path) -> Path:
    """Write the files of `chapters` under `out`, and the document of all chapters that are there; its path."""
    for chapter in chapters:
        for chart in chapter.charts:
            with file_aside(out / FOLDER / f"{chapter.name}-{chart.name}.svg") as aside:
                aside.write_text(draw(chart), encoding="utf-8")
        with file_aside(out / FOLDER / f"{chapter.name}.json") as aside:
            aside.write_text(
                json.dumps(as_facts(chapter), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
            )
    path = out / "validation.md"
    with file_aside(path) as aside:
        aside.write_text(document(stored(out)), encoding="utf-8")
    return path


def as_facts(chapter: Chapter) -> dict[str, Any]:
    """The chapter as plain values; bounds that are not there are None."""
    return {
        "name": chapter.name,
        "title": chapter.title,
        "version": __version__,
        "simulation": drives(),
        "method": chapter.method,
        "checks": [_check(check) for check in chapter.checks],
        "charts": [
            {"file": f"{chapter.name}-{chart.name}.svg", "title": chart.title} for chart in chapter.charts
        ],
        "notes": list(chapter.notes),
    }


def _check(check: Check) -> dict[str, Any]:
    facts = asdict(check) | {"ours": round(check.ours, max(check.digits, 3)), "within": check.within}
    return facts | {name: None for name in ("low", "high") if abs(facts[name]) == inf}


def stored(out: Path) -> list[dict[str, Any]]:
    """The chapters whose files are there, in the document's order. BadInput where one cannot be read."""
    chapters = []
    for name in [*EXPERIMENTS, *ON_REQUEST]:
        path = out / FOLDER / f"{name}.json"
        if not path.exists():
            continue
        try:
            chapters.append(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise BadInput(f"{path} is damaged; run `cosmopolis validate --only {name}`.") from error
    return chapters


def document(chapters: list[dict[str, Any]]) -> str:
    """The text of the document."""
    checks = [check for chapter in chapters for check in chapter["checks"]]
    within = sum(check["within"] for check in checks)
    stale = [chapter["name"] for chapter in chapters if is_stale(chapter)]
    parts = [HEAD, f"{within} of {len(checks)} numbers are within their bounds.\n\n"]
    if stale:
        parts += [f"Measured before the simulation last changed: {', '.join(stale)}.\n\n"]
    parts += _overview(chapters)
    parts += [_section(chapter) for chapter in chapters]
    return "".join(parts) + FOOT


def is_stale(chapter: dict[str, Any]) -> bool:
    """Whether the chapter's numbers are those of another version of the simulation's sources."""
    return chapter["name"] not in NOT_DRIVEN and chapter.get("simulation") != drives()


def drives() -> str:
    """Fingerprint of the sources that decide how vehicles drive: the kernels of the traffic and what steps them."""
    room = Path(simulation.__file__).parent
    compiler = Path(kernels.__file__).parent
    return of_files(*room.glob("traffic/**/*.py"), room / "clock.py", *compiler.glob("*.py"))


def _overview(chapters: list[dict[str, Any]]) -> list[str]:
    rows = ["| | what | ours | oracle | within |\n|---|---|---|---|---|\n"]
    for chapter in chapters:
        link = f"[{chapter['title']}](#{_anchor(chapter['title'])})"
        for check in chapter["checks"]:
            rows.append(
                f"| {link} | {check['what']} | {_ours(check)} | {check['oracle']} | {_within(check)} |\n"
            )
            link = ""
    return rows


def _section(chapter: dict[str, Any]) -> str:
    lines = [f"\n## {chapter['title']}\n", f"{chapter['method']}\n", ""]
    lines += [f"`cosmopolis validate --only {chapter['name']}` (version {chapter['version']})\n"]
    if is_stale(chapter):
        lines += ["**Stale**: the simulation has changed since this was measured.\n"]
    lines += ["| what | oracle | source | bounds | ours | within |", "|---|---|---|---|---|---|"]
    for check in chapter["checks"]:
        source = check["source"] + ("" if check["reread"] else "*")
        lines.append(
            f"| {check['what']} | {check['oracle']} | {source} | {_bounds(check)} | {_ours(check)} "
            f"| {_within(check)} |"
        )
    lines += ["", *(f"{note}\n" for note in chapter["notes"])]
    lines += [f"![{chart['title']}]({FOLDER}/{chart['file']})\n" for chart in chapter["charts"]]
    return "\n".join(lines)


def _ours(check: dict[str, Any]) -> str:
    return f"{check['ours']:,.{check['digits']}f} {check['unit']}".strip()


def _within(check: dict[str, Any]) -> str:
    return "yes" if check["within"] else "**no**"


def _bounds(check: dict[str, Any]) -> str:
    low, high = (None if check[name] is None else f"{check[name]:,g}" for name in ("low", "high"))
    if low is None:
        return f"at most {high}"
    if high is None:
        return f"at least {low}"
    return low if low == high else f"{low} to {high}"


def _anchor(title: str) -> str:
    """The fragment that GitHub gives a heading."""
    kept = "".join(sign for sign in title.lower() if sign.isalnum() or sign in " -")
    return kept.replace(" ", "-")
