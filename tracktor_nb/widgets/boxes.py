"""Boxes of ipywidgets that our stylesheet lays out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets


class Column(ipywidgets.VBox):  # type: ignore[misc]
    """Widgets one under the other; `classes` are of our stylesheet."""

    classes: tuple[str, ...] = ()

    def __init__(self, children: Sequence[ipywidgets.Widget] = (), **traits: Any) -> None:
        super().__init__(children, **traits)
        styled(self, *self.classes)


def styled(box: ipywidgets.Widget, *classes: str) -> ipywidgets.Widget:
    """Return the box with the look of ours."""
    for name in ("tnb", "tnb-box", *classes):
        box.add_class(name)
    return box


def split(*children: ipywidgets.Widget) -> ipywidgets.Widget:
    """Return a box with its widgets side by side, or one under the other where there is little room."""
    return styled(ipywidgets.Box(children), "tnb-split")


def row(*children: ipywidgets.Widget, classes: Sequence[str] = ()) -> ipywidgets.Widget:
    """Return a box with its widgets in one line."""
    return styled(ipywidgets.HBox(children), *classes)
