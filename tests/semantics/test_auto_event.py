"""Patterns of addresses and selectors of elements: the events a site makes without code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.auto_event import MOST_EVENTS, AutoEvent, auto_events_of, check_pattern, matches

SHARED = Path(__file__).parents[2] / "js" / "tio" / "test" / "url_vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(SHARED.read_text())["vectors"]
PART = st.text("ab*?/", max_size=12)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['expression'][:30]} {vector['url'][:40]}")
def test_a_pattern_matches_as_it_does_in_the_browser(vector: dict[str, Any]) -> None:
    assert matches(vector["expression"], vector["url"]) is vector["matches"]
    assert check_pattern(vector["expression"]) == vector["expression"]


@given(PART, st.text("ab/", max_size=12))
@settings(max_examples=500)
def test_a_pattern_matches_what_a_reader_of_one_character_at_a_time_finds(pattern: str, path: str) -> None:
    def reads(left: str, rest: str) -> bool:
        if left.startswith("**"):
            return reads(left[2:], rest) or (rest != "" and reads(left, rest[1:]))
        if left.startswith("*"):
            return reads(left[1:], rest) or (rest[:1] not in ("", "/") and reads(left, rest[1:]))
        if left == "" or rest == "":
            return left == rest
        return (left[0] == rest[0] or (left[0] == "?" and rest[0] != "/")) and reads(left[1:], rest[1:])

    plain, text = check_pattern("/" + pattern), "/" + path
    texts = [text, text.removesuffix("/")] if len(text) > 1 else [text]
    assert matches("/" + pattern, "https://a.example" + text) == any(reads(plain, each) for each in texts)


def test_patterns_are_kept_as_browsers_write_addresses() -> None:
    assert check_pattern("  Shop.Example.COM/Café/a b ") == "shop.example.com/Caf%C3%A9/a%20b"
    assert check_pattern("HTTPS://Shop.example/A") == "https://shop.example/A"
    assert check_pattern("/a/*****") == "/a/**"
    assert matches("/café/*", "https://a.example/café/1")


def test_addresses_may_be_given_in_short() -> None:
    assert matches("/pricing", "/pricing?plan=gold")
    assert matches("a.example", "a.example")
    assert not matches("a.example/pricing", "/pricing")


def test_hundred_patterns_made_to_be_slow_come_to_an_end() -> None:
    # A matcher that tries every way does not end before the sun does.
    for number in range(MOST_EVENTS):
        assert not matches("/" + "*a" * 240 + f"{number}", "https://a.example/" + "a" * 10_000)


@pytest.mark.parametrize(
    "selector", ["#buy", ".button.primary", "a[href^='/cart']", 'li:nth-child(2n+1) > a:not([title="}"])', r"#a\;b"]
)
def test_a_selector_is_kept(selector: str) -> None:
    assert AutoEvent("Buy", "click", f" {selector} ").match == selector


@pytest.mark.parametrize(
    ("name", "kind", "match", "said"),
    [
        ("Buy", "click", "a[href", "not closed"),
        ("Buy", "click", "a)", "')' stands"),
        ("Buy", "click", "a {color: red}", "'{' stands"),
        ("Buy", "click", "a['x]", "stands"),
        ("Buy", "click", "<script>", "'<' stands"),
        ("Buy", "click", "x" * 501, "501 characters"),
        ("Buy", "click", " ", "empty"),
        ("Buy", "page", "", "empty"),
        ("Buy", "page", "/" + "x" * 500, "501 characters"),
        ("Buy", "hover", "/x", "page or click"),
        ("", "page", "/x", "empty"),
        ("Visited Site", "page", "/x", "the system makes itself"),
    ],
)
def test_what_cannot_mean_anything_is_refused(name: str, kind: str, match: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(said)):
        AutoEvent(name, kind, match)


def test_a_site_has_a_hundred_and_none_twice() -> None:
    many = [AutoEvent("Seen", "page", f"/{number}") for number in range(MOST_EVENTS)]
    assert len(auto_events_of([each.to_dict() for each in many])) == MOST_EVENTS
    with pytest.raises(DefinitionError, match="at most 100"):
        auto_events_of([*many, AutoEvent("Seen", "page", "/one-more")])
    with pytest.raises(DefinitionError, match="there already"):
        auto_events_of([*many[:2], many[0]])
