"""The house keeps its shape: who may import whom, what a process loads, and how long a file may grow."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tracktor_nb"

LONGEST_FILE, USUAL_FILE = 400, 150
LONGEST_FUNCTION, USUAL_FUNCTION = 40, 8
MOST_METHODS = 15

EXEMPT: dict[str, str] = {
    "Site": "the facade: one-line delegations, as many as there are things to do",
}
"""Names of files (relative), functions or classes that may be larger, each with the reason."""


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh process has loaded after a statement."""
    program = f"{statement}\nimport sys\nsys.stdout.write(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_public_door_loads_neither_analysis_nor_widgets() -> None:
    heavy = {"pandas", "numpy", "pyarrow", "ipywidgets", "anywidget", "plotly", "IPython", "numba", "voila"}
    assert loaded_by("import tracktor_nb.ingest_server") & heavy == set()


def test_the_notebook_face_is_lazy() -> None:
    heavy = {"pandas", "numpy", "pyarrow", "ipywidgets", "plotly", "sqlalchemy", "tornado"}
    assert loaded_by("import tracktor_nb") & heavy == set()


def test_the_meaning_needs_the_standard_library_and_re2_alone() -> None:
    modules = [path.stem for path in (PACKAGE / "semantics").glob("[a-z]*.py")]
    loaded = loaded_by("\n".join(f"import tracktor_nb.semantics.{module}" for module in modules))
    assert {name for name in loaded - set(sys.stdlib_module_names) if not name.startswith("_")} <= {
        "tracktor_nb",
        "re2",
        "sitecustomize",
    } | loaded_by("pass")


def test_imports_only_point_down() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def functions() -> Iterator[tuple[str, int]]:
    """Yield the place and the lines, docstring left out, of every function of the package."""
    for path in sources(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
                yield f"{path.relative_to(ROOT)}:{node.name}", lines


@pytest.mark.parametrize("folder", ["tracktor_nb", "tests"])
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in sources(ROOT / folder)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE and name not in EXEMPT} == {}
    assert statistics.median(lengths.values()) <= USUAL_FILE


def test_no_function_is_too_long() -> None:
    lengths = list(functions())
    assert [(name, lines) for name, lines in lengths if lines > LONGEST_FUNCTION and name not in EXEMPT] == []
    assert statistics.median(lines for _, lines in lengths) <= USUAL_FUNCTION


def is_method(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    """True for what a class does; a property is something it has."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return not any(ast.unparse(decorator).endswith("property") for decorator in node.decorator_list)


def test_no_class_does_too_much() -> None:
    many = {}
    for path in sources(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in EXEMPT:
                public = [each for each in node.body if is_method(each) and not each.name.startswith("_")]
                if len(public) > MOST_METHODS:
                    many[f"{path.relative_to(ROOT)}:{node.name}"] = len(public)
    assert many == {}


def test_every_exemption_is_still_needed() -> None:
    names = {
        node.name
        for path in sources(PACKAGE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    files = {str(path.relative_to(ROOT)) for path in (*sources(PACKAGE), *sources(ROOT / "tests"))}
    assert set(EXEMPT) <= names | files | {name for name, _ in functions()}
