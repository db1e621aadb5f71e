"""From the rows of a file to events and property changes, or to the reason why a row is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from tracktor_nb.errors import DefinitionError, PayloadError
from tracktor_nb.semantics.event import SYSTEM_EVENTS
from tracktor_nb.semantics.identity import check_distinct_id
from tracktor_nb.semantics.period import FIRST_INSTANT, LAST_INSTANT, Calendar
from tracktor_nb.semantics.wire import LARGEST_DATA, canonical, check_event_name, message_key

from .events import NewChange, NewEvent
from .import_columns import Columns

_DAY = re.compile(r"(?:19|20)[0-9]{6}")
_UNIX = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")


@dataclass(frozen=True)
class RowReader:
    """Turns the rows of one file into what is stored of them. Instants are microseconds; `now` is the time of import.

    A row's message key is made of the file's bytes and the row's number, so importing a file again adds nothing.
    """

    columns: Columns
    calendar: Calendar
    digest: str
    now: int
    event: str | None = None

    def event_of(self, number: int, row: Mapping[str, Any]) -> NewEvent:
        """Return the event of a row, or raise PayloadError."""
        name = self.event if self.columns.event is None else row.get(self.columns.event)
        data, notes = self._properties(row)
        return NewEvent(
            distinct_id=self._distinct_id(row),
            name=_event_name(name),
            time=_instant(row.get(self.columns.time or ""), self.calendar),
            received_at=self.now,
            data=data or None,
            message_key=message_key(f"{self.digest}:{number}"),
            imported=True,
            notes=notes,
        )

    def change_of(self, number: int, row: Mapping[str, Any]) -> NewChange:
        """Return the property change that a person's row is, or raise PayloadError."""
        since = row.get(self.columns.time or "")
        values, notes = self._properties(row)
        return NewChange(
            distinct_id=self._distinct_id(row),
            values=values,
            time=self.now if since is None else _instant(since, self.calendar),
            received_at=self.now,
            message_key=message_key(f"{self.digest}:{number}"),
            imported=True,
            notes=notes,
        )

    def _distinct_id(self, row: Mapping[str, Any]) -> str:
        value = row.get(self.columns.distinct_id, "")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise PayloadError("bad_id", "distinct_id", f"The id is {value!r}; it must be a text or a whole number.")
        return _checked_id(value)

    def _properties(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The properties, unfolded from their own column where there is one, and notes of what had to be changed."""
        names, roles = self.columns.names, self.columns.roles
        values = {names.get(name, name): value for name, value in row.items() if name not in roles}
        folded = row.get(self.columns.properties or "")
        if folded is not None:
            values = {**_unfolded(folded), **values}
        clean, flags = canonical(values, "properties")
        if (size := len(orjson.dumps(clean))) > LARGEST_DATA:
            problem = f"The properties have {size:,} bytes; {LARGEST_DATA:,} are allowed."
            raise PayloadError("too_large", "properties", problem, status=413)
        return clean, {"flags": list(flags)} if flags else None


@lru_cache(100_000)
def _checked_id(distinct_id: str) -> str:
    return check_distinct_id(distinct_id, "distinct_id")


def _event_name(name: Any) -> str:
    """Return the name of an event. Whoever imports owns the site, so events that the system makes may come back."""
    if not isinstance(name, str):
        raise PayloadError("missing_param", "event", "The row has no event name, or one that is no text.")
    return _checked_name(name)


@lru_cache
def _checked_name(name: str) -> str:
    return name if name in SYSTEM_EVENTS else check_event_name(name, "event")


def _instant(value: Any, calendar: Calendar) -> int:
    """Return the instant of a date, an ISO text, or a Unix time whose size shows its unit; from 1970 to 9999."""
    if value is None:
        raise PayloadError("missing_param", "time", "The row has no time.")
    if not isinstance(value, str | int | float | date) or isinstance(value, bool):
        raise PayloadError("bad_time", "time", "The time is neither a text nor a number.")
    return _checked_instant(value, calendar)


@lru_cache(10_000)
def _checked_instant(value: str | float | date, calendar: Calendar) -> int:
    try:
        time = _read_time(value, calendar)
    except (DefinitionError, OverflowError):
        time = LAST_INSTANT
    if not FIRST_INSTANT <= time < LAST_INSTANT:
        wanted = "Write 2026-11-23, 2026-11-23T14:00:00Z or Unix seconds, from 1970 on."
        raise PayloadError("bad_time", "time", f"{str(value)[:40]!r} is no time we can read. {wanted}")
    return time


def _read_time(value: str | float | date, calendar: Calendar) -> int:
    if isinstance(value, datetime):
        return calendar.instant(value)
    if isinstance(value, date):
        return calendar.midnight(value)
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    if _UNIX.fullmatch(text) and not _DAY.fullmatch(text):
        return _unix_time(text)
    return calendar.parse(re.sub(" ?UTC$", "+00:00", text))


def _unix_time(text: str) -> int:
    """Eleven digits of seconds reach the year 5138, so more digits mean thousandths, as in a public `ts`."""
    number = Decimal(text)
    while number >= 10**11:
        number /= 1000
    return int(number * 1_000_000)


def _unfolded(folded: Any) -> dict[str, Any]:
    """Return the object in a column of properties, given as such or as JSON text."""
    try:
        values = orjson.loads(folded) if isinstance(folded, str | bytes) else folded
    except orjson.JSONDecodeError as error:
        raise PayloadError("bad_json", "properties", f"The properties are not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise PayloadError("data_not_object", "properties", 'The properties are not a JSON object such as {"plan": …}.')
    return {name: value for name, value in values.items() if value is not None}
