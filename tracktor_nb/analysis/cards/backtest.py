"""The cards of a backtest, and of the difference of two."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.backtest import CHANGES
from tracktor_nb.analysis.wording import number

from .look import BIG, MOST_ROWS, QUIET, card_of, more_rows, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.backtest import BacktestDifferenceResult, BacktestResult


def card(result: BacktestResult) -> str:
    """Return who would have entered and been sent how much, each node's counters, and why things did not happen."""
    totals = result.totals
    big = f"<span style='{BIG}'>{number(totals['people'])}</span> people would have entered"
    said = ", ".join(
        f"{number(totals[name])} {words}"
        for name, words in (
            ("letters", "letters sent and unopened"),
            ("messages", "messages"),
            ("skipped", "skipped"),
            ("goals", "goals"),
            ("waiting", "waiting at the end"),
            ("refused", "starts refused"),
            ("held_out", "people held out"),
        )
        if totals[name] or name == "letters"
    )
    return card_of(result, result.title, f"<div>{big}</div><div>{said}</div>{_nodes(result)}{_reasons(result)}")


def _nodes(result: BacktestResult) -> str:
    rows = [
        [
            f"<b>{escape(row['node'])}</b><div style='{QUIET}'>{escape(row['rule'])}</div>",
            number(row["arrived"]),
            escape(", ".join(f"{output} {number(times)}" for output, times in row["outputs"].items())),
            number(row["waiting"]),
            number(row["done"]),
            number(row["skipped"]),
        ]
        for row in result.nodes[:MOST_ROWS]
    ]
    heads = ["node", "arrived", "left by", "waiting", "done", "skipped"]
    return table(heads, rows, (1, 3, 4, 5)) + more_rows(len(result.nodes) - len(rows), "node")


def _reasons(result: BacktestResult) -> str:
    told = [row for row in result.reasons if row["kind"] != "exit"]
    rows = [
        [
            escape(f"{row['kind']} {row['name'] or ''}"),
            escape(row["node"]),
            escape(row["reason"] or ""),
            number(row["times"]),
            number(row["people"]),
        ]
        for row in told[:MOST_ROWS]
    ]
    if not rows:
        return ""
    heads = ["did not happen", "node", "reason", "times", "people"]
    return table(heads, rows, (3, 4)) + more_rows(len(told) - len(rows), "reason")


def card_of_difference(result: BacktestDifferenceResult) -> str:
    """Return what each version sends, and how many people gain, lose or get it at another time."""
    rows = [
        [
            f"{row['kind']} {escape(row['name'])}",
            number(row["old"]),
            number(row["new"]),
            *(f"<b>{number(row[change])}</b>" if row[change] else "" for change in CHANGES),
        ]
        for row in result.rows[:MOST_ROWS]
    ]
    heads = ["", "old", "new", *(f"<span style='color:{colour}'>●</span> {name}" for name, colour in CHANGES.items())]
    shown = table(heads, rows, range(1, 6)) if rows else f"<div style='{QUIET}'>Neither version sends anything.</div>"
    return card_of(result, result.title, shown + more_rows(len(result.rows) - len(rows), "letter"))
