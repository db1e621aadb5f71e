"""Metrics that the form does not make yet: they open, count, are saved and shown on tiles, and stay as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.widgets.conftest import House
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.widgets.metric_builder import MetricBuilder
from tracktor_nb.widgets.tiles import Tiles

METRICS = [
    Metric.conversion_rate("Site visit", "Registration"),
    Metric.conversion_rate("Site visit", Step("Site visit", has("source", "is set")), repeatable=True),
    Metric.time_between("Site visit", "Registration", by="source"),
    Metric.total_value("source", event="Site visit"),
    Metric.average_value("email", among=has("email", "is set")),
    Metric.average_value("email", per="person who did", did="Site visit"),
]


@pytest.mark.parametrize("metric", METRICS, ids=repr)
def test_a_metric_opens_counts_and_stays_as_it_is(house: House, metric: Metric) -> None:
    builder = MetricBuilder(metric, house.services(), name="measured")
    builder.editor.form = json.loads(json.dumps(builder.editor.form))
    assert (builder.definition, builder.problem) == (metric, "")
    assert builder.view.error == ""
    assert builder.view.answer["unit"] == metric.unit
    json.dumps(builder.view.answer, allow_nan=False)
    builder._open_people(len(metric.lists), False)
    assert builder.people.title.startswith("People who ")
    builder.editor.form = {**builder.editor.form, "freq": "week"}
    assert builder.definition == Metric(**{**_fields(metric), "freq": "week"})
    builder.save()
    assert house.kept["measured"].definition == builder.definition


@pytest.mark.parametrize("metric", METRICS, ids=repr)
def test_a_tile_shows_the_number_and_its_unit(house: House, metric: Metric) -> None:
    house.save("measured", metric, None)
    tiles = Tiles(house.services(), frozenset({"metric"}), lambda path: None)
    tiles.refresh()
    (tile,) = tiles.tiles
    assert (tile["state"], tile["unit"]) == ("ready", metric.unit)
    assert len(tile["bars"]) == 7


def test_a_mean_time_shows_the_median_the_people_and_the_share_not_finished(house: House) -> None:
    builder = MetricBuilder(METRICS[2], house.services(), period="this week")
    shown = {each["label"]: (each["value"], each["unit"]) for each in builder.view.answer["beside"]}
    assert shown == {
        "Median": (300_000_000, "time"),
        "People who did both": (1, "people"),
        "Not finished": (pytest.approx(2 / 3), "share"),
        "Previous period": (None, "time"),
    }


def _fields(metric: Metric) -> dict[str, Any]:
    return {name: getattr(metric, name) for name in metric.__dataclass_fields__}
