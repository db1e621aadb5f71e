"""Whole imports, as a user sees them: what stands in the database afterwards, and what the report says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracktor_nb.analysis.sample import video_service
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.imports import ImportReport, import_events, import_people, load_log
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.sql import read_sql

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_purchases.csv.gz"
NOW = int(datetime(2026, 11, 23, 15, 7, tzinfo=UTC).timestamp()) * 1_000_000
DAY = 86_400_000_000


def micros(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp() * 1_000_000)


class Shop:
    """A site, and short words for what tests ask of it."""

    def __init__(self, database: Database, site: SiteRecord, folder: Path) -> None:
        self.database, self.site, self.folder = database, site, folder

    def file(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def events(self, name: str, *lines: str, **options: Any) -> ImportReport:
        return import_events(self.database, self.site, self.file(name, *lines), now=NOW, **options)

    def people(self, name: str, *lines: str, **options: Any) -> ImportReport:
        return import_people(self.database, self.site, self.file(name, *lines), now=NOW, **options)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        return read_sql(self.database, self.site.id, query)[1]

    def stored(self) -> list[tuple[str, str, int, dict[str, Any] | None]]:
        rows = self.sql("SELECT distinct_id, event, time_us, properties FROM events ORDER BY seq")
        return [(*row[:3], row[3] and json.loads(row[3])) for row in rows]

    def column(self, name: str) -> list[Any]:
        return [(properties or {}).get(name) for _, _, _, properties in self.stored()]


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """A site whose days begin in Berlin."""
    site = database.writer.run(lambda tx: add_site(tx, "shop", "Europe/Berlin"))
    return Shop(database, site, tmp_path)


def test_the_cdnow_purchases_come_in_complete(database: Database, tmp_path: Path) -> None:
    site = database.writer.run(lambda tx: add_site(tx, "cdnow"))
    shown: list[tuple[int, int]] = []
    report = import_events(database, site, CDNOW, now=NOW, progress=lambda done, total: shown.append((done, total)))
    assert (report.read, report.stored, report.duplicates, report.refused) == (69_659, 69_659, 0, {})
    assert (report.people, report.first, report.last) == (
        23_570,
        micros("1997-01-01T00:00Z"),
        micros("1998-06-30T00:00Z"),
    )
    assert shown[0] == (5_000, 69_659)
    assert shown[-1] == (69_659, 69_659)
    cdnow = Shop(database, site, tmp_path)
    numbers = "COUNT(*), COUNT(DISTINCT person_id), COUNT(DISTINCT event), MIN(time_us), MAX(time_us)"
    assert cdnow.sql(f"SELECT {numbers} FROM events") == [(69_659, 23_570, 1, report.first, report.last)]
    assert cdnow.stored()[1] == ("00002", "Purchase", micros("1997-01-12T00:00Z"), {"cds": 1, "amount": 12})
    assert sum(cdnow.column("cds")) == 167_881
    assert sum(cdnow.column("amount")) == pytest.approx(2_500_315.63)


def test_imported_rows_count_as_known_when_they_happened(shop: Shop) -> None:
    shop.events("e.csv", "id,event,time", "ann,Visit,2020-05-05T10:00Z")
    shop.people("p.csv", "id,plan,created_at", "ann,free,2020-05-04T10:00Z")
    with shop.database.read() as connection:
        for table, time in (("event", "2020-05-05T10:00Z"), ("property_change", "2020-05-04T10:00Z")):
            rows = connection.exec_driver_sql(f"SELECT time, known_at, received_at, imported FROM {table}").all()
            assert rows == [(micros(time), micros(time), NOW, True)]


def test_the_same_file_again_adds_nothing(shop: Shop) -> None:
    lines = ("id,event,time", "ann,Visit,2026-01-01", "bob,Visit,2026-01-02", "bob,Visit,never")
    first, again = shop.events("e.csv", *lines), shop.events("e.csv", *lines)
    assert (first.stored, first.duplicates, first.refused_total) == (2, 0, 1)
    assert (again.stored, again.duplicates, again.refused_total) == (0, 2, 1)
    assert (again.people, again.first, again.last) == (first.people, first.first, first.last)
    assert len(shop.stored()) == 2


def test_the_same_file_under_a_better_mapping_adds_only_what_was_refused(shop: Shop) -> None:
    lines = ("id,event,time,ts", "ann,Visit,2026-01-01,2026-01-01", "bob,Visit,never,2026-01-02")
    assert shop.events("e.csv", *lines).stored == 1
    better = shop.events("e.csv", *lines, mapping={"time": "ts"})
    assert (better.stored, better.duplicates, better.refused_total) == (1, 1, 0)
    assert [row[0] for row in shop.stored()] == ["ann", "bob"]


def test_equal_rows_of_one_file_are_different_events(shop: Shop) -> None:
    assert shop.events("e.csv", "id,event,time", *["ann,Visit,2026-01-01"] * 3).stored == 3


def test_a_killed_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    with open_database(url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "cdnow"))
    program = (
        "import sys; from pathlib import Path; from tracktor_nb.store.database import open_database;"
        "from tracktor_nb.store.imports import import_events; from tracktor_nb.store.sites import site_by_name\n"
        "database = open_database(sys.argv[1])\n"
        "with database.read() as connection: site = site_by_name(connection, 'cdnow')\n"
        "import_events(database, site, sys.argv[2], now=1, batch=500, progress=lambda *done: print(*done, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, url, str(CDNOW)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line.split()[0]) >= 20_000:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(60) == -signal.SIGKILL
    with open_database(url) as database:
        report = import_events(database, site, CDNOW, now=NOW)
        assert 20_000 <= report.duplicates < 69_659
        assert (report.read, report.stored + report.duplicates, report.people) == (69_659, 69_659, 23_570)
        query = "SELECT COUNT(*), COUNT(DISTINCT person_id) FROM events"
        assert read_sql(database, site.id, query)[1] == [(69_659, 23_570)]


def test_others_can_write_between_two_batches(shop: Shop) -> None:
    made: dict[int, str] = {}

    def write(done: int, _: int) -> None:
        with open_database(shop.database.url.render_as_string(hide_password=False)) as other:
            made[done] = other.writer.run(lambda tx: add_site(tx, f"after {done} rows")).name

    lines = [f"p{number},Visit,2026-01-01" for number in range(7)]
    shop.events("e.csv", "id,event,time", *lines, batch=2, progress=write)
    assert list(made) == [2, 4, 6, 7]


def test_bad_rows_are_counted_with_line_and_reason_and_the_others_stored(shop: Shop) -> None:
    report = shop.events(
        "e.csv",
        "id,event,time,price",
        "ann,Visit,2026-01-01,1",
        ",Visit,2026-01-01,2",
        "ann,,2026-01-01,3",
        "ann,Visit,,4",
        "ann,Visit,yesterday,5",
        "ann,Visit,1969-12-31T12:00:00Z,6",
        "null,Visit,2026-01-01,7",
        "ann,Visit,2026-01-01",
        " ann,Visit,2026-01-01,8",
        "ann,tio:thing,2026-01-01,9",
        "bob,Visit,2026-01-01,10",
    )
    lines = {reason: [line for line, _ in refused.examples] for reason, refused in report.refused.items()}
    assert lines == {
        "missing_param": [3, 4, 5],
        "bad_time": [6, 7],
        "reserved_id": [8],
        "bad_csv": [9],
        "bad_id": [10],
        "reserved_action": [11],
    }
    assert report.read == 11 == report.stored + report.refused_total
    assert report.refused["bad_time"].count == 2
    assert [row[0] for row in shop.stored()] == ["ann", "bob"]
    assert "11 rows read" in str(report)
    assert "line 6: 'yesterday' is no time we can read." in str(report)


def test_many_bad_rows_are_counted_but_few_are_shown(shop: Shop) -> None:
    report = shop.events("e.csv", "id,event,time", *["ann,Visit,never"] * 100)
    assert report.refused["bad_time"].count == 100
    assert [line for line, _ in report.refused["bad_time"].examples] == [2, 3, 4, 5, 6]


def test_times_are_read_as_the_site_means_them(shop: Shop) -> None:
    times = {
        "2026-01-15": "2026-01-15T00:00+01:00",
        "2026-07-15": "2026-07-15T00:00+02:00",
        "20260715": "2026-07-15T00:00+02:00",
        "2026-07-15 08:30:00": "2026-07-15T08:30+02:00",
        "2026-07-15T08:30:00.123456Z": "2026-07-15T08:30:00.123456Z",
        "2026-07-15 08:30:00 UTC": "2026-07-15T08:30Z",
        "2026-07-15T08:30:00-05:00": "2026-07-15T08:30-05:00",
        "1429186474": "2015-04-16T12:14:34Z",
        "1429186474.5": "2015-04-16T12:14:34.5Z",
        "1429186474500": "2015-04-16T12:14:34.5Z",
        "1429186474500000": "2015-04-16T12:14:34.5Z",
        "1429186474500000000": "2015-04-16T12:14:34.5Z",
        "0": "1970-01-01T00:00Z",
        "2999-01-01": "2999-01-01T00:00+01:00",
    }
    shop.events("e.csv", "id,event,time", *(f"ann,Visit,{time}" for time in times))
    assert [row[2] for row in shop.stored()] == [micros(iso) for iso in times.values()]


def test_a_column_has_one_type_and_empty_cells_are_absent(shop: Shop) -> None:
    shop.events(
        "e.csv",
        "id,event,time,count,price,paid,zip,code,note,big",
        "1,Visit,2026-01-01,1,9.90,true,01067,12,,1234567890123456789",
        "2,Visit,2026-01-01,,-.5,FALSE,10115,1A,hello,1",
        "007,Visit,2026-01-01,-3,1e3,,,,2026-01-01,2",
    )
    assert [row[0] for row in shop.stored()] == ["1", "2", "007"]
    assert shop.column("count") == [1, None, -3]
    assert shop.column("price") == [9.9, -0.5, 1000]
    assert shop.column("paid") == [True, False, None]
    assert shop.column("zip") == ["01067", "10115", None]
    assert shop.column("code") == ["12", "1A", None]
    assert shop.column("note") == [None, "hello", "2026-01-01"]
    assert shop.column("big") == ["1234567890123456789", "1", "2"]
    assert "note" not in (shop.stored()[0][3] or {})


def test_a_column_of_json_properties_is_unfolded(shop: Shop) -> None:
    report = shop.events(
        "e.csv",
        "id,event,time,properties,plan",
        'ann,Visit,2026-01-01,"{""page"": ""/"", ""tags"": [1, 2], ""plan"": ""old"", ""no"": null}",new',
        "ann,Visit,2026-01-01,,free",
        "ann,Visit,2026-01-01,[1],free",
        "ann,Visit,2026-01-01,{page: 1,free",
    )
    assert shop.stored()[0][3] == {"page": "/", "tags": [1, 2], "plan": "new"}
    assert shop.stored()[1][3] == {"plan": "free"}
    assert {reason: refused.count for reason, refused in report.refused.items()} == {
        "data_not_object": 1,
        "bad_json": 1,
    }


def as_ndjson(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))


def as_parquet(rows: list[dict[str, Any]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


@pytest.mark.parametrize(("name", "write"), [("e.ndjson", as_ndjson), ("e.parquet", as_parquet)])
def test_ndjson_and_parquet_keep_their_own_types(
    shop: Shop, name: str, write: Callable[[list[dict[str, Any]], Path], None]
) -> None:
    when = datetime(2026, 7, 15, 8, 30, 0, 123456, UTC)
    rows = [
        {"user_id": 7, "event": "Visit", "ts": when, "n": 1, "price": 2.5, "ok": True, "address": {"city": "Ulm"}},
        {"user_id": 8, "event": "Visit", "ts": when, "n": None, "price": 3.0, "ok": False, "address": {"city": None}},
    ]
    write(rows, shop.folder / name)
    report = import_events(shop.database, shop.site, shop.folder / name, now=NOW)
    assert (report.stored, report.refused) == (2, {})
    assert shop.stored() == [
        ("7", "Visit", micros(when.isoformat()), {"n": 1, "price": 2.5, "ok": True, "address": {"city": "Ulm"}}),
        ("8", "Visit", micros(when.isoformat()), {"price": 3, "ok": False, "address": {"city": None}}),
    ]


def test_a_file_without_event_column_gets_one_name(shop: Shop) -> None:
    shop.events("e.csv", "customer,date,amount", "ann,2026-01-01,5", event="Purchase")
    assert shop.stored() == [("ann", "Purchase", micros("2026-01-01T00:00+01:00"), {"amount": 5})]


def test_events_that_a_system_made_may_come_back(shop: Shop) -> None:
    assert shop.events("e.csv", "id,event,time", "ann,Cart purchased,2026-01-01").stored == 1


def test_a_mapping_can_rename_properties(shop: Shop) -> None:
    shop.events("e.csv", "id,event,time,px", "ann,Visit,2026-01-01,5", mapping={"price": "px"})
    assert shop.stored()[0][3] == {"price": 5}


def test_people_become_property_changes(shop: Shop) -> None:
    report = shop.people(
        "p.csv",
        "id,email,age,vip,zip,created_at",
        "ann,ann@example.com,31,true,01067,2025-03-01",
        "bob,,44,,,2025-04-01T12:00Z",
        ",eve@example.com,1,,,2025-01-01",
    )
    assert (report.read, report.stored, report.people, report.refused_total) == (3, 2, 2, 1)
    rows = shop.sql("SELECT distinct_id, time_us, properties FROM changes ORDER BY seq")
    assert [(*row[:2], json.loads(row[2])) for row in rows] == [
        ("ann", micros("2025-03-01T00:00+01:00"), {"email": "ann@example.com", "age": 31, "vip": True, "zip": "01067"}),
        ("bob", micros("2025-04-01T12:00Z"), {"age": 44}),
    ]
    assert shop.stored() == []


def test_people_without_a_time_are_known_from_now_on(shop: Shop) -> None:
    shop.people("p.ndjson", '{"id": "ann", "plan": "free", "address": {"city": "Ulm"}}')
    assert shop.sql("SELECT time_us FROM changes") == [(NOW,)]


def test_an_odd_value_is_stored_with_a_note_of_what_was_changed(shop: Shop) -> None:
    shop.events("e.ndjson", '{"id": "ann", "event": "Visit", "time": "2026-01-01", "serial": 1234567890123456789}')
    assert shop.column("serial") == ["1234567890123456789"]
    with shop.database.read() as connection:
        assert connection.exec_driver_sql("SELECT notes FROM event").scalar_one() == '{"flags":["bigint"]}'


def test_properties_beyond_the_limit_are_refused(shop: Shop) -> None:
    report = shop.events(
        "e.csv", "id,event,time,text", f"ann,Visit,2026-01-01,{'x' * 40_000}", "bob,Visit,2026-01-01,x"
    )
    assert report.refused["too_large"].examples[0][0] == 2
    assert [row[0] for row in shop.stored()] == ["bob"]


def test_a_made_up_site_is_stored_as_it_was_made(shop: Shop) -> None:
    sample = video_service(people=400, now=NOW)
    shown: list[tuple[int, int]] = []
    report = load_log(
        shop.database, shop.site, lambda now: video_service(people=400, now=now), key="demo", now=NOW, batch=1000,
        progress=lambda done, total: shown.append((done, total)),
    )  # fmt: skip
    assert report.stored == report.read == sample.size
    assert report.people == 400
    assert shown[-1] == (sample.size, sample.size)
    assert shop.sql("SELECT COUNT(*), COUNT(DISTINCT person_id) FROM events") == [(len(sample), 400)]
    names = dict(shop.sql("SELECT event, COUNT(*) FROM events GROUP BY event"))
    assert names == sample.truth["events"]
    registered = "SELECT person_id FROM identities GROUP BY person_id HAVING COUNT(*) = 2"
    assert len(shop.sql(registered)) == sample.truth["registered"]
    assert [(row[0], row[1], row[2]) for row in shop.stored()] == [row[:3] for row in sample.event_rows()]
    assert [row[3] for row in shop.stored()] == [row[3] for row in sample.event_rows()]


def test_a_made_up_site_is_made_once_and_goes_on_after_a_break(shop: Shop) -> None:
    def stop(done: int, _: int) -> None:
        if done >= 2000:
            raise KeyboardInterrupt

    made: list[int] = []

    def make(now: int) -> Any:
        made.append(now)
        return video_service(people=300, now=now)

    def load(now: int, **options: Any) -> ImportReport:
        return load_log(shop.database, shop.site, make, key="demo", now=now, batch=1000, **options)

    with pytest.raises(KeyboardInterrupt):
        load(NOW, progress=stop)
    later = load(NOW + 5 * DAY)
    assert later.duplicates == 2000
    assert later.stored == later.read - 2000
    assert load(NOW + 6 * DAY).stored == 0
    assert made == [NOW, NOW]
    sample = video_service(people=300, now=NOW)
    assert [row[:3] for row in shop.stored()] == [row[:3] for row in sample.event_rows()]
