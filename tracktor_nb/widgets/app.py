"""The application: one page whose sections change without a reload."""

from __future__ import annotations

from typing import Any

import traitlets as t

from tracktor_nb.errors import TracktorError, UnknownNameError

from .analytics import Analytics
from .boxes import Column, row
from .front import Built, Front
from .services import Services
from .ticker import Ticker


class Shell(Front):
    """The head: brand, sections, site. `route` is also the page's address where the page is ours."""

    _esm = Built("shell.js")

    route = t.Unicode().tag(sync=True)
    sections = t.List(t.List()).tag(sync=True)
    site = t.Unicode().tag(sync=True)


class App(Column):
    """The pages of one site. `route` is a section, or "section/what/is/open" in it."""

    classes = ("tnb-app",)
    route = t.Unicode()

    def __init__(self, services: Services, section: str = "analytics") -> None:
        self._sections = {"analytics": Analytics(services, self.go)}
        if section not in self._sections:
            raise UnknownNameError("section", section, self._sections, "app(...)")
        titles = [[name, each.title] for name, each in self._sections.items()]
        self.shell = Shell(sections=titles, site=services.site)
        self.ticker = Ticker(self.refresh)
        self._top = row(self.shell, self.ticker, classes=["tnb-top"])
        super().__init__([self._top])
        self.shell.observe(lambda change: self.go(change["new"]), "route")
        self.route = section

    @property
    def section(self) -> Analytics:
        """The section that is open."""
        return self._sections[self.route.partition("/")[0]]

    def go(self, route: str) -> None:
        """Open another page of the application."""
        self.route = route

    def refresh(self) -> None:
        """Bring the open section up to date; the browser asks for it while the page is seen."""
        self.section.refresh()

    @t.observe("route")
    def _routed(self, change: Any) -> None:
        self.shell.route = change["new"]
        name, _, path = change["new"].partition("/")
        try:
            if name not in self._sections:
                raise UnknownNameError("page", name, self._sections)
            self._sections[name].show(path)
        except TracktorError:
            self.route = change["old"]  # an address that leads nowhere leaves the page as it is
            raise
        self.children = [self._top, self.section]
