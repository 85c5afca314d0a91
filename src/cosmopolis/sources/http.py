"""The one file that speaks HTTP as a client: polite, patient, and never twice for the same answer.

Answers are kept on disk under the hash of their request and written whole or not at all.
"""

from __future__ import annotations

import email.utils
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cosmopolis import __version__
from cosmopolis.city.errors import BadInput

if TYPE_CHECKING:
    import httpx

USER_AGENT = f"Cosmopolis/{__version__} (+https://github.com/cosmopolis-city/cosmopolis)"
RETRIED = frozenset({429, 502, 503, 504})
LONGEST_WAIT = 60.0  # s, whatever a server asks for
MOST = 1 << 31  # bytes of an answer, unpacked: servers compress, and a little can unpack to a lot

Check = Callable[[bytes], None]  # raises BadInput for an answer that is no answer


@dataclass(frozen=True)
class Request:
    """GET with a query, or POST with a form."""

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        parts = [self.url, sorted(self.query.items()), sorted(self.form.items())]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Client:
    """How to ask: where answers are kept, how long to wait, how often to try."""

    folder: Path
    attempts: int = 5
    timeout: float = 200.0  # s without a byte
    first_wait: float = 2.0  # s before the second try, doubled each time
    max_age: float = 30 * 86_400.0  # s that a kept answer is good for
    pause: Callable[[float], None] = time.sleep

    def fetch(self, request: Request, suffix: str, check: Check) -> Path:
        """Path of the answer's body, from disk or from the server."""
        path = self.folder / f"{request.key}{suffix}"
        if path.exists() and time.time() - path.stat().st_mtime < self.max_age:
            return path
        body = self._ask(request)
        check(body)
        write_whole(path, body)
        return path

    def _ask(self, request: Request) -> bytes:
        import httpx

        last = ""
        with httpx.Client(
            headers={"User-Agent": USER_AGENT},
            timeout=httpx.Timeout(self.timeout, connect=20.0),
            follow_redirects=True,
        ) as client:
            for attempt in range(self.attempts):
                wait = self.first_wait * 2**attempt
                try:
                    answer, body = _send(client, request)
                except httpx.TimeoutException:
                    last = f"no answer within {self.timeout:g} s"
                except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
                    last = str(error) or type(error).__name__
                else:
                    if answer.is_success:
                        return body
                    last = f"status {answer.status_code} {answer.reason_phrase}".strip()
                    if answer.status_code not in RETRIED:
                        break
                    wait = _asked_wait(answer.headers.get("Retry-After", ""), wait)
                if attempt + 1 < self.attempts:
                    self.pause(min(wait, LONGEST_WAIT))
        raise BadInput(
            f"{request.url} could not be asked ({last}); check the address and the network, or try later."
        )


def _send(client: httpx.Client, request: Request) -> tuple[httpx.Response, bytes]:
    """The answer's head and its body; raises BadInput beyond MOST."""
    method = "POST" if request.form else "GET"
    body = bytearray()
    with client.stream(
        method, request.url, params=request.query, data=dict(request.form) if request.form else None
    ) as answer:
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > MOST:
                raise BadInput(
                    f"{request.url} answers with more than {MOST >> 20} MiB, which is no map of a city; ask for less."
                )
    return answer, bytes(body)


def _asked_wait(retry_after: str, otherwise: float) -> float:
    """Seconds from a Retry-After header: a number, or a date."""
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return otherwise


def write_whole(path: Path, body: bytes) -> None:
    """Writes aside, then renames: nobody ever sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        temporary.replace(path)
    except OSError as error:
        raise BadInput(
            f"{path.parent}: cannot keep the download there ({error.strerror}); make room or permit it."
        ) from None
