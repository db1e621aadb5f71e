"""A plotly figure in the page, without plotly's own widget: one trait holds its JSON."""

from __future__ import annotations

from typing import Any

import traitlets as t

from .front import STATIC, Built, Front


class Drawer(Front):
    """A widget that draws with plotly.js, and hands it over where the page knows no address of it (JupyterLab)."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on("plotly", self._send_plotly)

    def _send_plotly(self) -> None:
        self.send({"plotly": True}, [(STATIC / "plotly.min.js").read_bytes()])


class Chart(Drawer):
    """A diagram: set `figure` to a plotly figure as a dict; `clicked` is the last point clicked on."""

    _esm = Built("chart.js")

    figure = t.Dict().tag(sync=True)
    height = t.Int(340).tag(sync=True)
    title = t.Unicode("Diagram").tag(sync=True)
    busy = t.Bool(False).tag(sync=True)
    clicked = t.Dict(help="curve, point, x, y, and the Unix time in ms").tag(sync=True)
