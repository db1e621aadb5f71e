"""Figures: plain JSON in one look, readable with many steps and long names, honest about partial buckets."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.figures.look import PALETTE, wrapped
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.stickiness import Stickiness

LONG = "A name of an event that nobody would type by hand but some script did <b>anyway</b>"
EVENTS = pd.DataFrame(
    {
        "person_id": [1, 1, 2, 2000],
        "event": ["A", LONG, "A", "A"],
        "time": pd.to_datetime(["2026-03-01", "2026-03-01", "2026-03-02", "2026-03-02"]),
        "source": ["ad", "ad", "<i>", None],
    }
)


def figure(definition: Any, events: pd.DataFrame = EVENTS, **options: Any) -> dict[str, Any]:
    made = evaluate(definition, events, **options).figure()
    go.Figure(made)  # plotly refuses what it does not know
    return json.loads(json.dumps(made, allow_nan=False))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "definition",
    [
        Funnel(["A", LONG]),
        Funnel(["A", LONG], by="source"),
        Funnel(["A", LONG], freq="day", window="1d"),
        Funnel(["A", LONG], order="any"),
        FunnelRules(Funnel(["A", LONG])),
        FunnelRules(Funnel(["Nothing"])),
        FunnelComparison(Funnel(["A", LONG]), did("<i>") | did("A"), did("A")),
        FunnelComparison(Funnel(["Nothing", "A"]), did(LONG), did("A")),
        Metric.people_who_did("A"),
        Metric.times_happened("A", by="source", freq="week"),
        Metric.times_per_person("A", freq="month"),
        Segment(did("A")),
        Retention("A"),
        Retention("A", by="source"),
        Paths("A", group={"<i>": [LONG]}),
        Paths(LONG, direction="before"),
        Lifecycle("A"),
        Stickiness(),
        Funnel(["Nothing"]),
        Metric.people_who_did("Nothing"),
    ],
    ids=repr,
)
def test_every_figure_is_transparent_plain_json_in_the_same_letters(definition: Any) -> None:
    layout = figure(definition)["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert "system-ui" in layout["font"]["family"]
    assert "<i>" not in json.dumps(figure(definition)).replace("&lt;i&gt;", "")


def test_figures_need_no_plotly() -> None:
    heavy = "('plotly', 'pandas', 'numpy')"
    asked = f"import sys, tracktor_nb.analysis.results; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_bars_of_a_funnel_carry_people_and_rates() -> None:
    (bars,) = figure(Funnel(["A", LONG]))["data"]
    assert bars["text"] == [" 3  ·  100 %", " 1  ·  33.3 %"]
    assert bars["marker"]["color"] == PALETTE[0]
    assert "33.3 % of step 1" in bars["hovertext"][1]
    assert "median 0 ms" in bars["hovertext"][1]


def test_a_breakdown_has_a_colour_a_value_and_at_most_six() -> None:
    events = pd.DataFrame({"person_id": range(9), "event": "A", "time": pd.Timestamp("2026-03-01"), "s": range(9)})
    made = figure(Funnel(["A"], by="s"), events)
    assert [bars["marker"]["color"] for bars in made["data"]] == list(PALETTE[:6])
    assert made["layout"]["barmode"] == "group"


def test_twenty_steps_with_long_names_have_room() -> None:
    made = figure(Funnel(["A", LONG] * 10))
    assert made["layout"]["height"] >= 20 * 40
    assert all(len(line) <= 50 for text in made["layout"]["yaxis"]["ticktext"] for line in text.split("<br>"))


def test_a_long_name_is_wrapped_and_escaped() -> None:
    assert wrapped("one two three four five six seven eight nine", 15) == "one two three<br>four five six …"
    assert all(len(line) <= 11 for line in wrapped("x" * 40, 10).split("<br>"))
    assert wrapped("<b>") == "&lt;b&gt;"


def test_a_partial_bucket_is_hatched_and_says_so() -> None:
    (bars,) = figure(Metric.times_happened("A"), period=("2026-03-01", "2026-03-04"), now="2026-03-02T12:00")["data"]
    assert bars["marker"]["pattern"]["shape"] == ["", "/"]
    assert bars["hovertext"] == ["<b>Sun 2026-03-01</b><br>1 times", "<b>Mon 2026-03-02</b><br>2 times · partial day"]


def test_only_numbers_that_add_up_are_stacked() -> None:
    assert figure(Metric.times_happened("A", by="source"))["layout"]["barmode"] == "stack"
    assert figure(Metric.people_who_did("A", by="source"))["layout"]["barmode"] == "group"


def test_an_empty_figure_says_what_is_missing() -> None:
    assert "Nobody did the first step" in figure(Funnel(["Nothing"]))["layout"]["annotations"][0]["text"]
    assert "did not happen" in figure(Metric.people_who_did("Nothing"))["layout"]["annotations"][0]["text"]
