"""Numbers as strangers write them."""

from __future__ import annotations

MOST_DIGITS = (
    20  # of a whole number, leading zeros included; Python refuses to read one of 4300, with a ValueError
)


def whole(text: str) -> int | None:
    """The whole number, 0 or more, that a text is in ASCII digits; None if it is none or longer than MOST_DIGITS."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
