"""The CDNOW purchases: who bought a second time and how long it took, here and by pandas alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FunnelResult
from tracktor_nb.semantics.funnel import Funnel

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_purchases.csv.gz"


@cache
def purchases() -> pd.DataFrame:
    return pd.read_csv(CDNOW, dtype={"distinct_id": str}, parse_dates=["time"]).rename(
        columns={"distinct_id": "person_id"}
    )


@cache
def result() -> FunnelResult:
    found = evaluate(Funnel(["Purchase", "Purchase"]), purchases(), now="1998-07-01")
    assert isinstance(found, FunnelResult)
    return found


def test_half_of_all_buyers_buy_again() -> None:
    assert [step["people"] for step in result().steps] == [23_570, 11_662]
    assert round(result().steps[1]["rate"], 3) == 0.495


def test_ten_lines_of_pandas_say_the_same() -> None:
    log = purchases().sort_values("time", kind="stable")
    people = log.groupby("person_id")["time"]
    first, second = people.nth(0), people.nth(1)
    both = pd.DataFrame(
        {
            "first": first.set_axis(log.loc[first.index, "person_id"]),
            "second": second.set_axis(log.loc[second.index, "person_id"]),
        }
    ).dropna()
    gaps = both["second"] - both["first"]
    assert (len(first), len(gaps)) == tuple(step["people"] for step in result().steps)
    assert (gaps == pd.Timedelta(0)).sum() == 351
    assert round(gaps.mean() / pd.Timedelta("1D"), 2) == 108.41
    assert result().table.loc[2, "mean_time"] == gaps.mean().floor("us")
    assert result().table.loc[2, "median_time"] == gaps.median()


def test_a_gap_of_nothing_is_a_second_purchase_on_the_day_of_the_first() -> None:
    bins = result().histogram()
    assert bins["people"].sum() == 11_662
    day = evaluate(Funnel(["Purchase", "Purchase"], window="1s", entry="first"), purchases(), now="1998-07-01")
    assert day.table.loc[2, "people"] == 351


def test_buyers_by_month_of_their_first_purchase_add_up() -> None:
    months = result().over_time("month").table
    began = months.xs(1, level="step")
    assert began["people"].sum() == 23_570
    assert (
        began["people"].iloc[:3].tolist()
        == purchases().groupby("person_id")["time"].min().dt.month.value_counts(sort=False).sort_index().tolist()
    )
    assert months.xs(2, level="step")["people"].sum() == 11_662


@pytest.mark.parametrize(("order", "people"), [("strict", [23_570, 11_662]), ("any", [23_570, 11_662])])
def test_of_one_event_alone_every_order_says_the_same(order: str, people: list[int]) -> None:
    found = evaluate(Funnel(["Purchase", "Purchase"], order=order), purchases(), now="1998-07-01")  # type: ignore[arg-type]
    assert found.table["people"].tolist() == people
