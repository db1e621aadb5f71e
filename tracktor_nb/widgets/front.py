"""What every widget of ours shares: its built script, messages of the browser, and words for what goes wrong."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import anywidget

from tracktor_nb.errors import SettingError, TracktorError

STATIC = Path(__file__).parents[1] / "static"

log = logging.getLogger(__name__)


class Built:
    """The text of a file that `js/build.py` made, read when a widget is first shown."""

    def __init__(self, name: str) -> None:
        self._path = STATIC / "widgets" / name

    @cached_property
    def _text(self) -> str:
        try:
            return self._path.read_text()
        except FileNotFoundError as error:
            raise SettingError(
                f"The widget file {self._path.name} is not built. Run `make demo`, or `.venv/bin/python js/build.py`."
            ) from error

    def __str__(self) -> str:
        return self._text


class Front(anywidget.AnyWidget):
    """A widget whose face is one of our scripts.

    The browser asks by name (`on`); what fails on its behalf becomes a toast, so nothing fails in silence. What fails
    in code is raised to whoever wrote the code.
    """

    _css = Built("tracktor.css")

    def __init__(self, **traits: Any) -> None:
        self._actions: dict[str, Callable[..., Any]] = {}
        super().__init__(**traits)

    def on(self, action: str, act: Callable[..., Any]) -> None:
        """Call `act` with the message's values when the browser asks for `action`; its result is the answer."""
        self._actions[action] = act

    def toast(self, text: str, tone: str = "good", number: str = "") -> None:
        """Show a short message at the edge of the page; tone "good" or "bad"."""
        self.send({"toast": {"text": text, "tone": tone, "id": number}})

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the browser changed."""
        with self._told():
            super().set_state(sync_data)

    def _handle_custom_msg(self, content: dict[str, Any], buffers: Any) -> None:
        values = {key: value for key, value in content.items() if key not in ("do", "id")}
        failed = True
        with self._told():
            value = self._actions[content["do"]](**values)
            failed = False
        if "id" in content:
            answer = {"failed": "see the message"} if failed else {"value": value}
            self.send({"answers": content["id"], **answer})

    def _told(self) -> AbstractContextManager[None]:
        return failures_told(type(self).__name__, lambda text, number: self.toast(text, "bad", number))


@contextmanager
def failures_told(place: str, tell: Callable[[str, str], None]) -> Iterator[None]:
    """Tell people what failed, instead of raising: `tell(text, number)`.

    Our own errors speak for themselves; any other is logged under a number, and the text only points there.
    """
    try:
        yield
    except TracktorError as error:
        tell(str(error), "")
    except Exception:
        number = secrets.token_hex(4)
        log.exception("%s failed: error %s", place, number)
        tell("Something went wrong. Whoever runs this site finds the details in the log, under:", number)
