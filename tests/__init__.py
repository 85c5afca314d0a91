"""Tests of Cosmopolis. A package, so that tests of all rooms can share `tests.grids`."""
