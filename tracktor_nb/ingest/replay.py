"""Refused requests once more: as they were sent, or with parameters mended, with the rights of the site's owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from tornado.escape import parse_qs_bytes

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.store.database import Database
from tracktor_nb.store.rejected import Rejected, drop_rejected, rejected_by_id
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.writer import Transaction

from .batch import call_of_item, check_items, check_object
from .calls import ENTRIES, Call, entry_of
from .recording import Answer, Entry, step_of
from .requests import Params, params_of, read_json, read_params
from .segment import read_message

_SIGNATURE = re.compile(r"""(sign["']?\s*[=:]\s*["']?)[\w.%+-]+""")


def replay(database: Database, site: SiteRecord, number: int, now: int, changes: Mapping[str, Value]) -> list[Answer]:
    """Record a refused request and forget that it was refused; returns an answer for each row it meant.

    It happened when it says, else when it first came; it is known from `now` (microseconds) on. `changes` replaces
    parameters; None takes one away, such as a wrong `sign`. Raises PayloadError, and changes nothing, if it is refused
    again, NotFoundError if there is no such request.
    """
    with database.read() as connection:
        refused = rejected_by_id(connection, site.id, number)
    entries = _entries(refused, site, partial(_call, site, refused.received_at, now, changes))

    def step(tx: Transaction) -> list[Answer]:
        answers = []
        for outcome in step_of(site, entries)(tx):
            if isinstance(outcome, PayloadError):
                raise outcome
            answers.append(outcome)
        drop_rejected(tx, site.id, number)
        return answers

    return database.writer.run(step)


def shown(raw: bytes) -> str:
    """Return a refused request to look at, without its signatures."""
    return _SIGNATURE.sub(r"\1…", raw.decode(errors="replace"))


def _call(site: SiteRecord, arrived: int, now: int, changes: Mapping[str, Value], params: Params) -> Call:
    """The owner of the site asks for it, so it is a call that has the server key."""
    params.values.setdefault("ts", f"{arrived // 1_000_000}.{arrived % 1_000_000:06d}")
    params.values = {name: value for name, value in (params.values | dict(changes)).items() if value is not None}
    if params.problem is not None and params.problem.param not in changes:
        raise params.problem
    return Call(site, params, now, trusted=True)


def _entries(refused: Rejected, site: SiteRecord, call: Any) -> list[Entry]:
    if refused.route in ENTRIES:
        return [entry_of(refused.route, call(_params(refused.raw)))]
    given = read_json(refused.raw.partition(b"\n")[2] if not refused.raw.startswith(b"{") else refused.raw)
    if not isinstance(given, Mapping):
        raise PayloadError("bad_body", None, "This is no JSON object.")
    items = check_items(given["batch"]) if "batch" in given else [given]
    entries: list[Entry] = []
    for item in items:
        if refused.route == "batch":
            route, its = call_of_item(item)
            entries.append(entry_of(route, call(params_of(its))))
        else:
            calendar = Calendar(site.zone, site.week_start)
            entries += read_message(check_object(item), refused.route.removeprefix("v1/"), calendar, call)
    return entries


def _params(raw: bytes) -> Params:
    """Read what was kept: the query, the body, or both with a line between them."""
    if raw.startswith(b"{"):
        return read_params({}, "application/json", raw)
    query, _, body = raw.partition(b"\n")
    kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    return read_params(parse_qs_bytes(query, keep_blank_values=True), kind, body)
