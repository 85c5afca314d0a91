"""The chessboard town that many tests drive on; it lives with the benchmarks, which a wheel carries too."""

from cosmopolis.benchmarks.grid import grid

__all__ = ["grid"]
