"""Property columns: values keep their types, paths reach inside, more rows only extend what was read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tracktor_nb.analysis.columns import TEXT, Column, FrameProperties, JsonProperties, Properties


def of_json(*rows: dict[str, Any] | None) -> JsonProperties:
    texts = [None if row is None else json.dumps(row, ensure_ascii=False) for row in rows]
    return JsonProperties(pa.chunked_array([texts], TEXT))


def read(column: Column) -> list[Any]:
    return [column.values[code] for code in column.codes]


def test_true_one_and_the_text_one_are_three_values() -> None:
    column = of_json({"n": True}, {"n": 1}, {"n": "1"}, {"n": 1}, None, {"n": None}, {}).column("n")
    assert [repr(values) for values in read(column)] == ["(True,)", "(1,)", "('1',)", "(1,)", "()", "()", "()"]


def test_a_path_reaches_into_objects_and_lists() -> None:
    rows = of_json({"a": {"b": 1}}, {"a.b": 2, "a": {"b": 1}}, {"p": [{"n": 1}, {"n": 2}]})
    assert read(rows.column("a.b")) == [(1,), (2,), ()]
    assert read(rows.column("p[].n")) == [(), (), (1, 2)]


def test_keys_that_json_escapes_are_found() -> None:
    odd = 'a "quoted" \\ key'
    assert read(of_json({odd: 1, "naïve ключ": 2}).column(odd)) == [(1,)]
    assert read(of_json({odd: 1, "naïve ключ": 2}).column("naïve ключ")) == [(2,)]


def test_what_was_sent_tells_a_removed_key_from_one_not_mentioned() -> None:
    assert read(of_json({"plan": None}, {"n": 1}, {"plan": "free"}).named("plan")) == [(None,), (), ("free",)]


def test_integers_keep_all_their_digits() -> None:
    assert read(of_json({"n": 2**70 + 1}).column("n")) == [(2**70 + 1,)]


def test_more_rows_extend_a_column_that_was_read_before() -> None:
    rows = of_json({"plan": "free"}, {"plan": "gold"})
    before = rows.column("plan")
    grown = rows.extended(pa.chunked_array([['{"plan": "gold"}', None, '{"plan": "new"}']], TEXT))
    assert read(grown.column("plan")) == [("free",), ("gold",), ("gold",), (), ("new",)]
    assert list(grown.column("plan").codes[:2]) == list(before.codes)


def test_an_answer_is_asked_once_for_each_value_that_occurs() -> None:
    asked = []

    def ask(values: tuple[Any, ...]) -> bool:
        asked.append(values)
        return values == ("free",)

    column = of_json({"plan": "free"}, {"plan": "gold"}, {"plan": "free"}, {"plan": "other"}).column("plan")
    assert column.take(np.array([0, 1, 2])).map(ask).tolist() == [True, False, True]
    assert sorted(asked) == [("free",), ("gold",)]


def test_empty_cells_of_a_frame_are_missing_values() -> None:
    frame = pd.DataFrame({"n": [1.5, None, 2.0], "plan": ["free", None, "gold"], "mixed": [1, True, float("nan")]})
    rows: Properties = FrameProperties(frame)
    assert read(rows.column("n")) == [(1.5,), (), (2.0,)]
    assert read(rows.column("plan")) == [("free",), (), ("gold",)]
    assert [repr(values) for values in read(rows.column("mixed"))] == ["(1,)", "(True,)", "()"]
    assert rows.row(0) == {"n": 1.5, "plan": "free", "mixed": 1}
    assert read(rows.column("nobody asked")) == [(), (), ()]


def test_dates_of_a_frame_read_as_iso_texts() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-02 03:04:05", None], utc=True)})
    assert read(FrameProperties(frame).column("at")) == [("2026-01-02T03:04:05+00:00",), ()]


def test_a_frame_may_hold_objects() -> None:
    frame = pd.DataFrame({"address": [{"city": "Wien"}, None, "no object"], "address.zip": [None, "1010", None]})
    rows = FrameProperties(frame)
    assert read(rows.column("address.city")) == [("Wien",), (), ()]
    assert read(rows.column("address.zip")) == [(), ("1010",), ()]
