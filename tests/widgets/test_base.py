"""Builders: edits, undo, answers, people, code, saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from traitlets import TraitError

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.widgets.base import Builder
from tracktor_nb.widgets.form import to_form
from tracktor_nb.widgets.funnel_builder import FunnelBuilder
from tracktor_nb.widgets.metric_builder import MetricBuilder

from .conftest import House, Page

TWO = Funnel(["Site visit", "Registration"])
ONE = Funnel(["Site visit"])


def notified(builder: Builder) -> list[Any]:
    """Return the list that fills with the definitions that observers are told."""
    told: list[Any] = []
    builder.observe(lambda change: told.append(change["new"]), "definition")
    return told


def test_an_edit_counts_again_at_once(house: House, page: Page) -> None:
    builder = FunnelBuilder(ONE, house.services())
    assert [step["people"] for step in builder.result.steps] == [3]
    page.change(builder.editor, form=to_form(TWO))
    assert builder.definition == TWO
    assert [step["people"] for step in builder.result.steps] == [3, 1]
    assert [step["people"] for step in builder.view.answer["steps"]] == [3, 1]
    assert "unique people" in builder.view.rule
    assert not builder.view.busy


def test_an_edit_tells_observers_once_and_an_edit_from_code_does_not_echo(house: House, page: Page) -> None:
    builder = FunnelBuilder(ONE, house.services())
    told = notified(builder)
    page.change(builder.editor, form=to_form(TWO))
    assert told == [TWO]
    builder.definition = ONE
    assert told == [TWO, ONE]
    assert len(house.asked) == 3


def test_while_half_built_the_last_good_definition_stands_and_its_answer_too(house: House, page: Page) -> None:
    builder = FunnelBuilder(ONE, house.services())
    told = notified(builder)
    form = to_form(TWO)
    form["steps"][1]["event"] = ""
    page.change(builder.editor, form=form)
    assert builder.problem == builder.editor.problem == "Step 2: select an event."
    assert (builder.definition, told) == (ONE, [])
    assert len(builder.view.answer["steps"]) == 1
    page.change(builder.editor, form=to_form(TWO))
    assert (builder.definition, builder.problem) == (TWO, "")


def test_a_definition_from_code_clears_what_was_half_built(house: House, page: Page) -> None:
    builder = FunnelBuilder(ONE, house.services())
    page.change(builder.editor, form={**to_form(ONE), "steps": []})
    assert builder.problem
    builder.definition = TWO
    assert builder.problem == ""
    assert builder.editor.form == to_form(TWO)


def test_what_the_form_does_not_draw_survives_an_edit(house: House, page: Page) -> None:
    nested = ~(has("source", "is", "google") | has("n", "is", 5.0))
    builder = FunnelBuilder(Funnel([Step("Site visit", nested), "Registration"], until="now"), house.services())
    form = dict(builder.editor.form, window="7d")
    page.change(builder.editor, form=form)
    assert builder.definition == Funnel([Step("Site visit", nested), "Registration"], until="now", window="7d")


def test_undo_and_redo_walk_through_the_definitions(house: House, page: Page) -> None:
    builder = FunnelBuilder(ONE, house.services())
    assert not builder.editor.can_undo
    page.change(builder.editor, form=to_form(TWO))
    page.tell(builder.editor, "undo")
    assert builder.definition == ONE
    assert builder.editor.form == to_form(ONE)
    assert (builder.editor.can_undo, builder.editor.can_redo) == (False, True)
    page.tell(builder.editor, "redo")
    assert builder.definition == TWO
    page.tell(builder.editor, "redo")
    assert builder.definition == TWO


def test_undo_first_takes_back_what_is_half_built(house: House, page: Page) -> None:
    builder = FunnelBuilder(TWO, house.services())
    page.change(builder.editor, form={**to_form(TWO), "steps": []})
    assert builder.editor.can_undo
    page.tell(builder.editor, "undo")
    assert (builder.definition, builder.problem, builder.editor.form) == (TWO, "", to_form(TWO))
    assert not builder.editor.can_undo


def test_the_period_of_the_page_and_of_code_are_one(house: House, page: Page) -> None:
    builder = MetricBuilder(Metric.times_happened("Site visit"), house.services())
    page.change(builder.view, period=["2026-11-22", "2026-11-23"])
    assert builder.period == ("2026-11-22", "2026-11-23")
    assert builder.result.total == 2
    builder.period = "all time"
    assert builder.view.period == "all time"
    assert builder.result.total == 4
    with pytest.raises(DefinitionError, match="Unknown period"):
        builder.period = "someday"
    assert builder.period == "all time"


def test_a_failing_answer_is_said_in_its_place_and_another_try_can_mend_it(
    house: House, page: Page, broken: Callable[[], Exception]
) -> None:
    house.failure = broken()
    builder = FunnelBuilder(TWO, house.services())
    assert builder.view.error == "The analysis process does not answer."
    house.failure = ZeroDivisionError("secret")
    page.tell(builder.view, "retry")
    assert "secret" not in builder.view.error
    assert "log" in builder.view.error
    house.failure = None
    page.tell(builder.view, "retry")
    assert (builder.view.error, builder.view.busy) == ("", False)


def test_the_numbers_of_a_metric_stand_to_the_left_of_its_diagram(house: House) -> None:
    builder = MetricBuilder(Metric.times_happened("Site visit", by="source"), house.services(), period="all time")
    answer = builder.view.answer
    assert (answer["label"], answer["every"]) == ("Number of Times Event Happened", "Daily")
    assert answer["total"] == 4
    assert answer["figure"]["data"]
    assert {group["value"]: group["total"] for group in answer["breakdown"]} == {"google": 3, "newsletter": 1}


def test_a_step_opens_the_list_of_its_people(house: House, page: Page) -> None:
    builder = FunnelBuilder(TWO, house.services(), period="all time")
    page.tell(builder.view, "people", step=1, stopped=True)
    assert builder.people in builder.children
    assert builder.people.title == "People who stopped after “Site visit”"
    found = page.ask(builder.people, "page", offset=0, limit=1, search="")
    assert found["total"] == 2
    assert found["rows"][0]["distinct_id"] == "cyd"
    assert page.ask(builder.people, "page", offset=0, limit=9, search="bob")["rows"][0]["email"] == "bob@x.example"
    page.tell(builder.people, "close")
    assert builder.people not in builder.children


def test_an_open_list_follows_the_answer_and_closes_when_its_step_is_gone(house: House, page: Page) -> None:
    builder = FunnelBuilder(TWO, house.services(), period="all time")
    page.tell(builder.view, "people", step=2, stopped=False)
    lists = builder.people.lists
    builder.period = "today"
    assert builder.people.lists == lists + 1
    assert page.ask(builder.people, "page", offset=0, limit=9, search="")["total"] == 0
    page.change(builder.editor, form=to_form(ONE))
    assert builder.people not in builder.children


def test_the_people_of_a_metric_did_its_event(house: House, page: Page) -> None:
    builder = MetricBuilder(Metric.people_who_did("Registration"), house.services(), period="all time")
    page.tell(builder.view, "people", step=1, stopped=False)
    assert builder.people.title == "People who did “Registration”"
    assert page.ask(builder.people, "page", offset=0, limit=9, search="")["total"] == 1


def test_copy_as_code_is_the_definition(house: House, page: Page) -> None:
    builder = FunnelBuilder(TWO, house.services())
    assert page.ask(builder.editor, "source") == "Funnel(['Site visit', 'Registration'])" == builder.to_source()


def test_an_unfinished_builder_has_no_code(house: House) -> None:
    with pytest.raises(DefinitionError, match="not finished"):
        FunnelBuilder(services=house.services()).to_source()


def test_the_page_can_ask_for_events_and_their_arguments(house: House, page: Page) -> None:
    builder = FunnelBuilder(services=house.services())
    assert page.ask(builder.editor, "events")[0] == {"name": "Site visit", "count": 4}
    assert page.ask(builder.editor, "properties", event="Site visit")[0]["name"] == "source"
    assert page.ask(builder.editor, "properties", event=None)[0]["name"] == "email"


def test_a_new_definition_is_saved_under_its_name(house: House, page: Page) -> None:
    builder = FunnelBuilder(services=house.services())
    page.change(builder.editor, form=to_form(TWO), name="Sign-ups")
    assert builder.editor.unsaved
    page.tell(builder.editor, "save")
    assert house.kept["Sign-ups"].definition == TWO
    assert (builder.revision, builder.editor.revision, builder.editor.unsaved) == (1, 1, False)
    assert page.toasts == ["Saved “Sign-ups”."]
    page.change(builder.editor, form=to_form(ONE))
    assert builder.save() == 2


def test_saving_needs_a_name_and_a_finished_definition(house: House, page: Page) -> None:
    builder = FunnelBuilder(TWO, house.services())
    page.tell(builder.editor, "save")
    page.change(builder.editor, form={**to_form(TWO), "steps": []}, name="x")
    page.tell(builder.editor, "save")
    assert page.toasts == [
        "Give the funnel a name before it is saved.",
        "The funnel is not finished. Add the first step with the small “+”.",
    ]
    assert house.kept == {}


def test_a_name_that_is_taken_is_not_overwritten(house: House) -> None:
    house.save("Sign-ups", ONE, 0)
    with pytest.raises(DefinitionError, match="There is something named “Sign-ups” already"):
        FunnelBuilder(TWO, house.services(), name="Sign-ups").save()
    builder = FunnelBuilder(ONE, house.services(), name="Sign-ups", revision=1)
    builder.definition = TWO
    assert builder.save() == 2
    assert builder.save("Another name") == 1
    assert set(house.kept) == {"Sign-ups", "Another name"}


def test_somebody_elses_newer_revision_is_not_overwritten(house: House, page: Page) -> None:
    house.save("Sign-ups", ONE, 0)
    builder = FunnelBuilder(ONE, house.services(), name="Sign-ups", revision=1)
    house.save("Sign-ups", Funnel(["Search"]), 1)
    page.change(builder.editor, form=to_form(TWO))
    page.tell(builder.editor, "save")
    assert page.toasts == ["'Sign-ups' is at revision 2, not 1."]
    assert house.kept["Sign-ups"].definition == Funnel(["Search"])


def test_a_builder_without_a_site_edits_and_makes_code_only() -> None:
    builder = FunnelBuilder(TWO)
    assert builder.result is None
    assert builder.to_source() == "Funnel(['Site visit', 'Registration'])"
    with pytest.raises(DefinitionError, match=r"site\.builder"):
        builder.save("x")


def test_a_builder_takes_its_own_kind_of_definition_only() -> None:
    with pytest.raises(TraitError, match="Funnel"):
        FunnelBuilder(Metric.people_who_did("Site visit"))
