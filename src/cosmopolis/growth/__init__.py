"""Grows an invented town from a brief: the same town for everyone from the same seed."""

from cosmopolis.growth.town import grow

__all__ = ["grow"]
