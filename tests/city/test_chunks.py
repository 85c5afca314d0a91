"""Work in parts gives what it gives in one piece, in the same order."""

from __future__ import annotations

import pytest

from cosmopolis.city.chunks import in_chunks


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 95])
def test_every_row_once_and_in_order(n: int) -> None:
    parts = in_chunks(lambda part: list(range(n))[part], n, 10)
    assert [row for part in parts for row in part] == list(range(n))
    assert all(len(part) <= 10 for part in parts)


def test_a_fault_in_one_part_is_told() -> None:
    def work(part: slice) -> int:
        return 1 // (part.start - 20)

    with pytest.raises(ZeroDivisionError):
        in_chunks(work, 40, 10)
