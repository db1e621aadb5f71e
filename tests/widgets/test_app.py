"""The application: tiles, routes, builders behind tiles."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.codec import kind_of
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.session import Sessions
from tracktor_nb.semantics.stickiness import Stickiness
from tracktor_nb.semantics.stops import Stops
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.widgets.app import App
from tracktor_nb.widgets.form import to_form

from .conftest import House, Page

FUNNEL = Funnel(["Site visit", "Registration"])


@pytest.fixture
def app(house: House) -> App:
    house.save("Sign-ups", FUNNEL, 0)
    house.save("Visits", Metric.people_who_did("Site visit"), 0)
    house.save("Customers", Segment(did("Registration")), 0)
    app = App(house.services())
    app.section.tiles.period = "all time"
    return app


def test_there_is_a_tile_with_its_number_for_each_funnel_and_metric(app: App) -> None:
    funnel, metric = app.section.tiles.tiles
    assert [(step["label"], step["people"]) for step in funnel["steps"]] == [("Site visit", 3), ("Registration", 1)]
    assert (metric["label"], metric["total"]) == ("Number of People Who Did Event", 3)
    assert [bar["value"] for bar in metric["bars"]] == [1, 1, 1]
    assert all(
        tile["state"] == "ready" and "bots out" in tile["rule"] and tile["computed_at"] for tile in (funnel, metric)
    )


def test_what_has_no_tile_is_named_and_breaks_nothing(app: App, house: House) -> None:
    without = [
        Metric.people_who_did("Site visit") / 2,
        FunnelRules(FUNNEL),
        FunnelComparison(FUNNEL, did("Registration"), did("Site visit")),
        *(Retention("Site visit", freq="week"), Paths("Site visit"), Lifecycle(), Stickiness()),
        *(Pages(), Stops(), Acquisition(), Leaving(), Sessions()),
        Overlap(Segment(did("Registration")), Segment(did("Site visit"))),
    ]
    for definition in without:
        house.save(kind_of(definition), definition, 0)
    house.save("written to", Campaign([Trigger.event("Site visit")]), 0)
    tiles = app.section.tiles
    app.section.refresh()
    assert [(tile["name"], tile["state"]) for tile in tiles.tiles] == [("Sign-ups", "ready"), ("Visits", "ready")]
    kinds = [kind_of(definition) for definition in without]
    assert tiles.elsewhere == [
        {"name": "Customers", "kind": "segment"},
        *({"name": kind, "kind": kind} for kind in kinds),
    ]


def test_tiles_show_this_week_at_first(house: House) -> None:
    assert App(house.services()).section.tiles.period == "this week"


def test_a_tile_that_cannot_be_counted_says_so_and_the_others_count(app: App, house: House) -> None:
    house.save("Broken", Metric.people_who_did("Broken"), 0)
    services = house.services()

    def evaluate(definition: object, period: object) -> object:
        if "Broken" in repr(definition):
            raise ZeroDivisionError("secret")
        return services.evaluate(definition, period)  # type: ignore[arg-type]

    app.section.tiles._services = type(services)(**{**vars(services), "evaluate": evaluate})
    app.refresh()
    states = {tile["name"]: tile["state"] for tile in app.section.tiles.tiles}
    assert states == {"Sign-ups": "ready", "Visits": "ready", "Broken": "error"}
    assert "secret" not in str(app.section.tiles.tiles)


def test_with_nothing_saved_the_page_suggests_events(house: House) -> None:
    tiles = App(house.services()).section.tiles
    assert tiles.tiles == []
    assert tiles.suggestions == ["Site visit", "Registration"]


def test_a_tile_opens_its_builder_and_the_way_back_closes_it(app: App, page: Page) -> None:
    section = app.section
    page.tell(section.tiles, "open", name="Sign-ups")
    assert app.route == app.shell.route == "analytics/open/Sign-ups"
    assert section.builder is not None
    assert section.builder.definition == FUNNEL
    assert list(section.children) == [section.tiles, section.builder]
    page.tell(section.tiles, "back")
    assert app.route == "analytics"
    assert list(section.children) == [section.tiles]


def test_names_with_slashes_have_addresses_too(app: App, house: House, page: Page) -> None:
    house.save("A/B test", FUNNEL, 0)
    page.change(app.shell, route="analytics/open/A/B test")
    assert app.section.builder is not None
    assert app.section.builder.name == "A/B test"


@pytest.mark.parametrize("route", ["analytics/open/Sign-upz", "analytics/new/nonsense", "nonsense"])
def test_an_address_that_leads_nowhere_says_so_and_the_page_stays(app: App, page: Page, route: str) -> None:
    app.go("analytics/open/Sign-ups")
    page.change(app.shell, route=route)
    assert route.rpartition("/")[2] in page.toasts[0]
    assert app.route == app.shell.route == "analytics/open/Sign-ups"
    assert app.section.builder is not None
    assert app.section.builder.name == "Sign-ups"


def test_a_new_funnel_stays_open_after_it_is_saved(app: App, house: House, page: Page) -> None:
    page.tell(app.section.tiles, "create", kind="funnel")
    builder = app.section.builder
    assert builder is not None
    page.change(builder.editor, form=to_form(FUNNEL), name="Another")
    page.tell(builder.editor, "save")
    assert app.route == "analytics/open/Another"
    assert app.section.builder is builder


def test_a_new_metric_is_added_to_the_dashboard(app: App, page: Page) -> None:
    page.tell(app.section.tiles, "create", kind="metric", event="Registration")
    builder = app.section.builder
    assert builder is not None
    assert builder.definition == Metric.people_who_did("Registration")
    page.change(builder.editor, name="Registrations")
    page.tell(builder.editor, "save")
    assert app.route == "analytics"
    assert [tile["name"] for tile in app.section.tiles.tiles] == ["Sign-ups", "Visits", "Registrations"]


def test_a_deleted_one_leaves_the_dashboard(app: App, page: Page) -> None:
    page.tell(app.section.tiles, "open", name="Visits")
    assert app.section.builder is not None
    page.tell(app.section.builder.editor, "delete")
    assert app.route == "analytics"
    assert [tile["name"] for tile in app.section.tiles.tiles] == ["Sign-ups"]


def test_a_tick_of_the_browser_brings_what_is_open_up_to_date(app: App, house: House, page: Page) -> None:
    asked = len(house.asked)
    page.ask(app.ticker, "tick")
    assert len(house.asked) == asked + 2
    page.tell(app.section.tiles, "open", name="Visits")
    asked = len(house.asked)
    page.ask(app.ticker, "tick")
    assert len(house.asked) == asked + 1


def test_widgets_of_a_closed_builder_leave_the_kernel(app: App, page: Page) -> None:
    page.tell(app.section.tiles, "open", name="Visits")
    builder = app.section.builder
    assert builder is not None
    app.go("analytics")
    assert [part.comm for part in (builder, builder.editor, builder.view, builder.people)] == [None] * 4


def test_an_unknown_section_is_named(house: House) -> None:
    with pytest.raises(UnknownNameError, match="analytics"):
        App(house.services(), "analitics")


def test_the_widgets_load_without_pandas_or_plotly() -> None:
    heavy = ("pandas", "numpy", "plotly", "pyarrow")
    code = f"import tracktor_nb.widgets.app, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
