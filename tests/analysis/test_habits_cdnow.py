"""Habits of the CDNOW data beside a few lines of pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.stickiness import Stickiness

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_purchases.csv.gz"


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    return pd.read_csv(CDNOW).rename(columns={"distinct_id": "person_id"})


@pytest.fixture(scope="module")
def months(purchases: pd.DataFrame) -> pd.DataFrame:
    """How many purchases each person made in each of the 18 months."""
    month = pd.PeriodIndex(purchases["time"], freq="M")
    return pd.crosstab(purchases["person_id"], month)


def test_who_comes_back_month_by_month(purchases: pd.DataFrame, months: pd.DataFrame) -> None:
    result = evaluate(Retention("Purchase", freq="month", periods=17), purchases)
    began = (months > 0).to_numpy().argmax(axis=1)
    for cohort in range(3):
        its = months.to_numpy()[began == cohort]
        expected = [len(its), int((its[:, cohort] > 1).sum()), *(its[:, cohort + 1 :] > 0).sum(axis=0).tolist()]
        row = result.counts.iloc[cohort]  # type: ignore[attr-defined]
        assert row.dropna().astype(int).tolist() == expected
    assert result.counts["people"].sum() == 23_570  # type: ignore[attr-defined]


def test_whoever_comes_back_at_all_has_a_second_purchase(purchases: pd.DataFrame) -> None:
    result = evaluate(Retention("Purchase", kind="on or after", freq="month"), purchases)
    assert result.people_page(period=0).total == 11_662


def test_who_is_new_who_stays_and_who_falls_silent(purchases: pd.DataFrame, months: pd.DataFrame) -> None:
    active = (months > 0).to_numpy()
    before = pd.DataFrame(active).shift(axis=1, fill_value=False).to_numpy()
    ever = pd.DataFrame(active).cummax(axis=1).shift(axis=1, fill_value=False).to_numpy()
    table = evaluate(Lifecycle("Purchase", freq="month"), purchases).table
    assert table["new"].tolist() == (active & ~ever).sum(axis=0).tolist()
    assert table["returning"].tolist() == (active & before).sum(axis=0).tolist()
    assert table["resurrected"].tolist() == (active & ever & ~before).sum(axis=0).tolist()
    assert table["dormant"].tolist() == (~active & before).sum(axis=0).tolist()


def test_in_how_many_months_people_buy(purchases: pd.DataFrame, months: pd.DataFrame) -> None:
    table = evaluate(Stickiness("Purchase", freq="month"), purchases).table
    assert table["people"].to_dict() == (months > 0).sum(axis=1).value_counts().sort_index().to_dict()


def test_how_many_purchases_follow_the_first(purchases: pd.DataFrame) -> None:
    result = evaluate(Paths("Purchase", collapse=False, depth=5), purchases)
    bought = purchases["person_id"].value_counts()
    assert [its[0]["people"] for its in result.steps] == [  # type: ignore[attr-defined]
        int((bought > step).sum()) for step in range(6)
    ]
