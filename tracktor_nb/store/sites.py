"""Sites: each with its public token, its secrets, its time zone and its settings."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError, SettingError, UnknownNameError

from .canonical import json_text
from .tables import site
from .writer import Transaction

_BASE62 = string.digits + string.ascii_letters


@dataclass(frozen=True)
class SiteRecord:
    """A site as stored. `sid` is public, `secret` signs ids, `server_key` may do what only servers may."""

    id: int
    name: str
    sid: str
    secret: str
    server_key: str
    zone: str
    week_start: int
    settings: Mapping[str, Any]
    removed_at: int | None = None
    old_secret: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets whose signatures are good now: one, or two while the old one is being replaced."""
        return (self.secret,) if self.old_secret is None else (self.secret, self.old_secret)


_COLUMNS = [site.c[field] for field in SiteRecord.__dataclass_fields__]


def add_site(tx: Transaction, name: str, zone: str = "UTC", week_start: int = 0) -> SiteRecord:
    """Make a site and return it; SettingError if the name is taken or the time zone unknown."""
    _check_name(tx, name)
    _check_zone(zone)
    tokens = {"sid": _token(24), "secret": _token(24), "server_key": _token(32)}
    values = {"name": name, "zone": zone, "week_start": week_start, "settings": "{}", "edges_generation": 0}
    salt = secrets.token_bytes(16)
    row = tx.connection.execute(site.insert().values(**tokens, **values, salt=salt).returning(*_COLUMNS))
    return _record(row.one())


def change_site(tx: Transaction, site_id: int, **changes: Any) -> SiteRecord:
    """Set any of `name`, `zone`, `week_start`, `settings` (all of them at once) and return the site."""
    if "name" in changes:
        _check_name(tx, changes["name"])
    if "zone" in changes:
        _check_zone(changes["zone"])
    if "settings" in changes:
        changes["settings"] = json_text(changes["settings"])
    return _change(tx, site_id, changes)


def _change(tx: Transaction, site_id: int, changes: Mapping[str, Any]) -> SiteRecord:
    changed = site.update().where(site.c.id == site_id, site.c.removed_at.is_(None)).values(changes)
    row = tx.connection.execute(changed.returning(*_COLUMNS)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no site with the number {site_id}.")
    return _record(row)


def rotate_secret(tx: Transaction, site_id: int) -> SiteRecord:
    """Give the site a new signing secret and return it; the one before stays good until `drop_old_secret`.

    SettingError while an older one is still good: dropping it unasked would lock out whoever signs with it.
    """
    record = site_by_id(tx.connection, site_id)
    if record.old_secret is not None:
        raise SettingError(f"{record.name!r} has two secrets already; drop the old one first: site secret drop-old.")
    return _change(tx, site_id, {"secret": _token(24), "old_secret": record.secret})


def drop_old_secret(tx: Transaction, site_id: int) -> SiteRecord:
    """Make the older of two signing secrets good for nothing and return the site; nothing happens if there is one."""
    return _change(tx, site_id, {"old_secret": None})


def remove_site(tx: Transaction, site_id: int, at: int) -> None:
    """Close a site at an instant (microseconds): its token is refused from then on, its name is free again."""
    closed = site.update().where(site.c.id == site_id, site.c.removed_at.is_(None)).values(removed_at=at)
    if not tx.connection.execute(closed).rowcount:
        raise NotFoundError(f"There is no site with the number {site_id}.")


def site_by_sid(connection: sa.Connection, sid: str) -> SiteRecord | None:
    """Return the site of a public token, also a removed one (`removed_at` is set then), or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(site.c.sid == sid)).one_or_none()
    return None if row is None else _record(row)


def site_by_id(connection: sa.Connection, site_id: int) -> SiteRecord:
    """Return the open site of that number; NotFoundError if there is none."""
    its = (site.c.id == site_id, site.c.removed_at.is_(None))
    row = connection.execute(sa.select(*_COLUMNS).where(*its)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no site with the number {site_id}.")
    return _record(row)


def site_by_name(connection: sa.Connection, name: str) -> SiteRecord:
    """Return the site of that name; UnknownNameError, with the near ones, if there is none."""
    known = {record.name: record for record in list_sites(connection)}
    if name not in known:
        raise UnknownNameError("site", name, known)
    return known[name]


def list_sites(connection: sa.Connection) -> list[SiteRecord]:
    """Return every site that was not removed, by name."""
    rows = connection.execute(sa.select(*_COLUMNS).where(site.c.removed_at.is_(None)).order_by(site.c.name))
    return [_record(row) for row in rows]


def _record(row: sa.Row[Any]) -> SiteRecord:
    values = row._asdict()
    return SiteRecord(**{**values, "settings": orjson.loads(values["settings"])})


def _token(length: int) -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def _check_name(tx: Transaction, name: str) -> None:
    if not name.strip():
        raise SettingError("A site needs a name.")
    if any(record.name == name for record in list_sites(tx.connection)):
        raise SettingError(f"There is a site {name!r} already; choose another name.")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(f"Unknown time zone {zone!r}; use a name like 'Europe/Berlin' or 'UTC'.") from error
