from __future__ import annotations

import pytest

from tracktor_nb.errors import StoreError
from tracktor_nb.store.events import record_event
from tracktor_nb.store.identity import merge
from tracktor_nb.store.sites import add_site
from tracktor_nb.store.sql import read_sql

DAY = 86_400_000_000


@pytest.fixture
def site_id(database):
    shop, other = (database.writer.run(lambda tx, name=name: add_site(tx, name)).id for name in ("shop", "other"))
    for who, amount in (("a-visitor", 3), ("ann", 5), ("bob", 7)):
        database.writer.run(lambda tx, who=who, amount=amount: record_event(
            tx, shop, who, "Purchase", DAY, DAY, {"amount": amount, "note": "100 %: done?"}))  # fmt: skip
    database.writer.run(lambda tx: record_event(tx, other, "eve", "Purchase", DAY, DAY))
    database.writer.run(lambda tx: merge(tx, shop, "a-visitor", "ann", DAY, DAY))
    return shop


def test_people_are_resolved_and_other_sites_stay_out(database, site_id):
    columns, rows = read_sql(
        database, site_id, "select count(distinct person_id) as people, count(*) as times from events;"
    )
    assert (columns, rows) == (["people", "times"], [(2, 3)])


def test_time_is_a_moment_and_wildcards_and_question_marks_are_just_text(database, site_id):
    _, rows = read_sql(database, site_id, "select time, time_us from events where event like 'Purch%' and event <> '?'")
    assert {(str(time)[:19], time_us) for time, time_us in rows} == {("1970-01-02 00:00:00", DAY)}


def test_a_common_table_of_ones_own_and_an_order_work(database, site_id):
    query = (
        "with ids as (select distinct_id from identities) select distinct_id from ids order by distinct_id desc limit 2"
    )
    assert read_sql(database, site_id, query)[1] == [("bob",), ("ann",)]


@pytest.mark.parametrize(
    "query",
    ["drop table event", "select 1) as a; drop table event; select * from (select 1", "delete from event", "selec"],
)
def test_nothing_can_be_changed_and_the_database_says_what_is_wrong(database, site_id, query):
    with pytest.raises(StoreError, match="identities, events, changes"):
        read_sql(database, site_id, query)
    assert read_sql(database, site_id, "select count(*) from events")[1] == [(3,)]
