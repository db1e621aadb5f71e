"""From text of the outside world to values that either store holds alike: JSON, timestamps, event names (SEMANTICS 2).

Both databases must keep the same value, so everything is made canonical here, before it is stored: no NUL and no lone
surrogates, no integer that a float would bend, no `1.0` beside `1`. What was changed is named by a flag.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

from tracktor_nb.errors import PayloadError

from .event import SYSTEM_EVENTS, Value
from .relaxed_json import LONGEST_INTEGER, parse

DEEPEST = 32  # levels of objects and lists, the outermost counts as one
MOST_KEYS = 500  # keys of one call, those of nested objects included
LONGEST_KEY = 255  # bytes
LARGEST_DATA = 32 * 1024  # bytes of JSON text
LARGEST_INTEGER = 2**53  # beyond it, a float cannot tell neighbours apart
LONGEST_EVENT_NAME = 200  # characters
LONGEST_MESSAGE_ID = 100  # characters
MOST_DIGITS = 20  # of a timestamp, on either side of the point
RESERVED_PREFIX = "tio:"

SECOND = 1_000_000  # all instants are microseconds
FURTHEST_AHEAD = 3600 * SECOND
LONGEST_WAY = 60 * SECOND
LARGEST_SKEW = 24 * 3600 * SECOND
EARLIEST = 946_684_800 * SECOND  # 2000-01-01, older than any clock that is set
FIRST_INSTANT = 0  # 1970-01-01, for who sends history on purpose

Flags = tuple[str, ...]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ACCOUNTS = {"facebook_id": re.compile("[0-9]{1,20}"), "twitter_id": re.compile("[0-9]{1,20}|@?[A-Za-z0-9_]{1,15}")}
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def read_object(given: Value, param: str = "data") -> tuple[dict[str, Value], Flags]:
    """Return the canonical object that JSON text (or a parsed body) holds, and flags of what had to be changed."""
    parsed = given
    if isinstance(given, str):
        _check_size(len(given.encode(errors="surrogatepass")), param)
        parsed = parse(given, DEEPEST, param)
    if type(parsed) is not dict and not isinstance(parsed, Mapping):
        raise PayloadError("data_not_object", param, f"`{param}` must be a JSON object such as {{plan: 'Gold'}}.")
    walk = _Walk(param)
    values = walk.object(parsed, DEEPEST)
    if parsed is given and walk.most_bytes() > LARGEST_DATA:
        _check_size(len(_encode(values).encode()), param)
    return values, walk.all_flags()


def _check_size(size: int, param: str) -> None:
    if size > LARGEST_DATA:
        raise PayloadError("too_large", param, f"`{param}` has {size} bytes; {LARGEST_DATA} are allowed.", status=413)


def canonical(value: Mapping[str, Value], param: str = "data") -> tuple[dict[str, Value], Flags]:
    """Return the object as both stores will hold it, and the flags `bigint` and `sanitized` where they apply.

    Raises PayloadError `too_deep`, `too_many_keys`, `bad_key`, `bad_number` or `bad_value`.
    """
    walk = _Walk(param)
    return walk.object(value, DEEPEST), walk.all_flags()


class _Walk:
    """One walk over one value: keys, other values and characters counted, flags collected."""

    __slots__ = ("characters", "flags", "keys", "param", "values")

    def __init__(self, param: str) -> None:
        self.param, self.keys, self.values, self.characters = param, 0, 0, 0
        self.flags: set[str] | None = None

    def flag(self, name: str) -> None:
        self.flags = (self.flags or set()) | {name}

    def all_flags(self) -> Flags:
        return tuple(sorted(self.flags)) if self.flags else ()

    def most_bytes(self) -> int:
        """What JSON of it needs at most: no character takes more than six bytes, no number more than 30."""
        return 6 * self.characters + 32 * (self.keys + self.values)

    def refuse(self, code: str, what: str) -> NoReturn:
        raise PayloadError(code, self.param, f"`{self.param}` {what}.")

    def value(self, value: Value, depth: int) -> Value:
        self.values += 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, float):
            return self.float(value)
        if isinstance(value, int):
            return value if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else self.big_integer(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.object(value, depth)
        if isinstance(value, (list, tuple)):
            self.check_depth(depth)
            return [self.value(item, depth - 1) for item in value]
        return self.refuse("bad_value", f"holds a {type(value).__name__}, which JSON does not know")

    def check_depth(self, depth: int) -> None:
        if depth == 0:
            self.refuse("too_deep", f"is nested deeper than {DEEPEST} levels")

    def object(self, pairs: Mapping[str, Value], depth: int) -> dict[str, Value]:
        self.check_depth(depth)
        self.keys += len(pairs)
        if self.keys > MOST_KEYS:
            self.refuse("too_many_keys", f"has more than {MOST_KEYS} keys")
        clean, characters = {}, 0
        for key, value in pairs.items():
            kind = type(value)  # text and small numbers are what most values are; the others take a call each
            if kind is str and value.isprintable():
                characters += len(value)
            elif kind is not int or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
                value = self.value(value, depth - 1)
            if not (type(key) is str and key.isprintable() and 0 < len(key) <= LONGEST_KEY // 4):
                key = self.key(key)
            characters += len(key)
            clean[key] = value
        self.characters += characters
        return clean

    def key(self, key: Any) -> str:
        if not isinstance(key, str):
            self.refuse("bad_key", f"has the key {key!r}; keys are texts")
        clean = self.text(key)
        if not clean or len(clean.encode()) > LONGEST_KEY:
            self.refuse("bad_key", f"has an empty key or one longer than {LONGEST_KEY} bytes")
        return clean

    def text(self, text: str) -> str:
        self.characters += len(text)
        if _UNSTORABLE.search(text) is None:
            return text
        self.flag("sanitized")
        return _UNSTORABLE.sub("\ufffd", text)

    def big_integer(self, number: int) -> str:
        digits = str(number) if number.bit_length() < 4 * LONGEST_INTEGER else ""
        if not 0 < len(digits.lstrip("-")) <= LONGEST_INTEGER:
            self.refuse("bad_number", f"holds a number of more than {LONGEST_INTEGER} digits")
        self.flag("bigint")
        self.characters += len(digits)
        return digits

    def float(self, number: float) -> float:
        if number - number != 0:
            self.refuse("bad_number", "holds NaN or Infinity, which JSON does not know")
        whole = number.is_integer() and -LARGEST_INTEGER <= number <= LARGEST_INTEGER
        return int(number) if whole else number


def person_values(values: Mapping[str, Value]) -> tuple[dict[str, Value], Flags]:
    """Return new values of a person's properties, and flags such as `email_invalid` for what is stored all the same.

    `facebook_id` and `twitter_id` are texts, however they were sent: an id is nothing to add up, and 123 and "123" are
    the same account.
    """
    ids = {name: str(values[name]) for name in _ACCOUNTS if type(values.get(name)) is int}
    return {**values, **ids}, property_flags({**values, **ids})


def property_flags(values: Mapping[str, Value]) -> Flags:
    """Return `email_invalid` if the e-mail given is none (it is never written to); for ids of accounts the same."""
    patterns = {"email": _EMAIL, **_ACCOUNTS}
    given = {name: values[name] for name in patterns if values.get(name) is not None}
    valid = {name: isinstance(value, str) and patterns[name].fullmatch(value) for name, value in given.items()}
    return tuple(f"{name}_invalid" for name in given if not valid[name])


def read_ts(text: str | None, received_at: int, skew: int = 0, earliest: int = EARLIEST) -> tuple[int, Flags]:
    """Return the instant a public `ts` means, in microseconds, and the flags to keep beside the original text.

    Seconds with fractions; milliseconds, microseconds and nanoseconds are recognised by their size (`ts_unit`). `skew`
    (microseconds) is added; from a minute on it is noted (`ts_skew`). A clock up to an hour ahead is taken back to the
    arrival (`ts_ahead`); a time further ahead (`ts_future`) or before `earliest` (`ts_invalid`) is replaced by the
    arrival. Raises PayloadError `bad_ts` for what is no number.
    """
    if text is None:
        return received_at, ()
    negative, time, flags = _micros(text, "ts")
    if abs(skew) >= LONGEST_WAY:
        flags = ("ts_skew", *flags)
    if negative or time < earliest:
        return received_at, ("ts_invalid", *flags)
    time += skew
    if time > received_at:
        ahead = "ts_ahead" if time - received_at <= FURTHEST_AHEAD else "ts_future"
        return received_at, (ahead, *flags)
    return time, flags


def read_skew(sent_at: str | None, received_at: int) -> int:
    """Return how far the sender's clock is behind ours (microseconds), by the time at which it says it sent this.

    A minute behind is no skew but the way here, with its retries: calling it one would shift calls against each other.
    A day and more is none either: the text was written before it was sent, or by no clock at all. Then, and without
    `sent_at`, it is 0. Raises PayloadError `bad_ts`.
    """
    if sent_at is None:
        return 0
    negative, time, _ = _micros(sent_at, "sent_at")
    skew = received_at - time
    return 0 if negative or 0 <= skew < LONGEST_WAY or abs(skew) >= LARGEST_SKEW else skew


def _micros(text: str, param: str) -> tuple[bool, int, Flags]:
    """Whether a number is negative, and the microseconds of the rest.

    Its unit shows in its size: 11 digits of seconds reach the year 5138.
    """
    negative = text.startswith("-")
    whole, point, fraction = text[negative:].partition(".")
    if not (_are_digits(whole) and (not point or _are_digits(fraction))):
        raise PayloadError(
            "bad_ts", param, f"`{param}` is {text[:40]!r}; send Unix seconds such as 1429186474.5, or nothing."
        )
    digits = len(whole.lstrip("0"))
    scaled = int(whole) * SECOND + (int(fraction[:6].ljust(6, "0")) if point else 0)
    if digits <= 11:
        return negative, scaled, ()
    return negative, scaled // 1000 ** ((digits - 9) // 3), ("ts_unit",)


def _are_digits(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= MOST_DIGITS


def check_event_name(name: str, param: str = "action", allow_reserved: bool = False) -> str:
    """Return the event name unchanged, or raise PayloadError: blank, too long, unprintable or the system's own.

    With `allow_reserved` the system's own names are let through, for who holds the server key.
    """
    if not name.strip():
        raise PayloadError("missing_param", param, f"`{param}` is empty; send the name of the event.")
    if len(name) > LONGEST_EVENT_NAME:
        raise PayloadError("bad_action", param, f"`{param}` is longer than {LONGEST_EVENT_NAME} characters.")
    if not name.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise PayloadError("bad_char", param, f"`{param}` contains a control character.")
    if not allow_reserved and (name in SYSTEM_EVENTS or name.startswith(RESERVED_PREFIX)):
        raise PayloadError("reserved_action", param, f"{name!r} is an event the system makes itself; use another name.")
    return name


def message_key(message_id: str) -> bytes:
    """Return the 16 bytes under which one message of a site is stored at most once."""
    if len(message_id) > LONGEST_MESSAGE_ID:
        raise PayloadError(
            "bad_message_id", "message_id", f"`message_id` is longer than {LONGEST_MESSAGE_ID} characters."
        )
    return hashlib.blake2b(message_id.encode(errors="surrogatepass"), digest_size=16).digest()
