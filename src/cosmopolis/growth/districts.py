"""What goes where: every superblock gets a district, big grounds first, each nearest to where a planner
would want it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.fabric import Fabric, Way
from cosmopolis.growth.plan import Plan
from cosmopolis.growth.subdivision import Grain, between_faces, cut_along, cut_beside, extent, subdivide
from cosmopolis.growth.water import Water

CANAL = 40.0  # m between the lanes on either bank


class District(IntEnum):
    COUNTRY = 0
    RIVERSIDE = 1
    OLD_TOWN = 2
    CENTRE = 3
    OFFICES = 4
    EXPO = 5
    HOUSING = 6
    INDUSTRY = 7
    PLANT = 8
    CIRCUIT = 9
    LAKE = 10
    CAMPUS = 11
    HOSPITAL = 12
    STADIUM = 13
    RESERVE = 14
    BELT = 15  # between ring road and circuit, where the motorway runs
    CANAL = 16


S = StreetKind
GRAINS = {
    District.OLD_TOWN: Grain(10_500, 52, (S.TERTIARY, S.RESIDENTIAL, S.LIVING_STREET), (1, 1), 42, 0.2, 0.14, 0.4),
    District.CENTRE: Grain(19_000, 85, (S.TERTIARY, S.TERTIARY, S.UNCLASSIFIED), (1, 1), 66, 0.06, 0.1, 0.6),
    District.OFFICES: Grain(24_000, 95, (S.TERTIARY, S.UNCLASSIFIED), (1, 1), 70, 0.06, 0.1, 0.55),
    District.HOUSING: Grain(46_000, 140, (S.TERTIARY, S.RESIDENTIAL), (1, 1), 66, 0.1, 0.12, 0.5),
    District.INDUSTRY: Grain(52_000, 150, (S.TERTIARY, S.UNCLASSIFIED), (1, 1), 90, 0.04, 0.1, 0.6),
    District.RESERVE: Grain(130_000, 220, (S.TERTIARY, S.UNCLASSIFIED), (1, 1), 90, 0.1, 0.12, 0.5),
    District.RIVERSIDE: Grain(62_000, 100, (S.TERTIARY,), (1, 1), 75.0, 0.03, 0.08, 0.9, square=0.9),
    District.CAMPUS: Grain(170_000, 250, (S.TERTIARY,), (1, 1), 110, 0.05, 0.08, 0.5),
    District.STADIUM: Grain(170_000, 230, (S.TERTIARY,), (1, 1), 110, 0.05, 0.08, 0.5),
    District.BELT: Grain(10_000_000, 300, (S.UNCLASSIFIED,)),
}  # fmt: skip

DENSITY = {  # people a hectare of superblock, as the typologies come out
    District.OLD_TOWN: 150.0,
    District.CENTRE: 105.0,
    District.HOUSING: 152.0,
    District.OFFICES: 95.0,  # its outer blocks
}


@dataclass(frozen=True)
class Estate:
    """A superblock and what it is for."""

    face: int
    district: District
    polygon: shapely.Polygon


def assign(brief: Brief, plan: Plan, water: Water, fabric: Fabric, inside: shapely.Polygon) -> list[Estate]:
    """One estate a superblock."""
    faces = [(face, fabric.polygon(face)) for face in fabric.faces]
    polygons = np.array([polygon for _, polygon in faces], dtype=object)
    middle = shapely.point_on_surface(polygons)
    core = shapely.contains(inside.buffer(5), middle)
    wet = shapely.contains(water.corridor, middle) & core
    given = np.where(core, -1, int(District.COUNTRY))
    given[wet] = District.RIVERSIDE
    given[_face_at(polygons, plan, _circuit_middle(plan))] = District.CIRCUIT
    u0, v0, u1, _ = plan.circuit
    given[_face_at(polygons, plan, ((u0 + u1) / 2, v0 - 120))] = District.BELT
    free = np.flatnonzero(given == -1).tolist()
    for district, uv, need in _wishes(brief, plan):
        if not free:
            break
        pick = _best(polygons, free, plan.warp(np.array([uv]))[0], need)
        given[pick] = district
        free.remove(pick)
    _industry_and_housing(brief, plan, polygons, given, free)
    return [Estate(face, District(int(kind)), polygon) for (face, polygon), kind in zip(faces, given)]


def _circuit_middle(plan: Plan) -> tuple[float, float]:
    u0, v0, u1, v1 = plan.circuit
    return (u0 + min(u1, plan.half_width * 0.9)) / 2, (v0 + v1) / 2


def _face_at(polygons: NDArray, plan: Plan, uv: tuple[float, float]) -> int:
    point = shapely.Point(plan.warp(np.array([uv]))[0])
    return int(np.argmin(shapely.distance(polygons, point)))


def _wishes(brief: Brief, plan: Plan) -> list[tuple[District, tuple[float, float], float]]:
    """(district, where, m2) in order of who chooses first. Small towns leave out what is last."""
    a, b, mu, mv, ru = plan.half_width, plan.half_height, plan.main_u, plan.main_v, plan.warp.river_u
    s2 = brief.scale**2
    wishes = [
        (District.OLD_TOWN, (ru - 330, mv + 300), 3.5e5),
        (District.CENTRE, ((ru + mu) / 2 + 60, mv + 330), 3e5),
        (District.PLANT, (-0.7 * a, plan.centre_v + 0.35 * b), 4.6e5 * s2),
        (District.EXPO, (mu + 400, mv - 330), 3e5),
        (District.LAKE, ((ru + mu) / 2 + 60, mv - 0.62 * b), 3.5e5),
        (District.OFFICES, (mu + 400, mv + 330), 3e5),
        (District.CENTRE, ((ru + mu) / 2 + 60, mv - 330), 3e5),
        (District.CAMPUS, (0.72 * a, mv - 0.65 * b), 3.5e5),
        (District.STADIUM, (-0.45 * a, mv - 0.7 * b), 1.5e5),
    ]
    return wishes if brief.scale > 0.75 else wishes[:5] if brief.scale > 0.45 else wishes[:4]


def _best(polygons: NDArray, free: list, target: NDArray, need: float) -> int:
    """The free superblock nearest to where it is wanted, counting missing ground as distance."""
    areas = shapely.area(polygons[free])
    xy = shapely.get_coordinates(shapely.centroid(polygons[free]))
    fill = areas / shapely.area(shapely.oriented_envelope(polygons[free]))
    far = np.hypot(*(xy - target).T) + 900 * np.maximum(0, 1 - areas / need) + 1400 * (0.92 - fill)
    return int(free[int(np.argmin(far))])


def _industry_and_housing(brief: Brief, plan: Plan, polygons: NDArray, given: NDArray, free: list) -> None:
    """Industry from the north west, housing around the centre until all have room, the rest held in reserve."""
    areas = shapely.area(polygons)
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    west = plan.warp(np.array([[-1.0 * plan.half_width, plan.centre_v + 0.45 * plan.half_height]]))[0]
    heart = plan.warp(np.array([[plan.main_u, plan.main_v]]))[0]
    quota = 21.0 * brief.population
    for face in sorted(free, key=lambda f: float(np.hypot(*((xy[f] - west) * [1.0, 0.55])))):
        if quota < 0.4 * areas[face]:
            break
        given[face] = District.INDUSTRY
        free.remove(face)
        quota -= areas[face]
    people = sum(DENSITY.get(District(int(k)), 0.0) * a / 1e4 for k, a in zip(given, areas) if k > 0)
    for face in sorted(free, key=lambda f: float(np.hypot(*(xy[f] - heart)))):
        if people < brief.population:
            given[face] = District.HOUSING
            people += DENSITY[District.HOUSING] * areas[face] / 1e4
        else:
            given[face] = District.RESERVE


def halve_superblocks(brief: Brief, fabric: Fabric, inside: shapely.Polygon, most: float = 640_000.0) -> None:
    """Superblocks inside the ring that are too large get one more main street, until none is."""
    rng = brief.rng("superblocks")
    grain = Grain(most / 1.55, 380, (S.SECONDARY, S.SECONDARY), (2, 2), 190, 0.05, 0.06, 0.4, "column")
    core = inside.buffer(5)
    for face in list(fabric.faces):
        polygon = fabric.polygon(face)
        if polygon.area > most and core.contains(polygon.representative_point()):
            subdivide(fabric, face, grain, rng)


def canal_town(fabric: Fabric, estate: Estate, water: Water, rng: Generator) -> list[tuple[int, Estate]]:
    """The old town's blocks: a canal from the river with a lane on either bank, bridges, and crooked lanes."""
    middle = extent(fabric.ring(estate.face))[0]
    near = shapely.get_coordinates(water.centre.interpolate(water.centre.project(shapely.Point(middle))))[0]
    toward = (near - middle) / max(float(np.hypot(*(near - middle))), 1.0)
    side = np.array([-toward[1], toward[0]])
    lane = Grain(1.0, 60, (S.LIVING_STREET,), spacing=70.0, wander=0.0, joining=0.0)
    faces, canal = [estate.face], None
    quay = Way(S.LIVING_STREET, (1, 1), "canal")
    for shift in (0.0, 40.0, -40.0, 80.0, -80.0):
        ring = fabric.ring(estate.face)
        cut = cut_along(fabric, estate.face, ring, middle + side * shift, toward, quay, lane, rng)
        if cut:
            faces = list(cut)
            strip = cut_beside(fabric, cut[0], between_faces(fabric, cut), -CANAL, quay)
            strip = strip or cut_beside(fabric, cut[0], between_faces(fabric, cut), CANAL, quay)
            if strip:
                faces = [cut[1], *strip]
                canal = min(strip, key=lambda face: _breadth(fabric, face))
            break
    out = []
    for face in faces:
        if face == canal:
            water.dig_canal(fabric.polygon(face))
            bridges = Grain(5_500, 30, (S.LIVING_STREET,), (1, 1), 40.0, 0.02, 0.1, 0.5, square=0.95)
            wet = Estate(face, District.CANAL, estate.polygon)
            out += [(part, wet) for part in subdivide(fabric, face, bridges, rng)]
        else:
            out += [(part, estate) for part in subdivide(fabric, face, GRAINS[District.OLD_TOWN], rng)]
    return out


def _breadth(fabric: Fabric, face: int) -> float:
    """m, mean width of a strip."""
    polygon = fabric.polygon(face)
    return float(2 * polygon.area / polygon.length)
