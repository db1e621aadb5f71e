"""How a backtest is answered, and the difference of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.backtest_differences import CHANGES, MOST_CHANGES, compared, rows_of
from tracktor_nb.analysis.backtest_figures import figures_of
from tracktor_nb.analysis.backtests import SENDS, rehearsal
from tracktor_nb.analysis.buckets import countable
from tracktor_nb.analysis.explanations.backtest import Whole
from tracktor_nb.analysis.histories import Histories
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.backtest import Backtest, BacktestDifference
from tracktor_nb.semantics.definition import check_choice
from tracktor_nb.semantics.heeded import Heeded
from tracktor_nb.semantics.interest import Interest

from .people import shown_id
from .question import Listed, Question

ARRIVING = ("entered", "visit")
EVERY_ROW = Interest(any_row=True)
KINDS = (
    *("entered", "refused", "visit", "left", "letter", "message", "set", "track", "add", "remove", "webhook"),
    *("skip", "delay", "goal", "exit", "waiting"),
)


def answer_backtest(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return to whom what would have happened, and the numbers."""
    backtest = question.definition
    assert isinstance(backtest, Backtest)
    within = countable(question.within, question.now)
    found = rehearsal(backtest, question.log, within, question.calendar)
    nodes = backtest.campaign.graph.nodes

    def listed(
        node: str | None = None,
        kind: str | None = None,
        name: str | None = None,
        reason: str | None = None,
        more_than: int = 0,
    ) -> Ints:
        """Everybody who entered; who came to a node; to whom something happened, there, so often."""
        if node is not None and node not in (*nodes, "goal"):
            raise DefinitionError(f"There is no node {node!r}; there are {', '.join(nodes)}.")
        check_choice("kind", kind, (None, *KINDS), "the people of a backtest")
        if kind == "waiting":
            people, places = found.waiting
            here = np.ones(len(people), bool) if node is None else places == found.nodes.index(str(node))
            return np.unique(people[here])
        kinds = (kind,) if kind else SENDS if more_than else ARRIVING if node else ("entered",)
        rows = found.such(
            lambda what: (
                what[0] in kinds and (name is None or what[1] == name) and (reason is None or what[2] == reason)
            )
        )
        people, times = np.unique(found.person[rows & found.at_node(node) if node else rows], return_counts=True)
        return people[times > more_than]

    return listed, figures_of(found, backtest.campaign, question.within, question.now, question.calendar)


def answer_difference(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who gains, loses or gets something at another time, and the numbers."""
    asked, log = question.definition, question.log
    assert isinstance(asked, BacktestDifference)
    found = compared(asked, log, countable(question.within, question.now), question.calendar)

    def listed(change: str | None = None, name: str | None = None) -> Ints:
        """Everybody for whom something changes; who gains, loses or moves; one letter or message."""
        check_choice("change", change, (None, *CHANGES), "the people of a difference")
        people = {each.person for each in found.changes if change in (None, each.change) and name in (None, each.name)}
        return np.array(sorted(people), np.int64)

    return listed, {
        "rows": rows_of(found),
        "people_count": {change: len(listed(change)) for change in CHANGES},
        "changes": [
            {
                "person_id": shown_id(log, each.person),
                "distinct_id": str(log.identities.distinct_ids[each.person]),
                **{name: getattr(each, name) for name in ("change", "kind", "name", "old", "new")},
            }
            for each in found.changes[:MOST_CHANGES]
        ],
    }


def whole_of(question: Question, code: int) -> Whole:
    """Return everything known of one person and of those it ever was one with."""
    within = countable(question.within, question.now)
    heeded = Heeded(EVERY_ROW, True, None, frozenset(), frozenset(question.log.lists.number.tolist()))
    histories = Histories(question.log, heeded, within, "")
    own = np.flatnonzero(question.log.person_of == code)
    return Whole(histories.of(code), frozenset(histories.ids[own].tolist()))
