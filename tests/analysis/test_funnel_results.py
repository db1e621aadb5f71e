"""What a funnel says beside its counts: reasons, times, over time, under all rules, and of two groups."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pandas as pd
import pytest

from tests.analysis.test_funnels import ask, frame, walk
from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import from_dict
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.funnel import Exclusion, Funnel, Step
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules

DAY = 24 * 60
LATER = "2026-06-01"

# --- reasons --------------------------------------------------------------------------------------------------------


def reason(funnel: Funnel, *moments: tuple[str, int] | tuple[str, int, Value], **options: Any) -> str:
    """Return why somebody who did these events, in minutes, with a value of p, got no further."""
    rows = [("p", name, minute) for name, minute, *_ in moments]
    events = frame(*rows, p=[each[2] if len(each) > 2 else None for each in moments])
    return ask(funnel, events, now=LATER, **options).explain("p").summary


@pytest.mark.parametrize(
    ("funnel", "moments", "said"),
    [
        (Funnel(["A", "B"], order="strict"), [("A", 0), ("X", 1), ("B", 2)],
         "reached step 1 of 2; 'X' came between at 2026-03-01 00:01:00, before 'B'"),
        (Funnel(["A", "B"], "1h", order="strict"), [("A", 0), ("B", 90)],
         "reached step 1 of 2; 'B' came 1 h 30 min after step 1, later than 1 hour"),
        (Funnel(["A", "B"], exclude=["X"]), [("A", 0), ("Y", 1), ("X", 2), ("B", 3)],
         "reached step 1 of 2; 'X' came between at 2026-03-01 00:02:00, before 'B'"),
        (Funnel(["A", "B", "C"], exclude=[Exclusion("X", after=2)]), [("A", 0), ("X", 1), ("B", 2), ("X", 3), ("C", 4)],
         "reached step 2 of 3; 'X' came between at 2026-03-01 00:03:00, before 'C'"),
        (Funnel(["A", "B"], hold="p"), [("A", 0, "hat"), ("B", 1, "scarf")],
         "reached step 1 of 2; 'B' came with p 'scarf', not p 'hat' as at step 1"),
        (Funnel(["A", "B"], hold="p"), [("A", 0, "hat"), ("B", 1)],
         "reached step 1 of 2; 'B' came with p 'not set', not p 'hat' as at step 1"),
        (Funnel(["A", "B"], "1h", hold="p"), [("A", 0, "hat"), ("B", 1, "scarf"), ("B", 120, "hat")],
         "reached step 1 of 2; 'B' came 2 h after step 1, later than 1 hour"),
        (Funnel(["A", "B"], "1h", window_scope="per step"), [("A", 0), ("B", 120)],
         "reached step 1 of 2; 'B' came 2 h after the step before, later than 1 hour"),
        (Funnel(["A", "B", "C"], order="any"), [("C", 0), ("A", 1)], "reached step 2 of 3; 'B' never happened"),
        (Funnel(["A", "B", "C"], "1h", order="any"), [("C", 0), ("B", 120)],
         "reached step 1 of 3; 'A' never happened · 'B' came 2 h after the first event, later than 1 hour"),
        (Funnel(["A", "B"], order="any", hold="p"), [("A", 0, 1), ("B", 1, True)],
         "reached step 1 of 2; 'B' came with p 'true', not p '1' as at step 1"),
        (Funnel(["A", "A", "B"], order="any"), [("B", 0), ("A", 1)],
         "reached step 2 of 3; 'A' did not happen after that"),
        (Funnel(["A", Step("A", has("p", "is", 1))], order="any"), [("A", 0, 1)], "reached step 1 of 2; 'A' did not"),
        (Funnel(["A"], order="any"), [("B", 0)], "did not begin; 'A' never happened"),
        (Funnel(["A"], among=did("B")), [("A", 0)], "is not one of the people asked about: did 'B'"),
        (Funnel(["A", "B"], order="any"), [("B", 0), ("A", 1)], "reached all 2 steps"),
    ],
)  # fmt: skip
def test_everybody_who_stopped_is_told_which_event_or_value_or_time_it_was(
    funnel: Funnel, moments: list[Any], said: str
) -> None:
    assert reason(funnel, *moments).startswith(said)


def test_in_any_order_the_period_can_be_the_reason() -> None:
    said = reason(
        Funnel(["A", "B"], order="any"), ("B", 0), ("B", DAY), ("A", 3 * DAY), period=("2026-03-02", "2026-03-03")
    )
    assert said == "reached step 1 of 2; 'A' came after the end of the period"


# --- times ----------------------------------------------------------------------------------------------------------


def crowd(*minutes: int) -> pd.DataFrame:
    """People who went from A to B in these minutes each, and on to C at once."""
    return frame(*((f"p{n}", name, at) for n, m in enumerate(minutes) for name, at in (("A", 0), ("B", m), ("C", m))))


def test_all_steps_together_have_a_time_too() -> None:
    result = ask(Funnel(["A", "B", "C"]), crowd(10, 20, 60))
    minute = 60_000_000
    assert result.conversion == {
        "people": 3,
        "median_time": 20 * minute,
        "mean_time": 30 * minute,
        "p90_time": 60 * minute,
    }
    assert "median 20 min, mean 30 min, 90 % within 1 h" in result._repr_html_()


def test_a_histogram_has_readable_bins_and_leaves_the_long_tail_open() -> None:
    bins = ask(Funnel(["A", "B"]), crowd(*range(1, 100), 60 * 24 * 30)).histogram()
    assert bins.index[:3].tolist() == [pd.Timedelta(minutes=each) for each in (0, 10, 20)]
    assert bins["people"].tolist()[:3] == [9, 10, 10]
    assert bins["people"].sum() == 100
    assert bins["to"].isna().tolist()[-1]
    assert bins["people"].iloc[-1] == 1


def test_each_step_has_its_own_histogram() -> None:
    result = ask(Funnel(["A", "B", "C"]), crowd(10, 20))
    assert result.histogram(3)["people"].tolist() == [2]
    assert result.histogram(2)["people"].sum() == 2
    for step in (1, 4):
        with pytest.raises(DefinitionError, match="ask for a step from 2 to 3"):
            result.histogram(step)


def test_nobody_who_got_there_has_no_time() -> None:
    result = ask(Funnel(["A", "X"]), crowd(10))
    assert result.histogram().empty
    assert "Nobody got that far" in json.dumps(result.times_figure())
    assert "Nobody got that far" in result.plot_times().to_json()
    assert ask(Funnel(["A"]), crowd(10)).conversion["median_time"] is None


# --- over time ------------------------------------------------------------------------------------------------------


def test_over_time_everybody_is_in_the_bucket_of_step_1() -> None:
    events = frame(("p", "A", 0), ("p", "B", DAY), ("q", "A", DAY), ("r", "A", DAY), ("r", "B", DAY + 5))
    result = ask(Funnel(["A", "B"], window="2d"), events, now="2026-03-04T12:00")
    daily = result.over_time("day")
    people = daily.table["people"].unstack("step")
    assert people.values.tolist() == [[1, 1], [2, 1]]
    assert daily.table["ripe"].unstack("step")[1].tolist() == [True, False]
    assert people.sum().tolist() == result.table["people"].tolist()
    assert "by day of step 1" in daily.rule
    assert "window still open" in daily._repr_html_()


def test_months_are_cut_in_the_zone_of_the_site() -> None:
    events = frame(("p", "A", 31 * DAY - 30), ("q", "A", 31 * DAY - 150))
    events["time"] = events["time"].dt.tz_localize("UTC")  # the last evening of March, two hours later in Vienna
    assert ask(Funnel(["A"], freq="month"), events, now=LATER).table["people"].tolist() == [2]
    assert ask(Funnel(["A"], freq="month"), events, now=LATER, tz="Europe/Vienna").table["people"].tolist() == [1, 1]


def test_a_funnel_over_time_is_drawn_as_rates() -> None:
    figure = ask(Funnel(["A", "B", "C"], freq="day"), crowd(10, 20)).figure()
    assert [line["name"] for line in figure["data"]] == ["2. B", "3. C"]
    assert figure["data"][0]["y"] == [1.0]
    assert "one step has no rate" in json.dumps(ask(Funnel(["A"], freq="day"), crowd(10)).figure())
    assert "Nobody did the first step" in json.dumps(ask(Funnel(["X", "A"], freq="day"), crowd(10)).figure())


def test_who_stopped_at_a_step_can_become_a_cohort() -> None:
    result = ask(Funnel(["A", "B"]), pd.concat([walk("AB").assign(person_id="on"), walk("A").assign(person_id="off")]))
    assert result.segment(1, stopped=True) == ["off"]
    assert sorted(result.segment(1)) == ["off", "on"]


# --- under all rules ------------------------------------------------------------------------------------------------


def people_of_all_kinds() -> pd.DataFrame:
    loose = frame(("loose", "A", 0), ("loose", "X", 1), ("loose", "B", 2))
    strict = frame(("strict", "A", 0), ("strict", "B", 1))
    backwards = frame(("backwards", "B", 0), ("backwards", "A", 1))
    return pd.concat([loose, strict, backwards])


def explored() -> Any:
    return evaluate(FunnelRules(Funnel(["A", "B"])), people_of_all_kinds(), now=LATER)


def test_the_explorer_counts_every_rule_side_by_side() -> None:
    table = explored().table
    assert table.loc[1, ["step 1", "step 2", "differ"]].tolist() == [3, 2, 0]
    by_order = table.groupby("order", sort=False)[["step 1", "step 2", "differ"]].first()
    assert by_order.values.tolist() == [[3, 2, 0], [3, 1, 1], [3, 3, 1]]
    assert explored().alike[0][0] == 1
    assert len(explored().alike) == 3


def test_the_people_that_differ_between_any_two_rules_can_be_listed() -> None:
    result = explored()
    loose, strict, free = (group[0] for group in result.alike)
    assert list(result.people(loose, strict).index) == ["loose"]
    assert list(result.people(loose, free).index) == ["backwards"]
    assert set(result.people(strict, free).index) == {"loose", "backwards"}
    assert result.differing.loc[strict, free] == 2
    assert result.people(loose, loose).empty
    with pytest.raises(DefinitionError, match="numbered from 1 to 24"):
        result.people(1, 25)


def test_one_person_is_explained_under_every_rule() -> None:
    given = explored().explain("loose")
    assert given.summary == "reaches from 1 to 2 of 2 steps, depending on the rules; 2 as asked"
    why = given.frame().groupby("order", sort=False)["why"].first().tolist()
    assert why == [
        "reached all 2 steps",
        "reached step 1 of 2; 'X' came between at 2026-03-01 00:01:00, before 'B'",
        "reached all 2 steps",
    ]
    assert explored().explain("strict").summary == "reaches 2 of 2 steps under every rule"


def test_the_explorer_shows_each_different_answer_once() -> None:
    result = explored()
    assert len(result.figure()["layout"]["yaxis"]["tickvals"]) == 3
    card = unescape(result._repr_html_())
    assert "strict order, any entry, until the range ends, bots out" in card
    assert repr(result) == "<FunnelRulesResult A → B: 24 combinations of rules, 3 different answers>"


# --- two groups -----------------------------------------------------------------------------------------------------


def compared(a: int = 70, converted_a: int = 56, b: int = 80, converted_b: int = 48) -> Any:
    """As many people in each group, of whom so many did B; Newcombe's first example."""
    rows = [(f"a{n}", name, n) for n in range(a) for name in ("A", "B")[: 1 + (n < converted_a)]]
    rows += [(f"b{n}", name, n) for n in range(b) for name in ("A", "B")[: 1 + (n < converted_b)]]
    ids = sorted({row[0] for row in rows})
    people = pd.DataFrame({"plan": [each[0] for each in ids]}, index=pd.Index(ids, name="person_id"))
    question = FunnelComparison(Funnel(["A", "B"]), has("plan", "is", "a"), has("plan", "is", "b"))
    return evaluate(question, frame(*rows), people, now=LATER)


def test_two_groups_have_a_difference_with_an_interval_at_each_step() -> None:
    step = compared().table.loc[2]
    assert (step["people_a"], step["people_b"]) == (56, 48)
    assert step[["rate_difference", "rate_low", "rate_high"]].round(4).tolist() == [0.2, 0.0524, 0.3339]
    assert step["step_rate_a"] == 0.8
    assert pd.isna(compared().table.loc[1, "rate_a"])


def test_a_comparison_lists_and_explains_the_people_of_each_group() -> None:
    result = compared(2, 1, 3, 1)
    assert list(result.people("a", step=2).index) == ["a0"]
    assert set(result.people("b", step=1, stopped=True).index) == {"b1", "b2"}
    assert result.explain("b1").summary == "in plan is 'b'; reached step 1 of 2; 'B' never happened"
    with pytest.raises(DefinitionError, match="the groups are 'a' and 'b'"):
        result.people("c")


def test_people_in_both_groups_are_counted_and_said() -> None:
    question = FunnelComparison(Funnel(["A"]), did("A"), did("B"))
    result: Any = evaluate(question, walk("AB"), now=LATER)
    assert result.in_both == 1
    assert result.rule.endswith("1 people in both groups")


def test_the_card_says_whether_the_difference_is_clear() -> None:
    assert "higher" in compared()._repr_html_()
    assert "not clear" in compared(10, 6, 10, 5)._repr_html_()
    assert "+20.0" in compared()._repr_html_()


def test_groups_of_nobody_are_no_error() -> None:
    result = compared(2, 1, 0, 0)
    assert result.steps[1]["rate"]["difference"] is None
    assert "nobody did the first step" in json.dumps(result.figure())
    assert "one step has no rate" in json.dumps(
        evaluate(FunnelComparison(Funnel(["A"]), did("A"), did("B")), walk("A")).figure()
    )


@pytest.mark.parametrize("make", [explored, compared, lambda: ask(Funnel(["A", "B"], "1d", freq="day"), walk("AXB"))])
def test_every_answer_survives_its_dictionary(make: Any) -> None:
    result = make()
    assert from_dict(json.loads(json.dumps(result.to_dict()))) == result
