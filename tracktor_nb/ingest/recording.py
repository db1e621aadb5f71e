"""The step the writer takes: entries go into the store, each with its own outcome.

Outcomes are data, errors included, because an error that is raised would undo the whole group of neighbours the step
is committed with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.identity import ANONYMOUS_PREFIX
from tracktor_nb.store.carts import NewCart, record_carts, settle_carts
from tracktor_nb.store.events import NewChange, NewEvent, record_rows
from tracktor_nb.store.identity import Limits, look_up_person, merge
from tracktor_nb.store.people import properties_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.visits import begun_visits, may_begin_visit
from tracktor_nb.store.writer import Transaction

Answer = dict[str, Any]
Outcome = Answer | PayloadError
Step = Callable[[Transaction], list[Outcome]]


class NewMerge(NamedTuple):
    """Two ids that are one person from now on; `must_merge` makes it an error if the `rule` does not let them."""

    src: str
    dest: str
    time: int
    received_at: int
    message_key: bytes | None = None
    imported: bool = False
    rule: str = "alias"
    must_merge: bool = False
    or_anonymous: bool = False
    """True if `src` may be the id of a visitor without our prefix; it is if nobody but that visitor has it."""
    limits: Limits | None = Limits()
    """How much one person can be merged; None for callers who may know better."""


class NewTraits(NamedTuple):
    """New values of properties, and some that `fill` in only what the person lacks."""

    change: NewChange
    fill: Mapping[str, Value]


Entry = NewEvent | NewChange | NewMerge | NewTraits | NewCart


def step_of(site: SiteRecord, entries: Sequence[Entry]) -> Step:
    """Return the step that stores entries in their order and returns an outcome for each."""
    return lambda transaction: [*_record(transaction, site, entries)]


def _record(tx: Transaction, site: SiteRecord, entries: Sequence[Entry]) -> Iterator[Outcome]:
    """Plain rows go into the store together; what looks at a person first comes alone, after the rows before it.

    What follows from calls about carts is said once they are all in: a browser that was offline sends many at once.
    """
    called: dict[int, int] = {}
    for plain, run in groupby(entries, key=lambda entry: type(entry) in (NewEvent, NewChange)):
        if plain:
            yield from _rows(tx, site, [entry for entry in run if isinstance(entry, (NewEvent, NewChange))])
            continue
        for entry in run:
            if isinstance(entry, NewMerge):
                yield _merge(tx, site.id, entry)
            elif isinstance(entry, NewTraits):
                yield from _rows(tx, site, [_filled(tx, site.id, entry)])
            elif isinstance(entry, NewCart):
                [recorded] = record_carts(tx, site.id, [entry])
                called.update({recorded.identity_id: entry.received_at} if recorded.is_new else {})
                yield {"duplicate": True} if recorded.duplicate else {}
    if called:
        settle_carts(tx, site.id, called, max(called.values()))


def _rows(tx: Transaction, site: SiteRecord, rows: Sequence[NewEvent | NewChange]) -> list[Outcome]:
    recorded = record_rows(tx, site.id, rows)
    if site.settings.get("visited_site", True):
        seen = ((each.identity_id, row) for each, row in zip(recorded, rows, strict=True)
                if type(row) is NewEvent and may_begin_visit(row) and each.is_new)  # fmt: skip
        if begun := begun_visits(tx, seen):
            record_rows(tx, site.id, begun)
    return [{"duplicate": True} if each.duplicate else {} for each in recorded]


def _filled(tx: Transaction, site_id: int, entry: NewTraits) -> NewChange:
    known = properties_of(tx.connection, site_id, entry.change.distinct_id)
    fill = {name: value for name, value in entry.fill.items() if name not in known}
    return entry.change._replace(values={**fill, **entry.change.values})


def _merge(tx: Transaction, site_id: int, entry: NewMerge) -> Outcome:
    src, dest, time, received_at, message_key, imported, rule, must_merge, or_anonymous, limits = entry
    if or_anonymous and look_up_person(tx.connection, site_id, src) is None:
        visitor = ANONYMOUS_PREFIX + src
        src = src if look_up_person(tx.connection, site_id, visitor) is None else visitor
    done = merge(tx, site_id, src, dest, time, received_at, rule, message_key, imported=imported, limits=limits)
    if done.beyond:
        return merged_too_often(done.beyond)
    if done.erased:
        return {"merged": False}
    if must_merge and not done.merged and done.edge_seq is None:  # a repeated message is no new try
        return merge_not_allowed()
    return {"merged": done.merged, "unchanged": True} if done.unchanged else {"merged": done.merged}


def merge_not_allowed() -> PayloadError:
    """Return the refusal of a merge that would take over a known person."""
    text = "The person of srcid is known already; merging it needs `srcsign`, the signature of srcid."
    return PayloadError("merge_not_allowed", "srcsign", text, status=403)


def merged_too_often(code: str) -> PayloadError:
    """Return the refusal of a merge beyond a limit, `too_many_ids` or `too_many_merges`."""
    much = "has many ids already" if code == "too_many_ids" else "was merged often within an hour"
    text = f"This person {much}: do several people share an id? The server key is not bound by this limit."
    return PayloadError(code, "srcid", text, status=403)
