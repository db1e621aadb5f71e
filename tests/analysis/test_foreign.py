"""Answers from Polars, DuckDB and Arrow are those from pandas; what cannot be answered says which column is missing."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars
import pyarrow as pa
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.errors import FrameError
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.condition import did, has, in_company
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.session import Sessions
from tracktor_nb.semantics.stops import Stops

NOW = "2026-04-01"
EVENTS = pd.DataFrame(
    {
        "person_id": [1, 1, 2, 3, 3],
        "event": ["View", "Buy", "View", "View", "Buy"],
        "time": pd.to_datetime(
            ["2026-03-28T23:30", "2026-03-29T02:30", "2026-03-30T00:00", "2026-03-30T10:00", "2026-03-30T10:00"]
        ),
        "page": ["/", "/cart", "/", None, "/cart"],
        "amount": pd.array([None, 3, None, None, 2], "Int64"),
        "paid": [None, True, None, None, False],
        "utm_campaign": pd.Categorical(["spring", None, None, "autumn", None]),
    }
)
PEOPLE = pd.DataFrame(
    {"person_id": [1, 2, 4], "plan": ["free", None, "gold"], "age": pd.array([30, None, 50], "Int64")}
)
DEFINITIONS = [
    Funnel(["View", "Buy"]),
    Funnel(["View", "Buy"], by="utm_campaign"),
    Funnel(["View", Step("Buy", has("amount", ">", 2))]),
    Metric.times_happened("Buy", by="amount"),
    Metric.times_happened("Buy", by="paid"),
    Metric.people_who_did("View", freq="hour"),
    Segment(has("plan", "is not", "free")),
    Segment(has("age", ">=", 30) & did("Buy")),
    Sessions(),
    Pages(),
    Stops(),
    Acquisition(),
    Leaving(),
]


def through_duckdb(frame: pd.DataFrame) -> Any:
    return duckdb.sql("SELECT * FROM arrow_table", connection=_registered(pa.Table.from_pandas(frame)))


def _registered(arrow_table: pa.Table) -> Any:
    return duckdb.connect().register("arrow_table", arrow_table)


WAYS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": polars.from_pandas,
    "duckdb": through_duckdb,
    "pyarrow": pa.Table.from_pandas,
    "record batches": lambda frame: pa.Table.from_pandas(frame).to_reader(2),
    "arrow dtypes": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "nullable dtypes": lambda frame: frame.convert_dtypes(),
}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=repr)
@pytest.mark.parametrize("way", list(WAYS))
def test_every_frame_gives_the_same_answer(way: str, definition: Definition) -> None:
    expected = evaluate(definition, EVENTS, PEOPLE, tz="Europe/Vienna", now=NOW)
    found = evaluate(definition, WAYS[way](EVENTS), WAYS[way](PEOPLE), tz="Europe/Vienna", now=NOW)
    assert found.to_dict() == expected.to_dict()
    people: dict[str, Any] = {"page": "/"} if isinstance(definition, Pages) else {}
    assert found.people(**people).index.tolist() == expected.people(**people).index.tolist()


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize(
    "ids",
    [["a", "a", "b", "c", "c"], pd.Categorical(["a", "a", "b", "c", "c"]), [2**53 + 1, 2**53 + 1, 2, 3, 3]],
    ids=["texts", "categories", "large numbers"],
)
def test_ids_stay_what_they_are(way: str, ids: Any) -> None:
    frame = EVENTS.assign(person_id=ids)
    found = evaluate(Funnel(["View"]), WAYS[way](frame), now=NOW)
    assert set(found.people().index) == set(frame["person_id"])


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_times_of_every_unit_and_zone_are_the_same_instants(way: str, unit: str, zone: str | None) -> None:
    aware = EVENTS["time"].dt.tz_localize("UTC")
    times = EVENTS["time"] if zone is None else aware.dt.tz_convert(zone)
    found = evaluate(Funnel(["View", "Buy"]), WAYS[way](EVENTS.assign(time=times.dt.as_unit(unit))), now=NOW)
    assert found.steps == evaluate(Funnel(["View", "Buy"]), EVENTS, now=NOW).steps  # type: ignore[attr-defined]


def test_the_types_of_duckdb_are_plain_values() -> None:
    row = duckdb.sql(
        "SELECT 1 AS person_id, 'A' AS event, TIMESTAMPTZ '2026-03-01 10:00+01' AS time, 1.5 AS price, "
        "DATE '2026-02-01' AS day, {'city': 'Wien'} AS address, [1, 2] AS sizes, 3::HUGEINT AS huge, "
        "'00000000-0000-0000-0000-000000000007'::UUID AS number"
    )
    for condition in (
        has("price", "is", 1.5),
        has("day", "before", "2026-02-02"),
        has("address.city", "is", "Wien"),
        has("sizes", "includes", 2),
        has("huge", "is", 3),
        has("number", "ends with", "7"),
    ):
        assert evaluate(Segment(did("A", where=condition)), row, now=NOW).people().index.tolist() == [1]


def test_cells_may_be_decimals_and_ids() -> None:
    cells = [decimal.Decimal("1.5"), uuid.UUID(int=7), [1.0, None], {"a": None}, datetime.date(2026, 1, 1)]
    metric = Metric.times_happened("View", by="cell")
    frame = EVENTS.assign(cell=cells, event="View")
    values = {row["value"] for row in evaluate(metric, frame, now=NOW).breakdown}  # type: ignore[attr-defined]
    assert values == {1.5, "00000000-0000-0000-0000-000000000007", "[1.0, null]", "{}", "2026-01-01"}


def test_who_is_known_when_it_happened_needs_no_cell() -> None:
    known = EVENTS.assign(known_at=pd.to_datetime([None, "2026-03-31", None, None, None]))
    found = evaluate(Funnel(["View", "Buy"]), known, now=NOW, as_of="2026-03-30T12:00")
    assert [step["people"] for step in found.steps] == [3, 1]  # type: ignore[attr-defined]


BAD: list[tuple[Any, dict[str, Any], str]] = [
    (Funnel(["A"]), {"events": EVENTS.drop(columns="person_id")}, "events has no column 'person_id'"),
    (Funnel(["A"]), {"events": EVENTS.drop(columns=["event", "time"])}, "events has no column 'event', 'time'"),
    (Funnel(["A"]), {"events": EVENTS.rename(columns={"event": "Event"})}, "It has: person_id, Event, time"),
    (Funnel(["A"]), {"events": polars.from_pandas(EVENTS).drop("time")}, "events has no column 'time'"),
    (Funnel(["A"]), {"events": None}, "events must be a DataFrame"),
    (Funnel(["A"]), {"events": {"person_id": [1]}}, "events must be a DataFrame"),
    (Funnel(["A"]), {"events": EVENTS["event"]}, "events must be a DataFrame"),
    (Funnel(["A"]), {"people": [1]}, "people must be a DataFrame"),
    (Funnel(["A"]), {"events": EVENTS.assign(time=None)}, "events has 5 rows without time"),
    (Funnel(["A"]), {"events": EVENTS.assign(event=[None, "A", "A", "A", "A"])}, "events has 1 rows without event"),
    (Funnel(["A"]), {"events": EVENTS.assign(time="yesterday")}, "The column time cannot be read as times"),
    (Funnel(["A"]), {"events": EVENTS.assign(known_at="later")}, "The column known_at cannot be read as times"),
    (Funnel(["A"], by="sourc"), {}, "Neither events nor people has a column 'sourc', which by= of Funnel"),
    (Funnel(["A"], hold="cart"), {}, "column 'cart', which hold= of Funnel"),
    (Funnel([Step("A", has("price", ">", 1))]), {}, "events has no column 'price', which where= of Step('A'"),
    (Metric.times_happened("A", where=~has("x.y", "is", 1)), {}, "events has no column 'x', which where= of Metric"),
    (Segment(did("A", where=has("price", ">", 1))), {}, "events has no column 'price', which where= of did('A'"),
    (Segment(has("pln", "is", "free")), {}, "people has no column 'pln', which has('pln', 'is', 'free') asks for"),
    (Segment(has("plan", "is", "x")), {"people": None}, "pass people= with a column 'plan'"),
    (Segment(in_company("Acme")), {}, "people has no column 'company', which in_company('Acme') asks for"),
    (Funnel(["A"], among=has("city", "is", "x")), {}, "people has no column 'city'"),
    (Pages(), {"events": EVENTS.drop(columns="page")}, "no column 'page', which Pages(), the path of the page"),
    (Sessions(), {"events": EVENTS.drop(columns="page")}, "events has no column 'page'"),
    (Stops(), {"events": EVENTS.drop(columns="page")}, "events has no column 'page'"),
    (Stops({"a": Funnel(["A"], by="b")}), {}, "column 'b', which by= of Funnel"),
    (Acquisition("utm_source"), {}, "events has no column 'utm_source', which Acquisition('utm_source') asks for"),
    (Leaving(), {"people": PEOPLE.assign(person_id=["1", "2", "4"])}, "holds int in events and str in people"),
    (Leaving(), {"people": PEOPLE.assign(person_id=[1, 1, 2])}, "people has several rows for person_id 1"),
    (Leaving(), {"people": PEOPLE.assign(person_id=[1, None, 2])}, "people has 1 rows without person_id"),
    (Leaving(), {"people": PEOPLE.drop(columns="person_id")}, "people must be indexed by person_id"),
    (Funnel(["View"], by="amount"), {"events": EVENTS.assign(amount=b"x")}, "column 'amount' holds what no property"),
    (Funnel(["A"]), {"now": "whenever"}, "now='whenever' is not an instant"),
    (Funnel(["A"]), {"as_of": object()}, "is not an instant"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "given", "said"), BAD, ids=[said for *_, said in BAD])
def test_what_cannot_be_answered_names_the_thing(definition: Definition, given: dict[str, Any], said: str) -> None:
    with pytest.raises(FrameError) as raised:
        evaluate(definition, **{"events": EVENTS, "people": PEOPLE, "now": NOW, **given})
    assert said in str(raised.value)
