"""Sessions and the overview as answers: numbers by hand, the people behind them, reasons, pictures."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.overview import Overview
from tracktor_nb.analysis.results import from_dict
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.codec import to_dict
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.session import SESSION_MEASURES, Sessions
from tracktor_nb.semantics.stops import Stops

NOW = "2026-11-24T12:00"
NOTHING = pd.DataFrame({"person_id": [], "event": [], "time": pd.to_datetime([]), "page": [], "utm_campaign": []})
SALE = Funnel(["View", "Buy"])
PARTS = [
    *(Sessions(measure) for measure in SESSION_MEASURES),
    Pages(),
    Stops(),
    Stops({"Sale": SALE}),
    Acquisition(),
    Acquisition(touch="last"),
    Leaving(),
]


def visits() -> pd.DataFrame:
    """Anna regular and gone, Bea active, Cem once, and thirty who look at the landing page, half of them further."""
    rows: list[tuple[Any, ...]] = []
    rows += [("Anna", "View", f"2026-11-{day:02}T10:00", "/", "spring" if day == 2 else None) for day in (2, 4, 6)]
    rows += [("Anna", "View", "2026-11-06T10:20", "/<b>faq", None)]
    rows += [("Bea", "View", "2026-11-20T10:00", "/shop", "autumn"), ("Bea", "Buy", "2026-11-20T10:10", "/cart", None)]
    rows += [("Bea", "View", "2026-11-23T10:00", "/", None), ("Cem", "View", "2026-11-23T11:00", "/", None)]
    for number in range(30):
        rows.append((f"v{number:02}", "View", f"2026-11-22T10:{number:02}", "/land", "spring"))
        if number % 2:
            rows.append((f"v{number:02}", "View", f"2026-11-22T10:{number:02}:30", "/shop", None))
    return pd.DataFrame(rows, columns=["person_id", "event", "time", "page", "utm_campaign"])


def ask(definition: Definition, events: pd.DataFrame | None = None, **options: Any) -> Any:
    return evaluate(definition, visits() if events is None else events, **{"now": NOW, **options})


def who(result: Any, *number: Any, **named: Any) -> set[str]:
    return set(result.people(*number, **named).index)


def test_sessions_are_counted_where_they_begin() -> None:
    result = ask(Sessions(), period="last 7 days")
    assert (result.sessions, result.visitors, result.total) == (33, 32, 33)
    assert result.views_per_session == pytest.approx((33 + 15 + 1) / 33)
    assert result.bounce_rate == pytest.approx(17 / 33)
    assert result.mean_length == pytest.approx((10 * 60 + 15 * 30) * 1e6 / 33)
    assert result.median_length == 0
    assert result.table["value"].tolist() == [0, 0, 1, 0, 30, 2, 0]
    assert (result.maximum, result.minimum) == (30, 0)
    assert "1 partial day left out" in result.rule


def test_who_bounced_viewed_one_page_in_every_session() -> None:
    assert who(ask(Sessions(), period="last 7 days"), bounced=True) == {"Cem", *(f"v{n:02}" for n in range(0, 30, 2))}


def test_pages_are_ranked_by_people_and_tell_who_goes_on() -> None:
    result = ask(Pages())
    assert result.table["people"].to_dict() == {"/land": 30, "/shop": 16, "/": 3, "/<b>faq": 1, "/cart": 1}
    assert result.table.loc["/land"].tolist() == [30, 30, 30, 15, 15, 0.5]
    assert result.attractive.index.tolist() == ["/land"]
    assert who(result, "/cart") == {"Bea"}
    assert who(result, page="/", left=True) == {"Anna", "Bea", "Cem"}


def test_a_page_that_nobody_viewed_is_said_so() -> None:
    with pytest.raises(DefinitionError, match="Nobody viewed the page '/nowhere'"):
        ask(Pages()).people("/nowhere")


def test_stops_are_ranked_by_people_and_name_them() -> None:
    result = ask(Stops({"Sale": SALE}))
    assert result.table.to_dict("records") == [
        {"funnel": "Sale", "place": "View", "next": "Buy", "people": 33, "stopped": 32, "rate": 32 / 33}
    ]
    assert "Bea" not in who(result, 1)
    assert "Bea" in who(result, 1, stopped=False)
    with pytest.raises(DefinitionError, match="row=2 is not there"):
        result.people(2)


def test_without_funnels_the_last_pages_of_those_who_stay_away_are_told() -> None:
    result = ask(Stops())
    assert result.table.iloc[0].to_dict() | {"rate": 1} == {
        "funnel": None, "place": "/<b>faq", "next": None, "people": 1, "stopped": 1, "rate": 1,
    }  # fmt: skip
    assert who(result) == {"Anna"}


def test_campaigns_are_ranked_by_the_active_people_they_brought() -> None:
    first = ask(Acquisition())
    assert first.table.to_dict("index") == {
        "autumn": {"people": 1, "active": 1, "rate": 1.0},
        "spring": {"people": 31, "active": 1, "rate": 1 / 31},
        None: {"people": 1, "active": 0, "rate": 0.0},
    }
    assert who(first, "spring", active=True) == {"Anna"}
    assert who(first, None) == {"Cem"}
    assert len(who(first)) == 33
    with pytest.raises(DefinitionError, match="Nobody came by 'summer'"):
        first.people("summer")


def test_the_last_touch_is_that_of_people_who_came_in_the_period() -> None:
    assert ask(Acquisition(touch="last"), period="today").rows == []
    assert ask(Acquisition(touch="last"), period="yesterday").table["people"].to_dict() == {"autumn": 1, None: 1}


def test_who_is_leaving_came_on_three_days_and_stays_away() -> None:
    result = ask(Leaving())
    assert (result.count, result.regular, who(result)) == (1, 1, {"Anna"})


def test_leaving_is_asked_at_the_end_of_a_period_that_is_over() -> None:
    assert ask(Leaving(), period=("2026-11-01", "2026-11-10")).count == 0


@pytest.mark.parametrize(
    ("definition", "person", "said"),
    [
        (Sessions(), "Bea", "began 2 sessions"),
        (Pages(), "Anna", "began 3 sessions"),
        (Stops(), "Anna", "was last seen on /<b>faq"),
        (Stops(), "Bea", "comes still"),
        (Stops({"Sale": SALE}), "Cem", "stopped in 1 funnel"),
        (Acquisition(), "Anna", "came by 'spring'; active: 3 days"),
        (Acquisition(), "Cem", "came by no campaign; not active: 1 day"),
        (Leaving(), "Anna", "is leaving"),
        (Leaving(), "Bea", "is not leaving"),
    ],
)
def test_every_number_says_why_somebody_is_in_it(definition: Definition, person: str, said: str) -> None:
    assert said in ask(definition).explain(person).summary


@pytest.mark.parametrize("definition", PARTS, ids=repr)
@pytest.mark.parametrize("events", [None, NOTHING], ids=["visits", "nothing"])
def test_every_part_has_a_picture_a_card_a_table_and_a_dictionary(definition: Definition, events: Any) -> None:
    result = ask(definition, events)
    figure = json.loads(json.dumps(result.figure(), allow_nan=False))
    go.Figure(figure)
    assert "<b>faq" not in json.dumps(figure)
    assert "<b>faq" not in result._repr_html_()
    assert result.rule in result._repr_html_().replace("&#x27;", "'").replace("&gt;", ">")
    assert from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert result.table is not None
    assert repr(result).startswith("<")


@pytest.mark.parametrize("definition", PARTS, ids=repr)
def test_as_of_a_date_nothing_later_is_known(definition: Definition) -> None:
    known = visits().query("time < '2026-11-07'")
    then = ask(definition, as_of="2026-11-07T12:00").to_dict()
    alone = ask(definition, known, now="2026-11-07T12:00").to_dict()
    assert "as known on 2026-11-07" in ask(definition, as_of="2026-11-07T12:00").rule
    for own in ("as_of", "watermark"):
        then.pop(own), alone.pop(own)
    assert then == alone


def test_the_overview_asks_four_questions() -> None:
    overview = Overview.of({"Sale": to_dict(SALE)}, ask)
    assert [result.kind for result in overview.results] == ["pages", "stops", "acquisition", "leaving"]
    assert overview.stops.rows[0]["funnel"] == "Sale"
    assert repr(overview).count("\n") == 3
    assert overview._repr_html_().count("computed 2026-11-24 12:00:00") == 4
