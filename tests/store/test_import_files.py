from __future__ import annotations

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tracktor_nb.errors import FrameError, PayloadError, SettingError
from tracktor_nb.store.import_files import open_file


def write(path: Path, content: str | bytes) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def read(path: Path, *as_they_are: str) -> list[tuple[int, Any]]:
    """The rows; a row that cannot be read is shown as its code."""
    rows = open_file(path).rows(as_they_are)
    return [(line, row.code if isinstance(row, PayloadError) else row) for line, row in rows]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "CSV"])
def test_a_csv_is_read_plain_or_gzipped(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"e.{ending}", "id,n\nann,1\n\nbob,2\n")
    assert read(path) == [(2, {"id": "ann", "n": 1}), (4, {"id": "bob", "n": 2})]
    assert open_file(path).count == 2


@pytest.mark.parametrize(("name", "delimiter"), [("e.csv", ";"), ("e.csv", "\t"), ("e.csv", "|"), ("e.tsv", "\t")])
def test_the_delimiter_shows_in_the_header(tmp_path: Path, name: str, delimiter: str) -> None:
    path = write(tmp_path / name, f"id{delimiter}text\r\nann{delimiter}a, b\r\n")
    assert read(path) == [(2, {"id": "ann", "text": "a, b"})]


def test_a_byte_order_mark_and_blanks_in_the_header_are_no_part_of_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", b"\xef\xbb\xbfid, n ,\nann,1,x\n")
    assert open_file(path).columns == ("id", "n", "column 3")


def test_a_cell_may_hold_line_breaks_and_the_next_row_knows_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", 'id,text\nann,"one\ntwo\nthree"\nbob,x\n')
    assert read(path) == [(2, {"id": "ann", "text": "one\ntwo\nthree"}), (5, {"id": "bob", "text": "x"})]


def test_broken_rows_stand_in_their_place(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", b"id,text\nann,x\nbob\ncarl,a,b\ndora,caf\xe9\neve,\xc3\xa9\n")
    assert read(path) == [
        (2, {"id": "ann", "text": "x"}),
        (3, "bad_csv"),
        (4, "bad_csv"),
        (5, "bad_encoding"),
        (6, {"id": "eve", "text": "é"}),
    ]


def test_a_quote_left_open_is_told_with_the_lines_it_swallowed(tmp_path: Path) -> None:
    swallowed = "bob,y\n" * 30_000
    path = write(tmp_path / "e.csv", f'id,text\nann,x\ncarl,"open\n{swallowed}')
    rows = list(open_file(path).rows())
    assert rows[0] == (2, {"id": "ann", "text": "x"})
    line, problem = rows[1]
    assert (line, type(problem)) == (3, PayloadError)
    assert "Lines 3 to " in str(problem)
    assert rows[2][1] == {"id": "bob", "text": "y"}


def test_ids_stay_text_even_if_all_look_like_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", "id,n\n1.50,1.50\n2.0,2.0\n")
    assert read(path, "id") == [(2, {"id": "1.50", "n": 1.5}), (3, {"id": "2.0", "n": 2.0})]


@pytest.mark.parametrize("ending", ["ndjson", "jsonl", "ndjson.gz"])
def test_ndjson_lines_that_are_no_objects_stand_in_their_place(tmp_path: Path, ending: str) -> None:
    path = write(
        tmp_path / f"e.{ending}", '{"id": 1, "gone": null}\n\n{"id": \n[1]\n{"id": "00002", "x": [1, {"y": 2}]}\n'
    )
    assert read(path) == [
        (1, {"id": 1}),
        (3, "bad_json"),
        (4, "data_not_object"),
        (5, {"id": "00002", "x": [1, {"y": 2}]}),
    ]
    assert open_file(path).count == 4
    assert open_file(path).columns == ("id", "x")


def test_parquet_values_become_json_values(tmp_path: Path) -> None:
    rows = [
        {"at": datetime(2026, 1, 2, 3, 4, 5), "day": date(2026, 1, 2), "price": Decimal("9.90"), "n": Decimal("3.00")},
        {"x": float("nan"), "tags": [date(2026, 1, 2)], "where": {"day": date(2026, 1, 2)}},
    ]
    table = pa.Table.from_pylist(rows, pa.schema(
        {
            "at": pa.timestamp("ns"), "day": pa.date32(), "price": pa.decimal128(9, 2), "n": pa.decimal128(9, 2),
            "x": pa.float64(), "tags": pa.list_(pa.date32()), "where": pa.struct({"day": pa.date32()}),
        }
    ))  # fmt: skip
    pq.write_table(table, tmp_path / "e.parquet")
    first = {"at": "2026-01-02T03:04:05", "day": "2026-01-02", "price": 9.9, "n": 3}
    assert read(tmp_path / "e.parquet") == [(1, first), (2, {"tags": ["2026-01-02"], "where": {"day": "2026-01-02"}})]
    assert read(tmp_path / "e.parquet", "at", "day")[0][1]["at"] == datetime(2026, 1, 2, 3, 4, 5)


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    one, same = write(tmp_path / "a.csv", "id\n1\n"), write(tmp_path / "b.csv", "id\n1\n")
    other = write(tmp_path / "c.csv", "id\n2\n")
    assert open_file(one).digest == open_file(same).digest != open_file(other).digest


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("e.csv", b"", "has no header line"),
        ("e.csv", "id,n\n".encode("utf-16"), "is not UTF-8 text"),
        ("e.csv", b"id,n,id\n", "several columns named 'id'"),
        ("e.parquet", b"nothing of the kind", "cannot be read as Parquet"),
    ],
)
def test_a_file_without_columns_is_refused_with_the_cure(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    with pytest.raises(FrameError, match=problem):
        _ = open_file(write(tmp_path / name, content)).columns


@pytest.mark.parametrize("name", ["e.csv.gz", "e.ndjson.gz"])
def test_a_file_cut_off_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(b'{"id": 1}\n' * 10_000)
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FrameError, match="is damaged after line"):
        _ = open_file(tmp_path / name).count


def test_a_file_that_is_not_there_or_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="There is no file"):
        open_file(tmp_path / "e.csv")
    with pytest.raises(SettingError, match=r"ends in one of \.csv"):
        open_file(write(tmp_path / "e.xlsx", "x"))
