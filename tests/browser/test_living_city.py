"""As a person would: open a city, see that it lives, click things, come back at night, share the view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import visits
from tests.browser.pictures import brightness, changed, picture
from tests.browser.visitor import BUS, CAR, Visitor

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", params=["xinting", "shanghai"])
def city(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="module")
def guest(chromium, city) -> Iterator[Visitor]:
    with visits(chromium) as open_page:
        guest = Visitor(open_page(f"{city}/?quality=low"))
        guest.waits_for_life()
        yield guest


@pytest.fixture
def visitor(guest) -> Visitor:
    """The same visitor for every test of a city, with nothing open, the clock running, by day."""
    guest.closes_everything()
    guest.goes_on()
    if not 7 < guest.time() / 3600 % 24 < 18:
        guest.jumps_to(8)
    return guest


def busiest(visitor: Visitor, kind: int = CAR) -> tuple[float, float]:
    """A place where cars of a kind drive in the open: those in a tunnel are not seen from above."""
    moving = [
        (x, y) for x, y, z, k, speed in visitor.vehicles().values() if k == kind and speed > 3 and z > -1
    ]
    assert moving, "nobody moves"

    def company(at: tuple[float, float]) -> int:
        return sum(abs(at[0] - x) < 60 and abs(at[1] - y) < 60 for x, y in moving)

    return max(moving[:400], key=company)


def test_cars_move_on_the_road_and_on_the_screen(visitor):
    visitor.looks_at(*busiest(visitor), distance=90)
    before, shot = visitor.vehicles(), picture(visitor.page)
    visitor.page.wait_for_timeout(4_000)
    after, later = visitor.vehicles(), picture(visitor.page)
    moved = [
        id
        for id in before.keys() & after.keys()
        if abs(before[id][0] - after[id][0]) + abs(before[id][1] - after[id][1]) > 5
    ]
    assert len(moved) > 20
    moving = changed(shot, later)
    visitor.pauses()
    visitor.page.wait_for_timeout(2_000)
    still = picture(visitor.page)
    visitor.page.wait_for_timeout(3_000)
    standing = changed(still, picture(visitor.page))
    assert moving > 0.002, "the picture does not change although cars move"
    assert standing < moving / 3, "the picture changes as much while the clock stands"


def test_a_click_on_a_car_tells_what_it_is(visitor):
    visitor.pauses()  # before the look round: a queue of cars may be gone by the time that its place is drawn
    visitor.looks_at(*busiest(visitor), distance=70)
    inside = visitor.ask(
        "Array.from({length: world.vehicles.count}, (_, i) => ({id: world.vehicles.id[i], kind: world.vehicles.kind[i],"
        " x: world.vehicles.pose1[4*i], y: world.vehicles.pose1[4*i+1], z: world.vehicles.pose1[4*i+2]}))"
        ".map(v => ({...v, at: scene.project(v.x, v.y, v.z + 0.8)}))"
        ".filter(v => v.kind == 0 && v.at.visible && v.at.x > 200 && v.at.x < 600 && v.at.y > 100 && v.at.y < 350)"
    )
    picked = (
        {**car, "hit": visitor.ask("scene.pick(given.at.x, given.at.y)", car)}
        for car in sorted(inside, key=lambda car: abs(car["at"]["x"] - 400) + abs(car["at"]["y"] - 220))
    )
    car = next((car for car in picked if car["hit"] == {"kind": "vehicle", "id": car["id"]}), None)
    assert car, f"none of {len(inside)} cars on the screen can be picked"
    visitor.page.mouse.click(car["at"]["x"], car["at"]["y"])
    visitor.inspects("km/h")
    assert visitor.ask("world.selection.value") == {"kind": "vehicle", "id": car["id"]}
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_test_id("inspector-title").wait_for(state="hidden")


def test_a_click_on_a_building_tells_what_it_is_and_where_that_comes_from(visitor):
    house = visitor.ask(
        "(() => { const t = [...world.tiles.values()].filter(t => t.buildings.count > 20)[0]; const b = t.buildings;"
        " let best = 0; for (let i = 0; i < b.count; i++) if (b.height[i] > b.height[best]) best = i;"
        " const ring = b.footprint.ringStart[b.footprint.polygonStart[best]]; const p = b.footprint.points;"
        " let x = 0, y = 0, n = 0; const end = b.footprint.ringStart[b.footprint.polygonStart[best] + 1];"
        " for (let k = ring; k < end; k++) { x += p[2*k]; y += p[2*k+1]; n++; }"
        " return {id: b.id[best], x: x / n, y: y / n, height: b.height[best]}; })()"
    )
    visitor.looks_at(house["x"], house["y"], distance=2.2 * house["height"] + 120, pitch=1.2)
    visitor.clicks_world(house["x"], house["y"], house["height"])
    visitor.inspects(r"\bm\b", "measured|modelled|invented")
    assert visitor.ask("world.selection.value.kind") == "building"


def test_a_click_on_a_signal_shows_its_light(visitor):
    """Signal heads hang at the stop lines: somewhere near a signalled junction one can be hit."""
    visitor.pauses()
    where = visitor.ask(
        "(() => { const j = world.network.junctions; const v = world.vehicles; const out = [];"
        " for (let i = 0; i < j.count && out.length < 400; i++) if (j.program[i] >= 0) out.push([j.x[i], j.y[i]]);"
        " return out; })()"
    )
    for x, y in where[: len(where) : max(1, len(where) // 4)]:
        visitor.looks_at(x, y, distance=60, pitch=0.9)
        spot = visitor.ask(
            "(() => { for (let y = 80; y < 380; y += 9) for (let x = 120; x < 680; x += 9) {"
            " if (document.elementFromPoint(x, y)?.tagName !== 'CANVAS') continue;"
            " const hit = scene.pick(x, y); if (hit?.kind === 'signal') return {x, y}; } return null; })()"
        )
        if spot:
            visitor.page.mouse.click(spot["x"], spot["y"])
            visitor.inspects("green|yellow|red")
            assert visitor.ask("world.selection.value.kind") == "signal"
            return
    pytest.fail("no signal head could be hit near four signalled junctions")


def test_night_falls_at_a_jump_to_eight_in_the_evening(visitor):
    visitor.looks_at(*busiest(visitor), distance=300, pitch=0.6)
    day = picture(visitor.page)
    visitor.jumps_to(20)
    visitor.waits_until_drawn()
    night = picture(visitor.page)
    assert brightness(night) < 0.6 * brightness(day)
    lit = (night[:, :, 0] > 0.55) & (night[:, :, 0] > night[:, :, 2] + 0.12)
    assert lit.mean() > 0.0005, "no window and no lamp is lit"


def test_a_bus_can_be_followed(visitor):
    visitor.looks_at(*busiest(visitor), distance=600, pitch=0.8)
    found = visitor.page.wait_for_function(
        "kind => { const {vehicles: v} = window.cosmopolis.world;"
        " const ids = [...v.id.slice(0, v.count)].filter((_, i) => v.kind[i] === kind);"
        " return ids.length ? ids : null; }",
        arg=BUS,
    )
    bus = max(found.json_value()[:40], key=lambda id: visitor.told("vehicle", id).get("distanceLeft", 0))
    visitor.ask("world.select({kind: 'vehicle', id: given})", bus)
    visitor.page.get_by_test_id("follow").click()
    visitor.page.wait_for_timeout(6_000)
    assert visitor.ask("world.followed.value") == bus
    seen = []
    for _ in range(8):
        visitor.page.wait_for_timeout(2_000)
        now = visitor.vehicles().get(bus)
        view = visitor.ask("scene.view()")
        assert now is not None
        seen.append((view["x"], view["y"]))
        away = ((view["x"] - now[0]) ** 2 + (view["y"] - now[1]) ** 2) ** 0.5
        assert away < 150, "the camera has lost the bus"
    visitor.inspects("km/h")


@pytest.mark.parametrize("city", ["xinting"], indirect=True, scope="module")
def test_a_shared_link_brings_another_to_the_same_view_and_second(visitor, visit, city):
    visitor.looks_at(*busiest(visitor), distance=140)
    visitor.page.get_by_test_id("open-share").click()
    link = visitor.page.get_by_test_id("share-link").input_value()
    assert link.startswith(city)
    visitor.page.set_viewport_size({"width": 320, "height": 240})  # two pages share one processor
    other = Visitor(visit(link.replace("/#", "/?quality=low#"), width=400, height=300))
    other.waits_for_life()
    other.waits_until_drawn()
    mine, theirs = visitor.ask("scene.view()"), other.ask("scene.view()")
    for name in ("x", "y", "z", "yaw", "pitch"):
        assert theirs[name] == pytest.approx(mine[name], abs=2.0 if name in "xyz" else 0.02)
    before, there, after = visitor.time(), other.time(), visitor.time()
    assert before - 4 <= there <= after + 4  # without a graphics card a page draws one picture a second
    assert len(visitor.vehicles().keys() & other.vehicles().keys()) > 10
    assert visitor.page.get_by_test_id("visitors").inner_text().strip().startswith("2")
    other.page.keyboard.press("Space")
    visitor.page.wait_for_function("window.cosmopolis.world.clock.value.paused")
    for page in (visitor.page, other.page):
        page.wait_for_timeout(2_500)
    assert other.time() == pytest.approx(visitor.time(), abs=1.0)
    other.page.close()
    visitor.page.set_viewport_size({"width": 800, "height": 500})
