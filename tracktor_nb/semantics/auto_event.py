"""Events that a site makes without code: a page seen, by the pattern of its address; an element clicked, by a selector.

The pattern is no regular expression, because it runs in every visitor's browser (reference: reliability T16). In it

    *    is any text without a slash, also none        /products/*
    **   is any text, slashes too, also none           /blog/**
    ?    is one character, but no slash                /item-?

and everything else is itself. None of them reaches across the `?` or the `#` of an address. A pattern that begins with
a slash is compared with the path, on whatever host; one with `https://` in front with the whole address; any other
with host and path: `*.example.com/pricing`. What a pattern does not mention does not count: the query, what stands
behind `#`, a slash at the end. Paths keep upper and lower case apart.

js/tio/test/url_vectors.json holds the cases that this matcher and the one in the browser agree on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import re2

from tracktor_nb.errors import DefinitionError, PayloadError

from .wire import check_event_name

PAGE, CLICK = "page", "click"
KINDS = (PAGE, CLICK)
LONGEST_MATCH = 500
"""Characters of a pattern or a selector."""
MOST_EVENTS = 100
"""Auto events of a site: each of its visitors' browsers tries them all."""
LONGEST_URL = 10_000
"""Characters of an address that are looked at."""

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)?([^/?#]*)([^#]*)(.*)", re.DOTALL)
_HOST = re.compile(r"(?:[A-Za-z]+://)?[^/?#]*")
_NOT_PLAIN = re.compile(r"[^!-~]+")
_WILD = {"*": r"[^/?#]*", "**": r"[^?#]*", "?": r"[^/#]"}
_PAIRS = {")": "(", "]": "["}
_QUOTED = re.compile(r"\\.|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AutoEvent:
    """An event under the site's own `name`, made when a page is seen ("page") or an element is clicked ("click").

    `match` is the pattern of the address, or the CSS selector; it is kept as browsers write addresses.
    Raises DefinitionError for what cannot mean anything.
    """

    name: str
    kind: str
    match: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DefinitionError(f"An auto event is made by {' or '.join(KINDS)}, not by {self.kind!r}.")
        try:
            check_event_name(self.name, "name")
        except PayloadError as error:
            raise DefinitionError(error.message) from None
        check = check_pattern if self.kind == PAGE else check_selector
        object.__setattr__(self, "match", check(self.match))

    def to_dict(self) -> dict[str, str]:
        """Return it as browsers get it."""
        return asdict(self)


def auto_events_of(given: Sequence[Any]) -> tuple[AutoEvent, ...]:
    """Return the auto events that a list of dictionaries names; DefinitionError for too many, or one given twice."""
    if len(given) > MOST_EVENTS:
        raise DefinitionError(f"A site has at most {MOST_EVENTS} auto events; these are {len(given)}.")
    events = tuple(each if isinstance(each, AutoEvent) else AutoEvent(**each) for each in given)
    for event in events:
        if events.count(event) > 1:
            raise DefinitionError(f"The auto event {event.name!r} on {event.match!r} is there already.")
    return events


def check_pattern(pattern: str) -> str:
    """Return the pattern of an address as browsers write addresses, or raise DefinitionError."""
    plain = _plain(pattern.strip())
    _check_length(plain, "pattern", "/products/*")
    return re.sub(r"\*{3,}", "**", _HOST.sub(lambda host: host.group().lower(), plain, count=1))


def check_selector(selector: str) -> str:
    """Return the CSS selector without blanks around it, or raise DefinitionError for what no browser can read.

    Whether it selects anything only a browser knows; one that it cannot read it leaves out.
    """
    selector = selector.strip()
    _check_length(selector, "selector", "#buy, .button.primary")
    opened: list[str] = []
    for character in _QUOTED.sub("", selector):
        if character in "([":
            opened.append(character)
        elif character in "{}<;\"'" or (character in _PAIRS and (not opened or opened.pop() != _PAIRS[character])):
            raise DefinitionError(f"{selector!r} is no CSS selector: {character!r} stands where it cannot.")
    if opened:
        raise DefinitionError(f"{selector!r} is no CSS selector: {opened[-1]!r} is not closed.")
    return selector


def matches(pattern: str, url: str) -> bool:
    """True if the pattern matches the address of a page, in time that grows with its length and no faster."""
    plain = check_pattern(pattern)
    matcher = _matcher(plain)
    return any(matcher.fullmatch(text) is not None for text in _texts(plain, _plain(url)))


def _texts(pattern: str, url: str) -> list[str]:
    """What of an address the pattern is compared with: what it does not mention is left out."""
    found = _ADDRESS.fullmatch(url[:LONGEST_URL])
    assert found is not None
    scheme, host, path, fragment = found.groups(default="")
    path, question, query = path.partition("?")
    before = "" if pattern.startswith("/") else host.lower()
    before = scheme.lower() + before if "://" in pattern else before
    path, fragment = before + (path or "/"), fragment if "#" in pattern else ""
    texts = [path + question + query + fragment] * ("?" in pattern) + [path + fragment]
    return texts + [text[:-1] for text in texts if text.endswith("/")]


@lru_cache(maxsize=1000)
def _matcher(pattern: str) -> Any:
    parts = re.split(r"(\*\*|\*|\?)", pattern)
    return re2.compile("".join(_WILD.get(part) or re2.escape(part) for part in parts))


def _plain(text: str) -> str:
    """The text as an address is written: what is no visible ASCII is escaped."""
    return _NOT_PLAIN.sub(lambda found: quote(found.group(), errors="replace"), text)


def _check_length(text: str, what: str, example: str) -> None:
    if not text:
        raise DefinitionError(f"The {what} is empty; write one such as {example}")
    if len(text) > LONGEST_MATCH:
        raise DefinitionError(f"The {what} has {len(text)} characters; {LONGEST_MATCH} are allowed.")
