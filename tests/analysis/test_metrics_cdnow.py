"""Metrics of the CDNOW data beside a few lines of pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FormulaResult, MetricResult
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.metric import Metric

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_purchases.csv.gz"
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    return pd.read_csv(CDNOW).rename(columns={"distinct_id": "person_id"})


def ask(metric: Metric, purchases: pd.DataFrame) -> MetricResult:
    result = evaluate(metric, purchases)
    assert isinstance(result, MetricResult)
    return result


def test_the_mean_gap_from_the_first_purchase_to_the_second(purchases: pd.DataFrame) -> None:
    ordered = purchases.assign(day=pd.to_datetime(purchases["time"])).sort_values("day", kind="stable")
    nth = ordered.groupby("person_id")["day"]
    first, second = nth.first(), ordered[nth.cumcount() == 1].set_index("person_id")["day"]
    gaps = (second - first.loc[second.index]).dt.days

    result = ask(Metric.time_between("Purchase", "Purchase"), purchases)
    assert result.total is not None
    assert result.median is not None
    assert (round(result.total / DAY, 2), result.base) == (108.41, 11_662) == (round(gaps.mean(), 2), len(gaps))
    assert result.median / DAY == gaps.median()
    assert result.unfinished == pytest.approx(1 - len(gaps) / len(first))
    assert (gaps == 0).sum() == 351
    by_day = gaps.groupby(first.loc[second.index]).mean()
    shown = result.table["value"].dropna()
    assert shown.index.tz_localize(None).tolist() == by_day.index.tolist()
    assert (shown / pd.Timedelta(days=1)).tolist() == pytest.approx(by_day.tolist())


def test_purchases_by_month_and_a_person(purchases: pd.DataFrame) -> None:
    times = ask(Metric.times_happened("Purchase", freq="month"), purchases)
    assert times.total == 69_659 == len(purchases)
    monthly = purchases.groupby(purchases["time"].str[:7]).size()
    assert times.table["value"].tolist() == monthly.tolist()
    each = ask(Metric.times_per_person("Purchase"), purchases)
    assert each.total == pytest.approx(len(purchases) / purchases["person_id"].nunique())
    assert each.total == pytest.approx(2.955, abs=0.0005)


def test_every_second_customer_buys_again(purchases: pd.DataFrame) -> None:
    again = ask(Metric.conversion_rate("Purchase", "Purchase"), purchases)
    assert (again.amount, again.base) == (11_662, 23_570)
    assert f"{again!r}".endswith("49.5 %>")


def test_what_they_paid(purchases: pd.DataFrame) -> None:
    months = purchases["time"].str[:7]
    paid = ask(Metric.total_value("amount", event="Purchase", freq="month"), purchases)
    assert paid.total == pytest.approx(purchases["amount"].sum())
    assert paid.table["value"].tolist() == pytest.approx(purchases.groupby(months)["amount"].sum().tolist())
    a_purchase = ask(Metric.average_value("amount", per="set", event="Purchase"), purchases)
    assert a_purchase.total == pytest.approx(purchases["amount"].mean())
    a_buyer = ask(Metric.average_value("amount", per="person who did", event="Purchase", freq="month"), purchases)
    by_month = purchases.groupby(months).agg(amount=("amount", "sum"), people=("person_id", "nunique"))
    assert a_buyer.table["value"].tolist() == pytest.approx((by_month["amount"] / by_month["people"]).tolist())


def test_a_formula_of_two_metrics(purchases: pd.DataFrame) -> None:
    formula = Metric.total_value("amount", event="Purchase") / Metric.people_who_did("Purchase")
    assert isinstance(formula, Formula)
    result = evaluate(formula, purchases)
    assert isinstance(result, FormulaResult)
    assert result.total == pytest.approx(purchases["amount"].sum() / 23_570)
    same = ask(Metric.average_value("amount", per="person who did", event="Purchase"), purchases)
    assert result.table["value"].tolist() == pytest.approx(same.table["value"].tolist(), nan_ok=True)
