"""Which machines may be asked for a stranger's photos: public ones, and those the operator allows.

Whoever writes a manifest could otherwise make this machine ask its neighbours, itself, or the
metadata service of its cloud (server-side request forgery).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Self
from urllib.parse import urlsplit

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is handed out; loopback, mapped, unique local and link-local lie outside."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""How a network without IPv4 names IPv4 addresses, RFC 6052: judged by what is inside."""
_NOT_FOR_US = (
    # Handed out for purposes that no photo is served from, and global for older Pythons.
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
)
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_MAX_PORT = 65535


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it belongs to one machine of the internet at large.

    Addresses that hold another one (6to4, NAT64) are what the inner one is; IPv4-mapped,
    IPv4-compatible and Teredo ones are never public.
    """
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None:
            return is_public(address.sixtofour)
        if address not in _GLOBAL_UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_FOR_US)
    )


@dataclass(frozen=True, slots=True)
class Allowed:
    """An exception: a network or a host by its exact name, at every port or at one."""

    network: IPv4Network | IPv6Network | None
    name: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `10.0.0.0/8`, `10.0.0.7`, `nas.home`, each but the first also with `:port`.

        IPv6 addresses with a port stand in brackets. Raises ValueError.
        """
        network = _network(text)
        if network is not None:
            return cls(network, "", None)
        host, colon, port = text.rpartition(":") if re.search(r":\d+$", text) else (text, "", "")
        host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
        number = int(port) if colon else None
        if number is not None and not 0 < number <= _MAX_PORT:
            raise ValueError(f"{text!r} names a port that cannot be")
        network = None if "/" in host else _network(host)
        if network is not None:
            return cls(network, "", number)
        name = plain_name(host)
        # Digits alone would be an address in a spelling that nobody reads right.
        if not _NAME.fullmatch(name) or name.replace(".", "").isdigit():
            raise ValueError(
                f"{text!r} is neither a network such as 10.0.0.0/8, nor an address or the exact"
                " name of a host, with or without :port"
            )
        return cls(None, name, number)

    def covers(self, name: str, address: IPv4Address | IPv6Address, port: int) -> bool:
        if self.port not in (None, port):
            return False
        if self.network is None:
            return self.name == name
        return address in self.network


class AddressPolicy:
    """Public addresses, and the exceptions that were allowed."""

    def __init__(self, allowed: Iterable[str]) -> None:
        """Raises ValueError for an exception that cannot be read."""
        self._allowed = [Allowed.parse(text) for text in allowed]

    def permits(self, host: str, address: str, port: int) -> bool:
        """Whether `address`, which the name or literal `host` led to, may be connected to."""
        try:
            # A zone says through which of our own networks: no part of whose address it is.
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        name = plain_name(host)
        return is_public(found) or any(each.covers(name, found, port) for each in self._allowed)


def plain_name(host: str) -> str:
    """One spelling for each name: lower case, ASCII, without the root's dot."""
    try:
        return host.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:  # labels that are empty or too long: no name that anybody allows
        return host.lower()


def origin_of(url: str) -> str | None:
    """`host:port` of a web address, written as an exception; None when it cannot be one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        port = port or (443 if parts.scheme.lower() == "https" else 80)
        origin = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        Allowed.parse(origin)
    except ValueError:
        return None
    return origin


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise
        return None
