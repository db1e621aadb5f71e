"""One funnel under many rules, for everybody: who gets how far under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import Calendar, Range

from .arrays import Ints
from .frames import Log
from .funnels import attempts


@dataclass(frozen=True)
class Reached:
    """How many steps everybody reached under each variant: a row a variant, a column a person who began under one."""

    person: Ints
    steps: Ints

    def differing(self, one: int, other: int) -> Ints:
        """Return the codes of the people who get further under one variant than under the other."""
        differing: Ints = self.person[self.steps[one] != self.steps[other]]
        return differing

    def differences(self) -> list[list[int]]:
        """Return for each pair of variants how many people differ."""
        seen, people = np.unique(self.steps, axis=1, return_counts=True)  # few ways to differ, many people each
        return [[int(people[row != other].sum()) for other in seen] for row in seen]


def reached_under(variants: Sequence[Funnel], log: Log, within: Range, now: int, calendar: Calendar) -> Reached:
    """Return how far everybody gets under each of the variants."""
    found = [attempts(funnel, log, within, now, calendar) for funnel in variants]
    person = np.unique(np.concatenate([each.person for each in found]))
    steps = np.zeros((len(found), len(person)), np.int16)
    for row, each in zip(steps, found, strict=True):
        row[np.searchsorted(person, each.person)] = each.reached
    return Reached(person, steps)
