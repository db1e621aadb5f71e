"""One look of every picture: colours that everybody tells apart, numbers that can be read, units, and empty states."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tracktor_nb.analysis.answers import KINDS
from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.figures.look import DARK, FAINT, FONT, GRID, INK, PALETTE, wrapped
from tracktor_nb.analysis.results import Result
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.backtest import Backtest, BacktestDifference
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.nodes import SendMessage, Wait
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.session import Sessions
from tracktor_nb.semantics.stickiness import Stickiness
from tracktor_nb.semantics.stops import Stops
from tracktor_nb.semantics.trigger import Trigger

NOW = "2026-04-01"
SALE = Funnel(["View", "Buy"])
HELLO = Campaign([Trigger.event("View"), SendMessage("Hi")])
DEFINITIONS: list[Definition] = [
    SALE,
    Funnel(["View", "Buy"], by="campaign"),
    FunnelRules(SALE),
    FunnelComparison(SALE, did("Buy"), did("View")),
    Metric.people_who_did("View"),
    Metric.times_happened("View", by="campaign"),
    Metric.times_per_person("View", freq="week"),
    Metric.conversion_rate("View", "Buy"),
    Metric.time_between("View", "Buy"),
    Metric.total_value("amount", event="Buy"),
    Metric.times_happened("Buy") / Metric.times_happened("View"),
    Segment(did("View")),
    Overlap(Segment(did("View")), Segment(did("Buy"))),
    Retention("View"),
    Paths("View"),
    Lifecycle(),
    Stickiness(),
    *(Sessions(measure) for measure in ("sessions", "mean_length", "views_per_session", "bounce_rate")),
    Pages(),
    Stops(),
    Stops({"Sale": SALE}),
    Acquisition("campaign"),
    Leaving(),
    Backtest(HELLO),
    BacktestDifference(HELLO, Campaign([Trigger.event("View"), Wait("1h"), SendMessage("Hi")])),
]
COLOURS = {*PALETTE, FAINT, GRID, INK, DARK, "#fff", "#808080", "rgba(0,0,0,0)"}


def crowd(people: int) -> pd.DataFrame:
    """So many people who view, half of whom buy, in all of March; a fifth regular until its middle."""
    rows: list[tuple[Any, ...]] = []
    for person in range(people):
        for day in (1, 3, 5) if person % 5 == 0 else (20 + person % 11,):
            rows.append((person, "View", f"2026-03-{day:02}T10:00:00", "/shop", ("spring", "autumn")[person % 2], None))
        if person % 2:
            rows.append((person, "Buy", f"2026-03-{day:02}T10:10:00", "/cart", None, 1.5))
    columns = ["person_id", "event", "time", "page", "campaign", "amount"]
    return pd.DataFrame(rows, columns=columns).assign(time=lambda frame: pd.to_datetime(frame["time"]))


MANY, NOBODY = crowd(4_000), crowd(1).iloc[:0]


def asked(definition: Definition, events: pd.DataFrame) -> Result:
    return evaluate(definition, events, period=("2026-03-01", "2026-04-01"), now=NOW)


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a figure, with the key it stands under."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, name)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item, key)
    elif isinstance(value, str):
        yield key, value


def colours(figure: dict[str, Any]) -> set[str]:
    keys = ("color", "colorway", "paper_bgcolor", "plot_bgcolor", "gridcolor", "linecolor", "bgcolor", "fillcolor")
    return {text for key, text in strings(figure) if key in keys}


def is_known(colour: str) -> bool:
    """True for our colours, and for those of them that are let through in part."""
    parts = re.fullmatch(r"rgba\((\d+), ?(\d+), ?(\d+), ?[\d.]+\)", colour)
    return colour in COLOURS or (
        parts is not None and "#{:02x}{:02x}{:02x}".format(*map(int, parts.groups())) in COLOURS
    )


def test_no_kind_is_left_out() -> None:
    assert {asked(definition, NOBODY).kind for definition in DEFINITIONS} == {
        kind.result.kind for kind in KINDS.values()
    }


@pytest.mark.parametrize("definition", DEFINITIONS, ids=repr)
def test_every_kind_has_the_one_look(definition: Definition) -> None:
    result = asked(definition, MANY)
    figure = json.loads(json.dumps(result.figure(), allow_nan=False))
    go.Figure(figure)  # plotly refuses what it does not know
    layout = figure["layout"]
    assert layout["font"] == FONT
    assert layout["separators"] == ".,"
    assert layout["colorway"] == list(PALETTE)
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["height"] >= 100
    assert [colour for colour in colours(figure) if not is_known(colour)] == []
    assert figure["data"], "nothing is drawn of thousands of people"


@pytest.mark.parametrize("definition", DEFINITIONS, ids=repr)
def test_what_is_said_of_a_number_has_separators_and_a_unit(definition: Definition) -> None:
    figure = asked(definition, MANY).figure()
    said = [text for key, text in strings(figure["data"]) if key in ("hovertext", "text", "customdata")]
    assert said, "nothing is said when the mouse points at it"
    for text in said:
        bare = re.sub(r"\d{4}-\d{2}-\d{2}|\b20\d\d\b", "", text)  # days and years have no separators
        assert re.search(r"(?<![.\d])\d{4,}", bare) is None, text
    hover = [text for key, text in strings(figure["data"]) if key == "hovertext" and re.search(r"\d", text)]
    assert all(re.search(r"[%a-z]", text) for text in hover)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=repr)
def test_nothing_to_see_is_said_in_words(definition: Definition) -> None:
    figure = asked(definition, NOBODY).figure()
    assert figure["data"] == []
    [note] = figure["layout"]["annotations"]
    assert re.fullmatch(r".+\.", note["text"])
    assert figure["layout"]["xaxis"]["visible"] is False


def test_values_that_are_no_numbers_are_not_told_as_silence() -> None:
    [note] = asked(Metric.total_value("campaign", event="View"), MANY).figure()["layout"]["annotations"]
    assert note["text"] == "Nothing in this period gives “campaign” a number other than 0."


def test_texts_behind_bars_have_room_however_narrow_the_figure_is() -> None:
    layout = asked(SALE, MANY).figure()["layout"]
    assert layout["margin"]["r"] > 90
    assert layout["xaxis"]["range"] == [0, 4_000]


def test_a_card_is_as_narrow_as_its_page() -> None:
    card = asked(SALE, MANY)._repr_html_()
    assert "overflow-x:auto" in card
    assert "width:180px" not in card


def test_the_explorer_names_each_answer_by_what_differs_from_the_question() -> None:
    ticks = asked(FunnelRules(Funnel(["View", "Buy"], window="7d")), MANY).figure()["layout"]["yaxis"]["ticktext"]
    assert ticks[0].startswith("as asked")
    assert not any("loose order" in tick for tick in ticks)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Buy", "Buy"),
        ("", ""),
        ("a & b", "a &amp; b"),
        ("one two three four", "one two<br>three …"),
        ("https://example.com/shop", "https:…"),
        ("see https://example.com/shop", "see<br>https:…"),
    ],
)
def test_a_long_name_keeps_its_beginning(name: str, shown: str) -> None:
    assert wrapped(name, 9) == shown
