"""From raw bytes to parameters, without mending anything: ids are byte-exact and nothing ambiguous is guessed.

Tornado's `get_argument` trims, turns NUL into a blank and picks one of several values, each of which would change who
a person is. So the raw bytes are read here, the same way for a query, a form, a JSON body and a text/plain beacon.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping

import msgspec
from tornado.httputil import HTTPInputError, parse_body_arguments

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.relaxed_json import parse
from tracktor_nb.semantics.wire import DEEPEST

NAMES = frozenset(
    ("sid", "ts", "id", "sign", "data", "action", "srcid", "destid", "srcsign", "destsign", "reason", "message_id")
) | {"sent_at", "op", "cart"}

_OBJECTS = ("data", "cart")

RawParams = Mapping[str, list[bytes]]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_JSON = ("application/json", "text/plain", "")
_decode = msgspec.json.Decoder().decode
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


class Params:
    """The parameters of one call: texts, and `data` and `cart` as text or as an object already parsed.

    Reading goes on after the first problem, so that a call refused can still be kept for the site it was sent to.
    """

    __slots__ = ("problem", "unknown", "values")

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.unknown: list[str] = []
        self.problem: PayloadError | None = None

    def add(self, name: str, value: Value) -> None:
        """Take one value; another one that differs is a problem, wherever it stood."""
        if self.values.setdefault(name, value) != value:
            self.refuse("duplicate_param", name, f"`{name}` is given twice with different values; send it once.")

    def join(self, other: Params) -> None:
        """Take what was read elsewhere."""
        for name, value in other.values.items():
            self.add(name, value)
        self.unknown += other.unknown
        self.problem = self.problem or other.problem

    def refuse(self, code: str, param: str | None, message: str, status: int = 400) -> None:
        """Note a problem; the first one counts."""
        self.problem = self.problem or PayloadError(code, param, message, status)

    def text(self, name: str) -> str | None:
        """Return the parameter as it was sent, or None."""
        return self.values.get(name)

    def need(self, name: str, hint: str | Callable[[Params], str] = "") -> str:
        """Return the parameter, or raise PayloadError `missing_param` with the hint or the name sent instead."""
        value: str | None = self.values.get(name)
        if value is None or value == "":
            said = hint if isinstance(hint, str) else hint(self)
            raise self.problem or PayloadError(
                "missing_param", name, f"`{name}` is missing. {said or self._near(name)}".rstrip()
            )
        return value

    def _near(self, name: str) -> str:
        near = next((other for other in self.unknown if other.lower() == name), None)
        return f"Names are lower-case: you sent {near[:40]!r}." if near else ""


def read_params(query: RawParams, content_type: str = "", body: bytes = b"") -> Params:
    """Return the parameters of a query and a body; what cannot be taken is the `problem` of the result."""
    params = Params()
    _take_raw(params, query)
    if body:
        _take_body(params, content_type, body)
    return params


def read_basic(authorization: str) -> tuple[str, str]:
    """Return user and password of an Authorization header; both are empty if it holds none that can be read."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def params_of(given: Mapping[str, Value]) -> Params:
    """Return the parameters that a JSON object holds, read as `read_params` does."""
    params = Params()
    for name, value in given.items():
        if name not in NAMES:
            params.unknown.append(name)
        elif (type(value) is str and value.isprintable()) or (name in _OBJECTS and value is not None):
            params.values[name] = value
        elif value is not None:
            _take_scalar(params, name, value)
    return params


def read_json(text: bytes) -> Value:
    """Return the value that strict JSON spells, or raise PayloadError `bad_encoding`, `bad_json` or `too_deep`.

    NaN and Infinity come through, as some clients write them: whoever looks at the item refuses it, not the batch.
    """
    try:
        return _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _read_patiently(text)


def _read_patiently(text: bytes) -> Value:
    """The same, by a reader that takes more and can say what is wrong."""
    try:
        return json.loads(text.decode())
    except UnicodeDecodeError as error:
        raise PayloadError("bad_encoding", None, f"The body is not UTF-8 at byte {error.start}.") from None
    except ValueError as error:
        raise PayloadError("bad_json", None, f"The body is not JSON: {error}.") from None
    except RecursionError:
        raise PayloadError("too_deep", None, "The body is nested too deep.") from None


def _take_raw(params: Params, raw: RawParams) -> None:
    for name, values in raw.items():
        if name not in NAMES:
            params.unknown.append(name)
            continue
        for value in values:
            try:
                params.add(name, value.decode())
            except UnicodeDecodeError:
                params.refuse("bad_encoding", name, f"`{name}` is not UTF-8.")


def _take_body(params: Params, content_type: str, body: bytes) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _FORMS:
        _take_form(params, content_type, body)
    elif media_type in _JSON or media_type.endswith("+json"):
        _take_json(params, body)
    else:
        params.refuse("unsupported_media_type", None, f"{media_type!r} cannot be read; send a form or JSON.", 415)


def _take_form(params: Params, content_type: str, body: bytes) -> None:
    fields: dict[str, list[bytes]] = {}
    try:
        parse_body_arguments(content_type, body, fields, {})
    except HTTPInputError as error:
        params.refuse("bad_body", None, f"The form cannot be read: {error}.")
    _take_raw(params, fields)


def _take_json(params: Params, body: bytes) -> None:
    try:
        given = parse(body.decode(), DEEPEST + 1, "body")
    except UnicodeDecodeError as error:
        params.refuse("bad_encoding", None, f"The body is not UTF-8 at byte {error.start}.")
        return
    except PayloadError as error:
        params.problem = params.problem or error
        return
    if not isinstance(given, dict):
        params.refuse("bad_body", None, "The body must be a JSON object with the parameters as keys.")
        return
    params.join(params_of(given))


def _take_scalar(params: Params, name: str, value: Value) -> None:
    """Take the text a query would have carried: `5115` and `"5115"` are the same id."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        params.refuse("bad_value", name, f"`{name}` must be a text or a number.")
        return
    text = value if isinstance(value, str) else repr(value)
    if _UNSAFE.search(text):
        params.refuse("bad_char", name, f"`{name}` contains NUL or half a character.")
    else:
        params.add(name, text)
