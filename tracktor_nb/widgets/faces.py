"""The two halves of every builder: the form that edits a definition, and the answer that shows what it counts."""

from __future__ import annotations

from typing import Any

import traitlets as t

from tracktor_nb.semantics.metric import MEASURES
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import NAMED_PERIODS

from .chart import Drawer
from .front import Built, Front

MEASURES_IN_WORDS = {
    "people_who_did": "Each person is counted once, even if they did it many times.",
    "times_happened": "Each time is counted, however many people did it.",
    "times_per_person": "The times it was done, divided by the number of people who did it.",
}


class Editor(Front):
    """The form: `form` is the definition's JSON, edited in the browser; the rest says what stands around it."""

    _esm = Built("editor.js")

    kind = t.Unicode().tag(sync=True)
    form = t.Dict().tag(sync=True)
    name = t.Unicode().tag(sync=True)
    problem = t.Unicode().tag(sync=True)
    revision = t.Int(0, help="0 while it was never saved").tag(sync=True)
    unsaved = t.Bool(False).tag(sync=True)
    can_undo = t.Bool(False).tag(sync=True)
    can_redo = t.Bool(False).tag(sync=True)
    operators = t.List(
        [{"op": op, "label": spec.label, "takes": spec.takes} for op, spec in OPERATORS.items()],
    ).tag(sync=True)
    measures = t.List(
        [{"value": key, "label": label, "text": MEASURES_IN_WORDS.get(key, "")} for key, label in MEASURES.items()],
        help="the text is empty for what the form shows and does not make",
    ).tag(sync=True)


class Answer(Drawer):
    """What a definition counts in a date range, as plain values; `error` stands in its place where it failed."""

    _esm = Built("answer.js")

    answer = t.Dict().tag(sync=True)
    rule = t.Unicode().tag(sync=True)
    computed_at = t.Int(0, help="microseconds UTC").tag(sync=True)
    error = t.Unicode().tag(sync=True)
    busy = t.Bool(False).tag(sync=True)
    period = t.Any().tag(sync=True)
    periods = t.List(list(NAMED_PERIODS)).tag(sync=True)
    zone = t.Unicode("UTC").tag(sync=True)

    def show(self, answer: dict[str, Any], rule: str, computed_at: int) -> None:
        """Show an answer; `computed_at` in microseconds UTC."""
        with self.hold_sync():
            self.answer, self.rule, self.computed_at, self.error = answer, rule, computed_at, ""

    def fail(self, text: str, number: str = "") -> None:
        """Say in place of the answer why there is none."""
        self.error = f"{text} {number}".strip()
