"""The drawings that many tests drive on; they live with the experiments of `cosmopolis validate`, which share them."""

from cosmopolis.validation.drawing import WIDTH, Drawing, empty_city, nothing, trips_of
from cosmopolis.validation.places import random_trips

__all__ = ["WIDTH", "Drawing", "empty_city", "nothing", "random_trips", "trips_of"]
