"""Messages between widgets and the browser, and what becomes of errors."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from tracktor_nb.errors import SettingError, TracktorError
from tracktor_nb.widgets.chart import Chart
from tracktor_nb.widgets.front import Built, Front

from .conftest import Page

ROOT = Path(__file__).parents[2]


def test_a_question_of_the_browser_is_answered(page: Page) -> None:
    front = Front()
    front.on("double", lambda number: 2 * number)
    assert page.ask(front, "double", number=21) == 42


def test_our_own_errors_are_told_in_their_own_words(page: Page) -> None:
    front = Front()
    front.on("fail", lambda: (_ for _ in ()).throw(TracktorError("Give it a name.")))
    page.tell(front, "fail")
    assert page.toasts == ["Give it a name."]


def test_other_errors_show_a_number_under_which_the_log_has_them(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    front = Front()
    front.on("fail", lambda: {"a": 1}["postgresql://user:secret@host"])
    with caplog.at_level(logging.ERROR):
        front._handle_custom_msg({"do": "fail", "id": 3}, [])
    toast = page.messages[0][1]["toast"]
    assert "secret" not in str(page.messages)
    assert re.fullmatch("[0-9a-f]{8}", toast["id"])
    assert toast["id"] in caplog.text
    assert "KeyError" in caplog.text
    assert page.messages[1][1] == {"answers": 3, "failed": "see the message"}


def test_a_message_that_no_widget_knows_becomes_a_toast(page: Page) -> None:
    page.tell(Front(), "nonsense")
    assert len(page.toasts) == 1


def test_a_script_that_is_not_built_says_how_to_build_it() -> None:
    with pytest.raises(SettingError, match=r"js/build\.py"):
        str(Built("missing.js"))


def test_a_chart_hands_plotly_over_where_the_page_knows_no_address(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(Front, "send", lambda front, content, buffers=None: sent.extend(buffers or []))
    chart = Chart(figure={"data": [], "layout": {}})
    page.tell(chart, "plotly")
    assert b"plotly.js" in sent[0][:200]


def test_a_click_in_a_chart_arrives_in_python(page: Page) -> None:
    chart = Chart()
    page.change(chart, clicked={"curve": 0, "point": 2, "x": 5, "y": 1, "at": 1})
    assert chart.clicked["point"] == 2


def test_no_widget_puts_data_into_the_page_as_html() -> None:
    python = "".join(path.read_text() for path in (ROOT / "tracktor_nb" / "widgets").glob("*.py"))
    scripts = "".join(path.read_text() for path in (ROOT / "js" / "widgets").rglob("*.ts*"))
    assert not re.search(r"\bHTML\(|\bHTMLMath\(|\bLabel\(", python)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write", scripts)
