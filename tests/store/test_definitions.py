from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError, RevisionConflictError, UnknownNameError
from tracktor_nb.store.database import Database
from tracktor_nb.store.definitions import StoredDefinition, archive, history, load, names, save
from tracktor_nb.store.sites import SiteRecord, add_site

FUNNEL = {"steps": ["View", "Purchase"], "window": "7d"}
OTHER = {"steps": ["View", "Cart", "Purchase"]}


class Shelf:
    """The definitions of one site."""

    def __init__(self, database: Database, site: int) -> None:
        self.database, self.site = database, site

    def save(self, name: str, body: dict[str, Any], kind: str = "funnel", now: int = 1, **more: Any) -> int:
        return self.database.writer.run(lambda tx: save(tx, self.site, name, kind, body, now=now, **more))

    def archive(self, name: str) -> int:
        return self.database.writer.run(lambda tx: archive(tx, self.site, name, "ann", now=9))

    def load(self, name: str, revision: int | None = None) -> StoredDefinition:
        with self.database.read() as connection:
            return load(connection, self.site, name, revision)

    def names(self, kind: str | None = None) -> list[str]:
        with self.database.read() as connection:
            return [stored.name for stored in names(connection, self.site, kind)]

    def history(self, name: str) -> list[StoredDefinition]:
        with self.database.read() as connection:
            return history(connection, self.site, name)


@pytest.fixture
def shelf(database: Database, shop: SiteRecord) -> Shelf:
    return Shelf(database, shop.id)


def test_a_definition_is_given_back_as_it_was_saved(shelf: Shelf) -> None:
    assert shelf.save("checkout", FUNNEL, now=5, note="first", author="ann") == 1
    assert shelf.load("checkout") == StoredDefinition(
        "checkout", "funnel", 1, FUNNEL, "first", "ann", 5, archived=False
    )


def test_every_revision_is_kept(shelf: Shelf) -> None:
    assert [shelf.save("checkout", body) for body in (FUNNEL, OTHER, FUNNEL)] == [1, 2, 3]
    assert [stored.body for stored in shelf.history("checkout")] == [FUNNEL, OTHER, FUNNEL]
    assert shelf.load("checkout", revision=2).body == OTHER


def test_saving_what_is_there_makes_no_revision(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL)
    assert shelf.save("checkout", dict(reversed(FUNNEL.items()))) == 1
    assert shelf.save("checkout", {**FUNNEL, "window": 7}) == 2
    assert shelf.save("checkout", {**FUNNEL, "window": 7.0}) == 3


def test_somebody_elses_newer_revision_is_not_overwritten(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL, expected_revision=0)
    shelf.save("checkout", OTHER, expected_revision=1)
    with pytest.raises(RevisionConflictError, match="'checkout' is at revision 2, not 1"):
        shelf.save("checkout", FUNNEL, expected_revision=1)
    with pytest.raises(RevisionConflictError):
        shelf.save("checkout", FUNNEL, expected_revision=0)
    assert shelf.load("checkout").body == OTHER


def test_a_name_belongs_to_one_kind(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL)
    with pytest.raises(DefinitionError, match="'checkout' is the name of a funnel"):
        shelf.save("checkout", {"condition": []}, kind="segment")


def test_names_are_listed_by_kind_and_each_site_has_its_own(shelf: Shelf) -> None:
    other = Shelf(shelf.database, shelf.database.writer.run(lambda tx: add_site(tx, "other")).id)
    shelf.save("loyal", {"condition": []}, kind="segment")
    shelf.save("checkout", FUNNEL)
    shelf.save("checkout", OTHER)
    other.save("theirs", FUNNEL)
    assert shelf.names() == ["checkout", "loyal"]
    assert shelf.names("segment") == ["loyal"]


def test_an_archived_definition_is_out_of_sight_but_not_gone(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL)
    assert shelf.archive("checkout") == 2
    assert shelf.names() == []
    with pytest.raises(UnknownNameError):
        shelf.load("checkout")
    with pytest.raises(UnknownNameError):
        shelf.archive("checkout")
    assert shelf.load("checkout", revision=1).body == FUNNEL
    assert [stored.archived for stored in shelf.history("checkout")] == [False, True]


def test_an_archived_name_can_be_used_again(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL)
    shelf.archive("checkout")
    assert shelf.save("checkout", FUNNEL) == 3
    assert shelf.names() == ["checkout"]


def test_an_unknown_name_is_answered_with_the_near_ones(shelf: Shelf) -> None:
    shelf.save("checkout", FUNNEL)
    with pytest.raises(UnknownNameError, match="Did you mean 'checkout'"):
        shelf.load("chekcout")
    with pytest.raises(UnknownNameError, match="revision '7' in the history of 'checkout'"):
        shelf.load("checkout", revision=7)
