"""Builders: a definition edited by hand, with its live answer beside it, and turned into code and back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import traitlets as t

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Period, check_period

from .boxes import Column, split
from .faces import Answer, Editor
from .form import Form, from_form, to_form
from .front import failures_told
from .history import History
from .people_table import Page, PeopleTable
from .services import Services

DEFAULT_PERIOD = "last 7 days"


class Builder(Column):
    """Edits one definition by hand.

    `definition` is replaced whole at each edit. While the form is half built, the last good one stands and `problem`
    says what is missing. `result` is the answer for `period`. Without `services` nothing is counted or saved.
    """

    kind: ClassVar[str]
    classes = ("tnb-builder",)
    definition = t.Instance(Definition, allow_none=True)
    problem = t.Unicode()
    result = t.Any()
    period = t.Any(DEFAULT_PERIOD)
    name = t.Unicode()
    revision = t.Int(0, help="of the saved definition that this one began as; 0 if it is new")

    def __init__(
        self,
        definition: Definition | None = None,
        services: Services | None = None,
        name: str = "",
        revision: int = 0,
        period: Period | None = None,
    ) -> None:
        self._services = services
        self._showing = self._reading = self._moving = False
        self._history = History()
        self._listed: tuple[int, bool] | None = None
        self._saved_name, self._saved = (name, definition) if revision else ("", None)
        self.on_saved: list[Callable[[str], None]] = []
        self.on_archived: list[Callable[[str], None]] = []
        zone = "UTC" if services is None else services.zone
        self.editor = Editor(kind=self.kind, form=self.blank() if definition is None else to_form(definition))
        self.view = Answer(zone=zone, period=period or DEFAULT_PERIOD)
        self.people = PeopleTable(zone=zone)
        self._halves = split(self.editor, self.view)
        super().__init__([self._halves], name=name, revision=revision, period=self.view.period)
        self._connect()
        self.definition = definition

    @abstractmethod
    def blank(self) -> Form:
        """Return the form of a new definition, still half built."""

    @abstractmethod
    def answer_of(self, result: Any) -> dict[str, Any]:
        """Return the result as the plain values that are shown."""

    @abstractmethod
    def people_title(self, step: int, stopped: bool) -> str:
        """Return what the list of people behind a number is called."""

    def steps_of(self, definition: Any) -> int:
        """Return how many numbers of the answer have people behind them."""
        return 1

    # ---- the form and the definition ----

    def _show(self, definition: Definition) -> None:
        """Fill the form; this is no edit, and whatever was half built is gone."""
        with self._while("_showing"):
            self.editor.form = to_form(definition)
        self.problem = ""

    def _read(self) -> Definition:
        """Return the definition that the form describes, or raise DefinitionError."""
        return from_form(self.editor.form)

    def _edited(self, _: Any) -> None:
        if self._showing:
            return
        try:
            definition = self._read()
        except DefinitionError as error:
            self.problem = str(error)
        else:
            self.problem = ""
            with self._while("_reading"):
                self.definition = definition
        self._mark()

    @t.observe("definition")
    def _changed(self, change: Any) -> None:
        definition = change["new"]
        if definition is None:
            raise DefinitionError(f"A {self.kind} cannot be taken out of its builder; set another one.")
        if not self._reading:
            self._show(definition)
        if not self._moving:
            self._history.add(definition)
        self._mark()
        self.refresh()
        self._list_again()

    def undo(self) -> None:
        """Take back the last edit; first whatever is half built."""
        if self.problem and self.definition is not None:
            self._show(self.definition)
            self._mark()
        elif self._history.can_undo:
            self._go(self._history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._history.can_redo:
            self._go(self._history.redo())

    def _go(self, definition: Definition) -> None:
        with self._while("_moving"):
            self.definition = definition

    def _mark(self) -> None:
        half_built = bool(self.problem) and self.definition is not None
        with self.editor.hold_sync():
            self.editor.can_undo = self._history.can_undo or half_built
            self.editor.can_redo = self._history.can_redo
            self.editor.unsaved = self.definition != self._saved

    # ---- the answer ----

    def refresh(self) -> None:
        """Count again; the numbers change only where the data did."""
        if self._services is None or self.definition is None:
            return
        self.view.busy = True
        with failures_told(self.kind, self.view.fail):
            result = self._services.evaluate(self.definition, self.period)
            self.view.show(self.answer_of(result), result.rule, result.now)
            self.result = result
        self.view.busy = False

    @t.validate("period")
    def _checked_period(self, proposal: Any) -> Period:
        period = proposal["value"]
        return check_period(tuple(period) if isinstance(period, list) else period)

    @t.observe("period")
    def _period_changed(self, _: Any) -> None:
        self.refresh()
        self._list_again()

    def _open_people(self, step: int, stopped: bool) -> None:
        self._listed = (step, stopped)
        self.people.show(self.people_title(step, stopped), partial(self._page, step, stopped))
        self.children = [self._halves, self.people]

    def _list_again(self) -> None:
        """An open list belongs to the answer beside it: it follows, or closes where its step is gone."""
        if self._listed is not None and self._listed[0] <= self.steps_of(self.definition):
            self._open_people(*self._listed)
        else:
            self._close_people()

    def _page(self, step: int, stopped: bool, offset: int, limit: int, search: str) -> Page:
        page: Page = self.result.people_page(step, stopped, offset=offset, limit=limit, search=search)
        return page

    def _close_people(self) -> None:
        self._listed = None
        self.children = [self._halves]

    # ---- code and saving ----

    def to_source(self) -> str:
        """Return the Python a person would type for the definition."""
        return codec.to_source(self._finished())

    def save(self, name: str | None = None) -> int:
        """Save the definition under its name, or under another one, and return the revision."""
        wanted = (self.name if name is None else name).strip()
        definition = self._finished()
        if not wanted:
            raise DefinitionError(f"Give the {self.kind} a name before it is saved.")
        services = self._at_home()
        if wanted != self._saved_name and wanted in {saved.name for saved in services.saved()}:
            raise DefinitionError(f"There is something named “{wanted}” already. Choose another name.")
        self.revision = services.save(wanted, definition, self.revision if wanted == self._saved_name else 0)
        self.name, self._saved_name, self._saved = wanted, wanted, definition
        self._mark()
        self.editor.toast(f"Saved “{wanted}”.")
        for told in self.on_saved:
            told(wanted)
        return self.revision

    def archive(self) -> None:
        """Take the saved definition off the dashboard."""
        self._at_home().archive(self._saved_name)
        for told in self.on_archived:
            told(self._saved_name)

    def _finished(self) -> Definition:
        if self.problem or self.definition is None:
            raise DefinitionError(f"The {self.kind} is not finished. {self.problem or 'Select an event.'}")
        return self.definition

    def _events(self) -> list[dict[str, Any]]:
        return [] if self._services is None else [dict(each) for each in self._services.events()]

    def _properties(self, event: str | None) -> list[dict[str, Any]]:
        return [] if self._services is None else [dict(each) for each in self._services.properties(event)]

    def _at_home(self) -> Services:
        if self._services is None:
            raise DefinitionError("This builder belongs to no site. Make one with site.builder(...) to save from it.")
        return self._services

    # ---- wiring ----

    def close(self) -> None:
        """Take the builder and its parts out of the page and of the kernel."""
        for part in (self._halves, self.editor, self.view, self.people):
            part.close()
        super().close()

    def _connect(self) -> None:
        t.link((self, "name"), (self.editor, "name"))
        t.link((self, "period"), (self.view, "period"))
        t.dlink((self, "problem"), (self.editor, "problem"))
        t.dlink((self, "revision"), (self.editor, "revision"))
        self.editor.observe(self._edited, "form")
        for action, act in (
            ("undo", self.undo),
            ("redo", self.redo),
            ("source", self.to_source),
            ("save", lambda: self.save()),
            ("delete", self.archive),
            ("events", self._events),
            ("properties", self._properties),
        ):
            self.editor.on(action, act)
        self.view.on("people", self._open_people)
        self.view.on("retry", self.refresh)
        self.people.on_close(self._close_people)

    @contextmanager
    def _while(self, flag: str) -> Iterator[None]:
        setattr(self, flag, True)
        try:
            yield
        finally:
            setattr(self, flag, False)
