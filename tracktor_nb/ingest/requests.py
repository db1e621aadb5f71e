"""From raw bytes to parameters, without mending anything: ids are byte-exact and nothing ambiguous is guessed.

Tornado's `get_argument` trims, turns NUL into a blank and picks one of several values, each of which would change who
a person is. So the raw bytes are read here, the same way for a query, a form, a JSON body and a text/plain beacon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tornado.httputil import HTTPInputError, parse_body_arguments

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.relaxed_json import parse
from tracktor_nb.semantics.wire import DEEPEST

NAMES = frozenset(
    ("sid", "ts", "id", "sign", "data", "action", "srcid", "destid", "srcsign", "destsign", "reason", "message_id")
)

RawParams = Mapping[str, list[bytes]]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_JSON = ("application/json", "text/plain", "")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


class Params:
    """The parameters of one call: texts, and `data` as text or as an object already parsed."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.unknown: list[str] = []

    def add(self, name: str, value: Value) -> None:
        """Take one value; another one that differs is refused, wherever it stood."""
        if name not in NAMES:
            self.unknown.append(name)
        elif self.values.setdefault(name, value) != value:
            raise PayloadError("duplicate_param", name, f"`{name}` is given twice with different values; send it once.")

    def text(self, name: str) -> str | None:
        """Return the parameter as it was sent, or None."""
        return self.values.get(name)

    def need(self, name: str, hint: str = "") -> str:
        """Return the parameter, or raise PayloadError `missing_param` with the hint or the name sent instead."""
        value: str | None = self.values.get(name)
        if not value:
            raise PayloadError("missing_param", name, f"`{name}` is missing. {hint or self._near(name)}".rstrip())
        return value

    def _near(self, name: str) -> str:
        near = next((other for other in self.unknown if other.lower() == name), None)
        return f"Names are lower-case: you sent {near[:40]!r}." if near else ""


def read_params(query: RawParams, content_type: str = "", body: bytes = b"") -> Params:
    """Return the parameters of a query and a body, or raise PayloadError naming the one that cannot be taken."""
    params = Params()
    for name, value in _decoded(query):
        params.add(name, value)
    if body:
        for name, value in _of_body(content_type, body):
            params.add(name, value)
    return params


def _decoded(raw: RawParams) -> Iterator[tuple[str, str]]:
    for name, values in raw.items():
        if name not in NAMES:
            yield name, ""
            continue
        for value in values:
            try:
                yield name, value.decode()
            except UnicodeDecodeError as error:
                raise PayloadError("bad_encoding", name, f"`{name}` is not UTF-8.") from error


def _of_body(content_type: str, body: bytes) -> Iterator[tuple[str, Value]]:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _FORMS:
        return _decoded(_form(content_type, body))
    if media_type in _JSON or media_type.endswith("+json"):
        return _json(body)
    raise PayloadError(
        "unsupported_media_type", None, f"{media_type!r} cannot be read; send a form or JSON.", status=415
    )


def _form(content_type: str, body: bytes) -> RawParams:
    fields: dict[str, list[bytes]] = {}
    try:
        parse_body_arguments(content_type, body, fields, {})
    except HTTPInputError as error:
        raise PayloadError("bad_body", None, f"The form cannot be read: {error}.") from error
    return fields


def _json(body: bytes) -> Iterator[tuple[str, Value]]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("bad_encoding", None, f"The body is not UTF-8 at byte {error.start}.") from error
    given = parse(text, DEEPEST + 1, "body")
    if not isinstance(given, dict):
        raise PayloadError("bad_body", None, "The body must be a JSON object with the parameters as keys.")
    for name, value in given.items():
        if name not in NAMES:
            yield name, ""
        elif value is not None:
            yield name, value if name == "data" else _scalar(name, value)


def _scalar(name: str, value: Value) -> str:
    """Return the text a query would have carried: `5115` and `"5115"` are the same id."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise PayloadError("bad_value", name, f"`{name}` must be a text or a number.")
    text = value if isinstance(value, str) else repr(value)
    if _UNSAFE.search(text):
        raise PayloadError("bad_char", name, f"`{name}` contains NUL or half a character.")
    return text
