"""Small OpenStreetMap files for tests, written as text: nodes on a plane of metres, ways, relations."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import read

SHANGHAI = (121.48, 31.23)
LONDON = (-0.12, 51.5)
DATA = Path(__file__).parents[2] / "../shared/data"


class Map:
    """A map to be written; `node` takes metres around `centre`."""

    def __init__(self, centre: tuple[float, float] = SHANGHAI) -> None:
        self.projection = Projection(*centre)
        self.parts: list[str] = []
        self.head = ""

    def lonlat(self, x: float, y: float) -> tuple[float, float]:
        lon, lat = self.projection.to_lonlat([[x, y]])[0].tolist()
        return lon, lat

    def node(self, id: int, x: float, y: float, **tags: str) -> Map:
        lon, lat = self.lonlat(x, y)
        self.parts.append(f'<node id="{id}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>')
        return self

    def way(self, id: int, nodes: list[int], **tags: str) -> Map:
        refs = "".join(f'<nd ref="{ref}"/>' for ref in nodes)
        self.parts.append(f'<way id="{id}">{refs}{_tags(tags)}</way>')
        return self

    def relation(self, id: int, members: list[tuple[str, int, str]], **tags: str) -> Map:
        inner = "".join(f'<member type="{t}" ref="{r}" role="{role}"/>' for t, r, role in members)
        self.parts.append(f'<relation id="{id}">{inner}{_tags(tags)}</relation>')
        return self

    def square(self, id: int, x: float, y: float, side: float, **tags: str) -> Map:
        """A closed way of four nodes with its lower left corner at (x, y)."""
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        for k, (cx, cy) in enumerate(corners):
            self.node(id * 10 + k, cx, cy)
        return self.way(id, [id * 10, id * 10 + 1, id * 10 + 2, id * 10 + 3, id * 10], **tags)

    def street(self, id: int, points: list[tuple[float, float]], **tags: str) -> Map:
        """A way with nodes of its own."""
        for k, (x, y) in enumerate(points):
            self.node(id * 100 + k, x, y)
        return self.way(id, [id * 100 + k for k in range(len(points))], **({"highway": "residential"} | tags))

    def text(self) -> str:
        return (
            '<?xml version="1.0"?>\n<osm version="0.6">\n' + self.head + "\n".join(self.parts) + "\n</osm>\n"
        )

    def write(self, folder: Path, name: str = "map.osm") -> Path:
        path = folder / name
        path.write_text(self.text(), encoding="utf-8")
        return path

    def read(self, folder: Path, **options: str) -> RawCity:
        return read([self.write(folder)], **options)


def _tags(tags: dict[str, str]) -> str:
    """Keys are written with `__` for a colon; an empty value takes a tag away."""
    return "".join(
        f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items() if v
    )


def street_with(folder: Path, centre: tuple[float, float] = SHANGHAI, **tags: str) -> RawStreet:
    """The street that one way with these tags becomes."""
    raw = Map(centre).street(1, [(0, 0), (100, 0)], **tags).street(2, [(0, 50), (100, 50)]).read(folder)
    return next(street for street in raw.streets if street.key == "osm:way/1")
