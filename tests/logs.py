"""Sources of logs for tests: rows of `semantics` as the Arrow tables that a store gives."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import pyarrow as pa
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.analysis.frames import Log
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, Value
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, Period

from . import funnel_strategies
from .metric_strategies import any_metric
from .pools import LETTERS
from .strategies import (
    LISTED,
    SiteLog,
    anchors,
    conditions,
    funnels,
    instants_near,
    metrics,
    periods,
    site_logs,
    where_conditions,
)

T = TypeVar("T")


class Mark(NamedTuple):
    """How far the source stands."""

    position: int
    seq: int
    edges_generation: int
    log_generation: int = 0


@dataclass
class Rows:
    """A source of the rows up to `last`; more can come by raising it. An edge is undone when all rows are there."""

    events_: tuple[Event, ...] = ()
    changes_: tuple[PropertyChange, ...] = ()
    edges_: tuple[IdentityEdge, ...] = ()
    cohorts_: Mapping[int, Collection[int]] = field(default_factory=dict)
    last: int = 2**40
    reads: int = 0

    def watermark(self) -> Mark:
        edges = self._edges()
        last = max([0, *(row.seq for row in self._all()), *(each for each in self.cohorts_ if each <= self.last)])
        return Mark(last + 1, last, sum(1 + (edge.undone_at is not None) for edge in edges))

    def identities(self, after: int = 0, upto: int | None = None) -> pa.Table:
        known: dict[int, None] = {}
        for row in self._all():
            ends = (row.src, row.dest) if isinstance(row, IdentityEdge) else (row.identity,)
            known.update(dict.fromkeys(ends))
        for number, listed in self.cohorts_.items():
            known.update(dict.fromkeys(listed if number <= self.last else ()))
        return pa.table({"id": list(known), "distinct_id": [f"id-{each}" for each in known]}, IDENTITIES)

    def events(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        self.reads += 1
        rows = [row for row in self.events_ if after <= row.seq < (upto or 0)]
        for half in (rows[::2], rows[1::2]):
            yield pa.record_batch(
                {
                    "seq": pa.array([row.seq for row in half], pa.int64()),
                    "identity_id": pa.array([row.identity for row in half], pa.int64()),
                    "name": pa.array([row.name for row in half], pa.string()).dictionary_encode(),
                    "time": pa.array([row.time for row in half], pa.int64()),
                    "known_at": pa.array([row.known_at for row in half], pa.int64()),
                    "bot": pa.array([row.bot for row in half], pa.bool_()),
                    "origin": pa.array([row.origin for row in half], pa.string()),
                    "data": pa.array([_text(row.properties) for row in half], pa.string()),
                }
            )

    def changes(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        rows = [row for row in self.changes_ if after <= row.seq < (upto or 0)]
        yield pa.record_batch(
            {
                "seq": pa.array([row.seq for row in rows], pa.int64()),
                "identity_id": pa.array([row.identity for row in rows], pa.int64()),
                "time": pa.array([row.time for row in rows], pa.int64()),
                "known_at": pa.array([row.known_at for row in rows], pa.int64()),
                "origin": pa.array([row.origin for row in rows], pa.string()),
                "data": pa.array([_text(row.values) for row in rows], pa.string()),
            }
        )

    def edges(self) -> pa.Table:
        edges = self._edges()
        return pa.table({name: [getattr(edge, name) for edge in edges] for name in EDGES.names}, EDGES)

    def cohorts(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        rows = [(number, identity) for number, listed in self.cohorts_.items() for identity in listed]
        rows = [row for row in rows if after <= row[0] < (upto or 0)]
        columns = zip(*rows, strict=True) if rows else ((), ())
        numbers = [pa.array(column, pa.int64()) for column in columns]
        yield pa.record_batch([*numbers, pa.array([True] * len(rows))], ["cohort", "identity_id", "listed"])

    def _edges(self) -> list[IdentityEdge]:
        complete = self.last >= max((row.seq for row in (*self.events_, *self.changes_, *self.edges_)), default=0)
        known = [edge for edge in self.edges_ if edge.seq <= self.last]
        return known if complete else [replace(edge, undone_at=None) for edge in known]

    def _all(self) -> list[Event | PropertyChange | IdentityEdge]:
        rows: list[Event | PropertyChange | IdentityEdge] = [*self.events_, *self.changes_, *self.edges_]
        return sorted((row for row in rows if row.seq <= self.last), key=lambda row: row.seq)


IDENTITIES = pa.schema({"id": pa.int64(), "distinct_id": pa.string()})
EDGES = pa.schema(
    dict.fromkeys(("seq", "src", "dest", "time", "known_at"), pa.int64())
    | {"reason": pa.string(), "undone_at": pa.int64()}
)


def _text(properties: object) -> str | None:
    return json.dumps(properties, ensure_ascii=False) if properties else None


def log_of(rows: SiteLog, grown_from: int | None = None) -> Log:
    """Return the log of the rows; with `grown_from`, read up to that seq first and then refreshed with the rest."""
    source = Rows(rows.events, rows.changes, rows.edges, rows.cohorts)
    if grown_from is None:
        return Log().refreshed(source)
    source.last = grown_from
    log = Log().refreshed(source)
    warmed(log)
    source.last = 2**40
    return log.refreshed(source)


def warmed(log: Log) -> None:
    """Read some columns, so that a later refresh has to extend them."""
    for path in ("plan", "address.city", "products[].name"):
        log.events.properties.column(path)
    log.of_people.values("plan", log.people, 0)


# --- busy logs: most examples have chains, counts and merges that matter -------------------------------------------

_OFFSETS = [0, 0, 1, 30 * MINUTE, HOUR, HOUR, HOUR + 1, 90 * MINUTE, 2 * HOUR, 3 * HOUR, -1, -HOUR, DAY, DAY]
_OFFSETS += [DAY + 1, DAY + HOUR, 2 * DAY, 31 * DAY]
_DELAYS = [None, None, None, 0, 1, HOUR, 2 * DAY]
_SAID: list[dict[str, Value]] = [
    *({} for _ in range(6)),
    {"company": "Acme"},
    {"company": {"id": "a1", "name": "Acme"}},
    {"plan": "free"},
    {"plan": "gold", "n": 1},
    {"plan": "Gold", "n": 1.0},
    {"n": True},
    {"n": 2, "address": {"city": "Wien"}},
    {"plan": "free", "address.city": "x", "products": [{"name": "x"}, {"name": "free"}]},
    {"tags": ["free", "x"], "when": "2026-11-18"},
    {"when": 1_795_000_000, "created_at": "2026-01-01", "last_seen": 5},
]
_REMOVED: list[dict[str, Value]] = [{"plan": None}, {"plan": None, "n": 3}, {"address": None}, {"created_at": None}]


@st.composite
def busy_logs(draw: DrawFn, kinds: str = "EEEEEEECCM") -> SiteLog:
    """Logs of at most four identities with up to 24 rows, whose times are window lengths apart.

    `kinds` says how often events, changes and merges come.
    """
    anchor = draw(anchors())
    times = st.sampled_from(_OFFSETS).map(lambda offset: anchor + offset)
    row = st.tuples(st.sampled_from(kinds), times, st.integers(1, 4), st.sampled_from(_DELAYS), st.integers(0, 95))
    events, changes, edges = [], [], []
    for seq, (kind, time, who, delay, dice) in enumerate(draw(st.lists(row, min_size=12, max_size=24)), start=1):
        known = None if delay is None else time + delay
        if kind == "E":
            name = ("A", "A", "B", "B", "C", "Visited Site")[dice % 6]
            said = _SAID[dice // 6]
            events.append(Event(time, seq, name, said, 1 + who // 2, known, imported=dice % 5 == 0, bot=dice % 11 == 0))
        elif kind == "C":
            choices = [*_SAID[6:], *_REMOVED]
            changes.append(PropertyChange(time, seq, choices[dice % len(choices)], who, known))
        else:
            undone_at = (None, None, None, time + 1, time + DAY)[dice % 5]
            edges.append(IdentityEdge(who, 1 + (who + dice // 32) % 4, time, seq, "alias", known, undone_at))
    edges = [edge for edge in edges if edge.src != edge.dest]
    return SiteLog(anchor, tuple(events), tuple(changes), tuple(edges), draw(LISTED))


_POSTED = {
    "A": ("Letter sent", "Letter sent", "Message sent"),
    "B": ("Letter opened", "Letter clicked", "Message seen"),
    "C": ("Letter bounced", "Letter unsubscribed", "Message replied"),
}


def posted(rows: SiteLog) -> SiteLog:
    """Return the log with letters and messages sent, opened, clicked, … instead of events A, B and C."""
    return replace(rows, events=tuple(_posted(event) for event in rows.events))


def _posted(event: Event) -> Event:
    if event.name not in _POSTED:
        return event
    name = _POSTED[event.name][event.seq % 3]
    said = {
        name.split()[0].lower(): LETTERS[event.seq % 2],
        "source": (None, "person", "proxy", "scanner")[event.seq % 4],
    }
    return replace(event, name=name, properties={key: value for key, value in said.items() if value is not None})


def logs() -> SearchStrategy[SiteLog]:
    """Mostly busy logs, and some of the widest kind."""
    return _mostly(busy_logs(), site_logs())


def nows(rows: SiteLog) -> SearchStrategy[int]:
    """Instants behind most rows, or anywhere near them."""
    behind = st.sampled_from([HOUR, DAY, 2 * DAY, 2 * DAY + HOUR, 3 * DAY, 31 * DAY]).map(
        lambda offset: rows.anchor + offset
    )
    return _mostly(behind, instants_near(rows.times, rows.anchor))


def busy_periods() -> SearchStrategy[Period]:
    """Mostly all time and long ranges: others often hold nothing."""
    return _mostly(st.sampled_from(["all time", "all time", "all time", "30d", "2d", "last 7 days"]), periods())


def _mostly(often: SearchStrategy[T], seldom: SearchStrategy[T]) -> SearchStrategy[T]:
    """Alternatives side by side would be weighed by their own number of alternatives."""
    return st.integers(0, 5).flatmap(lambda dice: often if dice else seldom)


_STEPS = st.sampled_from(["A", "A", "B", "B", "C"])
_WHERE = _mostly(st.none(), where_conditions())


def busy_funnels() -> SearchStrategy[Funnel]:
    """Mostly funnels over what busy logs hold, windows as long as their gaps."""
    return _mostly(funnel_strategies.busy_funnels(), funnels())


def busy_metrics() -> SearchStrategy[Metric]:
    """Mostly metrics of what busy logs hold."""
    numbers = st.sampled_from(["n", "n", "n", "plan", "when", "last_seen"])
    splits = st.sampled_from(["plan", "n", "products[].name", "last_seen"])
    busy = any_metric(_STEPS, _WHERE, numbers, conditions(), splits)
    return _mostly(busy, metrics())
