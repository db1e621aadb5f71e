"""What everybody does with each page: the columnar twin of `semantics.pages`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.pages import Pages, attraction
from tracktor_nb.semantics.period import Range

from .arrays import Ints
from .frames import Log
from .sessions import SessionRows, beginning_in, browsing, session_rows


@dataclass(frozen=True)
class PageUse:
    """The pages by number of people, the largest first; `viewers` and `leavers` are (row of page, person), distinct."""

    rows: list[dict[str, Any]]
    sessions: int
    viewers: Ints
    leavers: Ints


def page_use(pages: Pages, log: Log, within: Range, now: int) -> PageUse:
    """Return what people did with each page in the sessions that begin in the range."""
    found = browsing(log, now, pages.include_bots)
    asked = beginning_in(session_rows(log, found), within)
    viewed = found.is_view & np.isin(found.session, asked.number)
    page, person = found.page[viewed], log.person_code[found.position[viewed]]
    viewers, leavers = _distinct(page, person), _distinct(asked.exit, asked.person)
    counts = _counts(len(found.pages), page, viewers, asked)
    order = sorted(np.flatnonzero(counts["views"]).tolist(), key=lambda code: (-counts["people"][code], code))
    rows = [_row(found.pages[code], {name: int(each[code]) for name, each in counts.items()}) for code in order]
    rank = np.full(len(found.pages), -1)
    rank[order] = np.arange(len(order))
    return PageUse(rows, len(asked), _ranked(viewers, rank), _ranked(leavers, rank))


def _counts(pages: int, page: Ints, viewers: Ints, asked: SessionRows) -> dict[str, Ints]:
    on = {
        "people": viewers[0],
        "views": page,
        "entries": asked.entry,
        "went_on": asked.entry[asked.views >= 2],
        "exits": asked.exit,
    }
    return {name: np.bincount(codes, minlength=pages) for name, codes in on.items()}


def _row(page: str, counts: dict[str, int]) -> dict[str, Any]:
    return {"page": page, **counts, "attraction": attraction(counts["entries"], counts["went_on"])}


def _distinct(page: Ints, person: Ints) -> Ints:
    """Return the distinct pairs as two rows: pages, people."""
    most = int(person.max(initial=0)) + 1
    return np.stack(np.divmod(np.unique(page.astype(np.int64) * most + person), most))


def _ranked(pairs: Ints, rank: Ints) -> Ints:
    return np.stack([rank[pairs[0]], pairs[1]])
