"""What happens in the sessions of the sample site: the events, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .sample_crowd import HOUR, NO_SESSION, Crowd, Sessions, Stages
from .sample_log import Column, Table, given, words
from .sample_words import LANDINGS, MOVIES, PAGES, PLACES, SEARCHES, SOURCES

MINUTE = HOUR // 60
LONGEST_SESSION = 4 * HOUR


class Service:
    """What happens in the sessions. Minutes order the steps within one: visits 0 to 5, free movies 5 to 13,
    registration 14 to 18, upgrade 19 to 23, movies and shopping from 25."""

    def __init__(self, rng: np.random.Generator, crowd: Crowd, sessions: Sessions, stages: Stages, now: int) -> None:
        self.rng, self.crowd, self.sessions, self.stages, self.now = rng, crowd, sessions, stages, now
        number, person = sessions.number, sessions.person
        self.all = np.arange(len(number))
        self.is_member = number >= stages.registration[person]
        self.first_movie = number == stages.movie[person]
        self.joins = np.flatnonzero(number == stages.registration[person])
        self.upgrades = np.flatnonzero(number == stages.upgrade[person])
        registers = stages.registration < NO_SESSION
        starts_basic = rng.random(len(registers)) < 0.2
        self.first_plan = given(registers, np.where(starts_basic, words(["basic"]), words(["free"])))
        self.plan = np.where(crowd.furthest == 4, words(["premium"]), self.first_plan)

    def tables(self) -> dict[str, Table]:
        """Return the events by name."""
        watches, minutes, movie = self._watches()
        visits = {"Site visit": self._visits()}
        happened = {
            "Search": self._searches(),
            "Free movie view": self._free_movies(),
            "Registration": self._registrations(),
            "Upgrade to Premium": self._upgrades(),
            "Movie watch": self._movies(watches, minutes, movie),
            "Rated product": self._ratings(watches, minutes, movie),
            **self._shopping(),
        }
        return visits | {
            name: _placed(table, PLACES[name]) if name in PLACES else table for name, table in happened.items()
        }

    def table(self, session: Column, minutes_in: Column, /, **columns: Column) -> Table:
        """Return events at so many minutes into these sessions, in order of time.

        The sessions still going on at `now` are squeezed, in their order, into the time there is.
        """
        start = self.sessions.start[session]
        squeezed = np.minimum(1, (self.now - start) / LONGEST_SESSION)
        time = start + (minutes_in * MINUTE * squeezed).astype(np.int64)
        order = np.argsort(time, kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
        return Table(self.sessions.person[session][order], time[order], columns)

    def spread(self, low: float, high: float, count: int) -> Column:
        """Return minutes spread evenly from `low` to `high`."""
        return self.rng.uniform(low, high, count)

    def pick(self, options: Sequence[Any] | Mapping[Any, float], count: int) -> Column:
        """Return some of the options, by their shares where there are any."""
        shares = list(options.values()) if isinstance(options, Mapping) else None
        return words(list(options))[self.rng.choice(len(options), count, p=shares)]

    def _visits(self) -> Table:
        pages = 1 + np.minimum(self.rng.poisson(1.1, len(self.all)), 5)
        session = np.repeat(self.all, pages)
        number = np.arange(len(session)) - np.repeat(np.cumsum(pages) - pages, pages)
        landing = number == 0
        page = np.where(landing, self._landings(pages[session] > 1), self.pick(PAGES, len(session)))
        columns = {name: given(landing, column[session]) for name, column in self._sources().items()}
        return self.table(session, number * 0.7 + self.spread(0, 0.6, len(session)), page=page, **columns)

    def _landings(self, goes_on: Column) -> Column:
        """Where visits begin: those that go on mostly elsewhere than those that do not."""
        chance = self.rng.random(len(goes_on))
        ends = np.cumsum(list(LANDINGS.values()), axis=0)[:-1]
        return words(list(LANDINGS))[np.where(goes_on, *(np.searchsorted(ends[:, at], chance) for at in (1, 0)))]

    def _sources(self) -> dict[str, Column]:
        """How each session came: the first from the person's source, later ones mostly by themselves."""
        chance = self.rng.random(len(self.all))
        returning = np.where(chance < 0.1, self.rng.choice(len(SOURCES), len(self.all)), len(SOURCES) - 1)
        source = np.where(self.sessions.number == 0, self.crowd.source[self.sessions.person], returning)
        campaign = np.full(len(source), None)
        for code, each in enumerate(SOURCES):
            if each.campaigns:
                campaign[source == code] = self.pick(each.campaigns, int((source == code).sum()))
        referrer, utm_source = (words([getattr(each, name) for each in SOURCES]) for name in ("referrer", "utm_source"))
        return {"referrer": referrer[source], "utm_source": utm_source[source], "utm_campaign": campaign}

    def _searches(self) -> Table:
        session = self.all[self.rng.random(len(self.all)) < 0.35]
        results = self.rng.poisson(6, len(session))
        return self.table(
            session, self.spread(1, 5, len(session)), query=self.pick(SEARCHES, len(session)), results=results
        )

    def _free_movies(self) -> Table:
        likes = self.rng.random(len(self.all)) < np.where(self.is_member, 0.1, 0.5)
        after = self.sessions.number > self.stages.movie[self.sessions.person]
        session = self.all[self.first_movie | (after & likes)]
        minutes = 2 + (self.rng.beta(1.2, 1.6, len(session)) * 100).astype(int)
        quality = self.pick({"HD": 0.7, "UltraHD": 0.3}, len(session))
        title = self.pick([title for title, _ in MOVIES[::3]], len(session))
        return self.table(session, self.spread(5, 13, len(session)), title=title, minutes=minutes, quality=quality)

    def _registrations(self) -> Table:
        method = self.pick({"email": 0.6, "facebook": 0.15, "google": 0.25}, len(self.joins))
        return self.table(self.joins, self.spread(14, 18, len(self.joins)), method=method)

    def _upgrades(self) -> Table:
        yearly = self.rng.random(len(self.upgrades)) < 0.3
        columns = {
            "plan": np.full(len(yearly), "premium", object),
            "billing": np.where(yearly, words(["yearly"]), words(["monthly"])),
            "price": np.where(yearly, 99.0, 9.99),
        }
        return self.table(self.upgrades, self.spread(19, 23, len(yearly)), **columns)

    def _watches(self) -> tuple[Column, Column, Column]:
        """Session, minutes and movie of everything members watch; premium people watch most."""
        members = self.all[self.is_member]
        person = self.sessions.person[members]
        fond = np.where(self.plan[person] == "premium", 2.8, np.where(self.plan[person] == "basic", 2.1, 1.5))
        session = np.repeat(members, self.rng.poisson(fond * np.sqrt(self.crowd.appetite[person])))
        favourites = 1 / np.arange(1, len(MOVIES) + 1) ** 0.6
        movie = self.rng.choice(len(MOVIES), len(session), p=favourites / favourites.sum())
        return session, self.spread(25, 200, len(session)), movie

    def _movies(self, session: Column, minutes: Column, movie: Column) -> Table:
        plan = self.plan[self.sessions.person[session]]
        best = np.where(plan == "premium", words(["UltraHD"]), np.where(plan == "basic", words(["HD"]), words(["SD"])))
        title, genre = (words(column)[movie] for column in zip(*MOVIES, strict=True))
        return self.table(session, minutes, title=title, genre=genre, quality=best)

    def _ratings(self, session: Column, minutes: Column, movie: Column) -> Table:
        rated = self.rng.random(len(session)) < 0.12
        session, minutes, movie = session[rated], minutes[rated], movie[rated]
        product, category = (words(column)[movie] for column in zip(*MOVIES, strict=True))
        rating = self.rng.choice([1, 2, 3, 4, 5], len(session), p=[0.05, 0.08, 0.2, 0.37, 0.3])
        later = minutes + self.spread(1, 30, len(session))
        return self.table(session, later, product=product, category=category, rating=rating)

    def _shopping(self) -> dict[str, Table]:
        """Premieres are sold one by one: what members put into the cart, and the part of it they buy."""
        session = self.all[self.is_member & (self.rng.random(len(self.all)) < 0.12)]
        minutes = self.spread(25, 40, len(session))
        product = self.pick([title for title, _ in MOVIES], len(session))
        price = self.pick({3.99: 0.5, 4.99: 0.35, 12.99: 0.15}, len(session)).astype(float)
        bought = self.rng.random(len(session)) < 0.55
        paid_with = self.pick({"Credit card": 0.85, "Voucher": 0.15}, int(bought.sum()))
        later = minutes[bought] + self.spread(1, 15, len(paid_with))
        columns = {"product": product[bought], "amount": price[bought], "paid_with": paid_with}
        return {
            "Add to cart": self.table(session, minutes, product=product, price=price),
            "Purchase": self.table(session[bought], later, **columns),
        }


def _placed(table: Table, page: str) -> Table:
    """Return the events with the page on which they happened."""
    return replace(table, columns={**table.columns, "page": np.full(len(table), page, object)})
