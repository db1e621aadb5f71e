"""A marketer's way: look before saving, save, ask by name, compare, keep a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tracktor_nb as tr
from tracktor_nb import Funnel, Metric, Overlap, Segment, asset, did, has, in_company, in_segment
from tracktor_nb.errors import FrameError, InUseError, UnknownNameError
from tracktor_nb.facade.base import now
from tracktor_nb.site import Site
from tracktor_nb.store.events import record_event


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    site = tr.connect(f"sqlite:///{tmp_path / 'shop.db'}", site="shop", create=True)
    for id, age, company in (("ann", 31, "Acme"), ("bob", "44", {"id": "a1", "name": "Acme"}), ("cleo", 17, None)):
        site.track(id, "Visit")
        site.set(id, {"age": age, "company": company})
    site.track("ann", "Purchase", {"amount": 5})
    site.track("cleo", "Purchase", {"amount": 50})
    yield site
    site.close()


def ids(frame: Any) -> list[str]:
    return sorted(frame["distinct_id"])


def test_a_preview_counts_what_can_never_match_before_anything_is_saved(shop: Site) -> None:
    preview: Any = shop.preview(has("age", ">", 18))
    assert (preview.count, preview.known, ids(preview.table)) == (1, 3, ["ann"])
    offer = preview.conversions.loc["has('age', '>', 18)"]
    assert (offer["wrong"], offer["meets"], offer["would_meet"]) == (1, 1, 2)
    assert ids(shop.members(eval(offer["offer"], {"has": has}))) == ["ann", "bob"]
    assert shop.saved().empty


def test_what_is_saved_can_be_asked_for_by_name_in_every_question(shop: Site) -> None:
    shop.save("buyers", Segment(did("Purchase")))
    shop.save("acme buyers", Segment(in_segment("buyers") & in_company("Acme")))
    assert ids(shop.members("acme buyers")) == ["ann"]
    assert ids(shop.people(in_segment("buyers"))) == ["ann", "cleo"]
    funnel: Any = shop.evaluate(Funnel(["Visit", "Purchase"], among=in_company("Acme")), "today")
    assert [step["people"] for step in funnel.steps] == [2, 1]
    metric: Any = shop.evaluate(Metric.people_who_did("Visit", among=~in_segment("buyers")), "today")
    assert metric.total == 1
    with pytest.raises(UnknownNameError, match="Did you mean 'buyers'"):
        shop.people(in_segment("buyer"))


def test_nobody_deletes_what_others_ask_for(shop: Site) -> None:
    shop.save("buyers", Segment(did("Purchase")))
    shop.save("checkout", Funnel(["Visit", "Purchase"], among=in_segment("buyers")))
    saved = shop.saved()
    assert saved.loc["checkout", "asks_for"] == "buyers"
    assert saved.loc["buyers", "asked_by"] == "checkout"
    with pytest.raises(InUseError, match="'buyers' cannot be deleted: 'checkout' asks for it"):
        shop.delete("buyers")
    with pytest.raises(InUseError, match="cannot be renamed"):
        shop.rename("buyers", "customers")
    shop.delete("checkout")
    assert shop.rename("buyers", "customers") == 1
    assert shop.saved().index.tolist() == ["customers"]
    assert len(shop.history("buyers")) == 2


def test_two_segments_are_laid_over_each_other(shop: Site) -> None:
    shop.save("buyers", Segment(did("Purchase")))
    result: Any = shop.overlap("buyers", in_company("Acme"))
    assert [row["people"] for row in result.parts] == [1, 1, 1]
    assert {part: ids(result.people(part)) for part in ("first only", "both", "second only")} == {
        "first only": ["cleo"],
        "both": ["ann"],
        "second only": ["bob"],
    }
    assert result.definition == Overlap(in_segment("buyers"), in_company("Acme"))
    assert tr.evaluate(Overlap(did("A"), did("A")), shop.events(period="today")).parts[1]["people"] == 0  # type: ignore[attr-defined]


def test_the_people_of_an_answer_become_a_list(shop: Site) -> None:
    funnel: Any = shop.evaluate(Funnel(["Visit", "Purchase"]), "today")
    assert shop.cohort("stopped", funnel.people(1, stopped=True)).people == 1
    assert ids(shop.members("stopped")) == ["bob"]
    assert shop.load("stopped").origin == "1 ids"  # type: ignore[attr-defined]
    with pytest.raises(FrameError, match="no column 'distinct_id'"):
        shop.cohort("x", funnel.table)


def test_what_became_of_a_letter_is_asked_like_everything_else(shop: Site) -> None:
    for name, id, said in (("sent", "ann", {}), ("sent", "bob", {}), ("opened", "ann", {"source": "scanner"})):
        _system_event(shop, id, f"Letter {name}", {"letter": "Hello", **said})
    assert ids(shop.members(asset("Hello", "not_opened"))) == ["ann", "bob"]
    assert ids(shop.members(asset("Hello", "opened", include_scanners=True))) == ["ann"]
    assert ids(shop.members(asset("Hello", "not_sent"))) == ["cleo"]


def _system_event(site: Site, id: str, name: str, said: dict[str, Any]) -> None:
    at = now()
    site.database.writer.run(lambda tx: record_event(tx, site.record.id, id, name, at, at, data=said))
