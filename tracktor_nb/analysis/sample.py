"""The sample site: a seeded video service with people, drop-offs and a rhythm, and with a truth to test against."""

from __future__ import annotations

from typing import Any

import numpy as np

from .sample_crowd import DAY, Crowd, draw_people, draw_sessions, draw_stages
from .sample_events import Service
from .sample_log import Column, Sample, Table, given, words
from .sample_words import CITIES, COMPANIES, LAST_NAMES, MEN, SOURCES, WOMEN

FUNNEL = ("Site visit", "Free movie view", "Registration", "Upgrade to Premium")
NEVER = np.iinfo(np.int64).max
SECOND = 1_000_000
BASE62 = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))


def video_service(people: int = 20_000, days: int = 90, seed: int = 1, *, now: int) -> Sample:
    """Return a made-up video service: `days` days of visits ending at `now` (microseconds UTC), the same for a seed.

    How far each person gets along FUNNEL is drawn first and the events are made to match, so `truth` is exact over all
    time. About every fourth visitor registers: from then on a login stands beside the anonymous id.
    """
    rng = np.random.default_rng(seed)
    crowd = draw_people(rng, people)
    sessions = draw_sessions(rng, crowd, now - days * DAY, now)
    service = Service(rng, crowd, sessions, draw_stages(rng, crowd, sessions), now)
    events = service.tables()
    joined = events["Registration"]
    registered_at = np.full(people, NEVER)
    registered_at[joined.person] = joined.time - 2 * SECOND
    profile = _profile(rng, joined.person, service.first_plan)
    logins = np.full(people, None)
    logins[joined.person] = profile.pop("login")
    changes = (
        _first_sight(rng, events["Site visit"], people),
        Table(joined.person, joined.time - SECOND, profile),
        _upgraded(events["Upgrade to Premium"]),
    )
    truth = _truth(crowd, service.plan, events)
    return Sample(now, events, changes, _anonymous_ids(rng, people), logins, registered_at, truth)


def _anonymous_ids(rng: np.random.Generator, people: int) -> Column:
    letters = BASE62[rng.integers(0, 62, (people, 23))]
    return np.strings.add("a-", letters.view("U23").ravel()).astype(object)


def _first_sight(rng: np.random.Generator, visits: Table, people: int) -> Table:
    """What the site learns of a visitor at once: where from, in both senses."""
    first = np.unique(visits.person, return_index=True)[1]
    first = first[np.argsort(visits.time[first], kind="stable")]
    came = {name: visits.columns[name][first] for name in ("utm_source", "utm_campaign")}
    place = rng.choice(len(CITIES), people, p=[share for _, _, share in CITIES])
    city, country = (words(column)[place] for column in list(zip(*CITIES, strict=True))[:2])
    return Table(visits.person[first], visits.time[first], {**came, "city": city, "country": country})


def _profile(rng: np.random.Generator, person: Column, plan: Column) -> dict[str, Column]:
    """What people tell when they register. Logins and addresses are unique: they end in the person's number."""
    count = len(person)
    female = rng.random(count) < 0.5
    pick = rng.integers(0, len(MEN), count)
    first_name = np.where(female, words(WOMEN)[pick], words(MEN)[pick])
    last_name = words(LAST_NAMES)[rng.integers(0, len(LAST_NAMES), count)]
    names = zip(first_name, last_name, person.tolist(), strict=True)
    login = words([f"{first}.{last}{number + 1}".lower() for first, last, number in names])
    company = words(COMPANIES)[rng.integers(0, len(COMPANIES), count)]
    return {
        "login": login,
        "email": login + "@example.com",
        "first_name": first_name,
        "last_name": last_name,
        "gender": np.where(female, words(["female"]), words(["male"])),
        "age": 18 + (rng.beta(1.7, 3.2, count) * 60).astype(int),
        "plan": plan[person],
        "company": given(rng.random(count) < 0.12, company),
    }


def _upgraded(upgrades: Table) -> Table:
    return Table(upgrades.person, upgrades.time, {"plan": upgrades.columns["plan"]})


def _truth(crowd: Crowd, plan: Column, events: dict[str, Table]) -> dict[str, Any]:
    """What is true of everybody over all time; the funnel is counted on the draw, not on the events."""
    reached = np.array([crowd.furthest >= step for step in range(1, 5)])
    utm_source = words([each.utm_source for each in SOURCES])[crowd.source]
    watched = np.bincount(events["Movie watch"].person, minlength=len(plan))
    members = plan[events["Registration"].person].tolist()
    return {
        "funnel": dict(zip(FUNNEL, reached.sum(axis=1).tolist(), strict=True)),
        "funnel by utm_source": {
            each: reached[:, utm_source == each].sum(axis=1).tolist() for each in dict.fromkeys(utm_source.tolist())
        },
        "events": {name: len(table) for name, table in events.items()},
        "plans": {each: members.count(each) for each in ("free", "basic", "premium")},
        "registered": len(members),
        "watched 20 movies on the free plan": int(((watched >= 20) & (plan == "free")).sum()),
        "revenue": round(float(events["Purchase"].columns["amount"].sum()), 2),
    }
