"""Cohorts: who is listed once stays listed, through merges, their undoing, removing and erasing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tracktor_nb as tr
from tracktor_nb.errors import DefinitionError, FrameError, UnknownNameError
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import Condition, did, has, in_segment
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.site import Site, create_site
from tracktor_nb.store.histories import histories

LISTED = in_segment("vip")


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TRACKTOR_DATA", str(tmp_path / "data"))
    made = create_site(database_url, "shop")
    for id in ("ann", "bob", "cleo"):
        made.track(id, "Visit")
    yield made
    made.close()


def members(site: Site, condition: Condition = LISTED) -> set[str]:
    return set(site.members(condition)["distinct_id"])


def listed_by_histories(site: Site) -> set[int]:
    """The people on some list, as live segments read them."""
    with site.database.read() as connection:
        people = histories(connection, site.people().index.tolist())
    return {id for id, person in people.items() if person.cohorts}


def test_ids_are_listed_and_unknown_ones_reported(site: Site) -> None:
    report = site.cohort("vip", ["bob", "ann", "bob", "zoe"])
    assert (report.people, report.revision, report.unknown) == (2, 1, ("zoe",))
    assert str(report) == "'vip' (revision 1) lists 2 people. Nobody has 1 of the ids: zoe"
    assert members(site) == {"ann", "bob"}
    assert members(site, ~LISTED) == {"cleo"}
    assert site.preview(Segment(LISTED & did("Visit"))).count == 2
    assert site.saved().loc["vip", "kind"] == "cohort"
    assert listed_by_histories(site) == {site.people().query("distinct_id == @id").index[0] for id in ("ann", "bob")}


def test_members_of_a_segment_are_frozen_at_a_date(site: Site) -> None:
    site.set("ann", {"plan": "gold"})
    before = site.preview(did("Visit")).computed_at
    site.set("bob", {"plan": "gold"})
    gold = Segment(has("plan", "is", "gold"))
    site.save("gold", gold)
    assert site.cohort("vip", in_segment("gold")).people == 2
    assert site.cohort("early", gold, as_of=before).people == 1
    site.set("ann", {"plan": "free"})
    site.set("cleo", {"plan": "gold"})
    assert members(site) == {"ann", "bob"}
    assert members(site, in_segment("early")) == {"ann"}
    assert "on " in site.evaluate(site.load("early")).rule
    assert site.evaluate(site.load("early")).count == 1


def test_a_merge_carries_a_membership_and_undoing_takes_it_back(site: Site) -> None:
    site.cohort("vip", ["ann"])
    site.cohort("all", ["ann", "bob"])
    preview = site.preview_merge("ann", "bob")
    assert preview.cohorts == ("vip",)
    assert str(preview).endswith("the list 'vip' is joined")
    edge = site.alias("ann", "bob")
    assert members(site) == {"bob"}
    assert len(listed_by_histories(site)) == 1
    site.unalias(edge or 0)
    assert members(site) == {"ann"}


def test_a_person_frozen_as_one_stays_listed_in_all_its_parts(site: Site) -> None:
    edge = site.alias("ann", "bob")
    assert site.cohort("vip", did("Visit")).people == 2
    site.unalias(edge or 0)
    assert members(site) == {"ann", "bob", "cleo"}


@pytest.mark.parametrize("go", ["remove", "erase"])
def test_who_goes_is_on_no_list_any_more(site: Site, go: str) -> None:
    site.cohort("vip", ["ann", "bob"])
    assert members(site) == {"ann", "bob"}
    done = getattr(site, go)("ann")
    assert members(site) == {"bob"}
    if go == "erase":
        assert done.rows["cohort_member"] == 1
    else:
        site.track("ann", "Visit")
        assert members(site, did("Visit")) == {"ann", "bob", "cleo"}
        assert members(site) == {"bob"}
        assert len(listed_by_histories(site)) == 1


def test_a_new_list_under_the_same_name_is_a_new_revision(site: Site) -> None:
    assert site.cohort("vip", ["ann"]).revision == 1
    assert site.cohort("vip", ["bob"]).revision == 2
    assert members(site) == {"bob"}
    pinned = in_segment("vip", stands_for=site.load("vip", 1))  # type: ignore[arg-type]
    assert members(site, pinned) == {"ann"}


def test_an_answer_follows_the_latest_revision_of_a_segment_it_asks_for(site: Site) -> None:
    site.set("ann", {"plan": "gold"})
    site.save("vip", Segment(has("plan", "is", "gold")))
    asked = Segment(LISTED & did("Visit"))
    assert site.preview(asked).count == 1
    site.save("vip", Segment(~has("plan", "is", "gold")))
    result = site.preview(asked)
    assert result.count == 2
    assert result.definition == asked
    assert "in segment 'vip'" in result.rule


def test_a_file_of_people_becomes_a_cohort(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("User ID;name\ncleo;Cleo\nzoe;Zoe\n")
    report = site.cohort("vip", path)
    assert (report.people, report.unknown) == (1, ("zoe",))
    assert members(site) == {"cleo"}
    assert site.load("vip").rule() == "people listed once (people.csv)"  # type: ignore[attr-defined]
    path.write_text("colour\nred\n")
    with pytest.raises(FrameError, match="no column for 'distinct_id'"):
        site.cohort("vip", path)


def test_a_person_can_be_shown_on_which_lists_it_is(site: Site) -> None:
    site.cohort("vip", ["ann"])
    site.cohort("b", ["ann", "bob"])
    assert site.export_person("ann")["cohorts"] == ["b", "vip"]
    assert site.export_person("cleo")["cohorts"] == []


def test_what_cannot_be_listed_is_refused_before_anything_is_written(site: Site) -> None:
    site.save("checkout", Funnel(["A"]))
    with pytest.raises(DefinitionError, match="'checkout' is the name of a funnel"):
        site.cohort("checkout", ["ann"])
    with pytest.raises(DefinitionError, match="as_of= goes with a segment"):
        site.cohort("vip", ["ann"], as_of="2026-01-01")
    assert site.cohort("nobody", []).people == 0
    assert members(site, in_segment("nobody")) == set()


def test_a_name_can_mean_a_list_in_frames_too() -> None:
    import pandas as pd

    events = pd.DataFrame(
        {"person_id": [1, 2, 3, 1], "event": ["A", "A", "A", "B"], "time": pd.to_datetime(["2026-01-01"] * 4)}
    )
    groups = {"vip": [1, 3, 9], "buyers": did("B"), "all": Segment(did("A"))}
    found = tr.evaluate(Segment(LISTED & in_segment("all") & ~in_segment("buyers")), events, segments=groups)
    assert found.people().index.tolist() == [3]
    assert found.definition.rule().startswith("people in segment 'vip'")  # type: ignore[attr-defined]
    with pytest.raises(UnknownNameError, match="Unknown segment 'vip'"):
        tr.evaluate(Segment(LISTED), events)


def test_a_list_is_numbered() -> None:
    for number in (-1, 1.0, True, None):
        with pytest.raises(DefinitionError, match="needs the number of a list"):
            Cohort(number)  # type: ignore[arg-type]
    assert Cohort(3).rule() == "people listed once"
