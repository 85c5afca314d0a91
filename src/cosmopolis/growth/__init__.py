"""Grows an invented town from a brief: the same town for everyone from the same seed."""

from cosmopolis.growth.town import grow

GROWTH_VERSION = 2  # grows when the same seed gives another town, or one that says something else of itself

__all__ = ["GROWTH_VERSION", "grow"]
