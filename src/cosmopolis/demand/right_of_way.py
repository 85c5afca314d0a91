"""How much of the time a connection may be driven, and how long it makes one wait: by lights and right of way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Control, Light, Turn

PERMISSIVE = 0.5  # of green that must find gaps
LOST = 2.0  # s of every green until the queue moves
GIVES_WAY = 0.5  # share of the hour in which a minor approach finds a gap
BY_CONTROL = {Control.ALL_WAY_STOP: 0.4, Control.RIGHT_BEFORE_LEFT: 0.55, Control.ROUNDABOUT: 0.6}
MINOR_PENALTY = 1.5  # s before a connection that gives way, SUMO's weights.minor-penalty
TURNAROUND_PENALTY = 5.0  # s for a U-turn, SUMO's weights.turnaround-penalty
GAP_SECONDS = 7.0  # s that a vehicle waits on average where it gives way without a light


def go_share(network: Network) -> NDArray[np.float64]:
    """(C,) share of the hour in which a connection may be driven."""
    links = network.connections
    control = np.full(max(Control) + 1, GIVES_WAY)
    for kind, value in BY_CONTROL.items():
        control[kind] = value
    out = np.where(gives_way(network), control[network.junctions.control[links.junction]], 1.0)
    signalled = np.flatnonzero(links.signal >= 0)
    out[signalled] = _green(network)[0][signalled]
    return out


def waiting_seconds(network: Network) -> NDArray[np.float64]:
    """(C,) s lost on average before a connection by somebody alone: at a light d = C (1 - g / C)^2 / 2, the first
    term of Webster (1958) without other traffic; where one gives way a usual gap."""
    share, cycle = _green(network)
    signalled = network.connections.signal >= 0
    return np.where(signalled, cycle * (1 - share) ** 2 / 2, np.where(gives_way(network), GAP_SECONDS, 0.0))


def gives_way(network: Network) -> NDArray[np.bool_]:
    """(C,) waits for some other connection, lights aside."""
    conflicts = network.conflicts
    owner = np.repeat(np.arange(len(network.connections)), np.diff(conflicts.start))
    return np.bincount(owner[conflicts.yields], minlength=len(network.connections)) > 0


def turn_penalties(network: Network) -> NDArray[np.float64]:
    """(C,) s that SUMO's router adds to each connection for giving way without a light and for turning round."""
    links = network.connections
    minor = gives_way(network) & (links.signal < 0)
    turns_round = links.turn == int(Turn.U_TURN)
    return np.asarray(MINOR_PENALTY * minor + TURNAROUND_PENALTY * turns_round, np.float64)


def _green(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(C,) green over cycle, permissive green at a discount, and the cycle in s; (1, 0) without a light."""
    signals = network.signals
    share, cycle = np.ones(len(network.connections)), np.zeros(len(network.connections))
    for row in range(len(signals)):
        links = signals.link[signals.link_start[row] : signals.link_start[row + 1]]
        first, last = signals.phase_start[row], signals.phase_start[row + 1]
        if first == last or len(links) == 0:
            continue
        duration = signals.duration[first:last].astype(np.float64)
        light = signals.light[signals.light_start[first] : signals.light_start[last]]
        light = light.reshape(last - first, len(links))
        protected = light == Light.GREEN_PROTECTED
        permissive = (light == Light.GREEN_PERMISSIVE) | (light == Light.GREEN_ARROW)
        seconds = duration @ protected + PERMISSIVE * (duration @ permissive)
        off = (light == Light.OFF).all(axis=0)
        share[links] = np.where(off, GIVES_WAY, np.maximum(seconds - LOST, 1.0) / duration.sum())
        cycle[links] = duration.sum()
    return share, cycle
