"""Small nets and routes by hand: a crossroads with a light, whose arms are 100 m long, and how they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.sumo_scenario import Planned, plan_scenario
from cosmopolis.sources.sumo import Scenario, read_scenario

ARMS = {"w": (-1, 0), "s": (0, -1), "e": (1, 0), "n": (0, 1)}
NEAR, FAR = 10.0, 110.0
VEHICLE = '<vehicle id="v" depart="105"><route edges="w_in e_out"/></vehicle>'
PHASES = ("GGgrrrGGgrrr", "yyyrrryyyrrr", "rrrGGgrrrGGg", "rrryyyrrryyy")


def lane(name: str, begin: tuple[float, float], end: tuple[float, float], more: str = "") -> str:
    shape = f"{begin[0]:.2f},{begin[1]:.2f} {end[0]:.2f},{end[1]:.2f}"
    return f'<lane id="{name}" index="0" speed="13.89" length="100.00" shape="{shape}" {more}/>'


def crossroads(
    *,
    kind: str = "traffic_light",
    programs: str | None = None,
    lane_more: str = "",
    connection_more: str = "",
    requests: bool = True,
    root: str = "",
) -> str:
    """The text of a .net.xml: edges "w_in", "w_out" … of one lane; links by arm w, s, e, n: right, straight, left."""
    order = list(ARMS)
    edges, links, inner = [], [], []
    for name, (x, y) in ARMS.items():
        right = (-y * 1.6, x * 1.6)  # of who drives inward, 1.6 m beside the axis
        inward = [(x * d + right[0], y * d + right[1]) for d in (FAR, NEAR)]
        outward = [(x * d - right[0], y * d - right[1]) for d in (NEAR, FAR)]
        more = lane_more if name == "w" else ""
        edges += [
            f'<edge id="{name}_in" from="{name}" to="c" priority="1">{lane(f"{name}_in_0", *inward, more)}</edge>',
            f'<edge id="{name}_out" from="c" to="{name}" priority="1">{lane(f"{name}_out_0", *outward)}</edge>',
        ]
    for a, name in enumerate(order):
        for n, (direction, turn) in enumerate((("r", 1), ("s", 2), ("l", 3))):
            to, number = order[(a + turn) % 4], 3 * a + n
            (x, y), (u, v) = ARMS[name], ARMS[to]
            begin = (x * NEAR - y * 1.6, y * NEAR + x * 1.6)
            end = (u * NEAR + v * 1.6, v * NEAR - u * 1.6)
            middle = ((begin[0] + end[0]) / 4, (begin[1] + end[1]) / 4) if turn != 2 else (
                (begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2)  # fmt: skip
            shape = " ".join(f"{p:.2f},{q:.2f}" for p, q in (begin, middle, end))
            inner.append(
                f'<edge id=":c_{number}" function="internal"><lane id=":c_{number}_0" index="0" speed="8" '
                f'length="15" shape="{shape}"/></edge>'
            )
            light = f'tl="c" linkIndex="{number}"' if kind.startswith("traffic_light") else ""
            links.append(
                f'<connection from="{name}_in" to="{to}_out" fromLane="0" toLane="0" via=":c_{number}_0" {light} '
                f'dir="{direction}" state="M" {connection_more if number == 1 else ""}/>'
            )
    phases = "".join(f'<phase duration="20" state="{state}"/>' for state in PHASES)
    standard = f'<tlLogic id="c" type="static" programID="0" offset="7">\n{phases}\n</tlLogic>'
    light = (standard if programs is None else programs) if kind.startswith("traffic_light") else ""
    rows = "\n".join(_request(n) for n in range(12)) if requests else ""
    arms = " ".join(f"{name}_in_0" for name in order)
    inside = " ".join(f":c_{n}_0" for n in range(12))
    ends = "\n".join(
        f'<junction id="{name}" type="dead_end" x="{x * FAR}" y="{y * FAR}" incLanes="{name}_out_0" shape=""/>'
        for name, (x, y) in ARMS.items()
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<net version="1.16" {root}>',
            '<location netOffset="0,0" convBoundary="-110,-110,110,110" origBoundary="0,0,0,0" projParameter="!"/>',
            *inner,
            *edges,
            light,
            f'<junction id="c" type="{kind}" x="0" y="0" incLanes="{arms}" intLanes="{inside}" '
            f'shape="-10,-10 10,-10 10,10 -10,10">\n{rows}\n</junction>',
            ends,
            *links,
            "</net>",
        ]
    )


def crosses(m: int, n: int) -> bool:
    """Whether links m and n share ground, coarsely: right turns only meet who ends where they do."""
    a, b = divmod(m, 3), divmod(n, 3)
    if a[0] == b[0] or ((a[0] + 2) % 4 == b[0] and a[1] == b[1]):
        return False
    target = [(arm + turn + 1) % 4 for arm, turn in (a, b)]
    return target[0] == target[1] or (a[1] > 0 and b[1] > 0)


def _request(m: int) -> str:
    """Left turns wait for the oncoming, and who comes from the west or the east goes first."""
    foes = [crosses(m, n) for n in range(12)]
    response = [foe and waits(m, n) for n, foe in enumerate(foes)]
    bits = ["".join("1" if flag else "0" for flag in reversed(flags)) for flags in (response, foes)]
    return f'<request index="{m}" response="{bits[0]}" foes="{bits[1]}" cont="0"/>'


def waits(m: int, n: int) -> bool:
    a, b = divmod(m, 3), divmod(n, 3)
    minor = [arm % 2 for arm, _ in (a, b)]
    if minor[0] != minor[1]:
        return minor[0] == 1
    return a[1] == 2 if a[1] != b[1] else m > n


def scenario(folder: Path, net: str, routes: str, *, more: str = "", end: str = "") -> Path:
    """X.sumocfg in `folder` with the files it names."""
    (folder / "x.net.xml").write_text(net)
    (folder / "x.rou.xml").write_text(f"<routes>\n{routes}\n</routes>")
    config = folder / "x.sumocfg"
    config.write_text(
        "<configuration>\n<input>\n"
        f'<net-file value="x.net.xml"/>\n<route-files value="x.rou.xml"/>\n{more}\n</input>\n'
        f'<time>\n<begin value="100"/>\n{end}\n</time>\n</configuration>'
    )
    return config


def read(folder: Path, routes: str, *, skip_bad: bool = False, **files) -> Scenario:
    return read_scenario(scenario(folder, crossroads(), routes, **files), skip_bad=skip_bad)


def planned(folder: Path, routes: str, seed: int = 1, **files) -> Planned:
    return plan_scenario(read(folder, routes, **files), seed=seed)


def complaint(folder: Path, routes: str, **files) -> str:
    with pytest.raises(BadInput) as error:
        planned(folder, routes, **files)
    return str(error.value)
