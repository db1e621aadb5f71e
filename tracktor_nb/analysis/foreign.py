"""Logs of any DataFrames, without a site or a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tracktor_nb.errors import FrameError
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import FIRST_INSTANT, Calendar
from tracktor_nb.semantics.values import unix_instant

from .arrays import Ints, Objects
from .cohorts import Lists
from .columns import FrameProperties, plain
from .frames import NEVER, Log, Rows
from .identities import Identities
from .wanted import check_columns

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NEEDED = ("person_id", "event", "time")
OWN = (*NEEDED, "distinct_id", "known_at")
"""What an events frame may say about an event; its other columns are arguments of the event."""

OWN_OF_PEOPLE = ("created_at", "last_seen", "distinct_id")
"""What a people frame may say of a person that follows from the events."""


def log_of(events: Any, people: Any, calendar: Calendar, asked: Definition, lists: Sequence[Sequence[Any]] = ()) -> Log:
    """Return the log that the frames describe, with the columns that the definition asks for, or raise FrameError.

    `lists` holds the person_ids of cohorts 0, 1, …
    """
    import pandas as pd

    frame = _frame(events, "events")
    missing = [name for name in NEEDED if name not in frame]
    if missing:
        raise FrameError(
            f"events has no column {', '.join(map(repr, missing))}; it needs person_id, event and time. "
            f"It has: {', '.join(map(str, frame.columns))}."
        )
    known = None if people is None else _by_person(_frame(people, "people"))
    check_columns(asked, frame.columns, None if known is None else known.columns)
    _check_filled(frame)
    if known is not None:
        _check_ids(frame["person_id"], known.index)
    labels = [frame["person_id"]] if known is None else [frame["person_id"], known.index.to_series()]
    codes, ids = pd.factorize(pd.concat([each.astype(object) for each in labels]))
    names, distinct = pd.factorize(frame["event"].astype(object))
    time = _instants(frame["time"], calendar, "time")
    rows = Rows(
        np.arange(1, len(frame) + 1),
        codes[: len(frame)].astype(np.int32),
        time,
        _known_at(frame, time, calendar),
        names.astype(np.int32),
        np.zeros(len(frame), bool),
        np.full(len(frame), -1, np.int32),
        FrameProperties(frame.drop(columns=[name for name in OWN if name in frame])),
    )
    identities = Identities(np.array([plain(each) for each in ids], object), _distinct_ids(frame, codes, ids))
    event_names = tuple(map(str, distinct))
    log = Log(identities, event_names, rows, watermark=len(frame), lists=_lists(lists, identities))
    if known is None:
        return log
    return replace(log, changes=_changes(known, codes[len(frame) :].astype(np.int32), rows, calendar))


def _lists(lists: Sequence[Sequence[Any]], identities: Identities) -> Lists:
    """Of each list those who are there."""
    code_of = {id: code for code, id in enumerate(identities.ids.tolist())}
    found = [(number, code_of[id]) for number, ids in enumerate(lists) for id in map(plain, ids) if id in code_of]
    numbers, codes = zip(*found, strict=True) if found else ((), ())
    return Lists(np.array(numbers, np.int64), np.array(codes, np.int32), np.ones(len(codes), bool))


def _frame(given: Any, name: str) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    if isinstance(given, pd.DataFrame):
        return given.reset_index(drop=name == "events" or given.index.name != "person_id")
    if hasattr(given, "__arrow_c_stream__") and not isinstance(given, pd.Series):
        frame: pd.DataFrame = pa.table(given).to_pandas(types_mapper=_whole)
        return frame
    raise FrameError(f"{name} must be a DataFrame (pandas, or anything with the Arrow interface), not {type(given)!r}.")


def _whole(kind: pa.DataType) -> Any:
    """Whole numbers stay whole numbers where cells are empty."""
    import pandas as pd
    import pyarrow as pa

    if not pa.types.is_integer(kind):
        return None
    return pd.UInt64Dtype() if kind == pa.uint64() else pd.Int64Dtype()


def _by_person(frame: pd.DataFrame) -> pd.DataFrame:
    if "person_id" not in frame:
        raise FrameError("people must be indexed by person_id, or have it as a column.")
    indexed = frame.set_index("person_id")
    if indexed.index.hasnans:
        empty = int(frame["person_id"].isna().sum())
        raise FrameError(f"people has {empty:,} rows without person_id; fill or drop them first.")
    repeated = indexed.index[indexed.index.duplicated()]
    if len(repeated):
        raise FrameError(f"people has several rows for person_id {plain(repeated[0])!r}; keep one row a person.")
    return indexed


def _check_filled(frame: pd.DataFrame) -> None:
    for name in NEEDED:
        empty = int(frame[name].isna().sum())
        if empty:
            raise FrameError(f"events has {empty:,} rows without {name}; fill or drop them first.")


def _check_ids(of_events: pd.Series, of_people: pd.Index) -> None:
    """Ids of two types never meet: that is a mistake wherever it happens."""
    kinds = [sorted({type(plain(each)).__name__ for each in ids.unique()}) for ids in (of_events, of_people)]
    if all(kinds) and not set(kinds[0]) & set(kinds[1]):
        raise FrameError(
            f"person_id holds {kinds[0][0]} in events and {kinds[1][0]} in people, so that nobody meets; "
            "convert one of them, such as people.index.astype(str)."
        )


def _known_at(frame: pd.DataFrame, time: Ints, calendar: Calendar) -> Ints:
    """When each row became known: its own word, or when it happened where it has none."""
    if "known_at" not in frame:
        return time
    given = frame["known_at"].notna().to_numpy()
    known = time.copy()
    known[given] = _instants(frame["known_at"][given], calendar, "known_at")
    return known


def _distinct_ids(frame: pd.DataFrame, codes: Ints, ids: Any) -> Objects:
    """The id that each person came with last, or the person_id where the frame says nothing else."""
    shown = np.array([str(each) for each in ids], object)
    if "distinct_id" in frame:
        shown[codes[: len(frame)]] = frame["distinct_id"].astype(object)
    return shown


def _changes(people: pd.DataFrame, codes: Ints, events: Rows, calendar: Calendar) -> Rows:
    """One change a person, at its first event, or earlier where `created_at` says so; 1970 for people without both."""
    first = np.full(int(max(codes.max(initial=-1), events.identity.max(initial=-1))) + 1, NEVER)
    np.minimum.at(first, events.identity, events.time)
    time = first[codes]
    if "created_at" in people:
        created = people["created_at"]
        given = created.notna().to_numpy()
        time[given] = np.minimum(time[given], _instants(created[given], calendar, "created_at"))
    time[time == NEVER] = FIRST_INSTANT
    properties = people.drop(columns=[name for name in OWN_OF_PEOPLE if name in people])
    return Rows(
        np.arange(-len(people), 0),
        codes,
        time,
        time,
        np.zeros(len(people), np.int32),
        np.zeros(len(people), np.bool_),
        np.full(len(people), -1, np.int32),
        FrameProperties(properties.reset_index(drop=True)),
    )


def _instants(column: pd.Series, calendar: Calendar, name: str) -> Ints:
    """Return microseconds UTC of dates, ISO texts, or Unix numbers."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return np.array([unix_instant(number) for number in column.tolist()], np.int64)
    try:
        moments = pd.to_datetime(column, format=None if pd.api.types.is_datetime64_any_dtype(column) else "ISO8601")
    except (ValueError, TypeError) as error:
        raise FrameError(f"The column {name} cannot be read as times: {error}") from error
    if isinstance(moments.dtype, pd.ArrowDtype):
        moments = moments.astype(moments.dtype.pyarrow_dtype.to_pandas_dtype())
    if moments.dt.tz is None:
        first = np.ones(len(moments), bool)  # of an hour that comes twice, as datetime does
        moments = moments.dt.tz_localize(calendar.zone, ambiguous=first, nonexistent=pd.Timedelta("1h"))
    return moments.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
