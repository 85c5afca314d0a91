"""Cosmopolis: any district becomes a living, shared 3D city."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("cosmopolis")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0.0.0"
