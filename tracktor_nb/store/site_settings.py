"""What the owner of a site can set: each name with what it takes, and the cure where it takes something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tracktor_nb.errors import DefinitionError, SettingError, UnknownNameError
from tracktor_nb.semantics.auto_event import auto_events_of
from tracktor_nb.semantics.cart import LONGEST_SILENCE, USUAL_SILENCE
from tracktor_nb.semantics.period import duration, is_duration

from .carts import withdraw
from .sites import SiteRecord, change_site, site_by_id
from .writer import Transaction

_WITHDRAWN = {"cart_abandoned": "set", "cart_canceled": "cancel"}
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def change_settings(tx: Transaction, site_id: int, changes: Mapping[str, Any]) -> SiteRecord:
    """Change some settings of a site and return it; None takes one back. The others stay.

    `signed_only` (secure mode), `origins` (of pages that may send; https://*.example.com for all below), and whole
    numbers: `retention_days` (older events are deleted), `ids_per_person`, `merges_per_hour`. `auto_events` are
    dictionaries of name, kind ("page" or "click") and match. Advanced events are on unless switched off:
    `visited_site`, `cart_abandoned`, `cart_canceled`; `cart_abandoned_after` (usually "1h") and `cart_canceled_after`
    (usually at once) are how long nothing must be heard of a cart before.
    """
    settings = {**site_by_id(tx.connection, site_id).settings}
    for name, value in changes.items():
        if name not in _CHECKS:
            raise UnknownNameError("setting", name, _CHECKS)
        settings.pop(name, None)
        if value is not None:
            settings[name] = _CHECKS[name](name, value)
        if value is False and name in _WITHDRAWN:
            withdraw(tx, site_id, _WITHDRAWN[name])
    return change_site(tx, site_id, settings=settings)


def silences_of(settings: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return after how many microseconds of silence a cart is abandoned, and canceled; None: never."""
    abandoned, canceled = (settings.get(f"cart_{name}_after") for name in ("abandoned", "canceled"))
    return (
        None if settings.get("cart_abandoned") is False else duration(abandoned) if abandoned else USUAL_SILENCE,
        None if settings.get("cart_canceled") is False else duration(canceled) if canceled else 0,
    )


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"`{name}` is {value!r}; it can be True or False.")
    return value


def _number(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingError(f"`{name}` is {value!r}; it must be a whole number from 1 on, or None.")
    return value


def _auto_events(name: str, value: Any) -> list[dict[str, str]]:
    try:
        return [each.to_dict() for each in auto_events_of(value)]
    except (DefinitionError, TypeError) as error:
        raise SettingError(f"`{name}`: {error}") from error


def _silence(name: str, value: Any) -> str:
    if not is_duration(value) or duration(value) > LONGEST_SILENCE:
        raise SettingError(f"`{name}` is {value!r}; write a time such as '30m', '2h' or '1d', up to '30d'.")
    return str(value)


def _origins(name: str, value: Any) -> list[str]:
    if isinstance(value, str) or not all(isinstance(each, str) for each in value):
        raise SettingError(f"`{name}` must be a list of texts such as ['https://shop.example'].")
    for each in value:
        if not _ORIGIN.fullmatch(each):
            raise SettingError(f"{each!r} is no origin: write https://shop.example, without a path or a slash behind.")
    return list(value)


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "signed_only": _flag,
    "origins": _origins,
    "retention_days": _number,
    "ids_per_person": _number,
    "merges_per_hour": _number,
    "auto_events": _auto_events,
    "visited_site": _flag,
    "cart_abandoned": _flag,
    "cart_abandoned_after": _silence,
    "cart_canceled": _flag,
    "cart_canceled_after": _silence,
}
