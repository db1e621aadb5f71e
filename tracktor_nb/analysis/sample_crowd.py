"""Who comes to the sample site, when, and how far they get: one draw each, before any event exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sample_log import Column
from .sample_words import SOURCES

HOUR = 3_600_000_000
DAY = 24 * HOUR
NO_SESSION = 1_000_000

LEAVING = 0.3
"""The share of people who lose interest long before `now`."""

SHORTEST_BREAK = 6 * HOUR
YOUNGEST_SESSION = HOUR // 20

HOURLY = np.array([4, 2, 1, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 6, 5, 5, 6, 8, 10, 13, 15, 14, 11, 7], float)
WEEKLY = np.array([0.85, 0.8, 0.85, 0.9, 1.15, 1.35, 1.25])
GO_ON = (0.56, 0.44, 0.26)
"""The usual share of people that goes on: to a free movie, from there to registration, from there to premium."""


@dataclass(frozen=True)
class Crowd:
    """One value per person: source, furthest step (1 to 4), when they arrive (as in `_instants`), appetite for more."""

    source: Column
    furthest: Column
    arrival: Column
    appetite: Column


@dataclass(frozen=True)
class Sessions:
    """One value per session in order (person, start): whose, when it starts, and its number for that person, from 0."""

    person: Column
    start: Column
    number: Column


@dataclass(frozen=True)
class Stages:
    """One value per person: the number of the session in which they first do a step, or NO_SESSION."""

    movie: Column
    registration: Column
    upgrade: Column


def draw_people(rng: np.random.Generator, people: int) -> Crowd:
    """Draw who comes and how far each gets, by where they come from."""
    source = rng.choice(len(SOURCES), people, p=[each.share for each in SOURCES])
    pull = np.sqrt([each.pull for each in SOURCES])[source]
    goes_on = np.array([rng.random(people) < np.minimum(share * pull, 0.95) for share in GO_ON])
    furthest = 1 + np.cumprod(goes_on, axis=0).sum(axis=0)
    return Crowd(source, furthest, rng.random(people), rng.gamma(1.6, 1 / 1.6, people))


def draw_sessions(rng: np.random.Generator, crowd: Crowd, start: int, now: int) -> Sessions:
    """Draw when people come: everybody once, loyal people many times over."""
    loyal = np.array([0, 1.7, 5, 43, 56])[crowd.furthest]
    returns = rng.poisson(loyal * crowd.appetite * (1 - crowd.arrival))
    person = np.repeat(np.arange(len(returns)), returns + 1)
    fading = np.where(rng.random(len(returns)) < LEAVING, 6, 1)
    share = crowd.arrival[person] + (1 - crowd.arrival[person]) * rng.beta(1, fading[person])
    share[np.cumsum(returns + 1) - 1] = crowd.arrival
    begins = _instants(share, start, now - YOUNGEST_SESSION)
    order = np.lexsort((begins, person))
    person, begins = person[order], begins[order]
    first = np.diff(person, prepend=-1) != 0
    kept = first | (np.diff(begins, prepend=0) >= SHORTEST_BREAK)
    person, begins = person[kept], begins[kept]
    firsts = np.flatnonzero(np.diff(person, prepend=-1))
    return Sessions(person, begins, np.arange(len(person)) - firsts[person])


def _instants(share: Column, start: int, end: int) -> Column:
    """Turn shares of all activity (0 to 1) into instants: more in the evening, at weekends, and as the site grows."""
    grid = np.linspace(start, end, max(2, (end - start) // HOUR + 1))
    middle = ((grid[:-1] + grid[1:]) / 2).astype(np.int64)
    growth = np.linspace(0.6, 1.4, len(middle))
    weight = HOURLY[middle // HOUR % 24] * WEEKLY[(middle // DAY + 3) % 7] * growth
    return np.interp(share, np.concatenate([[0], np.cumsum(weight)]) / weight.sum(), grid).astype(np.int64)


def draw_stages(rng: np.random.Generator, crowd: Crowd, sessions: Sessions) -> Stages:
    """Draw in which session people take each step.

    Some register before their first free movie: a funnel does not count that registration, and neither does the truth.
    """
    people = len(crowd.furthest)
    last = np.bincount(sessions.person, minlength=people) - 1
    movie = np.minimum(last, rng.integers(0, 3, people))
    registration = np.minimum(last, movie + rng.integers(0, 4, people))
    upgrade = np.minimum(last, registration + rng.integers(0, 8, people))
    early = (crowd.furthest == 2) & (movie > 0) & (rng.random(people) < 0.25)
    return Stages(
        np.where(crowd.furthest >= 2, movie, NO_SESSION),
        np.where(crowd.furthest >= 3, registration, np.where(early, movie - 1, NO_SESSION)),
        np.where(crowd.furthest >= 4, upgrade, NO_SESSION),
    )
