"""No module of the package imports, in a circle, one that imports it, be it inside a function or for types only."""

from __future__ import annotations

import ast
from pathlib import Path

import cosmopolis

PACKAGE = Path(cosmopolis.__file__).parent

Graph = dict[str, set[str]]  # module -> modules that it imports


def modules(package: Path) -> dict[str, Path]:
    """Every file of the package by the name that it is imported by."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str, known: set[str]) -> set[str]:
    """Those of the known modules that a source names in imports, wherever they stand."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in known else str(node.module) for name in inner}
    return names & known


def circles(graph: Graph) -> Graph:
    """What is left without the modules that import nothing of the rest, and those that nothing of it imports."""
    while True:
        wanted = set().union(*graph.values())
        ends = {name for name, needs in graph.items() if not needs or name not in wanted}
        if not ends:
            return graph
        graph = {name: needs - ends for name, needs in graph.items() if name not in ends}


def test_modules_import_each_other_one_way_only() -> None:
    files = modules(PACKAGE)
    graph = {name: imported(path.read_text("utf-8"), files.keys()) - {name} for name, path in files.items()}
    assert "cosmopolis.simulation.traffic.drive" in graph["cosmopolis.simulation.run"]
    assert circles(graph) == {}, "these import each other in a circle"


def test_a_circle_is_found_by_whatever_ties_it() -> None:
    known = {"a", "a.b", "a.c", "a.d"}
    graph = {
        "a.b": imported("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a.c import C", known),
        "a.c": imported("def late():\n    from a import b, d", known),
        "a.d": imported("import os\nimport a", known),
        "a": set[str](),
    }
    assert graph == {"a.b": {"a.c"}, "a.c": {"a.b", "a.d"}, "a.d": {"a"}, "a": set()}
    assert circles(graph) == {"a.b": {"a.c"}, "a.c": {"a.b"}}
