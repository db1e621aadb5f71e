"""Reports: one file with everything in it, that asks nobody anything and says where its numbers come from."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.overview import Overview
from tracktor_nb.analysis.report import MOST_ROWS, report
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.pages import Pages

HOSTILE = "</script><script>alert(1)</script><img src=http://evil.example/x>"
EVENTS = pd.DataFrame(
    {
        "person_id": ["p", "p", "q"],
        "event": ["View", HOSTILE, "View"],
        "time": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-02"]),
        "page": ["/", "/" + HOSTILE, "/"],
        "utm_campaign": [HOSTILE, None, None],
    }
)


class Tags(HTMLParser):
    """The elements of a page with their attributes, and what scripts hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


def ask(definition: Any) -> Any:
    return evaluate(definition, EVENTS, now="2026-03-03")


def test_a_report_holds_everything_once_and_asks_nobody(tmp_path: Path) -> None:
    results = [ask(Funnel(["View", HOSTILE])), ask(Metric.people_who_did("View")), ask(Pages())]
    written = report(results, tmp_path / "report.html", "Weekly <b>")
    text = written.read_text(encoding="utf-8")
    page = Tags(text)
    assert [tag for tag, own in page.found if own.get("src") or own.get("href")] == []
    figures, plotly, draw = page.scripts
    assert json.loads(figures) == [result.figure() for result in results]
    assert "plotly.js v" in plotly[:500]
    assert len(plotly) > 1_000_000
    assert "Plotly.newPlot" in draw
    [policy] = [own["content"] for tag, own in page.found if own.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "<h1>Weekly &lt;b&gt;</h1>" in text
    for result in results:
        assert result.rule in unescape(text)
    assert text.count("computed 2026-03-03 00:00:00 UTC") == 3


def test_one_result_writes_itself(tmp_path: Path) -> None:
    written = ask(Pages()).to_html(tmp_path / "pages.html")
    assert written == tmp_path / "pages.html"
    assert re.search(r"<title>Most visited and most attractive pages</title>", written.read_text())


def test_an_overview_writes_its_four_answers(tmp_path: Path) -> None:
    overview = Overview.of({}, ask)
    assert overview.to_html(tmp_path / "one.html").read_text().count("<section>") == 4
    assert report([overview, ask(Pages())], tmp_path / "two.html").read_text().count("<section>") == 5


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    many = EVENTS.iloc[[0] * (MOST_ROWS + 7)].assign(page=[f"/{number}" for number in range(MOST_ROWS + 7)])
    text = evaluate(Pages(), many, now="2026-03-03").to_html(tmp_path / "many.html").read_text()
    assert "and 7 more rows" in text


def test_nothing_makes_no_report(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="nothing to show"):
        report([], tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()
