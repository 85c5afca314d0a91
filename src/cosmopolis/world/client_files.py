"""The built web client's files: found safely, compressed once, cached by name."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

TEXTS = {".html", ".js", ".css", ".svg", ".json", ".wasm", ".txt", ".map", ".webmanifest"}
KINDS = {".js": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
QUALITY = 9


class ClientFiles:
    """Files under `folder`, which is where the client's build is, if it was built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def built(self) -> bool:
        return (self.folder / "index.html").is_file()

    def answer(self, path: str, headers: Headers) -> Response:
        """The file at `path`. Raises HTTPException 404. Reads and compresses: not for the event loop."""
        if not self.built and path in ("", "index.html"):
            return HTMLResponse(NOT_BUILT, status_code=503)
        file = self._find(path or "index.html")
        stat = file.stat()
        mark = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
        wanted = encoding(headers) if file.suffix in TEXTS else "identity"
        said = {
            "cache-control": FOREVER if path.startswith("assets/") else ASK_AGAIN,
            "etag": mark,
            "vary": "accept-encoding",
        }
        if headers.get("if-none-match") == mark:
            return Response(status_code=304, headers=said)
        kind = KINDS.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if wanted != "identity":
            said["content-encoding"] = wanted
        return Response(_packed(file, stat.st_mtime_ns, wanted), headers=said, media_type=kind)

    def _find(self, path: str) -> Path:
        """The file of that name, or the page of that name without its ending, as /figures."""
        for name in (path, f"{path}.html"):
            try:
                file = (self.folder / name).resolve()
                if file.is_relative_to(self.folder) and file.is_file():
                    return file
            except (OSError, ValueError):  # a name too long, a zero byte, a loop of links
                pass
        raise HTTPException(404, "There is no such page.")


@lru_cache(maxsize=256)
def _packed(file: Path, changed: int, wanted: str) -> bytes:
    data = file.read_bytes()
    if wanted == "br":
        return brotli.compress(data, quality=QUALITY)
    return gzip.compress(data, mtime=0) if wanted == "gzip" else data


def packed_size(file: Path) -> int:
    """Bytes of a file over the wire, to a client that takes brotli."""
    return len(_packed(file, file.stat().st_mtime_ns, "br" if file.suffix in TEXTS else "identity"))


def encoding(headers: Mapping[str, str]) -> str:
    """br, gzip or identity: the best that the client takes."""
    taken = set()
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, rest = part.partition(";")
        if rest.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return next((name for name in ("br", "gzip") if name in taken), "identity")


NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Cosmopolis</title>
<style>:root { color-scheme: light dark; font: 18px/1.6 system-ui, sans-serif }
body { max-width: 34rem; margin: 20vh auto; padding: 0 1rem }</style>
<h1>The city is running</h1>
<p>Its page has not been built. In the project's folder, run <code>make setup</code> (it needs Node) and reload.</p>
<p>The data is there already: see <a href="/api">the API</a>.</p>
</html>
"""
