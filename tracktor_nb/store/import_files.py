"""Reading real files row by row: CSV and NDJSON (also gzipped) and Parquet, each row with the line it begins on.

A row that cannot be read is a PayloadError in its place: it is for the caller to count it, and never the end of a file.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import orjson

from tracktor_nb.errors import FrameError, PayloadError, SettingError

Row = tuple[int, dict[str, Any] | PayloadError]
"""The line a row begins on (from 1; in Parquet the number of the row), and its values or why it has none."""

_BATCH = 10_000
_LOOKED_AT = 1_000
_DELIMITERS = ",;\t|"
# Leading zeros and more digits than a float can tell apart make a text: a code or an id, no quantity.
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


class File(ABC):
    """A file of rows. `columns` are the names it offers; those of NDJSON are the names in its first lines."""

    endings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""

    @property
    @abstractmethod
    def count(self) -> int:
        """The number of rows, unreadable ones included."""

    @cached_property
    def digest(self) -> str:
        """The hex digest of the file's bytes."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()

    @abstractmethod
    def rows(self, as_they_are: Collection[str] = ()) -> Iterator[Row]:
        """Yield every row from the start; empty values are left out.

        The columns `as_they_are` keep the file's own type (in CSV: text), all others become JSON values.
        """


def open_file(path: str | Path) -> File:
    """Return the file, to be read as its ending says; SettingError if there is none or nothing reads it."""
    path = Path(path)
    if not path.is_file():
        raise SettingError(f"There is no file {str(path)!r}. Check its name and the folder it is looked for in.")
    for kind in (CsvFile, NdjsonFile, ParquetFile):
        if path.name.lower().endswith(kind.endings):
            return kind(path)
    known = ", ".join(ending for kind in (CsvFile, NdjsonFile, ParquetFile) for ending in kind.endings)
    raise SettingError(f"Cannot tell what {path.name!r} holds. Give a file whose name ends in one of {known}.")


class CsvFile(File):
    """Columns of text. A column becomes numbers or booleans if all its values are, so a file is read twice."""

    endings = (".csv", ".csv.gz", ".tsv", ".tsv.gz")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the first line; a column without one is known by its place."""
        names = [name.strip() or f"column {place}" for place, name in enumerate(self._header, 1)]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise FrameError(f"{self.path.name} has several columns named {sorted(twice)[0]!r}. Rename all but one.")
        return tuple(names)

    @cached_property
    def count(self) -> int:
        """The number of rows, unreadable ones included."""
        return self._survey[0]

    def rows(self, as_they_are: Collection[str] = ()) -> Iterator[Row]:
        """Yield every row from the start."""
        kinds = (frozenset({"text"}) if name in as_they_are else self._survey[1][name] for name in self.columns)
        readers = [_READERS.get(next(iter(kind)), str) if len(kind) == 1 else str for kind in kinds]
        places = list(zip(self.columns, readers, strict=True))
        for line, cells in self._cells():
            if isinstance(cells, PayloadError):
                yield line, cells
            else:
                pairs = zip(places, cells, strict=True)
                yield line, {name: read(cell) for (name, read), cell in pairs if cell}

    @cached_property
    def _survey(self) -> tuple[int, dict[str, frozenset[str]]]:
        """The number of rows, and which kinds of values each column holds."""
        count, kinds = 0, {name: frozenset[str]() for name in self.columns}
        rows = self._cells()
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            readable = (cells for _, cells in batch if not isinstance(cells, PayloadError))
            for name, cells in zip(self.columns, zip(*readable, strict=True), strict=False):
                kinds[name] |= _kinds(cells)
        return count, kinds

    @cached_property
    def _delimiter(self) -> str:
        first = next(_lines(self.path), b"")
        return max(_DELIMITERS, key=lambda each: first.count(each.encode()))

    @cached_property
    def _header(self) -> list[str]:
        decoded = _Decoded(self.path)
        header = next(csv.reader(decoded, delimiter=self._delimiter), [])
        if decoded.is_broken or not any(header):
            what = "is not UTF-8 text" if decoded.is_broken else "has no header line"
            raise FrameError(f"{self.path.name} {what}. Save it in UTF-8 with the column names in the first line.")
        return header

    def _cells(self) -> Iterator[tuple[int, list[str] | PayloadError]]:
        """Yield the line and the cells of every row below the header; blank lines are no rows."""
        decoded = _Decoded(self.path)
        reader = csv.reader(decoded, delimiter=self._delimiter)
        next(reader)
        while True:
            line, decoded.is_broken = reader.line_num + 1, False
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = f"Lines {line} to {reader.line_num} cannot be read: {error}. Is a quote left open?"
                yield line, PayloadError("bad_csv", None, problem)
                continue
            if decoded.is_broken:
                yield line, PayloadError("bad_encoding", None, "This line is not UTF-8 text.")
            elif cells and len(cells) != len(self.columns):
                problem = f"This row has {len(cells)} cells, the header {len(self.columns)}."
                yield line, PayloadError("bad_csv", None, problem)
            elif cells:
                yield line, cells


class NdjsonFile(File):
    """One JSON object a line."""

    endings = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the first thousand lines."""
        rows = (values for _, values in islice(self.rows(), _LOOKED_AT) if isinstance(values, dict))
        return tuple(dict.fromkeys(name for values in rows for name in values))

    @cached_property
    def count(self) -> int:
        """The number of lines that are not blank."""
        return sum(not line.isspace() for line in _lines(self.path))

    def rows(self, as_they_are: Collection[str] = ()) -> Iterator[Row]:
        """Yield every row from the start."""
        for number, line in enumerate(_lines(self.path), 1):
            if not line.isspace():
                yield number, _json_object(line)


class ParquetFile(File):
    """Typed columns. Times become ISO texts, decimals numbers, and NaN is no value."""

    endings = (".parquet",)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the top-level columns."""
        return tuple(self._file.schema_arrow.names)

    @cached_property
    def count(self) -> int:
        """The number of rows."""
        count: int = self._file.metadata.num_rows
        return count

    def rows(self, as_they_are: Collection[str] = ()) -> Iterator[Row]:
        """Yield every row from the start."""
        import pyarrow as pa

        number = 0
        try:
            for batch in self._file.iter_batches(_BATCH):
                for cells in zip(*self._columns_of(batch, as_they_are), strict=True):
                    number += 1
                    yield number, {n: cell for n, cell in zip(self.columns, cells, strict=True) if cell is not None}
        except (pa.ArrowException, OSError) as error:
            raise FrameError(f"{self.path.name} is damaged after row {number}: {error}. Copy it anew.") from error

    def _columns_of(self, batch: Any, as_they_are: Collection[str]) -> Iterator[list[Any]]:
        for name, array in zip(self.columns, batch.columns, strict=True):
            values = _values(array)
            yield values if name in as_they_are else [_json_value(value) for value in values]

    @cached_property
    def _file(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self.path)
        except (pa.ArrowException, OSError) as error:
            raise FrameError(f"{self.path.name} cannot be read as Parquet: {error}.") from error


class _Decoded:
    """The lines of a file as text; `is_broken` is set by a line that is not UTF-8."""

    def __init__(self, path: Path) -> None:
        self.is_broken = False
        self._lines = _lines(path)

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            try:
                yield line.decode()
            except UnicodeDecodeError:
                self.is_broken = True
                yield line.decode(errors="replace")


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, gzipped or not, without a byte order mark."""
    count = 0
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        try:
            for line in stream:
                yield line if count else line.removeprefix(b"\xef\xbb\xbf")
                count += 1
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FrameError(f"{path.name} is damaged after line {count}: {error}. Copy it anew.") from error


def _kinds(cells: Collection[str]) -> frozenset[str]:
    """Return what the values of one column are, as far as these tell: nothing if all are empty."""
    given = [cell for cell in cells if cell]
    if not given:
        return frozenset()
    if all(map(_NUMBER.fullmatch, given)):
        return frozenset({"number"})
    return frozenset({"boolean" if all(cell.lower() in ("true", "false") for cell in given) else "text"})


def _number(cell: str) -> int | float:
    return int(cell) if cell.lstrip("-").isdigit() else float(cell)


def _boolean(cell: str) -> bool:
    return cell.lower() == "true"


_READERS: dict[str, Callable[[str], Any]] = {"number": _number, "boolean": _boolean}


def _json_object(line: bytes) -> dict[str, Any] | PayloadError:
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return PayloadError("bad_json", None, f"This line is not JSON: {error}.")
    if not isinstance(values, dict):
        return PayloadError("data_not_object", None, 'This line is JSON, but not an object such as {"id": …}.')
    return {name: value for name, value in values.items() if value is not None}


def _values(array: Any) -> list[Any]:
    """Return a column's values; nanoseconds are cut, for Python and we count microseconds."""
    import pyarrow as pa

    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    values: list[Any] = array.to_pylist()
    return values


def _json_value(value: Any) -> Any:
    """Return the JSON value of what Parquet holds; None for NaN. What has no JSON value stays, to be refused later."""
    from datetime import date, datetime, time
    from decimal import Decimal

    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _json_value(item) for name, item in value.items()}
    return value
