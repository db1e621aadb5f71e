"""Results as one HTML file that opens from disk: figures that can be pointed at, numbers, rules, and no request.

plotly.js is written into the file once. A content security policy forbids the browser to ask anybody for anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from tracktor_nb.errors import DefinitionError

if TYPE_CHECKING:
    from .overview import Overview
    from .results import Result

MOST_ROWS = 1000
"""A report shows so many rows of a table and says how many it leaves out."""

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "max-width:900px;margin:40px auto;padding:0 20px}section{margin:0 0 48px}h1{font-size:26px}h2{font-size:19px}"
    "h1,h2{overflow-wrap:anywhere}"
    "details{margin:8px 0;font-size:13px;overflow-x:auto}summary{cursor:pointer}.dataframe{border-collapse:collapse}"
    ".dataframe td,.dataframe th{padding:3px 10px;border:0;border-bottom:1px solid rgba(128,128,128,.25);"
    "text-align:right}@media print{details{display:none}}"
)
_DRAW = (
    'JSON.parse(document.getElementById("figures").textContent).forEach(function(each,at){'
    'Plotly.newPlot("figure-"+at,each.data,each.layout,{responsive:true,displaylogo:false})})'
)


def report(results: Iterable[Result | Overview], path: str | Path, title: str = "Report") -> Path:
    """Return the path of a file with the results, one below the other; it opens from disk and asks nobody anything.

    DefinitionError if there is nothing to show.
    """
    from .overview import Overview

    shown = [part for each in results for part in (each.results if isinstance(each, Overview) else (each,))]
    if not shown:
        raise DefinitionError("report([]) has nothing to show; give it results of site.evaluate(...).")
    file = Path(path)
    file.write_text(_page(shown, title), encoding="utf-8")
    return file


def _page(results: Sequence[Result], title: str) -> str:
    from plotly.offline import get_plotlyjs

    sections = "".join(_section(at, result) for at, result in enumerate(results))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{escape(title)}</h1>{sections}"
        f'<script type="application/json" id="figures">{_json([result.figure() for result in results])}</script>'
        f"<script>{get_plotlyjs()}</script><script>{_DRAW}</script></body></html>\n"
    )


def _section(at: int, result: Result) -> str:
    name = result.title if result.name is None else f"{result.name}: {result.title}"
    height = result.figure()["layout"].get("height", 340)
    return (
        f'<section><h2>{escape(name)}</h2><div id="figure-{at}" style="height:{height}px"></div>'
        f"{result._repr_html_()}{_numbers(result)}</section>"
    )


def _numbers(result: Result) -> str:
    """The whole table, folded."""
    table = result.table
    more = len(table) - MOST_ROWS
    rest = f"<p>and {more:,} more rows</p>" if more > 0 else ""
    return (
        f"<details><summary>All numbers</summary>{table.head(MOST_ROWS).to_html(border=0, na_rep='')}{rest}</details>"
    )


def _json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")
