"""How sessions and the parts of the overview are answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.acquisition import brought
from tracktor_nb.analysis.activity import regular_people, silent_people
from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.pages import page_use
from tracktor_nb.analysis.sessions import figures_of_sessions, sessions_of
from tracktor_nb.analysis.stops import stops_of
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.among import asked_at
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.session import Sessions
from tracktor_nb.semantics.stops import Stops
from tracktor_nb.semantics.values import same

from .people import people_page
from .question import Listed, Question
from .segment import EXAMPLES

Answer = tuple[Listed, dict[str, Any]]

_ANY = object()


def answer_sessions(question: Question) -> Answer:
    """Return who had sessions, and the numbers."""
    definition, log = question.definition, question.log
    assert isinstance(definition, Sessions)

    def listed(bounced: bool = False) -> Ints:
        rows = sessions_of(log, question.within, question.now, definition.include_bots)
        people = np.unique(rows.person)
        return np.setdiff1d(people, rows.person[rows.views >= 2]) if bounced else people

    return listed, figures_of_sessions(definition, log, question.within, question.now, question.calendar)


def answer_pages(question: Question) -> Answer:
    """Return who viewed each page, and the numbers."""
    definition = question.definition
    assert isinstance(definition, Pages)
    found = page_use(definition, question.log, question.within, question.now)
    names = [row["page"] for row in found.rows]

    def listed(page: str, left: bool = False) -> Ints:
        if page not in names:
            raise DefinitionError(f"Nobody viewed the page {page!r} in this period; see `table` for those viewed.")
        pairs = found.leavers if left else found.viewers
        people: Ints = pairs[1][pairs[0] == names.index(page)]
        return people

    return listed, {"rows": found.rows, "sessions": found.sessions}


def answer_stops(question: Question) -> Answer:
    """Return who stopped where, and the numbers."""
    definition = question.definition
    assert isinstance(definition, Stops)
    rows, people, stopped_there = stops_of(definition, question.log, question.within, question.now, question.calendar)

    def listed(row: int = 1, stopped: bool = True) -> Ints:
        if not 1 <= row <= len(rows):
            raise DefinitionError(f"row={row!r} is not there: the rows are numbered from 1 to {len(rows)}.")
        return (stopped_there if stopped else people)[row - 1]

    return listed, {"rows": rows}


def answer_acquisition(question: Question) -> Answer:
    """Return whom each campaign brought, and the numbers."""
    definition = question.definition
    assert isinstance(definition, Acquisition)
    within, at = question.within, asked_at(question.within, question.now)
    rows, more, people, inactive = brought(definition, question.log, within, at, question.calendar)

    def listed(campaign: Value = _ANY, active: bool = False) -> Ints:
        chosen = [each for each, row in enumerate(rows) if campaign is _ANY or same(row["campaign"], campaign)]
        if campaign is not _ANY and not chosen:
            raise DefinitionError(f"Nobody came by {campaign!r} in this period; see `table` for what people came by.")
        found = [np.setdiff1d(people[each], inactive[each]) if active else people[each] for each in chosen]
        return np.concatenate([np.zeros(0, np.int64), *found]).astype(np.int64)

    return listed, {"rows": rows, "more_values": more}


def answer_leaving(question: Question) -> Answer:
    """Return who is leaving, how many they are, and some of them."""
    definition, log = question.definition, question.log
    assert isinstance(definition, Leaving)
    asked = (log, asked_at(question.within, question.now), question.calendar, definition.include_bots)
    regular = regular_people(*asked)
    codes = np.flatnonzero(regular & silent_people(*asked))
    examples = people_page(log, codes, question.now, 0, EXAMPLES, "").rows
    return lambda: codes, {"count": len(codes), "regular": int(regular.sum()), "examples": examples}
