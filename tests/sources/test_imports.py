"""No module of the room imports, in a circle, one that imports it; imports inside functions count too."""

import ast
from pathlib import Path

import cosmopolis.sources

ROOM = Path(cosmopolis.sources.__file__).parent
NAME = "cosmopolis.sources"


def imported(path: Path) -> set[str]:
    """Modules of the room that a file of it names, at its head or inside a function."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == NAME:
            out |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(NAME + "."):
            out.add(node.module.removeprefix(NAME + ".").split(".")[0])
    return out


def test_modules_import_each_other_one_way_only() -> None:
    graph = {path.stem: imported(path) for path in ROOM.glob("*.py") if path.stem != "__init__"}
    assert "osm_reading" in graph["osm"]
    while free := {name for name, needs in graph.items() if not needs & graph.keys()}:
        graph = {name: needs - free for name, needs in graph.items() if name not in free}
    assert graph == {}, f"these import each other in a circle: {sorted(graph)}"
