"""Lists that campaigns keep: saved cohorts that people are put on and taken off (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Iterable

from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.nodes import AddTo, RemoveFrom
from tracktor_nb.semantics.run import Effect

from . import definitions, shelf
from .rows_of_people import listed_in
from .writer import Transaction

ORIGIN = "kept by campaigns"


def make_lists(tx: Transaction, site_id: int, campaign: Campaign, now: int) -> None:
    """Make the lists that a campaign names and nobody has made; DefinitionError for the name of something else."""
    names = {node.list for node in campaign.graph.nodes.values() if isinstance(node, (AddTo, RemoveFrom))}
    for name in sorted(names):
        _number(tx, site_id, name, now)


def change_lists(tx: Transaction, site_id: int, effects: Iterable[Effect], now: int) -> None:
    """Put people on lists and take them off, as the effects say, in their order."""
    for effect in effects:
        if effect.kind in ("add", "remove"):
            number = _number(tx, site_id, str(effect.body["list"]), now)
            change = _add if effect.kind == "add" else _remove
            change(tx, site_id, number, effect.identity)


def _number(tx: Transaction, site_id: int, name: str, now: int) -> int:
    """Return the number of a list; one that is not there, or was put away, is made."""
    try:
        stored = definitions.load(tx.connection, site_id, name)
        number = stored.body.get("number") if stored.kind == "cohort" else None
    except UnknownNameError:
        number = None
    if number is None:
        number = tx.next_seq()
        shelf.keep(tx, site_id, name, Cohort(number, ORIGIN), now=now)
    return int(number)


def _add(tx: Transaction, site_id: int, number: int, identity: int) -> None:
    members = _members(tx, identity)
    if members and not _listed(tx, number, members):
        _write(tx, site_id, number, [identity], listed=True)


def _remove(tx: Transaction, site_id: int, number: int, identity: int) -> None:
    _write(tx, site_id, number, _listed(tx, number, _members(tx, identity)), listed=False)


def _members(tx: Transaction, identity: int) -> dict[int, int]:
    """Return the identities of the person, each with the number up to which it belonged to somebody removed."""
    its = "SELECT person_id FROM identity WHERE id = ?"
    rows = tx.execute(f"SELECT id, COALESCE(removed_seq, 0) FROM identity WHERE person_id = ({its})", (identity,))
    return {row[0]: row[1] for row in rows}


def _listed(tx: Transaction, number: int, members: dict[int, int]) -> list[int]:
    return sorted(listed_in(tx.connection, members).get(number, ()))


def _write(tx: Transaction, site_id: int, number: int, ids: list[int], listed: bool) -> None:
    rows = [(seq, site_id, number, id, listed) for seq, id in zip(tx.next_seqs(len(ids)), ids, strict=True)]
    if rows:
        tx.execute("INSERT INTO cohort_member (seq, site_id, cohort, identity_id, listed) VALUES (?, ?, ?, ?, ?)", rows)
