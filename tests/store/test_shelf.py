"""Saved definitions that ask for each other are checked when saved, and kept while in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError, InUseError, RevisionConflictError, UnknownNameError
from tracktor_nb.semantics.condition import did, in_segment
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.store import definitions, shelf
from tracktor_nb.store.database import Database
from tracktor_nb.store.sites import SiteRecord

LOYAL = Segment(did("Buy", at_least=3))


class Shelf:
    """The saved definitions of a site."""

    def __init__(self, database: Database, site_id: int) -> None:
        self.database, self.site_id = database, site_id

    def save(self, name: str, definition: Definition) -> int:
        return self._run(lambda tx: shelf.keep(tx, self.site_id, name, definition, now=1))

    def delete(self, name: str) -> int:
        return self._run(lambda tx: shelf.put_away(tx, self.site_id, name, now=2))

    def rename(self, name: str, to: str) -> int:
        return self._run(lambda tx: shelf.rename(tx, self.site_id, name, to, now=3))

    def names(self) -> list[str]:
        with self.database.read() as connection:
            return [each.name for each in definitions.names(connection, self.site_id)]

    def users(self) -> dict[str, list[str]]:
        with self.database.read() as connection:
            return dict(shelf.users(connection, self.site_id))

    def _run(self, step: Callable[[Any], int]) -> int:
        return self.database.writer.run(step)


@pytest.fixture
def saved(database: Database, shop: SiteRecord) -> Shelf:
    kept = Shelf(database, shop.id)
    kept.save("loyal", LOYAL)
    kept.save("fans", Segment(in_segment("loyal") & did("Visit")))
    return kept


def test_what_is_asked_for_cannot_go(saved: Shelf) -> None:
    saved.save("others", Segment(~in_segment("loyal")))
    for go in (lambda: saved.delete("loyal"), lambda: saved.rename("loyal", "true")):
        with pytest.raises(InUseError, match=r"'loyal' cannot be (deleted|renamed): 'fans', 'others' ask for it"):
            go()
    saved.delete("others")
    with pytest.raises(InUseError, match=r"'fans' asks for it\. Change that first"):
        saved.delete("loyal")
    saved.save("fans", Segment(did("Visit")))
    saved.delete("loyal")
    assert saved.names() == ["fans"]


def test_who_asks_for_whom_is_known(saved: Shelf) -> None:
    assert saved.users() == {"loyal": ["fans"]}


def test_a_name_that_is_not_there_is_refused_with_the_near_ones(saved: Shelf) -> None:
    saved.save("checkout", Funnel(["A"]))
    with pytest.raises(
        UnknownNameError, match=r"Unknown segment 'loyall'\. Did you mean 'loyal'\? Known: fans, loyal\."
    ):
        saved.save("x", Segment(in_segment("loyall")))
    with pytest.raises(DefinitionError, match="'checkout' is a Funnel"):
        saved.save("x", Segment(in_segment("checkout")))
    assert saved.names() == ["checkout", "fans", "loyal"]


def test_a_circle_is_refused_when_it_would_close(saved: Shelf) -> None:
    with pytest.raises(DefinitionError, match="loyal → fans → loyal"):
        saved.save("loyal", Segment(in_segment("fans")))
    with pytest.raises(DefinitionError, match="new → new"):
        saved.save("new", Segment(in_segment("new")))


def test_a_renamed_definition_is_the_same_under_another_name(saved: Shelf) -> None:
    assert saved.rename("fans", "friends") == 1
    assert saved.names() == ["friends", "loyal"]
    with saved.database.read() as connection:
        assert [each.archived for each in definitions.history(connection, saved.site_id, "fans")] == [False, True]
        assert definitions.load(connection, saved.site_id, "friends").note == "renamed from 'fans'"
    with pytest.raises(RevisionConflictError, match="'loyal' is a name in use"):
        saved.rename("friends", "loyal")
    with pytest.raises(UnknownNameError):
        saved.rename("fans", "x")
