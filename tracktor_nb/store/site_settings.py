"""What the owner of a site can set: each name with what it takes, and the cure where it takes something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tracktor_nb.errors import SettingError, UnknownNameError

from .sites import SiteRecord, change_site, site_by_id
from .writer import Transaction

_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def change_settings(tx: Transaction, site_id: int, changes: Mapping[str, Any]) -> SiteRecord:
    """Change some settings of a site and return it; None takes one back. The others stay.

    `signed_only` (secure mode), `origins` (of pages that may send; https://*.example.com for all below), and whole
    numbers: `retention_days` (older events are deleted), `ids_per_person`, `merges_per_hour`.
    """
    settings = {**site_by_id(tx.connection, site_id).settings}
    for name, value in changes.items():
        if name not in _CHECKS:
            raise UnknownNameError("setting", name, _CHECKS)
        settings.pop(name, None)
        if value is not None:
            settings[name] = _CHECKS[name](name, value)
    return change_site(tx, site_id, settings=settings)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"`{name}` is {value!r}; it can be True or False.")
    return value


def _number(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingError(f"`{name}` is {value!r}; it must be a whole number from 1 on, or None.")
    return value


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
}
