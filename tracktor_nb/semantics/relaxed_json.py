"""JSON as people type it: bare keys, single quotes and trailing commas, read in linear time.

The public door reads text that anybody may send, so the reader never recurses deeper than it was told, never looks at
a character twice, and says where it stopped. Strict JSON goes through the standard library, which agrees with this
reader on all of it (a test compares them) and is faster.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from tracktor_nb.errors import PayloadError

from .event import Value

LONGEST_INTEGER = 1000  # digits; longer ones cost quadratic time to convert and mean nothing

_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"-?[\w$]+")
_PLAIN = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")


def parse(text: str, depth: int, param: str = "data") -> Value:
    """Return the value that `text` spells, nested at most `depth` deep.

    Raises PayloadError `bad_json`, `bad_number` or `too_deep`, with the offset in characters. Of a repeated key the
    last value counts, as in JSON.parse. Depth of strict JSON is left to the canonicaliser, which walks it anyway.
    """
    try:
        return _STRICT.decode(text)
    except (ValueError, RecursionError):
        return parse_relaxed(text, depth, param)


def parse_relaxed(text: str, depth: int, param: str = "data") -> Value:
    """Return the same as `parse`, always by our own reader."""
    reader = _Reader(text, param)
    value = reader.value(depth)
    if reader.skip_blanks() < len(text):
        reader.fail("bad_json", "something follows the value")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant)


class _Reader:
    """Recursive descent over one text; every method leaves `at` behind what it read."""

    def __init__(self, text: str, param: str) -> None:
        self.text, self.param, self.at = text, param, 1 if text.startswith("\ufeff") else 0

    def fail(self, code: str, what: str) -> NoReturn:
        raise PayloadError(code, self.param, f"`{self.param}` is not JSON: {what} at character {self.at}.")

    def skip_blanks(self) -> int:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.at

    def peek(self) -> str:
        self.skip_blanks()
        return self.text[self.at : self.at + 1]

    def take(self, wanted: str) -> bool:
        found = self.peek() == wanted
        self.at += found
        return found

    def value(self, depth: int) -> Value:
        first = self.peek()
        if first in ("{", "["):
            if depth == 0:
                self.fail("too_deep", "the value is nested too deep")
            self.at += 1
            return self.object(depth - 1) if first == "{" else self.array(depth - 1)
        return self.string(first) if first in ("'", '"') else self.scalar()

    def object(self, depth: int) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        while not self.take("}"):
            key = self.key()
            if not self.take(":"):
                self.fail("bad_json", "a colon is missing after the key")
            pairs[key] = self.value(depth)
            self.separator("}")
        return pairs

    def array(self, depth: int) -> list[Value]:
        items: list[Value] = []
        while not self.take("]"):
            items.append(self.value(depth))
            self.separator("]")
        return items

    def separator(self, closing: str) -> None:
        if not self.take(",") and self.peek() != closing:
            self.fail("bad_json", f"a comma or {closing} is missing")

    def key(self) -> str:
        first = self.peek()
        if first in ("'", '"'):
            return self.string(first)
        word = _WORD.match(self.text, self.at)
        if word is None or first == "-":
            self.fail("bad_json", "a key is missing")
        self.at = word.end()
        return word.group()

    def string(self, quote: str) -> str:
        self.at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN[quote].match(self.text, self.at)
            parts.append(plain.group())  # type: ignore[union-attr]
            self.at = plain.end()  # type: ignore[union-attr]
            stop = self.text[self.at : self.at + 1]
            if stop == quote:
                self.at += 1
                return "".join(parts)
            if stop == "":
                self.fail("bad_json", "the text ends inside a string")
            parts.append(self.escape())

    def escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter == "u":
            return self.unicode_escape()
        if letter not in _ESCAPES:
            self.fail("bad_json", "an unknown escape stands in a string")
        self.at += 2
        return _ESCAPES[letter]

    def unicode_escape(self) -> str:
        r"""One \uXXXX, or two that are the halves of one character."""
        code = self.code_unit()
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
            before, low = self.at, self.code_unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            self.at = before
        return chr(code)

    def code_unit(self) -> int:
        digits = _HEX.match(self.text, self.at + 2)
        if digits is None:
            self.fail("bad_json", "an unknown escape stands in a string")
        self.at = digits.end()
        return int(digits.group(), 16)

    def scalar(self) -> Value:
        word = _WORD.match(self.text, self.at)
        if word is not None and word.group() in _CONSTANTS:
            self.at = word.end()
            return _CONSTANTS[word.group()]
        if word is not None and word.group() in _NOT_NUMBERS:
            self.fail("bad_number", f"{word.group()} is no number JSON knows")
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            self.fail("bad_json", "a value is missing" if word is None else "a text without quotes stands")
        return self.number(number)

    def number(self, found: re.Match[str]) -> int | float:
        integer = found.group(1) is None and found.group(2) is None
        if integer and len(found.group().lstrip("-")) > LONGEST_INTEGER:
            self.fail("bad_number", f"a number has more than {LONGEST_INTEGER} digits")
        value = int(found.group()) if integer else float(found.group())
        if value in (float("inf"), float("-inf")):
            self.fail("bad_number", f"{found.group()[:20]} is too large")
        self.at = found.end()
        return value
