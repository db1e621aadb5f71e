"""What the door says about itself at /metrics, and to whom."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import Answer, Door, running


@pytest.fixture
def quiet_door(sqlite_url: str):
    """A door of its own, so that nobody else is counted."""
    with open_database(sqlite_url) as database, running(database, metrics_token="secret") as port:
        yield Door(database, port, database.writer.run(lambda tx: add_site(tx, "shop")))


def numbers(answer: Answer) -> dict[tuple[str, ...], float]:
    """Return the samples by name and values of their labels."""
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.body.decode())
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_answers_are_counted_by_route_and_status(quiet_door: Door) -> None:
    quiet_door.get("/track", id="unicorn", action="rate")
    quiet_door.get("/track", id="unicorn", action="rate")
    quiet_door.get("/track", id="null", action="rate")
    quiet_door.ask("GET", "/wp-login.php?x=1")
    seen = numbers(quiet_door.ask("GET", "/metrics"))
    assert seen["tracktor_answers_total", "track", "200"] == 2
    assert seen["tracktor_answers_total", "track", "400"] == 1
    assert seen["tracktor_answers_total", "other", "404"] == 1
    assert seen["tracktor_refusals_total", "reserved_id"] == 1
    assert seen["tracktor_seconds_count", "track"] == 3
    assert seen["tracktor_recording",] == seen["tracktor_held_bytes",] == 0
    assert seen["tracktor_sqlite_log_bytes",] > 0


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Via", "Forwarded", "X_Real_IP"])
def test_a_proxy_in_front_does_not_open_them_to_the_world(quiet_door: Door, header: str) -> None:
    assert quiet_door.ask("GET", "/metrics", **{header: "203.0.113.9"}).status == 403
    right, wrong = "Bearer secret", "Bearer guess"
    assert quiet_door.ask("GET", "/metrics", Authorization=right, **{header: "203.0.113.9"}).status == 200
    assert quiet_door.ask("GET", "/metrics", Authorization=wrong, **{header: "203.0.113.9"}).status == 403
