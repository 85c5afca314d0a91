"""A place from the network, tested against a server here that speaks like Overpass and Nominatim."""

import gzip
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, urlparse

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.sources import read
from cosmopolis.sources.http import Client, Request, write_whole
from cosmopolis.sources.overpass import fetch
from tests.sources.maps import Map

MAP = Map().street(1, [(0, 0), (100, 0)]).text().encode()
HTML = b"<html><body><p><strong>Error</strong>: runtime error: open64: 0 Success /osm3s_osm_base</p></body></html>"
ANTING = [{"boundingbox": ["31.27", "31.31", "121.14", "121.18"], "display_name": "Anting"}]


class Answers(http.server.BaseHTTPRequestHandler):
    """Gives the prepared answers in order and keeps what was asked."""

    def do_GET(self):
        self.server.asked.append((self.path, "", self.headers))
        self._answer(self.server.places)

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, parse_qs(form)["data"][0], self.headers))
        self._answer(self.server.maps)

    def _answer(self, prepared):
        status, body, headers = prepared.pop(0)
        if status == "slow":
            time.sleep(0.6)
            status = 200
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.maps, running.places, running.asked = [], [], []
        running.url = f"http://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ok(body=MAP):
    return 200, body if isinstance(body, bytes) else json.dumps(body).encode(), {}


@pytest.fixture
def ask(server, tmp_path):
    waits = []

    def go(place, **options):
        client = Client(tmp_path / "cache", attempts=3, timeout=0.3, pause=waits.append)
        return fetch(
            place, endpoint=server.url + "/api", geocoder=server.url + "/search", client=client, **options
        )

    go.waits = waits
    return go


def test_a_named_place_becomes_a_map_that_can_be_read(server, ask):
    server.places, server.maps = [ok(ANTING)], [ok()]
    path = ask("Anting, Shanghai")
    assert path.suffix == ".osm"
    assert len(read([path]).streets) == 1
    (search, _, headers), (_, query, _) = server.asked
    assert parse_qs(urlparse(search).query)["q"] == ["Anting, Shanghai"]
    assert headers["User-Agent"].startswith("Cosmopolis/")
    assert "[bbox:31.270000,121.140000,31.310000,121.180000]" in query


def test_nobody_is_asked_twice(server, ask):
    server.places, server.maps = [ok(ANTING)], [ok()]
    assert ask("Anting, Shanghai") == ask("Anting, Shanghai")
    assert len(server.asked) == 2


@pytest.mark.parametrize("place", ["121.14,31.27,121.18,31.31", (121.14, 31.27, 121.18, 31.31)])
def test_a_box_needs_no_geocoder(server, ask, place):
    server.maps = [ok()]
    ask(place)
    assert len(server.asked) == 1


def test_a_house_brings_its_surroundings(server, ask):
    server.places = [ok([{"boundingbox": ["31.2700", "31.2701", "121.1400", "121.1401"]}])]
    server.maps = [ok()]
    ask("a house")
    south, west, north, east = (
        float(v) for v in server.asked[1][1].split("bbox:")[1].split("]")[0].split(",")
    )
    assert (north - south) * 111.2 == pytest.approx(1.0, rel=0.01)
    assert (east - west) * 111.2 * 0.8547 == pytest.approx(1.0, rel=0.01)


def test_a_busy_server_is_asked_again_when_it_says(server, ask):
    server.maps = [(429, b"slow down", {"Retry-After": "7"}), (504, b"", {}), ok()]
    assert ask("1,2,1.1,2.1").read_bytes() == MAP
    assert ask.waits == [7.0, 4.0]


def test_a_server_that_stays_busy_is_given_up(server, ask, tmp_path):
    server.maps = [(429, b"", {})] * 3
    with pytest.raises(
        BadInput, match=r"/api could not be asked \(status 429 Too Many Requests\).*try later"
    ):
        ask("1,2,1.1,2.1")
    assert not list(tmp_path.rglob("*.osm"))


def test_a_server_that_does_not_answer(server, ask):
    server.maps = [("slow", MAP, {})] * 3
    with pytest.raises(BadInput, match=r"no answer within 0\.3 s"):
        ask("1,2,1.1,2.1")
    assert len(ask.waits) == 2


def test_no_server(tmp_path):
    client = Client(tmp_path, attempts=1)
    with pytest.raises(BadInput, match=r"could not be asked .*check the address and the network"):
        fetch("1,2,1.1,2.1", endpoint="http://127.0.0.1:1/api", client=client)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HTML, r"did not answer with a map \(runtime error: open64"),
        (
            b'<osm version="0.6"><remark> runtime error: Query timed out </remark></osm>',
            "gave up .*Query timed out",
        ),
        (b'<?xml version="1.0"?><osm version="0.6"><meta/></osm>', "the map of this place is empty"),
    ],
)
def test_answers_that_are_no_map_are_told_and_not_kept(server, ask, tmp_path, body, message):
    server.maps = [ok(body), ok()]
    with pytest.raises(BadInput, match=message):
        ask("1,2,1.1,2.1")
    assert ask("1,2,1.1,2.1").read_bytes() == MAP  # asked again


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], 'no place called "Nowhere"'),
        ({"error": "x"}, "not what Nominatim would say"),
        (
            [{"boundingbox": ["30.6", "31.9", "120.8", "122.2"]}],
            r'"Nowhere" covers 1\d\d by 1\d\d km, and at most 25',
        ),
    ],
)
def test_places_that_cannot_be_fetched(server, ask, answer, message):
    server.places = [ok(answer)]
    with pytest.raises(BadInput, match=message):
        ask("Nowhere")


@pytest.mark.parametrize("place", ["5,5,4,6", "179,1,181,2", (0.0, 0.0, 0.0, 0.0)])
def test_boxes_that_are_none(ask, place):
    with pytest.raises(BadInput, match="no box in degrees"):
        ask(place)


def test_a_box_across_the_antimeridian_is_asked_for_as_it_is_written(server, ask):
    server.maps = [ok()]
    ask("179.99,-16.86,-179.99,-16.84")
    assert "bbox:-16.860000,179.990000,-16.840000,-179.990000" in str(server.asked)


def test_servers_are_named_by_the_environment(server, tmp_path, monkeypatch):
    monkeypatch.setenv("COSMOPOLIS_OVERPASS_URL", server.url + "/mine")
    server.maps = [ok()]
    fetch("1,2,1.1,2.1", cache=tmp_path)
    assert server.asked[0][0] == "/mine"


def test_old_answers_are_asked_for_anew(server, tmp_path):
    server.places = [ok([1]), ok([2])]
    client = Client(tmp_path, max_age=0.0)
    request = Request(server.url + "/search")
    first = client.fetch(request, ".json", lambda body: None).read_bytes()
    assert client.fetch(request, ".json", lambda body: None).read_bytes() != first


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadInput, match="No space left on device"):
        write_whole(tmp_path / "a.osm", b"x")
    assert not list(tmp_path.iterdir())


def test_an_answer_that_unpacks_without_end_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr("cosmopolis.sources.http.MOST", 1 << 20)
    packed = {"Content-Encoding": "gzip"}
    server.places = [
        (200, gzip.compress(b" " * (8 << 20)), packed),
        (200, gzip.compress(b"x" * (1 << 20)), packed),
    ]
    client = Client(tmp_path, attempts=1)
    with pytest.raises(BadInput, match="answers with more than 1 MiB"):
        client.fetch(Request(server.url), ".txt", lambda body: None)
    assert client.fetch(Request(server.url), ".txt", lambda body: None).stat().st_size == 1 << 20


def test_an_answer_that_cannot_be_unpacked_is_told(server, tmp_path):
    server.places = [(200, b"no gzip", {"Content-Encoding": "gzip"})]
    with pytest.raises(BadInput, match="could not be asked"):
        Client(tmp_path, attempts=1).fetch(Request(server.url), ".txt", lambda body: None)
