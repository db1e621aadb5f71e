"""Thirty page loads among failures; `make soak` goes through a thousand."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .loads import stage

pytestmark = pytest.mark.browser


def test_every_call_that_was_promised_to_be_stored_is_stored_once(browser: Browser, tmp_path: Path) -> None:
    with stage(browser, tmp_path, seed=41) as loads:
        tally = loads.run(30)
    assert (tally.broken, tally.twice, tally.refused) == (set(), set(), set())
    assert len(tally.ends) >= 4
    assert tally.lost <= tally.unkept
    assert tally.kills
