"""What is wrong with the input: the first fault ends the reading, or with `skip` each is noted and left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding

SKIPPED = "skipped"  # Finding.code of what was left out


@dataclass
class Faults:
    """The faults of one scenario. `skip`: leave out what is bad and go on."""

    skip: bool = False
    found: list[Finding] = field(default_factory=list)

    @contextmanager
    def leaving_out(self) -> Iterator[None]:
        """What is read inside is left out as a whole when it is bad, if the user said so."""
        try:
            yield
        except BadInput as error:
            if not self.skip:
                raise
            self.note(SKIPPED, str(error))

    def note(self, code: str, sentence: str) -> None:
        """Keep what `sentence` says of "file:line: ..."."""
        where, _, message = sentence.partition(": ")
        self.found.append(Finding(code, where, message))
