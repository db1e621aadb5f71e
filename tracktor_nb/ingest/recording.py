"""The step the writer takes: entries go into the store, each with its own outcome.

Outcomes are data, errors included, because an error that is raised would undo the whole group of neighbours the step
is committed with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tracktor_nb.errors import PayloadError
from tracktor_nb.store.events import NewChange, NewEvent, record_rows
from tracktor_nb.store.identity import merge
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


Entry = NewEvent | NewChange | NewMerge


def step_of(site_id: int, entries: Sequence[Entry]) -> Step:
    """Return the step that stores entries in their order and returns an outcome for each."""
    return lambda transaction: [*_record(transaction, site_id, entries)]


def _record(tx: Transaction, site_id: int, entries: Sequence[Entry]) -> Iterator[Outcome]:
    """Rows between two merges go into the store together: what a merge decides depends on what came before it."""
    for merges, run in groupby(entries, key=lambda entry: isinstance(entry, NewMerge)):
        if merges:
            yield from (_merge(tx, site_id, entry) for entry in run if isinstance(entry, NewMerge))
        else:
            rows = [entry for entry in run if not isinstance(entry, NewMerge)]
            for recorded in record_rows(tx, site_id, rows):
                yield {"duplicate": True} if recorded.duplicate else {}


def _merge(tx: Transaction, site_id: int, entry: NewMerge) -> Outcome:
    src, dest, time, received_at, message_key, imported, rule, must_merge = entry
    done = merge(tx, site_id, src, dest, time, received_at, rule, message_key, imported=imported)
    if must_merge and not done.merged:
        return merge_not_allowed()
    return {"merged": done.merged, "unchanged": True} if done.unchanged else {"merged": done.merged}


def merge_not_allowed() -> PayloadError:
    """Return the refusal of a merge that would take over a known person."""
    text = "The person of srcid is known already; merging it needs `srcsign`, the signature of srcid."
    return PayloadError("merge_not_allowed", "srcsign", text, status=403)
