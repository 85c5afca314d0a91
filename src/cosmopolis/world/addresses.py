"""Who is at the other end, and for which names this machine answers. Sans-I/O but for `own_names` and
`is_own_address`, which ask the operating system."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache

from cosmopolis.city.errors import BadInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HOUSE = 64  # bits of an IPv6 address that one subscriber is given (RFC 6177)


def parsed(text: str) -> Address | None:
    """The address in a text, None if there is none. IPv4 written as IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def counted_as(text: str) -> str | None:
    """Under which name the connections of an address are counted: None of loopback, which has no cap; for IPv6
    its /64, as one subscriber has that many addresses."""
    address = parsed(text)
    if address is None:
        return text
    if address.is_loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, HOUSE), strict=False))
    return str(address)


def trusted_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses (10.0.0.1) and networks (10.0.0.0/8) of proxies. Raises BadInput."""
    networks = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise BadInput(
                f"--trusted-proxy {text} is neither an address nor a network, as 10.0.0.1 or 10.0.0.0/8."
            ) from error
    return tuple(networks)


def is_trusted(text: str, trusted: tuple[Network, ...]) -> bool:
    address = parsed(text) if trusted else None
    return address is not None and any(address in network for network in trusted)


def forwarded_for(peer: str, said: str, trusted: tuple[Network, ...]) -> str:
    """Whose request it is: of the chain in X-Forwarded-For, the last that no trusted proxy of ours is; what stands
    before it anybody may have written. `peer` itself if it is not trusted or its chain is none."""
    if not is_trusted(peer, trusted):
        return peer
    found = peer
    for part in reversed(said.split(",")):
        if parsed(part) is None:
            return found
        found = part.strip()
        if not is_trusted(found, trusted):
            return found
    return found


def host_name(header: str) -> str | None:
    """The name in a Host header, in small letters, without its port; None if it is not one."""
    name, colon, port = header.strip().lower().rpartition(":")
    if not colon or "]" in port:  # no port
        name, port = header.strip().lower(), ""
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5):
        return None
    if name.startswith("["):
        address = parsed(name) if name.endswith("]") else None
        return str(address) if address is not None else None
    name = name.removesuffix(".")
    allowed = name.isascii() and 0 < len(name) <= 253 and all(c.isalnum() or c in "-._" for c in name)
    return name if allowed else None


def answers_for(name: str, here: str, names: frozenset[str]) -> bool:
    """Whether a request for `name` that arrived at the address `here` is meant for this server: one for loopback,
    for an address of this machine, or for one of `names`. A page of another site that points its own name at us
    (DNS rebinding) asks for that name."""
    if name == "localhost" or name.endswith(".localhost") or name in names:
        return True
    address = parsed(name)
    return address is not None and (
        address.is_loopback or address == parsed(here) or is_own_address(str(address))
    )


@lru_cache(maxsize=256)
def is_own_address(text: str) -> bool:
    """Whether this machine has the address: of those that belong to one machine, it is then that a socket can be
    bound to it."""
    address = parsed(text)
    if address is None or address.is_unspecified or address.is_multicast or address.is_reserved:
        return False
    try:
        with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def own_names() -> frozenset[str]:
    """The names of this machine, as it knows them itself: asked of nobody, as an answer may take long."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    return frozenset({host, short, f"{short}.local"})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server at `host`."""
    address = parsed(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)
