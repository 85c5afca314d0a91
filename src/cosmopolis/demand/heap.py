"""A binary heap of (key, item) in two plain arrays, for the shortest path searches."""

from __future__ import annotations

from cosmopolis.kernels.decorators import inlined


@inlined
def sift_up(key, item, at, new_key, new_item):  # type: ignore[no-untyped-def]
    """Put a new entry in, where `at` entries are in the heap."""
    while at > 0:
        parent = (at - 1) >> 1
        if key[parent] <= new_key:
            break
        key[at] = key[parent]
        item[at] = item[parent]
        at = parent
    key[at] = new_key
    item[at] = new_item


@inlined
def sift_down(key, item, size):  # type: ignore[no-untyped-def]
    """Fill the root, which was taken, with the last of `size` + 1 entries."""
    last_key, last_item = key[size], item[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and key[child + 1] < key[child]:
            child += 1
        if key[child] >= last_key:
            break
        key[at] = key[child]
        item[at] = item[child]
        at = child
    key[at] = last_key
    item[at] = last_item
