"""The sample video service: its truth is counted here a second time, from the events, in plain pandas."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.sample import FUNNEL, video_service
from tracktor_nb.analysis.sample_log import Sample
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.identity import check_distinct_id, is_anonymous
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.stops import Stops

NOW = int(datetime(2026, 11, 23, 15, 7, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def sample() -> Sample:
    return video_service(people=3_000, now=NOW)


@pytest.fixture(scope="module")
def events(sample: Sample) -> pd.DataFrame:
    return sample.events()


def reached(events: pd.DataFrame) -> list[pd.Series]:
    """For each step of the funnel, when each person reached it in loose order."""
    times = [events.loc[events.event == FUNNEL[0]].groupby("person_id").time.min()]
    for step in FUNNEL[1:]:
        rows = events.loc[events.event == step, ["person_id", "time"]]
        after = rows.time > rows.person_id.map(times[-1])
        times.append(rows[after].groupby("person_id").time.min())
    return times


def test_funnel_counts_are_the_truth(sample: Sample, events: pd.DataFrame) -> None:
    counted = [len(times) for times in reached(events)]
    assert counted == list(sample.truth["funnel"].values())
    assert counted == sorted(counted, reverse=True)
    assert all(fewer < 0.7 * more for more, fewer in pairwise(counted))


def test_funnel_by_source_is_the_truth_and_sources_differ(sample: Sample, events: pd.DataFrame) -> None:
    first = events.drop_duplicates("person_id").set_index("person_id").utm_source
    truth = sample.truth["funnel by utm_source"]
    for source, counts in truth.items():
        group = first.index[first.isna() if source is None else first == source]
        assert [int(times.index.isin(group).sum()) for times in reached(events)] == counts
    rate = {source: counts[2] / counts[0] for source, counts in truth.items()}
    assert rate["newsletter"] > 1.5 * rate["instagram"]


def test_some_people_register_before_their_first_free_movie(sample: Sample, events: pd.DataFrame) -> None:
    registered = (events.event == "Registration").sum()
    assert registered == sample.truth["registered"] > sample.truth["funnel"]["Registration"]


def test_plans_and_heavy_watchers_are_the_truth(sample: Sample, events: pd.DataFrame) -> None:
    people = sample.people()
    assert people.plan.value_counts().to_dict() == sample.truth["plans"]
    watched = events[events.event == "Movie watch"].groupby("person_id").size()
    heavy = watched.index[watched >= 20]
    count = (people.plan.reindex(heavy) == "free").sum()
    assert count == sample.truth["watched 20 movies on the free plan"] > 0


def test_the_overview_tells_the_story_that_was_made(sample: Sample, events: pd.DataFrame) -> None:
    people = sample.people()
    ask = partial(evaluate, events=events, people=people, period="last 30 days", now=NOW / 1_000_000)
    attractive = ask(Pages()).attractive.attraction  # type: ignore[attr-defined]
    assert attractive["/free-movies"] > attractive["/"] > attractive["/help/devices"] + 0.1
    by_source = ask(Acquisition("utm_source")).table.rate
    assert by_source["newsletter"] > by_source["facebook"]
    stops = ask(Stops({"Becoming a customer": Funnel(list(FUNNEL))})).table
    assert stops.place.tolist() == list(FUNNEL[:-1])
    assert 0.1 < ask(Leaving()).count / ask(Leaving()).regular < 0.5  # type: ignore[attr-defined]


def test_revenue_and_event_counts_are_the_truth(sample: Sample, events: pd.DataFrame) -> None:
    assert events.amount.sum() == pytest.approx(sample.truth["revenue"])
    assert events.event.value_counts().to_dict() == sample.truth["events"]


def test_site_looks_alive_now(events: pd.DataFrame) -> None:
    now = pd.Timestamp(NOW, unit="us", tz="UTC")
    assert events.time.is_monotonic_increasing
    assert events.time.max() <= now
    assert now - events.time.max() < pd.Timedelta("5min")
    assert events.time.min() >= now - pd.Timedelta("90D")
    daily = events.groupby(events.time.dt.date).size()
    assert len(daily) == 91
    assert daily.iloc[-1] > 100
    assert daily.iloc[-15:-1].sum() > 1.2 * daily.iloc[1:15].sum()
    weekend = daily[[day.weekday() >= 5 for day in daily.index]]
    assert weekend.mean() > 1.1 * daily.drop(weekend.index).mean()


def test_site_just_after_midnight_has_people_on_it(sample: Sample) -> None:
    midnight = NOW - NOW % 86_400_000_000
    times = video_service(people=20_000, now=midnight + 600_000_000).events().time
    assert (times >= pd.Timestamp(midnight, unit="us", tz="UTC")).sum() > 10


def test_every_registered_person_has_two_distinct_ids_and_an_edge(sample: Sample, events: pd.DataFrame) -> None:
    ids = events.groupby("person_id").distinct_id.unique()
    edges = list(sample.edge_rows())
    assert {anonymous: login for anonymous, login, _ in edges} == {both[0]: both[1] for both in ids[ids.str.len() == 2]}
    assert len(edges) == sample.truth["registered"]
    assert ids.str.len().max() == 2
    assert all(is_anonymous(anonymous) and len(anonymous) == 25 for anonymous, _, _ in edges)
    assert not any(is_anonymous(login) for _, login, _ in edges)
    assert all(check_distinct_id(distinct_id) for distinct_id in events.distinct_id.unique())
    assert events.distinct_id.nunique() == len(ids) + len(edges)


def test_people_know_what_they_told(sample: Sample) -> None:
    people = sample.people()
    registered = people[people.email.notna()]
    assert len(registered) == sample.truth["registered"]
    assert registered.email.str.endswith("@example.com").all()
    assert registered.email.is_unique
    assert registered[["first_name", "last_name", "gender", "age", "plan", "city", "country"]].notna().all(axis=None)
    assert registered.age.between(18, 80).all()
    assert 0 < registered.company.notna().mean() < 0.2
    assert people.loc[people.email.isna(), "plan"].isna().all()


def test_rows_to_store_say_the_same_as_the_frames(sample: Sample, events: pd.DataFrame) -> None:
    rows = list(sample.event_rows())
    assert len(rows) == len(sample) == len(events)
    assert [row[0] for row in rows] == events.distinct_id.tolist()
    assert [row[1] for row in rows] == events.event.tolist()
    assert [row[2] for row in rows] == events.time.astype("int64").tolist()
    for row, frame in zip(rows[:500], events[:500].to_dict("records"), strict=True):
        assert row[3] == {name: frame[name] for name in row[3]}
        assert all(value is not None for value in row[3].values())
    changes = list(sample.change_rows())
    assert [time for _, time, _ in changes] == sorted(time for _, time, _ in changes)
    assert sum("email" in values for _, _, values in changes) == sample.truth["registered"]


def test_same_seed_makes_the_same_site_and_another_seed_another() -> None:
    one, same, other = (video_service(people=300, seed=seed, now=NOW) for seed in (1, 1, 2))
    assert list(one.event_rows()) == list(same.event_rows())
    assert list(one.change_rows()) == list(same.change_rows())
    assert list(one.edge_rows()) == list(same.edge_rows())
    assert list(one.event_rows()) != list(other.event_rows())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_default_site_is_as_large_as_promised(seed: int) -> None:
    large = video_service(seed=seed, now=NOW)
    assert len(large.anonymous_ids) == 20_000
    assert len(large) >= 500_000
