"""The street network: from streets as drawn to lanes, connections, conflicts and signals."""

from cosmopolis.city.network.build import build_network
from cosmopolis.city.network.checks import check

__all__ = ["build_network", "check"]
