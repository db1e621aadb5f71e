"""How much one sender, one site and one person may send: token buckets, each a single number, never more than so many.

The limits hold for one process; `serve --processes N` lets N times as much in.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache

from tracktor_nb.errors import SettingError, TooManyError

MOST_SENDERS = 50_000
"""So many buckets are kept; beyond it the one that was not used for longest is forgotten, which is to say full."""
BURST_SECONDS = 10
"""A bucket that was left alone holds what flows in during so many seconds."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Buckets:
    """Token buckets of one size, by key. Each is kept as the instant (nanoseconds) at which it will be full again."""

    def __init__(self, a_second: float, clock: Callable[[], int] = time.monotonic_ns, most: int = MOST_SENDERS) -> None:
        self._token = round(1e9 / a_second)
        self._clock, self._most = clock, most
        self._full_at: OrderedDict[Hashable, int] = OrderedDict()

    def wait(self, key: Hashable, tokens: int) -> float:
        """Return the seconds until so many tokens can be taken; 0 if they can be taken now.

        More tokens than a bucket holds can be taken from a full one.
        """
        missing = self._missing(key)
        over = missing + tokens * self._token - BURST_SECONDS * 1_000_000_000
        return max(0, min(over, missing)) / 1e9

    def take(self, key: Hashable, tokens: int) -> None:
        """Take tokens."""
        self._full_at[key] = self._clock() + self._missing(key) + tokens * self._token
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)

    def _missing(self, key: Hashable) -> int:
        """The nanoseconds until the bucket is full."""
        return max(self._full_at.get(key, 0) - self._clock(), 0)

    def __len__(self) -> int:
        return len(self._full_at)


class Limits:
    """What is let in: `of_sender` calls a second for one site from one network, `of_site` for one site, and
    `of_person` changes a second of the properties and the cart of one person; 0: no limit.
    """

    def __init__(
        self,
        of_sender: float = 0,
        of_site: float = 0,
        of_person: float = 0,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._senders = Buckets(of_sender, clock) if of_sender else None
        self._sites = Buckets(of_site, clock) if of_site else None
        self._people = Buckets(of_person, clock) if of_person else None

    def admit(self, sid: str, address: str, calls: int = 1) -> None:
        """Count calls of a site from an address, or raise TooManyError and count nothing."""
        taken = [(self._senders, (sid, network_of(address))), (self._sites, sid)]
        limited = [(buckets, key) for buckets, key in taken if buckets is not None]
        wait = max((buckets.wait(key, calls) for buckets, key in limited), default=0.0)
        if wait:
            raise TooManyError(math.ceil(wait))
        for buckets, key in limited:
            buckets.take(key, calls)

    def admit_change(self, sid: str, distinct_id: str) -> None:
        """Count a change of a person's properties or cart, or raise TooManyError."""
        if self._people is None:
            return
        key = sid, distinct_id
        if wait := self._people.wait(key, 1):
            raise TooManyError(math.ceil(wait), "id", "changes of this person")
        self._people.take(key, 1)


@lru_cache(maxsize=8192)
def network_of(address: str) -> str:
    """Return the network that counts as one sender: an IPv4 /24 or IPv6 /64, else the address as it is."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a text such as "127.0.0.1, 10.0.0.0/8", or raise SettingError."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingError(f"TRACKTOR_PROXIES: {error}. List addresses or networks, such as 10.0.0.0/8.") from error


@lru_cache(maxsize=8192)
def sender(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> str:
    """Return the address that a request came from: the last one of X-Forwarded-For that no trusted proxy has.

    Whoever is no trusted proxy could write anything there; then the peer itself is the sender.
    """
    nearest = peer
    for hop in reversed(forwarded.split(",")):
        if not _is_one_of(nearest, trusted):
            break
        nearest = hop.strip() or nearest
    return nearest if _is_address(nearest) else peer


def _is_one_of(address: str, networks: Iterable[Network]) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
