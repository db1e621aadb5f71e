"""Property values as columns: one small code per row, and the few distinct values that the codes stand for.

Operators are then asked once per distinct value, never once per row.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tracktor_nb.errors import FrameError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.values import values_at

from .arrays import Flags, Ints

if TYPE_CHECKING:
    import pandas as pd

Values = tuple[Value, ...]
"""What a path reaches in one row: nothing, one value, or several along a list."""

NOTHING: tuple[Values, ...] = ((),)
MOST_CHUNKS = 64  # above it the texts are joined: looking into many small pieces is slow


@dataclass(frozen=True)
class Column:
    """`codes` is int32, one per row; `values` are what they stand for, and code 0 stands for nothing."""

    codes: Ints
    values: Sequence[Values] = NOTHING

    def take(self, rows: Ints) -> Column:
        """Return the column of some rows."""
        return Column(self.codes[rows], self.values)

    def map(self, ask: Callable[[Values], bool]) -> Flags:
        """Return the answer of every row, asked once per value that occurs."""
        answers = np.zeros(len(self.values), np.bool_)
        for code in np.flatnonzero(np.bincount(self.codes, minlength=len(self.values))).tolist():
            answers[code] = ask(self.values[code])
        return answers[self.codes]

    def recoded(self, change: Callable[[Values], Values]) -> Column:
        """Return the column with every value changed."""
        return Column(self.codes, [change(value) for value in self.values])

    def otherwise(self, other: Column) -> Column:
        """Return the column that has the other's value where this one has nothing."""
        behind = np.where(other.codes > 0, other.codes + len(self.values), 0)
        codes = np.where(self.codes > 0, self.codes, behind).astype(np.int32)
        return Column(codes, [*self.values, *other.values])

    def extended(self, tail: Column) -> Column:
        """Return the column with the rows of another behind its own."""
        recode, values = encoded(tail.values, self.values)
        return Column(np.concatenate([self.codes, recode[tail.codes]]), values)


def encoded(rows: Iterable[Values], values: Sequence[Values] = NOTHING) -> tuple[Ints, list[Values]]:
    """Return a code for each of the rows, and the distinct values, which begin with those given."""
    known = list(values)
    code_of = {_key(value): code for code, value in enumerate(known)}
    codes = []
    for row in rows:
        code = code_of.setdefault(_key(row), len(known))
        if code == len(known):
            known.append(row)
        codes.append(code)
    return np.array(codes, np.int32), known


def _key(values: Values) -> Any:
    """Texts are their own key; of the rest the source is, which tells 1, 1.0, True and "1" apart."""
    return values if len(values) == 1 and type(values[0]) is str else repr(values)


def along(path: str) -> tuple[str, bool]:
    """Return the first key of a path, and whether the path goes on behind it."""
    return path.split(".")[0].removesuffix("[]"), "." in path or "[]" in path


class Properties(Protocol):
    """The properties of many rows."""

    def __len__(self) -> int: ...

    def column(self, path: str) -> Column:
        """Return what the path reaches in each row."""

    def named(self, key: str) -> Column:
        """Return the value under one key as it was sent: (None,) where the row removes it."""

    def row(self, index: int) -> dict[str, Value]:
        """Return the properties of one row."""

    def rows(self, rows: Ints) -> list[dict[str, Value]]:
        """Return the properties of some rows; equal ones may be one and the same object."""

    def keys(self, rows: Ints) -> list[str]:
        """Return the keys that occur in some of the rows, the most frequent first."""

    def take(self, rows: Ints) -> Properties:
        """Return the properties of some rows."""


class JsonProperties:
    """Properties as JSON texts, read when a question asks for them, and only where the key occurs."""

    def __init__(self, texts: pa.ChunkedArray, known: dict[tuple[str, str], Column] | None = None) -> None:
        self._texts = texts if texts.num_chunks <= MOST_CHUNKS else pa.chunked_array([texts.combine_chunks()])
        self._known = known or {}

    def __len__(self) -> int:
        return len(self._texts)

    def extended(self, tail: pa.ChunkedArray) -> JsonProperties:
        """Return these properties with more rows; what was read before is not read again."""
        return JsonProperties(pa.chunked_array([*self._texts.chunks, *tail.chunks], TEXT), dict(self._known))

    def column(self, path: str) -> Column:
        return self._column("path", path, lambda properties: values_at(properties, path))

    def named(self, key: str) -> Column:
        return self._column("key", key, lambda properties: (properties[key],) if key in properties else ())

    def row(self, index: int) -> dict[str, Value]:
        text = self._texts[index].as_py()
        return json.loads(text) if text else {}

    def rows(self, rows: Ints) -> list[dict[str, Value]]:
        texts = self._texts.take(pa.array(rows)).combine_chunks().fill_null("{}").dictionary_encode()
        distinct = np.array([None, *map(json.loads, texts.dictionary.to_pylist())], object)[1:]
        found: list[dict[str, Value]] = distinct[texts.indices.to_numpy()].tolist()
        return found

    def keys(self, rows: Ints) -> list[str]:
        texts = self._texts.take(pa.array(rows)).combine_chunks().drop_null().value_counts()
        found: Counter[str] = Counter()
        for text, count in zip(texts.field("values").to_pylist(), texts.field("counts").to_pylist(), strict=True):
            found.update(dict.fromkeys(json.loads(text), count))
        return [key for key, _ in found.most_common()]

    def take(self, rows: Ints) -> Properties:
        return SomeProperties(self, rows)

    def _column(self, kind: str, path: str, read: Callable[[dict[str, Value]], Values]) -> Column:
        have = self._known.get((kind, path), Column(np.zeros(0, np.int32)))
        if len(have.codes) < len(self):
            have = have.extended(
                _read(self._texts.slice(len(have.codes)), path if kind == "key" else along(path)[0], read)
            )
            self._known[kind, path] = have
        return have


TEXT = pa.large_string()


def _read(texts: pa.ChunkedArray, key: str, read: Callable[[dict[str, Value]], Values]) -> Column:
    """Read only texts that can hold the key, and each distinct text once."""
    marker = json.dumps(key, ensure_ascii=False)[:-1]
    found = pc.is_valid(texts) if "\\" in marker else pc.match_substring(texts, marker)
    rows = np.flatnonzero(found.fill_null(False).to_numpy())
    distinct = texts.take(pa.array(rows)).combine_chunks().dictionary_encode()
    recode, values = encoded(read(json.loads(text)) for text in distinct.dictionary.to_pylist())
    codes = np.zeros(len(texts), np.int32)
    codes[rows] = recode[distinct.indices.to_numpy()]
    return Column(codes, values)


class SomeProperties:
    """Some rows of other properties."""

    def __init__(self, whole: Properties, rows: Ints) -> None:
        self._whole, self._rows = whole, rows

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, path: str) -> Column:
        return self._whole.column(path).take(self._rows)

    def named(self, key: str) -> Column:
        return self._whole.named(key).take(self._rows)

    def row(self, index: int) -> dict[str, Value]:
        return self._whole.row(int(self._rows[index]))

    def rows(self, rows: Ints) -> list[dict[str, Value]]:
        return self._whole.rows(self._rows[rows])

    def keys(self, rows: Ints) -> list[str]:
        return self._whole.keys(self._rows[rows])

    def take(self, rows: Ints) -> Properties:
        return SomeProperties(self._whole, self._rows[rows])


class FrameProperties:
    """Properties as the columns of a DataFrame; empty cells are missing values."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._known: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def column(self, path: str) -> Column:
        key, deeper = along(path)
        exact = self.named(path)
        if not deeper:
            return exact
        inside = self.named(key).recoded(lambda values: values_at({key: values[0]}, path) if values else ())
        return exact.otherwise(emptied(inside))

    def named(self, key: str) -> Column:
        if key not in self._known:
            self._known[key] = self._read(key) if key in self._frame else Column(np.zeros(len(self), np.int32))
        return self._known[key]

    def _read(self, key: str) -> Column:
        try:
            return _of_series(self._frame[key])
        except (TypeError, AttributeError) as error:
            raise FrameError(f"The column {key!r} holds what no property can be: {error}.") from error

    def row(self, index: int) -> dict[str, Value]:
        cells = {str(key): self.named(key) for key in self._frame.columns}
        found = {key: column.values[column.codes[index]] for key, column in cells.items()}
        return {key: values[0] for key, values in found.items() if values}

    def rows(self, rows: Ints) -> list[dict[str, Value]]:
        return [self.row(row) for row in rows.tolist()]

    def keys(self, rows: Ints) -> list[str]:
        return [str(key) for key in self._frame.columns if self.named(str(key)).codes[rows].any()]

    def take(self, rows: Ints) -> Properties:
        return SomeProperties(self, rows)


def emptied(column: Column) -> Column:
    """Return the column in which every row that reaches nothing has code 0."""
    empty = np.array([not values for values in column.values])
    return Column(np.where(empty[column.codes], 0, column.codes).astype(np.int32), column.values)


def _of_series(series: pd.Series) -> Column:
    """Factorizing holds 1, 1.0 and True equal, so that mixed columns are encoded value by value."""
    import pandas as pd

    if series.dtype == object:
        return Column(*encoded(() if _is_missing(cell) else (plain(cell),) for cell in series))
    codes, distinct = pd.factorize(series)
    recode, values = encoded((plain(cell),) for cell in distinct)
    return Column(np.append(recode, np.int32(0))[codes], values)


def _is_missing(cell: Any) -> bool:
    import pandas as pd

    return cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and cell != cell)


def plain(cell: Any) -> Value:
    """Return a cell as a JSON value: numpy scalars unpacked, dates as ISO texts, decimals as numbers, ids as texts.

    TypeError for what is none, such as bytes.
    """
    if isinstance(cell, (np.generic, np.ndarray)):
        cell = cell.tolist()
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    if isinstance(cell, (list, tuple)):
        return [None if _is_missing(item) else plain(item) for item in cell]
    if isinstance(cell, dict):
        return {str(key): plain(item) for key, item in cell.items() if not _is_missing(item)}
    if isinstance(cell, (Decimal, UUID)):
        return str(cell) if isinstance(cell, UUID) else int(cell) if cell == cell.to_integral_value() else float(cell)
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    raise TypeError(f"{type(cell).__name__} is no JSON value")
