"""The analysis process and its client: over a real socket, in threads, across restarts."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.test_engine import House
from tracktor_nb.analysis import address, client, service
from tracktor_nb.analysis.client import Client, find_client
from tracktor_nb.analysis.engine import Engine
from tracktor_nb.errors import DefinitionError, ServiceError, UnknownNameError
from tracktor_nb.semantics.condition import did, has, in_segment
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.stickiness import Stickiness

DATABASE = "sqlite:///shop.db"


class Running:
    """The service in a thread of its own, from its address file being there to its being gone."""

    def __init__(self, engine: Any, folder: Path) -> None:
        self._loop, self._stop, self._file = asyncio.new_event_loop(), asyncio.Event(), folder / address.FILE
        self._thread = threading.Thread(target=self._run, args=(engine, folder), daemon=True)

    def _run(self, engine: Any, folder: Path) -> None:
        self._loop.run_until_complete(service.run(engine, folder, DATABASE, self._stop))

    def __enter__(self) -> Running:
        self._thread.start()
        while not self._file.exists():
            assert self._thread.is_alive()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def house() -> House:
    made = House()
    made.saved["fans"] = Segment(did("A", where=has("n", "is", 1)))
    return made


@pytest.fixture
def asking(house: House, tmp_path: Path) -> Iterator[Client]:
    with Running(house.engine, tmp_path):
        yield Client(tmp_path)


@pytest.mark.parametrize(
    "definition",
    [
        Funnel(["A", "B"], by="n"),
        Funnel(["A", "B"], window="1d", freq="day", order="any"),
        FunnelRules(Funnel(["A", "B"], window="1d")),
        FunnelComparison(Funnel(["A", "B"]), did("A"), did("C")),
        Metric.people_who_did("A"),
        Metric.time_between("A", "A"),
        Metric.average_value("n", per="person who did", event="A"),
        Metric.times_happened("A") / Metric.people_who_did("A"),
        Segment(did("A")),
        Segment(in_segment("fans")),
        Overlap(did("A"), in_segment("fans")),
        Retention("A", by="n"),
        Paths("A", group={"AB": ["A", "B"]}),
        Lifecycle(),
        Stickiness("A"),
    ],
    ids=repr,
)
def test_the_client_answers_like_the_engine(house: House, asking: Client, definition: Any) -> None:
    for period in ("all time", "last 7 days", ("2026-03-01", "2026-03-02")):
        assert asking.evaluate("shop", definition, period) == house.engine.evaluate("shop", definition, period)


def test_people_pages_and_reasons_come_through(asking: Client) -> None:
    result = asking.evaluate("shop", Funnel(["A", "B"]))
    assert result.people_page(2).rows[0]["distinct_id"] == "id-7"
    assert list(result.people(1, stopped=True).index) == []
    assert result.explain("id-7").summary == "reached all 2 steps"
    paths = asking.evaluate("shop", Paths("A"))
    assert paths.people_page(0, "A", to="B").rows[0]["distinct_id"] == "id-7"
    lives = asking.evaluate("shop", Lifecycle("A", freq="day"))
    assert list(lives.people("new", period=lives.table.index[0])["distinct_id"]) == ["id-7"]


def test_segments_that_a_question_names_are_looked_up_on_the_other_side(asking: Client) -> None:
    result = asking.evaluate("shop", Segment(in_segment("fans")))
    assert result.definition == Segment(in_segment("fans"))
    assert result.explain("id-7").rows[0]["condition"] == "in segment 'fans'"
    assert asking.evaluate("shop", Overlap(did("B"), in_segment("fans"))).people("both")["distinct_id"].tolist() == [
        "id-7"
    ]
    assert asking.identities("shop", Segment(in_segment("fans"))) == [7]
    with pytest.raises(UnknownNameError, match=r"Unknown segment 'fanz'\. Did you mean 'fans'"):
        asking.evaluate("shop", Segment(in_segment("fanz")))


def test_further_questions_about_funnels_come_through(asking: Client) -> None:
    result: Any = asking.evaluate("shop", Funnel(["A", "B"], by="n"))
    assert result.over_time("day").table["people"].tolist() == [1, 1]
    assert result.segment(2) == ["id-7"]
    rules = asking.evaluate("shop", FunnelRules(Funnel(["A", "B", "C"])))
    assert rules.people(1, 2).empty
    assert "under every rule" in rules.explain("id-7").summary
    groups = asking.evaluate("shop", FunnelComparison(Funnel(["A", "B"]), did("A"), did("C")))
    assert list(groups.people("a", step=2)["distinct_id"]) == ["id-7"]
    assert groups.people("b").empty


def test_what_happens_is_in_the_next_answer(house: House, asking: Client) -> None:
    funnel = Funnel(["A"])
    assert asking.evaluate("shop", funnel).table["people"].tolist() == [1]
    house.happen("A", house.clock.now)
    assert asking.evaluate("shop", funnel).table["people"].tolist() == [2]


def test_pickers_are_answered(house: House, asking: Client) -> None:
    assert asking.events("shop") == house.engine.events("shop")
    assert asking.properties("shop", "A") == house.engine.properties("shop", "A")
    assert asking.properties("shop") == house.engine.properties("shop")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda asking: asking.evaluate("nowhere", Funnel(["A"])), UnknownNameError, "Unknown site 'nowhere'"),
        (lambda asking: asking.evaluate("shop", Funnel(["A"])).people(3), DefinitionError, "numbered from 1 to 1"),
        (lambda asking: asking.evaluate("shop", Funnel(["A"]), "soon"), DefinitionError, "Unknown period 'soon'"),
        (lambda asking: asking.evaluate("shop", Funnel(["A"])).explain("x"), UnknownNameError, "Unknown person 'x'"),
        (lambda asking: asking.ask("evaluate", {}), ServiceError, "KeyError"),
    ],
)
def test_errors_come_through_as_what_they_are(
    asking: Client, ask: Callable[[Client], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        ask(asking)
    assert message in str(raised.value)


def test_a_slow_answer_does_not_hold_up_a_quick_one(house: House, tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Engine):
        def properties(self, site: str, event: str | None = None) -> list[dict[str, Any]]:
            begun.set()
            assert go_on.wait(30)
            return []

    slow = Slow(lambda site: house.rows, house.engine._calendar_of, house.clock)
    with Running(slow, tmp_path), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(Client(tmp_path).properties, "shop")
        assert begun.wait(30)
        assert len(Client(tmp_path).events("shop")) == 2
        assert not waiting.done()
        go_on.set()
        assert waiting.result(30) == []


def test_while_the_service_restarts_questions_wait(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    patient = Client(tmp_path)
    with Running(house.engine, tmp_path):
        patient.events("shop")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(patient.events, "shop")
        while "waiting for it up to 30 s" not in caplog.text:
            assert not waiting.done()
        with Running(house.engine, tmp_path):
            assert len(waiting.result(30)) == 2


def test_without_a_service_questions_fail_after_a_while_and_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="Start it with `tracktor-nb up`"):
        Client(tmp_path, patience=0.2).events("shop")


def test_only_who_may_read_the_address_file_is_answered(asking: Client, tmp_path: Path) -> None:
    assert (tmp_path / address.FILE).stat().st_mode & 0o777 == 0o600
    found = address.read(tmp_path)
    assert found is not None
    for headers in ({}, {"Authorization": "Bearer guess"}):
        connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=10)
        connection.request("POST", "/events", json.dumps({"site": "shop"}), headers)
        assert connection.getresponse().status == 401
        connection.close()


def test_the_address_file_goes_with_the_service(house: House, tmp_path: Path) -> None:
    with Running(house.engine, tmp_path):
        assert find_client(tmp_path, DATABASE) is not None
        assert find_client(tmp_path, "sqlite:///other.db") is None
    assert not (tmp_path / address.FILE).exists()
    assert find_client(tmp_path, DATABASE) is None


def test_what_a_killed_service_left_behind_is_not_waited_for(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    address.Address(1, "token", DATABASE, gone.pid, gone.pid).write(tmp_path)
    assert find_client(tmp_path, DATABASE) is None
    address.Address(1, "token", DATABASE, gone.pid, os.getpid()).write(tmp_path)
    assert find_client(tmp_path, DATABASE) is not None  # its keeper will start it again


def test_the_client_is_thin() -> None:
    heavy = "('numpy', 'pandas', 'pyarrow', 'plotly', 'tornado', 'sqlalchemy')"
    asked = f"import sys, {client.__name__}; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
