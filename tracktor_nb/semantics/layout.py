"""Source broken into lines, as a person would type it."""

from __future__ import annotations

import ast

WIDTH = 100


def laid_out(text: str) -> str:
    """Return the source of a value with calls and lists opened where a line would be longer than `WIDTH`."""
    return _opened(ast.parse(text, mode="eval").body, 0, 0)


def _opened(node: ast.expr, indent: int, taken: int) -> str:
    """Return the source of a node that starts behind `indent` blanks and `taken` other characters."""
    text = ast.unparse(node)
    if indent + taken + len(text) < WIDTH:
        return text
    if isinstance(node, ast.Call):
        parts = [_opened(each, indent + 4, 1) for each in node.args]
        parts += [f"{each.arg}={_opened(each.value, indent + 4, len(each.arg or '') + 2)}" for each in node.keywords]
        return _bracketed(f"{ast.unparse(node.func)}(", parts, ")", indent)
    if isinstance(node, ast.List) and node.elts:
        return _bracketed("[", [_opened(each, indent + 4, 1) for each in node.elts], "]", indent)
    return text


def _bracketed(opening: str, parts: list[str], closing: str, indent: int) -> str:
    inner = " " * (indent + 4)
    return "\n".join([opening, *(f"{inner}{part}," for part in parts), " " * indent + closing])
