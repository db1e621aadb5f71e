"""What the messages of Segment's clients mean here: identify, track, alias, group, page and screen as our own calls.

Their anonymous ids are any text, ours begin with `a-`; so theirs get that prefix. Of the context nothing is stored:
neither address nor device, only whether a program sent the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from tracktor_nb.errors import PayloadError

from .event import Value
from .identity import ANONYMOUS_PREFIX, check_distinct_id, is_anonymous
from .period import Calendar
from .session import PAGE, page_path
from .values import instant_of

Message = Mapping[str, Value]

PAGE_VIEW, SCREEN_VIEW = "Page view", "Screen view"
ADVERTISEMENT = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LONGEST_QUERY = 2000
_QUERY = re.compile(r"(?<=\?)[^#]*")
RENAMED = {"firstName": "first_name", "lastName": "last_name"}
"""Traits that are our predefined properties under another name."""


class Meant(NamedTuple):
    """One of our calls: its route and parameters, and the properties that it sets only where the person has none."""

    route: str
    params: dict[str, Value]
    fill: dict[str, Value] = {}  # noqa: RUF012  never changed


def calls_of(message: Message, kind: Value, calendar: Calendar) -> list[Meant]:
    """Return the calls that a message of a kind (`track`, `identify`, …) means, or raise PayloadError."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise PayloadError("bad_value", "type", f"`type` must be one of {', '.join(KINDS)}.")
    common = {"ts": _ts(message, calendar), "message_id": _text(message, "messageId")}
    return [call._replace(params=call.params | common) for call in KINDS[kind](message)]


def sent_at(message: Message, calendar: Calendar) -> str | None:
    """Return when the client says it sent this, in Unix seconds; None if it says nothing that can be read."""
    instant = instant_of(message.get("sentAt"), calendar)
    return None if instant is None else _seconds(instant)


def _identify(message: Message) -> list[Meant]:
    user, visitor = _user(message), _visitor(message)
    traits = _object(message, "traits") or _object(_object(message, "context"), "traits")
    calls = []
    if user and visitor:
        calls.append(Meant("alias", {"srcid": visitor, "destid": user, "reason": "identify"}))
    if traits or not calls:
        values = {RENAMED.get(name, name): value for name, value in traits.items()}
        calls.append(Meant("set", {"id": _person(message), "data": values}, _social(values)))
    return calls


def _track(message: Message) -> list[Meant]:
    return [_event(message, _needed(message, "event"), {})]


def _page(message: Message) -> list[Meant]:
    return [_event(message, PAGE_VIEW, _titled(message) | _placed(_object(message, "properties")))]


def _screen(message: Message) -> list[Meant]:
    return [_event(message, SCREEN_VIEW, _titled(message))]


def _group(message: Message) -> list[Meant]:
    company = {"id": _needed(message, "groupId"), **_object(message, "traits")}
    return [Meant("set", {"id": _person(message), "data": {"company": company}})]


def _alias(message: Message) -> list[Meant]:
    """Clients send an old visitor id without saying that it is one; whoever stores this looks."""
    previous = check_distinct_id(_needed(message, "previousId"), "previousId")
    src = _visitor(message) if previous == _text(message, "anonymousId") else previous
    return [Meant("alias", {"srcid": src, "destid": _needed(message, "userId"), "reason": "alias"})]


KINDS: dict[str, Callable[[Message], list[Meant]]] = {
    "identify": _identify,
    "track": _track,
    "page": _page,
    "screen": _screen,
    "group": _group,
    "alias": _alias,
}


def _event(message: Message, name: str, more: dict[str, Value]) -> Meant:
    data = {**_object(message, "properties"), **more}
    return Meant("track", {"id": _person(message), "action": name, "data": data or None})


def _placed(properties: Mapping[str, Value]) -> dict[str, Value]:
    """The page and the advertisement of an address, as our own library says them."""
    page = page_path(properties.get("path")) or page_path(properties.get("url"))
    found: dict[str, Value] = {} if page is None else {PAGE: page}
    query = _QUERY.search(str(properties.get("url") or properties.get("search") or ""))
    pairs = parse_qsl(query[0][:LONGEST_QUERY]) if query else []
    found |= {name: value for name, value in pairs if name in ADVERTISEMENT}
    return {name: value for name, value in found.items() if name not in properties}


def _titled(message: Message) -> dict[str, Value]:
    """The name and the category of a page or a screen stand beside its properties."""
    return {name: message[name] for name in ("name", "category") if message.get(name)}


def _social(traits: Mapping[str, Value]) -> dict[str, Value]:
    """What `name` and `avatar` say about our predefined properties, unless they are there themselves."""
    name, avatar = traits.get("name"), traits.get("avatar")
    found: dict[str, Value] = {}
    if isinstance(name, str) and name.strip():
        first, _, last = name.strip().partition(" ")
        found |= {"first_name": first, "last_name": last.strip()}
    if isinstance(avatar, str) and avatar:
        found["profile_image"] = avatar
    return {key: value for key, value in found.items() if value and key not in traits}


def _person(message: Message) -> str:
    """The user if the message names one, else the visitor."""
    person = _user(message) or _visitor(message)
    if person is None:
        raise PayloadError("missing_param", "userId", "`userId` and `anonymousId` are missing; send one of them.")
    return person


def _user(message: Message) -> str | None:
    return _text(message, "userId")


def _visitor(message: Message) -> str | None:
    given = _text(message, "anonymousId")
    if given is None or is_anonymous(given):
        return given
    return ANONYMOUS_PREFIX + check_distinct_id(given, "anonymousId")


def _needed(message: Message, name: str) -> str:
    given = _text(message, name)
    if given is None:
        raise PayloadError("missing_param", name, f"`{name}` is missing.")
    return given


def _text(message: Message, name: str) -> str | None:
    """The text a field holds, numbers as their digits; None if it is null, empty or not there."""
    value = message.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise PayloadError("bad_value", name, f"`{name}` must be a text or a number.")
    return value if isinstance(value, str) else repr(value)


def _object(message: Message, name: str) -> dict[str, Any]:
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise PayloadError("data_not_object", name, f"`{name}` must be a JSON object.")
    return dict(value)


def _ts(message: Message, calendar: Calendar) -> str | None:
    name = "timestamp" if message.get("timestamp") not in (None, "") else "originalTimestamp"
    given = message.get(name)
    if given in (None, ""):
        return None
    instant = instant_of(given, calendar)
    if instant is None:
        raise PayloadError("bad_ts", name, f"`{name}` is {str(given)[:40]!r}; send an ISO 8601 text.")
    return _seconds(instant)


def _seconds(instant: int) -> str:
    return f"{instant // 1_000_000}.{instant % 1_000_000:06d}"
